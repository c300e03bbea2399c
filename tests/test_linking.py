"""Loops that link a flat: the widest path, the search for the flat, and what is certified."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geomcheck.loops import found_loops
from geomcheck.nets import Net, net_of_manifold, net_of_points
from geomcheck.strategies import manifolds
from theory.bound import Bound
from theory.catalogue import from_spec
from theory.combine import moved
from theory.flat_search import Linked, farthest_flat, farthest_linked
from theory.lattice import coarse_lattice, refined
from theory.linking import Flat, LinkedPath, distance_to_segments, turns, widest_path
from theory.loop_certificate import distance_by_reach, distance_in_charts
from theory.manifold import Manifold
from theory.obstruction import LinkedLoop, Obstruction
from theory.obstruction_arguments import linking_obstruction, with_attainment

Array = NDArray[np.float64]
PLANE = Flat(np.eye(3)[:, :2], np.zeros(3))


def chart_torus(R: float = 2.0, r: float = 1.0) -> Manifold:
    """Return a torus of which nothing is stated."""
    return Manifold.from_chart(
        lambda u, v: (
            (R + r * np.cos(v)) * np.cos(u),
            (R + r * np.cos(v)) * np.sin(u),
            r * np.sin(v),
        ),
        [(0.3, 0.3 + 2 * np.pi), (0.0, 2 * np.pi)],
        periodic=True,
        estimate=False,
    )


def loop_of(manifold: Manifold) -> LinkedLoop:
    net = net_of_manifold(manifold, rng=np.random.default_rng(0))
    (loop,) = found_loops([net], rng=np.random.default_rng(0))
    return loop


def closes(plane: Array, edges: NDArray[np.intp]) -> bool:
    """Tell, by flooding, whether some closed path in the graph winds round the origin."""
    angle: dict[int, float] = {}
    steps = [(int(i), int(j)) for i, j in edges] + [(int(j), int(i)) for i, j in edges]
    for root in range(len(plane)):
        if root in angle:
            continue
        angle[root], waiting = 0.0, [root]
        while waiting:
            i = waiting.pop()
            for a, j in steps:
                if a != i:
                    continue
                z = complex(*plane[j]) / complex(*plane[i])
                reached = angle[i] + float(np.angle(z))
                if j not in angle:
                    angle[j] = reached
                    waiting.append(j)
                elif abs(angle[j] - reached) > 1:
                    return True
    return False


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_no_path_is_wider_than_the_widest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plane = rng.normal(size=(10, 2))
    pairs = np.array([(i, j) for j in range(10) for i in range(j)])
    edges = pairs[rng.random(len(pairs)) < 0.35]
    far = distance_to_segments(plane[edges[:, 0]], plane[edges[:, 1]])
    found = widest_path(plane, edges)
    if found is None:
        assert not closes(plane, edges)
        return
    polygon = plane[found.vertices]
    assert turns(polygon) != 0
    nearest = distance_to_segments(polygon, np.roll(polygon, -1, axis=0)).min()
    assert nearest == pytest.approx(found.distance, rel=1e-9)
    assert closes(plane, edges[far >= found.distance])
    assert not closes(plane, edges[far > found.distance])


@given(seed=st.integers(0, 10_000), dim=st.integers(2, 6))
@settings(max_examples=20)
def test_turning_a_flat_never_brings_it_nearer(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    frame, _ = np.linalg.qr(rng.normal(size=(dim, dim)))
    circle = np.stack([np.cos(t), np.sin(t)], axis=1) @ frame[:, :2].T
    tilted, _ = np.linalg.qr(frame[:, :2] + 0.3 * rng.normal(size=(dim, 2)))
    start = Flat(tilted, 0.1 * rng.normal(size=dim))

    def distance(flat: Flat) -> float:
        seen = flat.coordinates(circle)
        return float(distance_to_segments(seen, np.roll(seen, -1, axis=0)).min())

    flat = farthest_flat(circle, start)
    assert flat.frame.T @ flat.frame == pytest.approx(np.eye(2), abs=1e-12)
    assert distance(flat) >= distance(start)
    if turns(start.coordinates(circle)) != 0:
        assert turns(flat.coordinates(circle)) != 0
        assert 0.95 * np.cos(np.pi / 60) < distance(flat) <= 1


@given(
    st.one_of(manifolds(closed=True, known_reach=True), manifolds(dim=2, orientable=False)),
    st.integers(0, 2),
    st.floats(-1.0, 1.0).map(lambda exponent: 10.0**exponent),
    st.integers(0, 2**16),
)
@settings(max_examples=10)
def test_no_loop_bounds_more_than_the_optimal_error(
    manifold: Manifold, extra: int, scale: float, seed: int
) -> None:
    """Over families, parameters, isometries and scalings; and never more than any constant map."""
    rng = np.random.default_rng(seed)
    N = manifold.ambient_dim
    linear = np.linalg.qr(rng.standard_normal((N + extra, N)))[0]
    placed = moved(manifold, linear, rng.standard_normal(N + extra), scale=scale)
    known = placed.claims.error_at(1)
    # Loops do not look at the covering radius of a manifold's points.
    unused = Bound(np.inf, "upper", True, "chart-covering")
    nets = [
        Net(part.name, part.sample(500, rng=rng), unused, part.claims.reach, part.dim, part)
        for part in placed.components
    ]
    for loop, part in zip(found_loops(nets, rng=rng), placed.components, strict=True):
        assert loop.bound.certified or not placed.charts
        if known is not None and known.direction == "exact":
            assert loop.bound.value <= known.value
        points = part.sample(2000, rng=seed)
        middle = points.mean(axis=0)
        assert loop.bound.value <= 1.01 * np.linalg.norm(points - middle, axis=1).max()


def test_the_outer_circle_is_found_on_a_torus_given_by_its_chart_alone() -> None:
    loop = loop_of(chart_torus())
    assert loop.bound.certified
    assert 3 - 1e-4 < loop.bound.value < 3
    assert np.linalg.norm(loop.points[:, :2], axis=1).min() > 2.99


@pytest.mark.parametrize(
    ("spec", "least"),
    [("ellipsoid", 1.999), ("flat-torus:a=1,b=2", 2.23), ("klein-bottle", 2.999)],
)
def test_found_loops_reach_the_optimal_error_and_not_more(spec: str, least: float) -> None:
    manifold = from_spec(spec)
    loop = loop_of(manifold)
    assert loop.bound.certified
    assert least < loop.bound.value <= manifold.claims.optimal_error[1].value


def test_loops_are_found_where_the_set_is_contractible() -> None:
    # A rectangle of sides 2 and 3, rolled up a little: its sides keep 1 away from the middle line.
    sheet = Manifold.from_chart(
        lambda s, t: (np.cos(s), np.sin(s), t), [(0.0, 3.0), (-1.0, 1.0)], estimate=False
    )
    assert 0.99 < loop_of(sheet).bound.value < 1
    assert (
        found_loops(
            [net_of_manifold(from_spec("helix"), rng=np.random.default_rng(0))],
            rng=np.random.default_rng(0),
        )
        == ()
    )


def test_without_charts_the_reach_vouches() -> None:
    torus = replace(from_spec("torus"), charts=())
    loop = loop_of(torus)
    assert loop.bound.certified
    assert 2.95 < loop.bound.value <= 3
    guessed = Bound(1.0, "estimate", False, "numerical")
    unsure = replace(torus, claims=replace(torus.claims, reach=guessed))
    assert not loop_of(unsure).bound.certified


def test_bare_points_give_an_estimate() -> None:
    points = from_spec("torus").sample(3000, rng=2)
    rng = np.random.default_rng(0)
    net = net_of_points("cloud", points, None, 2, covering_dim=2, rng=rng)
    (loop,) = found_loops([net], rng=rng)
    assert not loop.bound.certified
    assert 2.3 < loop.bound.value < 3


def outer_circle() -> tuple[Manifold, Linked]:
    torus = from_spec("torus")
    lattice = coarse_lattice(torus.charts, 400)
    path = widest_path(PLANE.coordinates(lattice.points), lattice.edges)
    assert path is not None
    return torus, Linked(PLANE, path)


def test_the_certificate_is_below_every_point_of_the_curve() -> None:
    torus, linked = outer_circle()
    lattice = coarse_lattice(torus.charts, 400)
    bound = distance_in_charts(lattice, linked)
    assert bound is not None
    assert bound.certified
    lower = np.linalg.norm(lattice.points[linked.path.vertices][:, :2], axis=1).min()
    assert lower - 1e-4 < bound.value < lower


def test_a_path_that_does_not_link_is_refused() -> None:
    torus, linked = outer_circle()
    lattice = coarse_lattice(torus.charts, 400)
    rows = linked.path.vertices
    back_and_forth = np.concatenate([rows[:9], rows[7:0:-1]])
    assert distance_in_charts(lattice, Linked(PLANE, LinkedPath(back_and_forth, 3.0))) is None
    away = Flat(PLANE.frame, np.array([9.0, 0.0, 0.0]))
    assert distance_in_charts(lattice, Linked(away, linked.path)) is None


def test_a_refined_lattice_has_the_old_points_and_closes_up() -> None:
    bottle = from_spec("klein-bottle")
    lattice = coarse_lattice(bottle.charts, 500)
    rng = np.random.default_rng(0)
    linked = farthest_linked(lattice.points, lattice.edges, rng=rng)
    assert linked is not None
    finer = refined(lattice, linked.path.vertices)
    kept = lattice.points[linked.path.vertices]
    gaps = np.linalg.norm(kept[:, None] - finer.points, axis=2).min(axis=1)
    assert gaps == pytest.approx(0, abs=1e-12)
    again = widest_path(linked.flat.coordinates(finer.points), finer.edges)
    assert again is not None
    assert again.distance >= linked.path.distance * 0.99


def regular(n: int) -> Array:
    t = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(t), np.sin(t), 0 * t], axis=1)


@pytest.mark.parametrize("n", [6, 20, 300])
def test_the_reach_bounds_what_an_arc_adds_to_its_chord(n: int) -> None:
    exact = distance_by_reach(regular(n), PLANE, Bound(1.0, "exact", True, "closed-form"))
    assert exact is not None
    assert exact.certified
    inner, sagitta = np.cos(np.pi / n), 1 - np.cos(np.pi / n)
    assert exact.value == pytest.approx(inner - sagitta, abs=1e-9)
    assert exact.value <= inner - sagitta
    guess = distance_by_reach(regular(n), PLANE, Bound(1.0, "estimate", False, "numerical"))
    assert guess is not None
    assert not guess.certified


def test_edges_longer_than_twice_the_reach_prove_nothing() -> None:
    assert distance_by_reach(regular(6), PLANE, Bound(0.4, "exact", True, "closed-form")) is None


def test_a_loop_obstructs_one_number_only() -> None:
    loop = LinkedLoop("K", Bound(2.0, "lower", True, "linking-argument"), regular(9), PLANE)
    one = linking_obstruction(loop, 1)
    assert one is not None
    assert (one.bound.value, one.degree, one.birth, one.death) == (2.0, 1, 0.0, 2.0)
    assert linking_obstruction(loop, 2) is None


def test_attained_is_said_where_the_optimal_error_is_known() -> None:
    claims = from_spec("torus").claims
    sharp = Obstruction(1, Bound(3.0, "lower", True, "linking-argument"), "K", "linking")
    blunt = replace(sharp, bound=Bound(2.9, "lower", True, "linking-argument"))
    assert with_attainment(sharp, claims).attained is True
    assert with_attainment(blunt, claims).attained is False
    assert with_attainment(replace(sharp, latent_dim=3), claims).attained is None
