"""Classes that go round holes: the pieces, sets whose answer is known, and maps made to deceive."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from certify_cases import random_network
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import nnls

import geomcheck
import theory
from geomcheck.certify import certain_sides
from geomcheck.evaluation import evaluate
from geomcheck.ground import survey
from geomcheck.homology import persistence
from geomcheck.measure.winding import winding_over
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Verdict
from geomcheck.topology import SeenHomology
from theory.bound import Bound
from theory.chart_cells import cell_flags
from theory.holes import widest_holes
from theory.lattice import whole_lattice
from theory.mod_rank import BinarySpan, rank_mod
from theory.skeleton import Boxes, faces
from theory.winding import classes_round

Array = NDArray[np.float64]


def test_ranks_over_two_fields_differ_where_torsion_would() -> None:
    rows = np.array([[2, 0], [0, 3]])
    assert (rank_mod(rows, 2), rank_mod(rows, 3), rank_mod(rows, 5)) == (1, 1, 2)
    assert rank_mod(np.zeros((0, 4), dtype=np.intp), 2) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6), st.sampled_from([2, 3, 5]))
def test_the_rank_is_that_of_a_product_of_full_ranks(seed: int, a: int, b: int, prime: int) -> None:
    rng = np.random.default_rng(seed)
    rank = int(rng.integers(0, min(a, b) + 1))
    # Unit triangular matrices are invertible over every field.
    left = np.tril(rng.integers(0, 9, (a, a)), -1) + np.eye(a, dtype=int)
    right = np.triu(rng.integers(0, 9, (b, b)), 1) + np.eye(b, dtype=int)
    middle = np.zeros((a, b), dtype=int)
    middle[range(rank), range(rank)] = 1
    rows = left @ middle @ right
    assert rank_mod(rows, prime) == rank
    if prime == 2:
        span = BinarySpan(int("".join(map(str, row % 2)), 2) for row in rows)
        assert len(span) == rank


def test_faces_of_a_torus_number_as_they_should_and_meet() -> None:
    lattice = whole_lattice(theory.torus().charts, 8)
    edges, ends = faces(lattice, 1)
    squares, names = faces(lattice, 2)
    assert (len(np.unique(names)), len(edges), len(squares)) == (64, 128, 64)
    heads = edges.points(np.array([[0.0], [1.0]]))
    spots = np.empty((64, 3))
    spots[lattice.names] = lattice.points
    np.testing.assert_allclose(heads, spots[ends], atol=1e-12)
    # The halves of a square have its corners, its middle, and the middles of its sides.
    some = np.zeros(len(squares), dtype=bool)
    some[[3, 60]] = True
    corner = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
    whole = squares[some].points(np.concatenate([corner, [[0.5, 0.5]]]))
    halves = squares.halved(some).points(corner).reshape(2, 4, 4, 3)
    for i, j in itertools.product(range(2), range(4)):
        np.testing.assert_allclose(halves[i, j, j], whole[i, j], atol=1e-12)
        np.testing.assert_allclose(halves[i, j, 3 - j], whole[i, 4], atol=1e-12)


def test_the_widest_hole_of_a_ring_is_its_middle() -> None:
    rng = np.random.default_rng(0)
    angle, away = rng.uniform(0, 2 * np.pi, 4000), rng.uniform(1, 2, 4000)
    ring = np.stack([3 + away * np.cos(angle), away * np.sin(angle)], axis=1)
    centres, radii = widest_holes(ring, 5)
    np.testing.assert_allclose(centres[0], (3, 0), atol=0.05)
    assert 1 <= radii[0] < 1.05
    assert radii[1] < 0.2
    gaps = np.linalg.norm(ring - centres[:, None], axis=2).min(axis=1)
    np.testing.assert_allclose(gaps, radii)
    assert len(widest_holes(np.stack([angle, 0 * angle], axis=1), 5)[0]) == 0


def round_middle(manifold: theory.Manifold, f: object, centre: Array, *fields: int) -> list[int]:
    parts = [part.charts for part in manifold.components]
    found = classes_round(f, parts, centre[None], enough=dict.fromkeys(fields, 9))  # type: ignore[arg-type]
    return [found.classes[field] for field in fields]


@pytest.mark.parametrize(("turns", "over_two", "over_three"), [(1, 1, 1), (2, 0, 1), (3, 1, 0)])
def test_a_circle_wound_several_times(turns: int, over_two: int, over_three: int) -> None:
    def wound(x: Array) -> Array:
        angle = turns * np.arctan2(x[:, 1], x[:, 0])
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    found = round_middle(theory.circle(), wound, np.zeros(2), 2, 3)
    assert found == [over_two, over_three]
    assert round_middle(theory.circle(), wound, np.array([1.5, 0]), 2, 3) == [0, 0]


def test_surfaces_in_space() -> None:
    def same(x: Array) -> Array:
        return x

    sphere, torus = theory.sphere(), theory.torus()
    assert round_middle(sphere, same, np.array([0.3, 0.1, 0.2]), 2) == [1]
    assert round_middle(sphere, same, np.array([0.9, 0.9, 0.2]), 2) == [0]
    assert round_middle(torus, same, np.array([2.0, 0, 0]), 2) == [1]
    assert round_middle(torus, same, np.zeros(3), 2) == [0]
    # One hole tells one class, though two spheres lie about it.
    nested = theory.disjoint_union([sphere, theory.sphere(R=3.0)], gap=2.0)
    assert round_middle(nested, same, np.array([0.3, 0.1, 0.2]), 2) == [1]


def test_the_class_of_the_rotations_that_the_sphere_keeps() -> None:
    rotations = theory.special_orthogonal(3)

    def column(x: Array) -> Array:
        return x.reshape(-1, 3, 3)[:, :, 2]

    assert round_middle(rotations, column, np.zeros(3), 2) == [1]
    # Of the projective space nothing is kept by a map that embeds a ball and folds the rest.
    flat = theory.grassmannian(n=4, k=1)
    assert round_middle(flat, lambda x: x[:, :3], np.array([0.2, 0.2, 0.1]), 2) == [0]


def cup_powers(charts: tuple[theory.Chart, ...], per_axis: int, k: int) -> int:
    """Return the largest j with x^j not 0, x the class of H^1 over F2, of a closed k-manifold."""
    flags = cell_flags(charts, per_axis)
    assert flags is not None
    tops = [flag for flag in flags if len(flag) == k + 1]
    edges = sorted({e for flag in flags for e in itertools.combinations(flag, 2)})
    number = {e: i for i, e in enumerate(edges)}
    triangles = sorted({t for flag in flags for t in itertools.combinations(flag, 3)})
    # A cocycle that is no coboundary: 0 on a spanning tree, not 0.
    parent: dict[int, int] = {}

    def root(v: int) -> int:
        while parent.get(v, v) != v:
            v = parent[v]
        return v

    free = []
    for i, (a, b) in enumerate(edges):
        ra, rb = root(a), root(b)
        if ra == rb:
            free.append(i)
        else:
            parent[ra] = rb
    place = {e: i for i, e in enumerate(free)}
    rows: dict[int, int] = {}
    for a, b, c in triangles:
        row = 0
        for e in ((a, b), (b, c), (a, c)):
            if number[e] in place:
                row ^= 1 << place[number[e]]
        while row and row.bit_length() in rows:
            row ^= rows[row.bit_length()]
        if row:
            rows[row.bit_length()] = row
    left = [i for i in range(len(free)) if i + 1 not in rows]
    assert len(left) == 1
    x = {free[left[0]]}
    # From the lowest pivot up every other value follows.
    chosen = 1 << left[0]
    for length in sorted(rows):
        if bin(rows[length] & chosen & ~(1 << (length - 1))).count("1") % 2:
            chosen |= 1 << (length - 1)
            x.add(free[length - 1])
    value = {e: int(number[e] in x) for e in edges}
    assert all((value[a, b] + value[b, c] + value[a, c]) % 2 == 0 for a, b, c in triangles)
    # The k-th power on the sum of all simplices of dimension k, which is the only cycle.
    total = sum(all(value[flag[i], flag[i + 1]] for i in range(k)) for flag in tops)
    return k if total % 2 else 0


@pytest.mark.parametrize(
    "manifold",
    [theory.grassmannian(n=3, k=1), theory.special_orthogonal(3), theory.stiefel(3, 2)],
    ids=str,
)
def test_the_power_that_is_claimed_of_loops_is_that_of_the_cells(manifold: theory.Manifold) -> None:
    k = manifold.dim
    assert manifold.claims.loop_power == cup_powers(manifold.charts, 4 if k == 3 else 6, k) == k


TORUS = theory.torus()


def torus_code(x: Array) -> tuple[Array, Array]:
    u = np.mod(np.arctan2(x[:, 1], x[:, 0]), 2 * np.pi)
    v = np.mod(np.arctan2(x[:, 2], np.hypot(x[:, 0], x[:, 1]) - 2), 2 * np.pi)
    return u, v


def ring_of(back: float = 0.0) -> FunctionAutoencoder:
    """Lay the torus cut along a meridian in a ring; `back` wide, the turn is taken back."""

    def encode(x: Array) -> Array:
        u, v = torus_code(x)
        across = np.where(v < 6, v / 6, (2 * np.pi - v) / (2 * np.pi - 6))
        if back:
            u = u - 2 * np.pi * np.clip((u - 3.37) / back, 0, 1)
        return (3 + across[:, None]) * np.stack([np.cos(u), np.sin(u)], axis=1)

    def decode(c: Array) -> Array:
        r, u = np.hypot(c[:, 0], c[:, 1]), np.arctan2(c[:, 1], c[:, 0])
        v = 6 * np.clip(r - 3, 0, 1)
        x = np.stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)], axis=1)
        return x * np.minimum(r / 2, 1)[:, None]

    return FunctionAutoencoder(encode, decode, 3, 2, True)


@pytest.mark.parametrize("back", [0.0, 0.5, 0.01])
def test_a_turn_that_is_taken_back_is_not_kept(back: float) -> None:
    report = geomcheck.verify(
        TORUS, ring_of(back), epsilon=0.1, delta=0.1, rng=0, samples=3000, certificate_seconds=1
    )
    for claim in ("latent-topology", "reconstruction-topology"):
        result = report[claim]
        if back:
            assert result.verdict is not Verdict.HOLDS
            assert result.values["classes_round_holes"] == 0
        else:
            assert result.verdict is Verdict.HOLDS
            assert result.values["classes_kept"] == [1, 1]
    if not back:
        witness = report["latent-topology"].witness
        assert witness is not None
        (point,) = witness.data["codes"]
        u = np.linspace(0, 2 * np.pi, 2000)
        outer = np.stack([3 * np.cos(u), 3 * np.sin(u), 0 * u], axis=1)
        codes = ring_of().encode(outer) - point
        turned = np.unwrap(np.arctan2(codes[:, 1], codes[:, 0]))
        assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi, rel=1e-6)
        assert np.linalg.norm(ring_of().encode(TORUS.sample(9000, rng=3)) - point, axis=1).min() > 2


def angle_of(x: Array) -> Array:
    return np.asarray(np.mod(np.arctan2(x[:, 1], x[:, 0]), 2 * np.pi))


@pytest.mark.parametrize("share", [0.55, 0.75])
def test_a_code_that_jumps_where_the_chart_closes_up_turns_in_no_way(share: float) -> None:
    def cut(x: Array) -> Array:
        u = share * angle_of(x)
        return np.stack([np.cos(u), np.sin(u)], axis=1)

    assert round_middle(theory.circle(), cut, np.zeros(2), 2, 3) == [0, 0]


def test_curves_beside_a_surface_have_no_class_of_degree_two() -> None:
    flat = np.eye(3)[:, :2]
    far = theory.moved(theory.circle(), flat, np.array([4.0, 0, 0]))
    both = theory.disjoint_union([theory.sphere(), far], gap=2.0)
    assert round_middle(both, lambda x: x, np.array([0.1, 0.2, 0.1]), 2) == [1]


def test_a_tear_that_points_of_the_pool_meet_is_looked_at() -> None:
    manifold, begin, width = theory.circle(), 2.0, 2e-6

    def encode(x: Array) -> Array:
        u = angle_of(x)
        u = u - 2 * np.pi * np.clip((u - begin) / width, 0, 1)
        return np.stack([np.cos(u), np.sin(u)], axis=1)

    def on_circle(u: Array) -> Array:
        return np.stack([np.cos(u), np.sin(u)], axis=1)

    # Points of the tear are neither last nor, its decoder being bad elsewhere, of large errors.
    model = FunctionAutoencoder(encode, lambda c: c + 5, 2, 2, True)
    plain = manifold.sample(20_000, rng=0)
    torn = on_circle(begin + width * np.linspace(0.3, 0.7, 5))
    ground = survey(manifold, rng=np.random.default_rng(0))
    for points, least in ((plain, 1), (np.concatenate([torn, plain]), 0)):
        pool = evaluate(model, points)
        pool.errors[: len(points) - len(plain)] = 0
        found = winding_over({2: (1, 1)}, ground, model, pool, decoded=False)
        assert found[2].number == least


def test_a_decoder_without_numbers_takes_nothing_from_the_encoder() -> None:
    manifold = theory.circle()
    model = FunctionAutoencoder(
        lambda x: x, lambda c: np.where(c[:, :1] > 0.9, np.nan, c), 2, 2, True
    )
    ground = survey(manifold, rng=np.random.default_rng(0))
    pool = evaluate(model, manifold.sample(3000, rng=0))
    for decoded, number in ((False, 1), (True, 0)):
        found = winding_over({2: (1, 1)}, ground, model, pool, decoded=decoded)
        assert found[2].number == number


def thin_sets(x: Array) -> Array:
    """Send a circle to a small ring at the end of a long arm."""
    t = np.mod(np.arctan2(x[:, 1], x[:, 0]), 2 * np.pi)
    along = np.clip((t - 1) / 0.3, 0, 1) - np.clip((t - 5) / 0.3, 0, 1)
    round_ = 2 * np.pi * np.clip((t - 1.3) / 2.7, 0, 1)
    tip = np.stack([1 - np.cos(round_), np.sin(round_)], axis=1)
    ring = (t >= 1.3) & (t <= 5)
    return np.stack([along, 0 * along], axis=1) + 0.1 * np.where(ring[:, None], tip, 0)


def test_a_narrow_ring_is_seen_by_its_winding() -> None:
    parts = [theory.circle().charts]
    points = theory.circle().sample(8000, rng=0)
    centres, radii = widest_holes(thin_sets(points), 8)
    assert radii[0] == pytest.approx(0.1, rel=0.1)
    assert classes_round(thin_sets, parts, centres, enough={2: 1, 3: 1}).classes == {2: 1, 3: 1}


def test_a_claim_says_over_which_field_it_was_looked_at() -> None:
    # Over two elements a map of degree 3 keeps the class of the sphere, over three it does not.
    def thrice(x: Array) -> Array:
        angle, away = 3 * angle_of(x), np.hypot(x[:, 0], x[:, 1])
        return np.stack([away * np.cos(angle), away * np.sin(angle), x[:, 2]], axis=1)

    model = FunctionAutoencoder(thrice, lambda c: c, 3, 3, True)
    report = geomcheck.verify(theory.sphere(), model, rng=0, samples=3000, epsilon=0.1)
    assert "over two elements" in report["latent-topology"].statement
    # Of loops in the plane both fields are looked at.
    wound = FunctionAutoencoder(lambda x: x, lambda c: c, 2, 2, True)
    report = geomcheck.verify(theory.circle(), wound, rng=0, samples=2000, epsilon=0.1)
    assert "over two elements" not in report["latent-topology"].statement


def fitted(
    manifold: theory.Manifold, latent_dim: int, steps: int = 300
) -> geomcheck.MLPAutoencoder:
    points = manifold.sample(2000, rng=0)
    return geomcheck.fit(points, latent_dim=latent_dim, rng=0, steps=steps)


def test_a_network_keeps_the_loop_of_a_torus_for_certain() -> None:
    model = geomcheck.fit(TORUS.sample(2000, rng=0), latent_dim=2, rng=0, steps=300)
    report = geomcheck.verify(TORUS, model, rng=0, samples=3000, certificate_seconds=0.1)
    result = report["latent-topology"]
    assert result.verdict is Verdict.HOLDS
    assert result.values["certified"]
    assert result.statement.endswith("(certified).")
    assert {h.basis for h in result.hypotheses} <= {"given", "certified", "assumed"}
    # That no more could be kept is known of closed manifolds alone.
    assert any("closed manifold" in h.says and h.basis == "given" for h in result.hypotheses)


@pytest.mark.parametrize("given_betti", [True, False])
def test_nothing_is_certain_by_betti_numbers_that_are_only_seen(given_betti: bool) -> None:
    oval = theory.ellipse()
    if not given_betti:
        oval = replace(oval, claims=replace(oval.claims, betti=None))
    # Its errors are beyond the reach, so that G(F(x)) need not deform to x.
    layer = torch.nn.Linear(2, 2, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(2 * torch.eye(2))
    model = torch.nn.Module()
    model.encoder, model.decoder = torch.nn.Sequential(layer), torch.nn.Sequential(layer)
    report = geomcheck.verify(oval, model, rng=0, samples=3000, certificate_seconds=0.1)
    result = report["latent-topology"]
    assert result.verdict is Verdict.HOLDS
    assert result.values["classes_kept"] == [1, 1]
    assert result.values["certified"] is given_betti
    assert result.statement.endswith("(certified).") is given_betti


@given(st.integers(0, 10**6), st.floats(0.01, 0.5), st.integers(2, 3))
@settings(max_examples=25)
def test_cells_that_are_certainly_on_one_side_are(seed: int, size: float, m: int) -> None:
    rng = np.random.default_rng(seed)
    model = random_network(3, m, hidden=(8,), seed=seed, residual=bool(seed % 2))
    low = rng.uniform(0, 2 * np.pi - 0.5, (20, 2))
    boxes = Boxes(
        TORUS.charts,
        np.zeros(20, dtype=np.intp),
        low,
        np.full((20, 2), size),
        np.tile(np.arange(2), (20, 1)),
    )
    inside = boxes.points(rng.uniform(0, 1, (200, 2)))
    for decoded in (False, True):

        def codes(x: Array, decoded: bool = decoded) -> Array:
            return model.encode(model.decode(model.encode(x)) if decoded else x)

        values = codes(inside.reshape(-1, 3)).reshape(20, 200, m)
        centre = values[0, 0] + rng.standard_normal(m) * np.ptp(values[0], axis=0)
        sides = certain_sides(model, TORUS, decoded=decoded)
        assert sides is not None
        for flag, some in zip(sides(boxes, centre), values - centre, strict=True):
            # On one side of a point: no convex combination of the directions vanishes.
            if flag:
                assert nnls(np.vstack([some.T, np.ones(200)]), np.append(np.zeros(m), 1.0))[1] > 0
    # A point that is the code of a point of a box is on no side of it.
    for box in range(3):
        at = model.encode(inside[box, :1])[0]
        sides = certain_sides(model, TORUS, decoded=False)
        assert sides is not None
        assert not sides(boxes, at)[box]


def test_a_certain_turn_is_that_of_a_dense_loop() -> None:
    circle = theory.circle()
    t = np.linspace(0, 2 * np.pi, 20001)
    loop = np.stack([np.cos(t), np.sin(t)], axis=1)
    seen = set()
    for seed in range(12):
        model = random_network(2, 2, hidden=(6, 6), gain=1.0, seed=seed)
        sides = certain_sides(model, circle, decoded=False)
        codes = model.encode(loop)
        for centre in codes.mean(axis=0) + 0.3 * np.random.default_rng(seed).normal(size=(6, 2)) * (
            np.ptp(codes, axis=0)
        ):
            found = classes_round(
                model.encode, [circle.charts], centre[None], enough={2: 1, 3: 1}, misses=sides
            )
            if len(found.points):
                turned = np.unwrap(np.arctan2(*(codes - centre).T))
                number = round((turned[-1] - turned[0]) / (2 * np.pi))
                assert found.classes == {2: number % 2, 3: int(number % 3 != 0)}
                seen.add(number)
    # Points that nothing goes round are not among those returned.
    assert seen
    assert 0 not in seen


def test_late_bars_are_no_narrow_holes() -> None:
    # Half a ring: its ends are 2 apart, so that it closes at a radius of 1, and lives on a little.
    t = np.linspace(0, np.pi * 1.2, 400)
    arc = np.stack([np.cos(t), np.sin(t)], axis=1)
    seen = SeenHomology(persistence(arc, max_degree=1), Bound(0.02, "upper", True, "s"), 2.0)
    assert len(seen.diagrams.by_degree[1]) > 0
    assert seen.diagrams.by_degree[1][:, 1].max() > 0.5
    assert seen.narrow_holes(1, 1.5) == 0


@pytest.mark.parametrize("width", [0.0, 1.0])
def test_a_code_on_a_line_loses_loops_that_could_be_kept(width: float) -> None:
    def encode(x: Array) -> Array:
        return np.stack([width * x[:, 0], np.zeros(len(x))], axis=1)

    model = FunctionAutoencoder(
        encode,
        lambda c: np.tile(c[:, :1], (1, 3)),
        3,
        2,
        True,
    )
    report = geomcheck.verify(TORUS, model, rng=0, samples=2000, certificate_seconds=1)
    for claim in ("latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is Verdict.FAILS
        assert "avoidable" in report[claim].summary
