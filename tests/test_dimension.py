"""Intrinsic dimension: right on sets of known dimension, honest where the estimators differ."""

from __future__ import annotations

import numpy as np
import pytest

from theory.catalogue import from_spec
from theory.dimension import estimate_dimension
from theory.errors import InvalidInput


@pytest.mark.parametrize(
    ("spec", "n"),
    [
        ("circle", 100),
        ("ellipse", 300),
        ("linked-circles", 200),
        ("torus-knot", 300),
        ("fourier-curve:n=5", 500),
        ("sphere:dim=2", 500),
        ("torus", 1000),
        ("swiss-roll", 1500),
        ("moebius-band", 1000),
        ("klein-bottle", 1500),
        ("sphere:dim=3", 2000),
        ("special-orthogonal:n=3", 2000),
    ],
)
def test_all_three_agree_on_clean_samples(spec, n):
    manifold = from_spec(spec)
    for seed in range(3):
        found = estimate_dimension(manifold.sample(n, rng=seed))
        assert found.value == manifold.dim
        assert found.agreement
        assert all(round(value) == manifold.dim for value in found.estimates.values())


@pytest.mark.parametrize("n", [40, 400])
def test_evenly_spaced_points_of_a_curve_are_no_trap(n):
    angle = 2 * np.pi * np.arange(n) / n
    found = estimate_dimension(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert found.value == 1
    assert found.agreement


def test_two_of_three_decide_and_the_third_is_reported():
    # A tight helix: at the scale of the neighbourhoods it fills the surface of its cylinder.
    t = np.linspace(0, 40 * np.pi, 1200)
    found = estimate_dimension(np.stack([np.cos(t), np.sin(t), 0.02 * t], axis=1))
    votes = [round(value) for value in found.estimates.values()]
    assert found.agreement == (len(set(votes)) == 1)
    assert found.value is None or votes.count(found.value) >= 2


@pytest.mark.parametrize("ambient", [3, 20, 100])
def test_an_isometric_copy_has_the_same_estimates(ambient):
    points = from_spec("torus").sample(1000, rng=0)
    linear = np.linalg.qr(np.random.default_rng(1).standard_normal((ambient, 3)))[0]
    here, there = estimate_dimension(points), estimate_dimension(7 * points @ linear.T + 3)
    assert there.value == here.value == 2
    for name, value in here.estimates.items():
        assert there.estimates[name] == pytest.approx(value, rel=1e-6)


def test_many_points_are_looked_at_in_part():
    found = estimate_dimension(from_spec("circle").sample(100_000, rng=0))
    assert (found.value, found.n, found.n_queries) == (1, 100_000, 2000)


def test_duplicates_change_nothing():
    points = from_spec("torus").sample(500, rng=0)
    assert estimate_dimension(np.tile(points, (4, 1))).estimates == pytest.approx(
        estimate_dimension(points).estimates
    )


def test_full_dimension_is_found_and_never_exceeded():
    found = estimate_dimension(np.random.default_rng(0).uniform(size=(2000, 2)))
    assert found.value == 2
    assert max(found.estimates.values()) <= 2


@pytest.mark.parametrize(
    ("points", "neighbours", "argument"),
    [
        (np.random.default_rng(0).uniform(size=(9, 2)), None, "points"),
        (np.ones((100, 2)), None, "points"),
        (np.random.default_rng(0).uniform(size=(20, 2)), 20, "points"),
        (np.random.default_rng(0).uniform(size=(20, 2)), 3, "neighbours"),
        (np.array([[0.0, np.inf]] * 20), None, "points"),
    ],
)
def test_too_little_is_refused_with_what_is_needed(points, neighbours, argument):
    with pytest.raises(InvalidInput) as caught:
        estimate_dimension(points, neighbours=neighbours)
    assert caught.value.argument == argument
