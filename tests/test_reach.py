"""Reach: against closed forms, in the right direction, and by the laws it must obey."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.bound import Bound
from theory.catalogue import from_spec
from theory.combine import moved
from theory.errors import InvalidInput
from theory.reach import estimate_reach
from theory.reach_pairs import Cloud, quotient, rounding

ROUNDING = 1e-6
EXACT = [
    # spec, n, largest relative excess of the least quotient, what governs
    ("circle:R=3", 100, 1e-6, "both"),
    ("ellipse", 1000, 1e-3, "curvature"),
    ("ellipse:a=1.2,b=1", 1000, 1e-3, "curvature"),
    ("linked-circles", 1000, 1e-3, "bottleneck"),
    ("helix", 1000, 1e-3, "bottleneck"),
    ("moment-curve", 1000, 1e-3, "curvature"),
    ("fourier-curve", 1000, 1e-3, "curvature"),
    ("torus-knot", 1000, 1e-3, "bottleneck"),
    ("torus-knot:p=3,q=2", 1000, 1e-3, "bottleneck"),
    ("trefoil", 1000, 1e-3, "bottleneck"),
    ("sphere:dim=2", 100, 1e-6, "both"),
    ("sphere:dim=3,R=2", 200, 1e-6, "both"),
    ("torus", 1000, 1e-3, "both"),
    ("torus:R=2,r=1.5", 1000, 3e-2, None),
    ("flat-torus", 1000, 1e-3, "both"),
    ("klein-bottle", 1000, 1e-3, "both"),
    ("projective-plane", 1000, 1e-3, "both"),
    ("special-orthogonal", 500, 1e-3, "both"),
    ("stiefel", 500, 1e-3, "both"),
    ("ellipsoid", 5000, 3e-2, "curvature"),
    ("swiss-roll", 3000, 1e-3, None),
]
# Exact tangents: what local models find between the points, with twice the room needed.
BETWEEN = [
    ("ellipse", 200, 1e-5),
    ("fourier-curve", 1000, 1e-5),
    ("trefoil", 1000, 1e-6),
    ("torus-knot:p=3,q=2", 1000, 1e-6),
    ("ellipsoid", 1000, 2e-3),
    ("ellipsoid", 4000, 1e-3),
    ("torus", 1000, 1e-3),
    ("sphere:dim=3,R=2", 500, 1e-3),
    ("moebius-band", 2000, 1e-2),
]
BARE = [
    ("circle", 1000, 5e-3),
    ("ellipse", 1000, 5e-3),
    ("linked-circles", 1000, 5e-3),
    ("helix", 1000, 5e-3),
    ("torus-knot", 1000, 5e-3),
    ("fourier-curve", 1000, 5e-3),
    ("torus", 3000, 3e-2),
    ("flat-torus", 2000, 2e-2),
    ("sphere", 1000, 1e-2),
    ("ellipsoid", 4000, 1e-2),
    ("projective-plane", 3000, 2e-2),
]

# Claimed from below, within 2 %: half a chord across a meridian, and what a search finds.
FROM_BELOW = {"klein-bottle": 1.0, "moebius-band": 0.6441097870838495}


def reach_of(spec):
    claim = from_spec(spec).claims.reach
    if spec in FROM_BELOW:
        assert claim.direction == "lower"
        assert 0.98 <= claim.value / FROM_BELOW[spec] <= 1
    return FROM_BELOW.get(spec, claim.value)


@pytest.mark.parametrize(("spec", "n", "excess", "governs"), EXACT)
def test_exact_tangents_overestimate_and_only_little(spec, n, excess, governs):
    manifold, truth = from_spec(spec), reach_of(spec)
    for seed in range(2):
        points = manifold.sample(n, rng=seed)
        found = estimate_reach(points, tangents=manifold.tangent(points))
        assert (found.certified, found.n) == (False, n)
        assert found.upper_bound == Bound(found.upper, "upper", False, "federer")
        assert truth * (1 - ROUNDING) <= found.upper <= truth * (1 + excess)
        assert found.value <= found.upper
        assert governs in (None, found.governs)
        # The pair shown gives the one-sided value by the formula.
        p, q = found.upper_at
        normal = (q - p) - manifold.tangent(p[None])[0] @ (manifold.tangent(p[None])[0].T @ (q - p))
        shown = (q - p) @ (q - p) / (2 * np.linalg.norm(normal))
        assert shown == pytest.approx(found.upper, rel=1e-4)


@pytest.mark.parametrize(("spec", "n", "off"), BETWEEN)
def test_between_the_points_of_a_sample_with_tangents(spec, n, off):
    manifold, truth = from_spec(spec), reach_of(spec)
    for seed in range(2):
        points = manifold.sample(n, rng=seed)
        found = estimate_reach(points, tangents=manifold.tangent(points))
        assert found.direction == "estimate"
        assert found.value == pytest.approx(truth, rel=off)
        assert abs(found.value - truth) <= found.error + 1e-6 * truth
        assert "degree" in found.error_basis
        assert manifold.distance(found.where) == pytest.approx(0, abs=1e-3 * truth)


def test_too_few_points_for_models_leave_the_one_sided_value():
    points = from_spec("ellipse").sample(6, rng=0)
    found = estimate_reach(points, tangents=from_spec("ellipse").tangent(points))
    assert (found.direction, found.value, found.error) == ("upper", found.upper, None)
    assert "too few points for local models" in found.note


def test_wrong_tangents_widen_the_error_or_leave_the_one_sided_value():
    manifold = from_spec("ellipsoid")
    points = manifold.sample(1500, rng=0)
    turned = manifold.tangent(points) + 0.01 * np.random.default_rng(0).normal(size=(1500, 3, 2))
    found = estimate_reach(points, tangents=np.linalg.qr(turned)[0])
    right = estimate_reach(points, tangents=manifold.tangent(points))
    assert found.value <= found.upper
    assert found.error is None or found.error > 10 * right.error


@pytest.mark.parametrize(("spec", "n", "error"), BARE)
def test_bare_points(spec, n, error):
    manifold = from_spec(spec)
    found = estimate_reach(manifold.sample(n, rng=0), intrinsic_dim=manifold.dim)
    truth = manifold.claims.reach.value
    assert (found.direction, found.certified, found.upper) == ("estimate", False, None)
    assert found.value == pytest.approx(truth, rel=error)
    assert abs(found.value - truth) <= found.error + 1e-9
    assert found.upper_bound is None


def test_bare_points_of_dimension_four_and_how_many_it_takes():
    manifold = from_spec("sphere:dim=4")
    found = estimate_reach(manifold.sample(2000, rng=0), intrinsic_dim=4)
    assert found.value == pytest.approx(1, abs=min(found.error, 0.05))
    few = estimate_reach(from_spec("grassmannian").sample(1000, rng=0), intrinsic_dim=4)
    assert few.error > 0.1 * few.value
    needed = float(re.search(r"about (\S+) points would show it within 10%", few.note)[1])
    assert 5e3 < needed < 1e6


def test_the_dimension_is_estimated_when_not_given():
    points = from_spec("torus").sample(3000, rng=0)
    assert estimate_reach(points).value == estimate_reach(points, intrinsic_dim=2).value


@pytest.mark.parametrize("spec", ["ellipse", "linked-circles", "torus-knot", "torus", "sphere"])
@pytest.mark.parametrize("share", [0.01])
def test_noise_of_one_percent_of_the_reach_is_tolerated(spec, share):
    manifold = from_spec(spec)
    truth = manifold.claims.reach.value
    points = manifold.sample(4000, rng=0)
    noise = share * truth * np.random.default_rng(1).standard_normal(points.shape)
    found = estimate_reach(points + noise, intrinsic_dim=manifold.dim)
    assert found.value == pytest.approx(truth, rel=0.06 if manifold.dim == 1 else 0.12)


@pytest.mark.parametrize("spec", ["ellipse", "linked-circles", "torus", "torus-knot"])
def test_coarse_to_fine_finds_what_all_pairs_would(spec, monkeypatch):
    manifold = from_spec(spec)
    points = manifold.sample(3000, rng=0)
    tangents = manifold.tangent(points)
    everything = estimate_reach(points, tangents=tangents)
    monkeypatch.setattr("theory.reach_federer.EXACT_LIMIT", 100)
    searched = estimate_reach(points, tangents=tangents)
    assert "coarse" in searched.method
    assert everything.value * (1 - 1e-9) <= searched.value <= everything.value * (1 + 1e-5)


def test_a_narrow_bump_is_not_missed_among_many_points(monkeypatch):
    # A circle of radius 5 with a small hair: a half circle of radius 0.02 stuck onto it.
    monkeypatch.setattr("theory.reach_federer.EXACT_LIMIT", 100)
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 20_000)
    hair = rng.uniform(0, np.pi, 60)
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    small = np.stack([np.cos(hair), np.sin(hair)], axis=1)
    points = np.concatenate([5 * unit, 0.02 * small + [20.0, 0.0]])
    normals = np.concatenate([unit, small])
    tangents = np.stack([-normals[:, 1], normals[:, 0]], axis=1)[:, :, None]
    found = estimate_reach(points, tangents=tangents)
    assert found.value == pytest.approx(0.02, rel=1e-6)
    assert found.curvature_radius == pytest.approx(0.02, rel=5e-2)
    assert np.all(np.abs(found.where[:, 0] - 20) < 0.1)


def test_all_pairs_agrees_with_the_formula_written_out():
    manifold = from_spec("ellipsoid")
    points = manifold.sample(150, rng=0)
    tangents = manifold.tangent(points)
    least = np.inf
    for p, frame in zip(points, tangents, strict=True):
        chords = points - p
        normal = chords - chords @ frame @ frame.T
        height = np.linalg.norm(normal, axis=1)
        square = (chords**2).sum(axis=1)
        keep = square > 0
        least = min(least, (square[keep] / (2 * height[keep])).min())
    assert estimate_reach(points, tangents=tangents).value == pytest.approx(least, rel=1e-9)


@settings(derandomize=True, max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.floats(0.01, 100),
    st.sampled_from(["ellipse", "linked-circles", "torus"]),
)
def test_scales_with_the_set_and_is_the_same_for_isometric_copies(seed, scale, spec):
    rng = np.random.default_rng(seed)
    manifold = from_spec(spec)
    linear = np.linalg.qr(rng.standard_normal((6, manifold.ambient_dim)))[0]
    image = moved(manifold, linear, rng.standard_normal(6), scale=scale)
    points = manifold.sample(200, rng=seed)
    there = image.sample(200, rng=seed)
    here = estimate_reach(points, tangents=manifold.tangent(points))
    found = estimate_reach(there, tangents=image.tangent(there))
    assert found.value == pytest.approx(scale * here.value, rel=1e-6)
    assert found.governs == here.governs


@settings(derandomize=True, max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 150))
def test_more_points_never_raise_the_one_sided_value(seed, n):
    manifold = from_spec("ellipse:a=3")
    points = manifold.sample(2 * n, rng=seed)
    tangents = manifold.tangent(points)
    few = estimate_reach(points[:n], tangents=tangents[:n])
    assert estimate_reach(points, tangents=tangents).upper <= few.upper * (1 + 1e-9)


def test_the_last_point_of_a_sample_may_stand_alone_in_its_tile():
    points = from_spec("circle").sample(129, rng=0)
    found = estimate_reach(points, tangents=from_spec("circle").tangent(points))
    assert found.upper == pytest.approx(1, rel=1e-6)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 3.0))
def test_union_rule(seed, gap):
    """Two parallel circles: the smaller of the radius and half the gap."""
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi, 200)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(200)], axis=1)
    tangent = np.stack([-np.sin(angle), np.cos(angle), np.zeros(200)], axis=1)[:, :, None]
    found = estimate_reach(
        np.concatenate([ring, ring + np.array([0, 0, gap])]),
        tangents=np.concatenate([tangent, tangent]),
    )
    assert found.value == pytest.approx(min(1.0, gap / 2), rel=1e-6)
    if gap < 1.9:
        assert found.governs == "bottleneck"
        assert np.linalg.norm(found.where[0] - found.where[1]) == pytest.approx(gap)


@pytest.mark.parametrize(
    "spec", ["ellipse", "torus", "torus:R=2,r=1.5", "flat-torus", "torus-knot", "klein-bottle"]
)
def test_curvature_is_at_most_the_inverse_of_the_reach(spec):
    """|II| <= 1 / reach, with II from the charts' second derivatives."""
    manifold = from_spec(spec)
    rng = np.random.default_rng(0)
    for chart in manifold.charts:
        where = rng.uniform(chart.lower, chart.upper, (500, chart.dim))
        _, first, second = chart.derivatives(where)
        frames, factor = np.linalg.qr(first)
        tangential = np.einsum("nik,nij->nkj", frames, np.eye(first.shape[1])[None].repeat(500, 0))
        normal = np.eye(first.shape[1]) - np.einsum("nik,nkj->nij", frames, tangential)
        inverse = np.linalg.inv(factor)
        form = np.einsum("nij,njab,nac,nbd->nicd", normal, second, inverse, inverse)
        for direction in rng.standard_normal((50, chart.dim)):
            unit = direction / np.linalg.norm(direction)
            bent = np.linalg.norm(np.einsum("nicd,c,d->ni", form, unit, unit), axis=1)
            assert bent.max() <= (1 + 1e-9) / manifold.claims.reach.value


