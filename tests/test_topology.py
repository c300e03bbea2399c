"""Betti numbers seen through samples, and the marks on what is lost."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from geomcheck.claims.topology_verdict import _obstacle
from geomcheck.enrich import whitened, whitening
from geomcheck.homology import persistence
from geomcheck.induced import kept_classes
from geomcheck.limits import Limits
from geomcheck.planted import circles
from geomcheck.seen import seen_image, seen_set
from geomcheck.topology import SeenHomology, losses
from theory.bound import Bound
from theory.catalogue import from_spec
from theory.covering import covering_radius
from theory.points import farthest_point_subsample


@pytest.mark.parametrize(
    ("spec", "n", "expected"),
    [
        ("circle", 200, (1, 1)),
        ("linked-circles", 400, (2, 2)),
        ("sphere:dim=2", 800, (1, 0, 1)),
        ("torus:R=2,r=1", 2500, (1, 2, 1)),
    ],
)
def test_betti_numbers_of_a_dense_sample(spec: str, n: int, expected: tuple[int, ...]) -> None:
    manifold = from_spec(spec)
    points = manifold.sample(8 * n, rng=0)
    points = points[farthest_point_subsample(points, n).indices]
    covering = covering_radius(points, manifold)
    seen = seen_set(points, covering, max_degree=manifold.dim, memory_limit=2**32)
    assert seen.betti() == expected


def test_a_coarse_sample_does_not_decide() -> None:
    manifold = from_spec("torus:R=2,r=1")
    points = manifold.sample(60, rng=0)
    covering = covering_radius(points, manifold)
    seen = seen_set(points, covering, max_degree=2, memory_limit=2**32)
    assert seen.betti() != (1, 2, 1)


def test_an_image_on_a_line_has_as_many_pieces_as_intervals() -> None:
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.uniform(0, 1, 3000), rng.uniform(1.5, 2, 3000)])[:, None]
    seen = seen_image(codes, max_degree=0, size=300, memory_limit=2**32, scale_free=True)
    assert seen.betti() == (2,)
    assert not seen.resolution.certified


@pytest.mark.parametrize("stretch", [1.0, 1e-3])
def test_a_stretched_ring_of_codes_keeps_its_hole(stretch: float) -> None:
    angle = np.random.default_rng(1).uniform(0, 2 * np.pi, 4000)
    codes = np.stack([np.cos(angle), stretch * np.sin(angle)], axis=1)
    seen = seen_image(codes, max_degree=1, size=300, memory_limit=2**32, scale_free=True)
    assert seen.betti() == (1, 1)


def test_whitening_leaves_collapsed_directions_collapsed() -> None:
    points = np.random.default_rng(2).normal(size=(500, 2)) @ np.array([[2.0, 0, 0], [0, 5.0, 0]])
    white = whitened(points)
    assert white.std(axis=0)[:2] == pytest.approx([1, 1], abs=1e-9)
    assert np.abs(white[:, 2]).max() == 0.0


@pytest.mark.parametrize("scale", [1e-140, 1.0, 1e140])
@pytest.mark.parametrize("rank", [1, 3])
def test_whitening_can_be_undone(scale: float, rank: int) -> None:
    rng = np.random.default_rng(3)
    points = scale * (5 + rng.normal(size=(500, rank)) @ rng.normal(size=(rank, 3)))
    white = whitening(points)
    np.testing.assert_allclose(white.undone(white(points)), points, rtol=1e-9)


def marks(had: tuple[int, ...], seen: tuple[int | None, ...], m: int, embedding: int) -> list[str]:
    lost, _ = losses(had, seen, Limits(m, embedding))
    return [f"H{x.degree}:{x.mark}" for x in lost]


def test_degrees_from_the_latent_dimension_up_are_forced() -> None:
    assert marks((2, 2), (2,), 1, 2) == ["H1:forced"]
    assert marks((1, 2, 1), (1,), 1, 3) == ["H1:forced", "H2:forced"]


def test_losses_where_the_set_embeds_are_avoidable() -> None:
    assert marks((1, 2, 1), (1, 1, 1), 3, 3) == ["H1:avoidable"]
    assert marks((2, 2), (1, 2), 2, 2) == ["H0:avoidable"]


def test_losing_components_is_always_avoidable() -> None:
    assert marks((2, 2), (1,), 1, 2) == ["H0:avoidable", "H1:forced"]


def test_a_torus_in_the_plane_is_undecided_in_degree_one() -> None:
    assert marks((1, 2, 1), (1, 0), 2, 3) == ["H1:undecided", "H2:forced"]


def test_what_the_sample_leaves_open_stays_open() -> None:
    lost, unclear = losses((1, 2, 1), (1, None, 1), Limits(3, 3))
    assert (lost, unclear) == ((), (1,))


def test_half_of_the_middle_degree_of_a_closed_surface_is_lost_in_the_plane() -> None:
    lost, _ = losses((1, 2, 1), (1, 1), Limits(2, 3, closed=((1, 2, 1),)))
    assert [(x.degree, x.mark, x.source) for x in lost] == [
        (1, "forced", "intersection-form"),
        (2, "forced", "open-subsets"),
    ]
    lost, _ = losses((1, 2, 1), (1, 0), Limits(2, 3, closed=((1, 2, 1),)))
    assert lost[0].mark == "undecided"
    lost, _ = losses((1, 2, 1), (1, 0), Limits(2, 3), loops=True)
    assert (lost[0].mark, lost[0].source) == ("undecided", "circle-map")
    lost, _ = losses((1, 2, 1), (1, 0), Limits(2, 3), loops=True, flat=True)
    assert (lost[0].mark, lost[0].source) == ("avoidable", "circle-map")
    # On a line no loop can be kept, whatever K is.
    lost, _ = losses((1, 2, 1), (1,), Limits(1, 3), loops=True)
    assert lost[0].mark == "forced"


def angle(points: np.ndarray) -> np.ndarray:
    return np.arctan2(points[:, 1], points[:, 0])


def on_circle(t: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(t), np.sin(t)], axis=1)


@pytest.mark.parametrize(
    ("spec", "had", "map_", "kept"),
    [
        ("circle", (1, 1), lambda x: x, (1, 1)),
        ("circle", (1, 1), lambda x: x * [1, 0.1], (1, 1)),
        ("circle", (1, 1), lambda x: x * [1, 0], (1, 0)),
        # Twice round is zero over two elements; there and back is zero over any.
        ("circle", (1, 1), lambda x: on_circle(2 * angle(x)), (1, 0)),
        ("circle", (1, 1), lambda x: on_circle(2 * np.abs(angle(x))), (1, 0)),
        ("circle", (1, 1), lambda x: np.stack([x[:, 0], x[:, 0] * x[:, 1]], 1), (1, 1)),
        ("circle", (1, 1), lambda x: np.zeros((len(x), 1)), (1, 0)),
        ("sphere:dim=2", (1, 0, 1), lambda x: x, (1, 0, 1)),
        ("sphere:dim=2", (1, 0, 1), lambda x: x * [1, 1, 0], (1, 0, 0)),
        ("torus:R=2,r=1", (1, 2), lambda x: x, (1, 2)),
        ("torus:R=2,r=1", (1, 2), lambda x: x * [1, 1, 0], (1, 1)),
    ],
)
def test_rank_of_the_induced_map(spec, had, map_, kept) -> None:
    manifold = from_spec(spec)
    n = 300 if manifold.dim == 1 else 600
    points = manifold.sample(10 * n, rng=0)
    points = points[farthest_point_subsample(points, n).indices]
    covering = covering_radius(points, manifold).value
    every = manifold.sample(5000, rng=1)
    found = kept_classes(points, map_(points), every, map_(every), had, covering=covering)
    assert tuple(found) == kept


@pytest.mark.parametrize(("field", "kept"), [(2, (1, 1)), (3, (1, 0))])
def test_a_circle_wound_three_times_is_lost_over_three_elements(field, kept) -> None:
    circle = from_spec("circle")
    points, every = circle.sample(600, rng=0), circle.sample(5000, rng=1)
    points = points[farthest_point_subsample(points, 300).indices]
    covering = covering_radius(points, circle).value
    wound = [on_circle(3 * angle(x)) for x in (points, every)]
    found = kept_classes(
        points, wound[0], every, wound[1], (1, 1), covering=covering, homology_coeff_field=field
    )
    assert tuple(found) == kept


def test_a_tear_between_two_points_of_the_net_is_not_overlooked() -> None:
    # An arc that almost closes, and back along itself between two neighbours: nothing is kept,
    # though the net alone shows a ring.
    circle = from_spec("circle")
    points, every = circle.sample(600, rng=0), circle.sample(5000, rng=1)
    points = points[farthest_point_subsample(points, 300).indices]
    covering = covering_radius(points, circle).value
    half_width = 1e-4

    def bent(x: np.ndarray) -> np.ndarray:
        return on_circle(0.99 * circles.tent(angle(x), half_width))

    inside = on_circle(np.pi + half_width * np.linspace(-1, 1, 50))
    seen = np.concatenate([every, inside])
    blind = kept_classes(points, bent(points), every, bent(every), (1, 1), covering=covering)
    found = kept_classes(points, bent(points), seen, bent(seen), (1, 1), covering=covering)
    assert blind[1] == 1
    assert found[1] != 1


def test_a_net_too_coarse_keeps_its_counsel() -> None:
    manifold = from_spec("torus:R=2,r=1")
    points = manifold.sample(40, rng=0)
    found = kept_classes(points, points, points, points, (1, 2), covering=1.5)
    # That the image hangs together it does tell.
    assert tuple(found) == (1, None)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_known_of_covering_radii_decides_more(seed: int) -> None:
    torus = from_spec("torus:R=2,r=1")
    points, every = torus.sample(8000, rng=seed), torus.sample(5000, rng=[1, seed])
    points = points[farthest_point_subsample(points, 2500).indices]

    def covering(some: np.ndarray) -> float:
        return covering_radius(some, torus).value

    def kept(**options) -> tuple[int | None, ...]:
        radius = covering(points)
        return kept_classes(points, points, every, every, (1, 2, 1), covering=radius, **options)

    # Loops are told on more points than the few on which degree 2 can be looked at.
    assert kept() == (1, 2, None)
    assert kept(covering_of=covering) == (1, 2, 1)


def test_a_segment_carries_no_circle_and_no_sphere() -> None:
    manifold = from_spec("sphere:dim=2")
    # Far too few points to resolve the sphere; that a line has no cycles needs none.
    points, every = manifold.sample(30, rng=0), manifold.sample(500, rng=1)
    onto = np.outer([1.0, 0, 0], [0.6, 0.8])
    found = kept_classes(points, points @ onto, every, every @ onto, (1, 0, 1), covering=0.5)
    assert found[1:] == (0, 0)
    whole = kept_classes(points, points, every, every, (1, 0, 1), covering=0.5)
    assert whole[2] is None


def test_resolution_is_an_upper_bound_for_sets() -> None:
    manifold = from_spec("circle")
    points = manifold.sample(50, rng=0)
    covering = covering_radius(points, manifold)
    assert covering.certified
    dense = manifold.sample(20000, rng=1)
    gaps = np.linalg.norm(dense[:, None] - points[None], axis=2).min(axis=1)
    assert gaps.max() <= covering.value
    assert isinstance(covering, Bound)


def test_dual_degrees_share_what_can_be_kept() -> None:
    # RP^3 in R^3: H^1 and H^2 annihilate one another, so one of H_1 and H_2 is lost.
    had, limits = (1, 1, 1, 1), Limits(3, 5, closed=((1, 1, 1, 1),))
    lost, _ = losses(had, (1, 1, 0), limits)
    assert [(x.degree, x.mark) for x in lost] == [(2, "forced"), (3, "forced")]
    lost, _ = losses(had, (1, 0, 0), limits)
    assert [(x.degree, x.mark) for x in lost][:2] == [(1, "undecided"), (2, "undecided")]
    # The cube of the class of H^1 is not 0: it cannot come from R^3.
    lost, _ = losses(had, (1, None, 1), replace(limits, loop_power=3))
    assert [(x.degree, x.mark, x.source) for x in lost][:1] == [(1, "forced", "cup-product")]
    lost, unclear = losses(had, (1, None, 1), replace(limits, loop_power=3, latent_dim=4))
    assert [x.degree for x in lost] == []
    assert unclear == (1, 3)


def test_what_a_retraction_keeps_is_lost_needlessly_where_nothing_is_kept() -> None:
    had, limits = (1, 0, 1, 1, 0, 1), Limits(5, 6, closed=((1, 0, 1, 1, 0, 1),))
    onto = {0: 1, 3: 1}
    lost, _ = losses(had, (1, 0, 0, 0, 0), limits, retracts=onto, flat=True)
    assert [(x.degree, x.mark) for x in lost] == [
        (2, "undecided"),
        (3, "avoidable"),
        (5, "forced"),
    ]
    lost, _ = losses(had, (1, 0, 0, 0, 0), limits, retracts=onto)
    assert [x.mark for x in lost] == ["undecided", "undecided", "forced"]
    # Beside the other class no more may be kept, and of one that is not decided nothing is said.
    lost, _ = losses(had, (1, 0, 1, 0, 0), limits, retracts=onto, flat=True)
    assert [(x.degree, x.mark) for x in lost] == [(3, "forced"), (5, "forced")]
    lost, unclear = losses(had, (1, 0, None, 0, 0), limits, retracts=onto, flat=True)
    assert [(x.degree, x.mark) for x in lost] == [(3, "undecided"), (5, "forced")]
    assert unclear == (2,)


def test_loops_in_space_are_free() -> None:
    # A projective plane, and a Klein bottle, in R^3: a loop of order two is lost.
    lost, unclear = losses((1, 1, 1), (1, None, 1), Limits(3, 4, integral_loops=0))
    assert [(x.degree, x.mark, x.source) for x in lost] == [(1, "forced", "free-loops")]
    assert unclear == ()
    klein = Limits(3, 4, integral_loops=1)
    lost, unclear = losses((1, 2, 1), (1, 1, 1), klein)
    assert [(x.degree, x.mark, x.source) for x in lost] == [(1, "forced", "free-loops")]
    lost, unclear = losses((1, 2, 1), (1, 2, 1), klein)
    assert (lost, unclear) == ((), (1,))
    lost, _ = losses((1, 2, 1), (1, 1, 1), replace(klein, latent_dim=4))
    assert [(x.degree, x.mark) for x in lost] == [(1, "avoidable")]
    # Over three elements the loop of order two is none.
    assert losses((1, 1, 0), (1, 1, 0), replace(klein, homology_coeff_field=3)) == ((), ())


def test_more_than_any_map_keeps_is_not_believed() -> None:
    lost, unclear = losses((1, 2, 1), (1, 2), Limits(2, 3, closed=((1, 2, 1),)))
    assert ([x.degree for x in lost], unclear) == ([2], (1,))


def test_each_component_keeps_half_of_its_own_middle_degree() -> None:
    tori = ((1, 2, 1), (1, 2, 1))
    lost, _ = losses((2, 4, 2), (2, 2), Limits(2, 3, tori))
    assert lost[0].mark == "forced"
    planes = ((1, 1, 1), (1, 1, 1))
    lost, _ = losses((2, 2, 2), (2, 0), Limits(2, 4, planes))
    assert lost[0].mark == "forced"


@pytest.mark.parametrize(("width", "count"), [(0.05, 0), (0.2, 1), (1.2, 2)])
def test_holes_no_wider_than_asked_for_are_counted(width: float, count: int) -> None:
    # A ring of radius 1 and one of radius 0.2 apart from it, in a box of diagonal 5.
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    rings = np.concatenate([on_circle(t), 0.2 * on_circle(t[::4]) + [3.0, 0.0]])
    seen = SeenHomology(persistence(rings, max_degree=1), Bound(0.02, "upper", True, "s"), 2.2)
    assert seen.narrow_holes(1, width) == count


@pytest.mark.parametrize(
    ("reach", "resolution", "contradicted"),
    [(1.0, 0.4, True), (1.0, 0.6, False), (None, 0.4, True)],
)
def test_points_too_coarse_for_the_reach_contradict_no_betti_numbers(
    reach: float | None, resolution: float, contradicted: bool
) -> None:
    known = None if reach is None else Bound(reach, "exact", True, "closed-form")
    study: Any = SimpleNamespace(
        exceptional=SimpleNamespace(jump=None),
        ground=SimpleNamespace(reach=known, betti=(1, 1)),
        of_input=SimpleNamespace(resolution=Bound(resolution, "upper", True, "chart-covering")),
    )
    comparison: Any = SimpleNamespace(seen=object(), encoder_alone=True)
    said = _obstacle(study, comparison, (1, 1), (2, None))
    assert ("do not show" in said) == contradicted
    assert _obstacle(study, comparison, (1, 1), (1, None)) == ""
