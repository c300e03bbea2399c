"""Covering radii: certified ones against dense samples, estimated ones by their coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from theory.catalogue import from_spec
from theory.combine import moved
from theory.covering import covering_radius, estimate_covering_radius
from theory.errors import InvalidInput

SPECS = ["circle", "ellipse:a=4,b=1", "linked-circles", "sphere:dim=2", "torus", "klein-bottle"]


def without_stretch(manifold):
    charts = tuple(replace(chart, stretch=None) for chart in manifold.charts)
    parts = tuple(without_stretch(part) for part in manifold.parts)
    return replace(manifold, charts=charts, parts=parts)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("relative", [0.01, 0.1])
def test_certified_bound_holds_and_is_as_tight_as_asked(spec, relative):
    manifold = from_spec(spec)
    points = manifold.sample(400, rng=1)
    bound = covering_radius(points, manifold, relative=relative)
    assert (bound.certified, bound.direction) == (True, "upper")
    seen = cKDTree(points).query(manifold.sample(100_000, rng=2))[0].max()
    assert seen <= bound.value
    # The largest distance seen misses the supremum by no more than its own sample is wide.
    dense = cKDTree(manifold.sample(100_000, rng=2)).query(manifold.sample(2000, rng=3))[0].max()
    assert bound.value <= (1 + relative) * (seen + 2 * dense) + 1e-9


def test_equally_spaced_points_on_a_circle():
    n = 40
    angle = 2 * np.pi * np.arange(n) / n
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    truth = 2 * np.sin(np.pi / (2 * n))
    bound = covering_radius(points, from_spec("circle"), relative=0.001)
    assert truth <= bound.value <= 1.001 * truth + 1e-9


def test_a_part_that_the_sample_missed_is_seen():
    manifold = from_spec("linked-circles")
    points = manifold.parts[0].sample(500, rng=0)
    bound = covering_radius(points, manifold)
    assert bound.certified
    # The farthest point of the second circle, (2, 0, 0), is 1 away from the first.
    assert 1.0 <= bound.value <= 1.03


def test_points_beside_the_manifold_count_with_their_distance():
    bound = covering_radius(np.zeros((1, 3)), from_spec("sphere:dim=2,R=2"), relative=0.01)
    assert 2.0 <= bound.value <= 2.03


def test_a_bound_cut_short_still_holds():
    manifold = from_spec("torus")
    points = manifold.sample(300, rng=0)
    fine = covering_radius(points, manifold)
    coarse = covering_radius(points, manifold, max_cells=600)
    assert coarse.certified
    assert coarse.value >= fine.value / 1.02


@pytest.mark.parametrize("spec", ["ellipse", "linked-circles", "torus"])
def test_without_stretch_it_is_a_close_estimate(spec):
    manifold = from_spec(spec)
    points = manifold.sample(400, rng=1)
    known = covering_radius(points, manifold)
    guessed = covering_radius(points, without_stretch(manifold))
    assert (guessed.certified, guessed.direction) == (False, "estimate")
    assert guessed.value == pytest.approx(known.value, rel=0.05)


def test_without_charts_it_is_estimated_from_fresh_points():
    manifold = replace(from_spec("torus"), charts=())
    points = manifold.sample(400, rng=1)
    bound = covering_radius(points, manifold)
    assert bound.direction == "estimate"
    truth = covering_radius(points, from_spec("torus")).value
    assert 0.98 * truth <= bound.value <= 1.6 * truth


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.1, 10), st.sampled_from(["ellipse", "torus"]))
def test_scales_and_moves_with_the_set(seed, scale, spec):
    rng = np.random.default_rng(seed)
    manifold = from_spec(spec)
    linear = np.linalg.qr(rng.standard_normal((5, manifold.ambient_dim)))[0]
    offset = rng.standard_normal(5)
    points = manifold.sample(100, rng=rng)
    image = moved(manifold, linear, offset, scale=scale)
    there = covering_radius(scale * points @ linear.T + offset, image, relative=0.01)
    here = covering_radius(points, manifold, relative=0.01)
    assert there.value == pytest.approx(scale * here.value, rel=0.011)


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(5, 100))
def test_more_points_never_cover_worse(seed, n):
    manifold = from_spec("torus")
    points = manifold.sample(2 * n, rng=seed)
    assert covering_radius(points, manifold).value <= 1.02 * (
        covering_radius(points[:n], manifold).value
    )


@pytest.mark.parametrize(
    ("spec", "n"), [("circle", 300), ("ellipse:a=4,b=1", 300), ("torus", 500), ("helix", 300)]
)
def test_estimates_cover_at_the_level_aimed_at(spec, n):
    manifold = from_spec(spec)
    repetitions = 120
    ratios = np.empty(repetitions)
    for i in range(repetitions):
        points = manifold.sample(n, rng=i)
        estimate = estimate_covering_radius(points, confidence=0.95, intrinsic_dim=manifold.dim)
        assert (estimate.certified, estimate.direction) == (False, "estimate")
        ratios[i] = estimate.value / covering_radius(points, manifold, relative=0.01).value
    # 95 % less four standard deviations.
    assert np.mean(ratios >= 0.99) >= 0.87
    assert np.median(ratios) < 2.2


@pytest.mark.parametrize(("spec", "n"), [("ellipse:a=4,b=1", 100), ("torus-knot", 300)])
def test_gaps_of_a_closed_curve_are_seen_as_arcs(spec, n):
    manifold = from_spec(spec)
    for seed in range(15):
        points = manifold.sample(n, rng=seed)
        truth = covering_radius(points, manifold, relative=0.002).value
        estimate = estimate_covering_radius(points, confidence=0.95, intrinsic_dim=1).value
        assert 0.998 * truth <= estimate <= 1.3 * truth


def test_estimate_finds_the_dimension_by_itself_and_drops_duplicates():
    points = from_spec("torus").sample(800, rng=0)
    given_ = estimate_covering_radius(points, intrinsic_dim=2)
    assert estimate_covering_radius(points).value == pytest.approx(given_.value)
    assert estimate_covering_radius(np.tile(points, (3, 1)), intrinsic_dim=2).value == given_.value


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: covering_radius(np.zeros((5, 2)), from_spec("torus")), "points"),
        (lambda: covering_radius(np.full((5, 3), np.nan), from_spec("torus")), "points"),
        (lambda: covering_radius(np.zeros((5, 3)), from_spec("torus"), relative=0.0), "relative"),
        (lambda: estimate_covering_radius(np.ones((100, 3))), "points"),
        (lambda: estimate_covering_radius(np.eye(20), confidence=1.0), "confidence"),
        (
            lambda: estimate_covering_radius(from_spec("circle").sample(50), intrinsic_dim=3),
            "intrinsic_dim",
        ),
    ],
)
def test_unusable_arguments_are_named(call, argument):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.argument == argument


def test_a_chart_that_returns_nan_is_reported_with_where():
    manifold = from_spec("circle")
    broken = replace(
        manifold.charts[0], map=lambda t: (np.where(t > 3, np.nan, np.cos(t)), np.sin(t))
    )
    with pytest.raises(InvalidInput, match="not finite at"):
        covering_radius(np.zeros((3, 2)), replace(manifold, charts=(broken,)))