@pytest.mark.parametrize("spec", ["ellipse", "torus", "torus-knot", "linked-circles"])
def test_points_within_the_tube_have_one_nearest_point(spec):
    """From p along a normal, p stays the nearest point up to the reach."""
    manifold = from_spec(spec)
    points = manifold.sample(300, rng=0)
    frames = manifold.tangent(points)
    push = np.random.default_rng(1).standard_normal(points.shape)
    push -= np.einsum("nik,njk,nj->ni", frames, frames, push)
    push /= np.linalg.norm(push, axis=1, keepdims=True)
    reach = manifold.claims.reach.value
    for share in (0.3, 0.95):
        back = manifold.project(points + share * reach * push)
        assert np.abs(back - points).max() < 1e-6


def test_the_place_is_in_the_given_coordinates():
    manifold = from_spec("ellipse")
    points = manifold.sample(2000, rng=0) + np.array([100.0, 0.0])
    frames = manifold.tangent(points - np.array([100.0, 0.0]))
    found = estimate_reach(points, tangents=frames)
    assert found.where.shape == (1, 2)
    assert abs(abs(found.where[0, 0] - 100) - 2) < 0.01
    bare = estimate_reach(points, intrinsic_dim=1)
    assert abs(abs(bare.where[0, 0] - 100) - 2) < 0.01


