"""Lower bounds: never above the optimal error, and equal to it up to the covering radius."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomcheck.bounds import bounds, nets_of, obstructions, part_homologies
from geomcheck.ground import survey
from geomcheck.homology import persistence
from geomcheck.loops import found_loops
from geomcheck.nets import net_of_points
from theory.bound import Bound
from theory.catalogue import from_spec
from theory.combine import moved
from theory.covering import covering_radius
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.obstruction import Obstruction, PartHomology, strongest
from theory.obstruction_arguments import (
    closed_form_obstructions,
    homological_obstruction,
    torsion_obstruction,
)
from theory.point_set import PointSet


def all_obstructions(manifold: Manifold, m: int) -> tuple[Obstruction, ...]:
    rng = np.random.default_rng(0)
    ground = survey(manifold, rng=rng)
    nets = nets_of(ground, manifold, rng=rng)
    loops = found_loops(nets[: len(manifold.components)], rng=rng) if m == 1 else ()
    return obstructions(ground, part_homologies(nets, 2**32), loops, m)


@pytest.mark.parametrize(
    ("spec", "m", "expected"),
    [
        ("circle:R=2", 1, 2.0),
        ("ellipse:a=2,b=1", 1, 1.0),
        ("linked-circles", 1, 1.0),
        ("sphere:dim=2", 1, 1.0),
        ("sphere:dim=2", 2, 1.0),
        ("torus:R=2,r=1", 1, 3.0),
        ("torus:R=2,r=1", 2, 1.0),
        ("flat-torus:a=1,b=2", 1, 5.0**0.5),
    ],
)
def test_strongest_bound_is_the_optimal_error(spec: str, m: int, expected: float) -> None:
    found = all_obstructions(from_spec(spec), m)
    best = strongest(found)
    assert best is not None
    assert best.bound.certified
    assert best.bound.value == pytest.approx(expected, rel=1e-12)
    assert all(o.bound.value <= expected * (1 + 1e-12) for o in found)
    homological = [o for o in found if o.argument == "homology"]
    assert max(o.bound.value for o in homological) >= 0.75 * expected


def test_the_union_alone_would_give_half() -> None:
    found = all_obstructions(from_spec("linked-circles"), 1)
    per_circle = [o for o in found if o.argument == "homology"]
    assert {o.part for o in per_circle} == {"circle 1", "circle 2"}
    assert all(0.97 <= o.bound.value < 1.0 and o.bound.certified for o in per_circle)
    assert from_spec("linked-circles").claims.reach == Bound(0.5, "exact", True, "union-rule")


@given(
    radius=st.floats(0.1, 10),
    ratio=st.floats(1, 4),
    scale=st.floats(0.1, 10),
    seed=st.integers(0, 1000),
)
@settings(max_examples=12)
def test_never_above_the_optimal_error(
    radius: float, ratio: float, scale: float, seed: int
) -> None:
    base = from_spec(f"ellipse:a={radius * ratio},b={radius}")
    frame, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 2)))
    manifold = moved(base, frame, scale=scale)
    optimal = manifold.claims.optimal_error[1].value
    assert optimal == pytest.approx(radius * scale)
    for o in all_obstructions(manifold, 1):
        assert o.bound.value <= optimal * (1 + 1e-9)


def test_no_obstruction_where_the_set_embeds() -> None:
    (only,) = closed_form_obstructions(from_spec("torus"), 3)
    assert (only.bound.value, only.argument, only.attained) == (0.0, "embedding", True)


def test_bounds_stop_where_nothing_is_obstructed() -> None:
    found = bounds(from_spec("sphere:dim=2"))
    assert [o.latent_dim for o in found] == [1, 2, 3]
    assert [o.bound.value for o in found] == pytest.approx([1.0, 1.0, 0.0])


def test_bare_points_give_an_estimate_only() -> None:
    found = bounds(PointSet("ring", from_spec("circle").sample(800, rng=1)))
    assert not any(o.bound.certified for o in found)
    assert 0.9 < found[0].bound.value < 1.0
    assert found[0].bound.direction == "estimate"


def ring(birth: float, death: float, perturbation: float = 0.0) -> PersistenceDiagrams:
    return PersistenceDiagrams(
        by_degree=(np.array([[0.0, np.inf]]), np.array([[birth, death]])),
        homology_coeff_field=2,
        filtration="alpha",
        n_points=10,
        ambient_dim=2,
        affine_dim=2,
        perturbation=perturbation,
    )


EXACT = Bound(1.0, "exact", True, "closed-form")
COVERING = Bound(0.1, "upper", True, "chart-covering")


def test_covering_radius_and_perturbation_are_subtracted() -> None:
    found = homological_obstruction(PartHomology("L", ring(0.1, 0.9, 0.01), COVERING, EXACT), 1)
    assert found is not None
    assert found.bound.value == pytest.approx(0.9 - 0.1 - 0.01, abs=2e-5)
    assert found.bound.value < 0.9 - 0.1 - 0.01
    assert found.bound.certified


@pytest.mark.parametrize(
    ("covering", "reach"),
    [
        (Bound(0.1, "estimate", False, "numerical"), EXACT),
        (Bound(0.1, "lower", True, "chart-covering"), EXACT),
        (COVERING, Bound(1.0, "estimate", False, "numerical")),
        (COVERING, Bound(1.0, "upper", True, "federer")),
        (COVERING, None),
    ],
)
def test_nothing_is_certified_on_an_uncertain_footing(covering: Bound, reach: Bound | None) -> None:
    found = homological_obstruction(PartHomology("L", ring(0.1, 0.9), covering, reach), 1)
    assert found is not None
    assert not found.bound.certified


def test_a_void_of_a_sparse_sample_certifies_nothing() -> None:
    """Four points of a bent disc enclose a void for a while; the disc embeds in the plane."""
    half = np.deg2rad(70.0)
    disc = Manifold.from_chart(
        lambda t, z: (np.cos(t), np.sin(t), z),
        [(-half, half), (-0.9, 0.9)],
        stretch=(1.0, 1.0),
        estimate=False,
    )
    rim, height = [np.cos(half), np.sin(half), 0.0], [1.0, 0.0, 0.9]
    points = np.array([rim, rim, height, height]) * np.array(
        [[1, 1, 1], [1, -1, 1], [1, 1, 1], [1, 1, -1]]
    )
    covering = covering_radius(points, disc, relative=1e-3)
    assert covering.certified
    diagrams = persistence(points, max_degree=2)
    found = homological_obstruction(PartHomology("disc", diagrams, covering, EXACT), 2)
    assert found is not None
    assert not found.bound.certified


@pytest.mark.parametrize("periodic", [False, True])
def test_an_arc_that_all_but_closes_certifies_no_loop(periodic: bool) -> None:
    """It embeds in the line, however small the gap; a circle does not."""

    def loop(gap: float) -> Obstruction:
        arc = Manifold.from_chart(
            lambda t: (np.cos(t), np.sin(t)),
            [(0.0, 2 * np.pi - gap)],
            periodic=periodic,
            estimate=False,
        )
        return next(o for o in all_obstructions(arc, 1) if o.argument == "linking")

    assert not loop(5e-10).bound.certified
    assert loop(0.0).bound.certified


def test_a_class_born_beyond_the_reach_obstructs_nothing() -> None:
    late = PartHomology("L", ring(1.1, 3.0), COVERING, EXACT)
    assert homological_obstruction(late, 1) is None


def test_a_class_of_low_degree_obstructs_nothing() -> None:
    assert homological_obstruction(PartHomology("L", ring(0.1, 0.9), COVERING, EXACT), 2) is None


def test_certified_comes_before_larger_estimates() -> None:
    small = Obstruction(1, Bound(0.5, "lower", True, "federer"), "a", "reach")
    large = Obstruction(1, Bound(0.9, "estimate", False, "numerical"), "b", "homology")
    assert strongest([large, small]) is small
    assert strongest([]) is None


@pytest.mark.parametrize("latent_dim", [0, -1, 1.5, True])
def test_latent_dimension_is_checked(latent_dim: float) -> None:
    with pytest.raises(InvalidInput, match="latent_dim"):
        closed_form_obstructions(from_spec("circle"), latent_dim)  # type: ignore[arg-type]


def two_fields(
    over_two: list[tuple[float, float]], over_three: list[tuple[float, float]], **changes: object
) -> PartHomology:
    """Return diagrams with bars of degree 2 alone, in R^4."""
    diagrams = [
        PersistenceDiagrams(
            by_degree=(
                np.array([[0.0, np.inf]]),
                np.empty((0, 2)),
                np.array(bars, dtype=float).reshape(-1, 2),
            ),
            homology_coeff_field=field,
            filtration="alpha",
            n_points=10,
            ambient_dim=4,
            affine_dim=4,
        )
        for field, bars in ((2, over_two), (3, over_three))
    ]
    two, three = (replace(one, **changes) for one in diagrams)  # type: ignore[arg-type]
    return PartHomology("L", two, COVERING, EXACT, three)


@pytest.mark.parametrize(
    ("over_three", "alive_to"),
    [
        ([], 0.8),
        ([(0.1, 0.2), (0.9, 1.0)], 0.8),
        ([(0.6, 2.0)], 0.6),
        ([(0.7, 0.9), (0.5, 0.7)], 0.5),
        ([(0.1, 0.9)], None),
    ],
)
def test_a_class_over_two_elements_alone_is_torsion(
    over_three: list[tuple[float, float]], alive_to: float | None
) -> None:
    found = torsion_obstruction(two_fields([(0.3, 0.8)], over_three), 3)
    if alive_to is None:
        assert found is None
        return
    assert found is not None
    assert (found.argument, found.degree, found.bound.source) == ("torsion", 2, "torsion-argument")
    assert found.bound.certified
    assert found.bound.value == pytest.approx(alive_to - 0.1, abs=1e-4)
    assert found.bound.value < alive_to - 0.1


def test_torsion_is_not_claimed_where_it_is_not_proved() -> None:
    sound = two_fields([(0.3, 0.8)], [])
    assert torsion_obstruction(sound, 2) is None
    assert torsion_obstruction(sound, 4) is None
    assert torsion_obstruction(replace(sound, over_three=None), 3) is None
    assert torsion_obstruction(two_fields([(0.3, 0.8)], [], affine_dim=5), 3) is None
    assert torsion_obstruction(two_fields([(0.3, 0.8)], [], filtration="rips"), 3) is None
    assert torsion_obstruction(two_fields([(1.3, 1.8)], []), 3) is None


def test_points_of_a_projective_plane_do_not_pass_three_numbers() -> None:
    plane = from_spec("projective-plane")
    points, reach = plane.sample(400, rng=0), plane.claims.reach
    rng = np.random.default_rng(0)
    net = net_of_points("cloud", points, reach, 2, covering_dim=2, rng=rng)
    (homology,) = part_homologies([net], 2**32)
    found = torsion_obstruction(homology, 3)
    assert found is not None
    assert not found.bound.certified
    assert found.death == pytest.approx(0.5, rel=0.02)
    assert 0 < found.bound.value <= plane.claims.optimal_error[3].value
