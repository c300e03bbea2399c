"""Local feature size, tangents, and reach from path lengths and from homology."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.bound import Bound
from theory.catalogue import from_spec
from theory.covering import covering_radius
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.feature_size import local_feature_size
from theory.local_fit import fit_degree, local_fit, neighbours_needed
from theory.reach_homology import reach_from_diagrams
from theory.reach_metric import longest_arc, reach_from_distances
from theory.tangent import estimate_tangents, largest_angle


def test_feature_size_of_an_ellipse_is_the_distance_to_its_medial_axis():
    ellipse = from_spec("ellipse")
    points = ellipse.sample(4000, rng=0)
    found = local_feature_size(points, ellipse.tangent(points))
    # The medial axis is the segment |x| <= a - b^2 / a on the long axis.
    beyond = np.maximum(np.abs(points[:, 0]) - 1.5, 0)
    truth = np.hypot(beyond, points[:, 1])
    assert (found.feature_size >= truth * (1 - 1e-4)).all()
    assert (found.feature_size <= truth * 1.02 + 1e-3).all()
    assert (found.feature_size <= found.ball_radius).all()
    assert np.abs(found.centre[:, 1]).max() < 1e-3
    assert found.reach == pytest.approx(0.5, rel=1e-3)
    assert found.bound == Bound(found.reach, "upper", False, "federer")
    assert found.reach >= 0.5 * (1 - 1e-9)


@pytest.mark.parametrize("spec", ["linked-circles", "torus", "torus-knot", "klein-bottle"])
def test_tangent_balls_are_empty_in_every_codimension(spec):
    manifold = from_spec(spec)
    points = manifold.sample(400, rng=0)
    found = local_feature_size(points, manifold.tangent(points))
    distance = np.linalg.norm(points[None] - found.centre[:, None], axis=2)
    nearest_two = np.sort(distance, axis=1)[:, :2]
    assert nearest_two == pytest.approx(np.stack([found.ball_radius] * 2, axis=1), rel=1e-6)
    assert found.reach >= manifold.claims.reach.value * (1 - 1e-6)


def test_feature_sizes_of_many_points_are_sought_in_a_part_of_them(monkeypatch):
    torus = from_spec("torus")
    points = torus.sample(1500, rng=0)
    tangents = torus.tangent(points)
    everything = local_feature_size(points, tangents)
    monkeypatch.setattr("theory.feature_size._MOST_PAIRS", 3e5)
    part = local_feature_size(points, tangents)
    assert (part.ball_radius >= everything.ball_radius * (1 - 1e-6)).all()
    assert np.median(part.ball_radius / everything.ball_radius) < 1.001


def test_a_flat_set_has_no_medial_axis():
    line = np.stack([np.linspace(0, 1, 30), np.zeros(30)], axis=1)
    found = local_feature_size(line, np.broadcast_to([[1.0], [0.0]], (30, 2, 1)))
    assert np.isinf(found.feature_size).all()
    assert np.isnan(found.centre).all()


def test_feature_size_refuses_duplicates():
    with pytest.raises(InvalidInput, match="1 duplicates"):
        local_feature_size(
            np.array([[0.0, 0], [1, 0], [1, 0]]), np.broadcast_to([[1.0], [0.0]], (3, 2, 1))
        )


@pytest.mark.parametrize(("spec", "n"), [("ellipse", 500), ("torus-knot", 500), ("torus", 3000)])
def test_fitted_tangents_beat_principal_components(spec, n):
    manifold = from_spec(spec)
    points = manifold.sample(n, rng=0)
    truth = manifold.tangent(points)
    angles = [
        np.quantile(
            largest_angle(estimate_tangents(points, manifold.dim, degree=degree), truth), 0.9
        )
        for degree in (1, 2, 3)
    ]
    assert angles[0] < 0.3
    assert angles[1] < angles[0] / 2
    assert angles[2] < angles[1]


def test_tangent_error_falls_at_the_rate_of_the_degree():
    manifold = from_spec("ellipse")
    medians = []
    for n in (500, 4000):
        points = manifold.sample(n, rng=0)
        fitted = estimate_tangents(points, 1, degree=3)
        medians.append(np.median(largest_angle(fitted, manifold.tangent(points))))
    # Eight times as many points: 8^3 times smaller, with room for chance.
    assert medians[1] < medians[0] / 200


def test_largest_angle_is_accurate_for_small_angles():
    for angle in (0.0, 1e-12, 0.3, math.pi / 2):
        first = np.array([[[1.0], [0.0]]])
        second = np.array([[[math.cos(angle)], [math.sin(angle)]]])
        assert largest_angle(first, second)[0] == pytest.approx(angle, abs=1e-16)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["ellipse", "torus", "torus-knot", "flat-torus"]))
def test_tangents_turn_no_faster_than_the_reach_allows(seed, spec):
    """sin(angle / 2) <= |x - y| / (2 reach)."""
    manifold = from_spec(spec)
    points = manifold.sample(200, rng=seed)
    frames = manifold.tangent(points)
    half = np.sin(largest_angle(frames[:100], frames[100:]) / 2)
    chord = np.linalg.norm(points[:100] - points[100:], axis=1)
    assert (half <= chord / (2 * manifold.claims.reach.value) + 1e-9).all()


def test_fit_sees_curvature_noise_and_smooths():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 3000)
    clean = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    noisy = clean + 0.003 * rng.standard_normal(clean.shape)
    fit = local_fit(noisy, np.arange(300), 1, neighbours=600, degree=4)
    assert np.median(fit.noise) == pytest.approx(0.003, rel=0.1)
    assert np.median(fit.curvature) == pytest.approx(0.5, rel=0.05)
    off = np.abs(np.linalg.norm(fit.points, axis=1) - 2)
    assert np.median(off) < 0.003 / 5


@pytest.mark.parametrize(("dim", "n", "degree"), [(1, 7, 2), (1, 1000, 4), (2, 20, 2), (6, 500, 2)])
def test_degree_grows_with_the_sample(dim, n, degree):
    assert fit_degree(n, dim) == degree
    with pytest.raises(InvalidInput, match=f"at least {neighbours_needed(dim)}"):
        fit_degree(neighbours_needed(dim) - 1, dim)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.floats(0.01, 100), st.lists(st.floats(0.01, 3.1), min_size=1, max_size=30))
def test_circles_attain_the_longest_arc(radius, angles):
    angle = np.array(angles)
    chord = 2 * radius * np.sin(angle / 2)
    assert longest_arc(chord, radius) == pytest.approx(radius * angle, rel=1e-6)
    assert reach_from_distances(chord, radius * angle) == pytest.approx(radius, rel=1e-3)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.floats(1.0, 4.0), st.integers(0, 10**6))
def test_arcs_of_an_ellipse_are_no_longer_than_the_reach_allows(a, seed):
    t = np.linspace(0, 2 * np.pi, 20_001)
    curve = np.stack([a * np.cos(t), np.sin(t)], axis=1)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    i, j = np.random.default_rng(seed).integers(0, 20_000, (2, 400))
    arc = np.abs(length[i] - length[j])
    arc = np.minimum(arc, length[-1] - arc)
    chord = np.linalg.norm(curve[i] - curve[j], axis=1)
    reach = 1 / a
    near = chord < 2 * reach
    assert (arc[near] <= longest_arc(chord[near], reach) + 1e-6).all()
    assert reach_from_distances(chord, np.maximum(arc, chord)) >= reach * (1 - 1e-3)


def test_paths_between_components_and_straight_ones():
    assert reach_from_distances(np.array([1.0]), np.array([np.inf])) == pytest.approx(0.5)
    assert reach_from_distances(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == np.inf


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: reach_from_distances(np.ones(2), np.ones(3)), "arc"),
        (lambda: reach_from_distances(np.ones(2), np.full(2, 0.9)), "arc"),
        (lambda: longest_arc(np.array([3.0]), 1.0), "chord"),
        (lambda: longest_arc(np.array([1.0]), 0.0), "reach"),
        (lambda: estimate_tangents(np.eye(5), 2), "points"),
        (lambda: estimate_tangents(np.eye(5), 6), "intrinsic_dim"),
        (lambda: estimate_tangents(np.eye(5), 1, degree=0), "degree"),
        (lambda: estimate_tangents(np.eye(5), 1, neighbours=9), "neighbours"),
        (lambda: local_fit(np.eye(5), np.arange(2), 1, neighbours=3, degree=3), "neighbours"),
        (lambda: reach_from_diagrams(_diagrams([[0.0, 1.0]]), _eta(np.inf)), "covering"),
    ],
)
def test_unusable_arguments_are_named(call, argument):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.argument == argument


def _eta(value, direction="upper"):
    return Bound(value, direction, direction != "estimate", "chart-covering")


def _diagrams(*bars, filtration="alpha", **more):
    return PersistenceDiagrams(
        by_degree=tuple(np.array(b, dtype=float).reshape(-1, 2) for b in bars),
        homology_coeff_field=2,
        filtration=filtration,
        n_points=100,
        ambient_dim=2,
        affine_dim=2,
        **more,
    )


def test_homology_limits_the_reach_by_the_first_bar_that_outlasts_the_covering_radius():
    bars = ([[0, 0.04], [0, 0.5], [0, np.inf]], [[0.05, 0.09], [0.06, 0.9]])
    found = reach_from_diagrams(_diagrams(*bars), _eta(0.05))
    assert (found.value, found.direction, found.certified) == (0.5, "upper", False)
    assert (found.governs, found.half_bottleneck) == ("bottleneck", 0.5)
    # With a larger covering radius the gap of 0.5 could be one of the sample alone.
    assert reach_from_diagrams(_diagrams(*bars), _eta(0.6)).value == 0.9
    assert reach_from_diagrams(_diagrams(*bars), _eta(0.05, "estimate")).direction == "estimate"
    assert reach_from_diagrams(_diagrams([[0, np.inf]]), _eta(0.1)).value == np.inf


def test_subsample_perturbation_and_rips_widen_the_limit():
    bars = ([[0, 0.5], [0, np.inf]],)
    assert reach_from_diagrams(_diagrams(*bars, perturbation=0.01), _eta(0.1)).value == 0.51
    assert reach_from_diagrams(_diagrams(*bars, subsample_radius=0.45), _eta(0.1)).value == np.inf
    rips = reach_from_diagrams(_diagrams(*bars, filtration="rips"), _eta(0.1)).value
    assert rips == pytest.approx(0.5 * math.sqrt(4 / 3))


@pytest.mark.parametrize(("spec", "truth"), [("circle", 1.0), ("linked-circles", 0.5)])
def test_homology_of_real_samples(spec, truth):
    persistence = pytest.importorskip("geomcheck.homology").persistence
    manifold = from_spec(spec)
    points = manifold.sample(300, rng=0)
    found = reach_from_diagrams(persistence(points), covering_radius(points, manifold))
    assert truth * (1 - 1e-6) <= found.value <= truth * 1.05