def test_flat_and_full_dimensional_sets_have_no_finite_estimate():
    line = np.stack([np.linspace(0, 1, 50), np.zeros(50)], axis=1)
    along = np.broadcast_to(np.array([[1.0], [0.0]]), (50, 2, 1))
    found = estimate_reach(line, tangents=along)
    assert found.value == np.inf
    assert (found.governs, found.where.shape) == ("unknown", (0, 2))
    square = np.random.default_rng(0).uniform(size=(100, 2))
    assert estimate_reach(square, intrinsic_dim=2).value == np.inf


def test_rounding_of_short_chords_never_lowers_the_estimate():
    # 20,000 points on a short arc: chords of 1e-9, where a quotient is nothing but rounding.
    angle = np.random.default_rng(0).uniform(0, 1e-3, 20_000)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    tangents = np.stack([-np.sin(angle), np.cos(angle)], axis=1)[:, :, None]
    assert estimate_reach(points, tangents=tangents).value >= 1 - 1e-6
    cloud = Cloud(points, tangents, np.zeros(20_000), np.zeros(2), rounding(points, 1))
    order = np.argsort(angle)
    assert quotient(cloud, order[:-1], order[1:]).min() >= 1 - 1e-6


def test_duplicates_change_nothing():
    manifold = from_spec("ellipse")
    points = manifold.sample(300, rng=0)
    twice = np.concatenate([points, points])
    once = estimate_reach(points, tangents=manifold.tangent(points))
    again = estimate_reach(twice, tangents=manifold.tangent(twice))
    assert (again.n, again.value) == (300, once.value)
    bare = estimate_reach(twice, intrinsic_dim=1)
    assert bare.value == estimate_reach(points, intrinsic_dim=1).value


def test_the_same_seed_gives_the_same_estimate():
    points = from_spec("torus").sample(2000, rng=0)
    assert estimate_reach(points, rng=5).value == estimate_reach(points, rng=5).value


def _circle(n):
    return from_spec("circle").sample(n, rng=0)


@pytest.mark.parametrize(
    ("call", "argument", "message"),
    [
        (lambda: estimate_reach(_circle(6), intrinsic_dim=1), "points", "at least 7"),
        (
            lambda: estimate_reach(np.ones((50, 2)), intrinsic_dim=1),
            "points",
            "1 distinct points.*at least 7",
        ),
        (lambda: estimate_reach(_circle(30), intrinsic_dim=3), "intrinsic_dim", "between 1 and 2"),
        (lambda: estimate_reach(_circle(5)), "points", "at least 10"),
        (
            lambda: estimate_reach(_circle(5), tangents=np.zeros((5, 2, 1))),
            "tangents",
            "orthonormal",
        ),
        (
            lambda: estimate_reach(_circle(5), tangents=np.zeros((4, 2, 1))),
            "tangents",
            r"\(5, 2, intrinsic_dim\)",
        ),
        (
            lambda: estimate_reach(np.ones((5, 2)), tangents=np.tile([[1.0], [0.0]], (5, 1, 1))),
            "points",
            "at least 2 distinct",
        ),
        (
            lambda: estimate_reach(
                _circle(5), tangents=from_spec("circle").tangent(_circle(5)), intrinsic_dim=2
            ),
            "intrinsic_dim",
            "width of the tangents",
        ),
        (lambda: estimate_reach(np.full((20, 2), np.nan), intrinsic_dim=1), "points", "finite"),
    ],
)
def test_unusable_arguments_are_named_with_what_is_needed(call, argument, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        call()
    assert caught.value.argument == argument
