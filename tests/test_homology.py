"""Persistence of known sets: by hand, against theory, across fields, engines and motions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geomcheck.homology import bottleneck_distance, persistence
from theory.points import farthest_point_subsample

INF = float("inf")


def angles(n, seed, count=1):
    return np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, (count, n))


def circle(n, seed=0):
    (t,) = angles(n, seed)
    return np.column_stack([np.cos(t), np.sin(t)])


def ellipse(n, seed=0):
    return circle(n, seed) * [2.0, 1.0]


def sphere(n, seed=0):
    cloud = np.random.default_rng(seed).normal(size=(n, 3))
    return cloud / np.linalg.norm(cloud, axis=1, keepdims=True)


def torus(n, seed=0):
    u, v = angles(n, seed, 2)
    return np.column_stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)])


def linked_circles(n, seed=0):
    first, second = circle(n // 2, seed), circle(n - n // 2, seed + 1)
    zero = np.zeros
    return np.concatenate(
        [
            np.column_stack([first, zero(len(first))]),
            np.column_stack([1.0 + second[:, 0], zero(len(second)), second[:, 1]]),
        ]
    )


def klein_bottle(n, seed=0):
    u, v = angles(n, seed, 2)
    w = 2 + np.cos(v)
    return np.column_stack(
        [
            w * np.cos(u),
            w * np.sin(u),
            np.sin(v) * np.cos(u / 2),
            np.sin(v) * np.sin(u / 2),
        ]
    )


def projective_plane(n, seed=0):
    x, y, z = sphere(n, seed).T
    return np.column_stack([x * y, x * z, y**2 - z**2, 2 * y * z])


def spread(cloud, size):
    return cloud[farthest_point_subsample(cloud, size).indices]


def lasting(result, shortest):
    """Number of bars longer than `shortest`, degree by degree."""
    return tuple(len(result.significant(k, shortest)) for k in range(result.max_degree + 1))


HALF_DIAGONAL = float(np.sqrt(0.5))
BY_HAND = {
    "two points": ([[0, 0], [3, 4]], [[0, 2.5]], [], []),
    "equilateral triangle": (
        [[0, 0], [1, 0], [0.5, np.sqrt(0.75)]],
        [[0, 0.5], [0, 0.5]],
        [[0.5, 1 / np.sqrt(3)]],
        [],
    ),
    "square": (
        [[0, 0], [1, 0], [1, 1], [0, 1]],
        [[0, 0.5]] * 3,
        [[0.5, HALF_DIAGONAL]],
        [[0.5, HALF_DIAGONAL]],
    ),
    "three collinear points": ([[0, 0], [1, 1], [3, 3]], [[0, 0.5**0.5], [0, 2**0.5]], [], []),
    "one point": ([[5.0, 1.0, 2.0]], [], [], []),
    "one point three times": ([[5.0, 1.0, 2.0]] * 3, [], [], []),
    "a square with duplicates": (
        [[0, 0], [1, 0], [1, 1], [0, 1], [1, 1], [0, 0]],
        [[0, 0.5]] * 3,
        [[0.5, HALF_DIAGONAL]],
        [[0.5, HALF_DIAGONAL]],
    ),
    "numbers": ([[3.0], [0.0], [1.0]], [[0, 0.5], [0, 1.0]], [], []),
    "equal numbers": ([[3.0], [3.0]], [], [], []),
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("engine", ["alpha", "rips"])
def test_radii_by_hand(name, engine):
    cloud, components, alpha_loops, rips_loops = BY_HAND[name]
    result = persistence(np.array(cloud, dtype=float), engine=engine)
    loops = alpha_loops if engine == "alpha" else rips_loops
    assert result.filtration == engine
    assert result.max_degree == 2
    np.testing.assert_allclose(result.degree(0), [*components, [0, INF]], atol=1e-12)
    np.testing.assert_allclose(result.degree(1), np.reshape(loops, (-1, 2)), atol=1e-12)
    assert result.degree(2).shape == (0, 2)


GROUND_TRUTH = {
    "circle": (circle(500), 0.5, (1, 1, 0), 1, [1.0]),
    "ellipse": (ellipse(500), 0.5, (1, 1, 0), 1, [1.0]),
    "sphere": (sphere(800), 0.5, (1, 0, 1), 2, [1.0]),
    "torus, loops": (torus(2000), 0.55, (1, 2, 1), 1, [1.0, 1.0]),
    "torus, cavity": (torus(2000), 0.55, (1, 2, 1), 2, [1.0]),
    "linked circles": (linked_circles(300), 0.3, (2, 2, 0), 1, [0.5, 0.5]),
    "the first of them": (linked_circles(300)[:150], 0.5, (1, 1, 0), 1, [1.0]),
    "the second of them": (linked_circles(300)[150:], 0.5, (1, 1, 0), 1, [1.0]),
}


@pytest.mark.parametrize("name", GROUND_TRUTH)
def test_known_sets(name):
    cloud, shortest, betti, degree, deaths = GROUND_TRUTH[name]
    result = persistence(cloud)
    assert result.filtration == "alpha"
    assert lasting(result, shortest) == betti
    found = result.significant(degree, shortest)[:, 1]
    np.testing.assert_allclose(found, deaths, atol=0.02)


def test_klein_bottle_has_torsion():
    cloud = spread(klein_bottle(8000), 1000)
    two, three = (
        persistence(cloud, homology_coeff_field=p, max_degree=2, max_points=1000) for p in (2, 3)
    )
    assert two.n_points == 1000
    assert lasting(two, 0.45) == (1, 2, 1)
    assert lasting(three, 0.45) == (1, 1, 0)
    np.testing.assert_allclose(two.longest(1, 2)[:, 1], 1.0, atol=0.01)
    _assert_one_torsion_class(two, three)


def test_projective_plane_has_torsion():
    cloud = spread(projective_plane(4000), 300)
    two, three = (persistence(cloud, homology_coeff_field=p, max_degree=2) for p in (2, 3))
    assert lasting(two, 0.2) == (1, 1, 1)
    assert lasting(three, 0.2)[2] == 0
    _assert_one_torsion_class(two, three)


def _assert_one_torsion_class(two, three):
    """The class of order two: over F3 it dies where over F2 the top class is born."""
    ((born, _),) = two.longest(2, 1)
    over_two, over_three = two.degree(1), three.degree(1)
    np.testing.assert_allclose(np.sort(over_two[:, 0]), np.sort(over_three[:, 0]))
    deaths = [Counter(bars[:, 1].round(9).tolist()) for bars in (over_two, over_three)]
    # One death alone differs: over F2 the class lives on instead.
    ((late, _),) = (deaths[0] - deaths[1]).items()
    ((early, _),) = (deaths[1] - deaths[0]).items()
    assert early == pytest.approx(born, abs=1e-9)
    assert late > early + 0.3
    (row,) = np.flatnonzero(over_three[:, 1].round(9) == early)
    assert over_three[row, 1] - over_three[row, 0] > 0.05


def test_rips_of_a_sphere_in_many_dimensions():
    cloud = np.random.default_rng(3).normal(size=(120, 6))
    cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
    for field in (2, 3):
        result = persistence(cloud, homology_coeff_field=field, max_degree=1)
        assert result.filtration == "rips"
        assert result.max_degree == 1
        assert lasting(result, 0.5) == (1, 0)
        assert np.isinf(result.by_degree[1]).sum() == 0
    assert len(result.degree(1)) > 0


clouds = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 16), st.integers(2, 3)),
    elements=st.floats(-1, 1, width=32),
)


def rank(bars, early, late):
    """Rank of the map of homology from radius `early` to `late`."""
    return int(np.count_nonzero((bars[:, 0] <= early) & (bars[:, 1] > late)))


@settings(max_examples=40, deadline=None)
@given(clouds)
def test_rips_and_alpha_are_interleaved(cloud):
    alpha = persistence(cloud, engine="alpha", max_degree=2)
    rips = persistence(cloud, engine="rips", max_degree=2)
    theta = np.sqrt(2 * rips.affine_dim / (rips.affine_dim + 1)) if rips.affine_dim else 1.0
    slack = 1e-9
    for degree in (0, 1, 2):
        a, r = alpha.degree(degree), rips.degree(degree)
        bounds = rips.offset_bounds(degree)
        for early, late in zip(bounds.birth_upper, bounds.death_lower, strict=True):
            late = min(late, 10.0)  # beyond, nothing happens to points of the unit cube
            if early + slack < late - slack:
                assert rank(a, early + slack, late - slack) >= rank(
                    r, early / theta, late - slack / 2
                )
                assert rank(a, early + slack, late - slack) >= 1
        for birth, death in a:
            death = min(death, 10.0)
            if theta * (birth + 2 * slack) < death:
                assert rank(r, birth + slack, death / theta - slack) >= 1


@settings(max_examples=40, deadline=None)
@given(clouds, st.floats(0, 0.3), st.integers(0, 99), st.sampled_from(["alpha", "rips"]))
def test_diagrams_move_no_more_than_the_points(cloud, size, seed, engine):
    step = np.random.default_rng(seed).normal(size=cloud.shape)
    step *= size / np.linalg.norm(step, axis=1).max()
    first, second = persistence(cloud, engine=engine), persistence(cloud + step, engine=engine)
    moved = float(np.linalg.norm(step, axis=1).max())
    for degree in (0, 1):
        distance = bottleneck_distance(first, second, degree=degree, tolerance=0.0)
        assert distance.value <= moved + distance.cloud_error + 1e-9


@settings(max_examples=30, deadline=None)
@given(clouds, st.integers(0, 4), st.floats(1e-3, 1e3), st.integers(0, 99))
def test_isometries_change_nothing_and_scaling_scales(cloud, extra, scale, seed):
    rng = np.random.default_rng(seed)
    dim = cloud.shape[1] + extra
    rotation = np.linalg.qr(rng.normal(size=(dim, dim)))[0][:, : cloud.shape[1]]
    moved = scale * (cloud @ rotation.T + rng.normal(size=dim))
    first, second = persistence(scale * cloud), persistence(moved)
    assert first.ambient_dim == cloud.shape[1]
    assert second.ambient_dim == dim
    original = persistence(cloud)
    for degree in range(3):
        distance = bottleneck_distance(first, second, degree=degree, tolerance=0.0)
        assert distance.value <= scale * 1e-6
        scaled = replace(original, by_degree=tuple(scale * bars for bars in original.by_degree))
        distance = bottleneck_distance(first, scaled, degree=degree, tolerance=0.0)
        assert distance.value <= scale * 1e-6


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_extreme_scales(scale):
    result = persistence(scale * circle(100))
    ((_, death),) = result.longest(1, 1)
    assert death / scale == pytest.approx(1.0, abs=1e-2)


def test_a_cloud_in_many_coordinates_is_reduced_to_its_span():
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(30, 3)))[0]
    result = persistence(sphere(200) @ rotation.T + 7.0)
    assert (result.filtration, result.ambient_dim, result.affine_dim) == ("alpha", 30, 3)
    assert result.perturbation < 1e-12
    assert lasting(result, 0.3) == (1, 0, 1)


def test_single_precision_coordinates_are_reduced_and_the_loss_is_counted():
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 3)))[0]
    result = persistence((sphere(200) @ rotation.T).astype(np.float32))
    assert result.affine_dim == 3
    assert 1e-9 < result.perturbation < 1e-6


def test_the_number_line_needs_no_complex():
    codes = np.random.default_rng(0).normal(size=(5000, 1))
    result = persistence(codes)
    gaps = np.sort(np.diff(np.sort(codes[:, 0])))
    np.testing.assert_allclose(np.sort(result.degree(0)[:, 1])[:-1], gaps / 2)
    assert result.betti(0.0) == (5000, 0, 0)
    assert result.error_radius == 0.0


def test_a_truncated_filtration_keeps_what_is_alive_and_invents_nothing():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    for engine in ("alpha", "rips"):
        cut = persistence(square, engine=engine, max_radius=0.6)
        assert cut.threshold == 0.6
        assert cut.degree(1).tolist() == [[0.5, INF]]
        assert cut.degree(2).shape == (0, 2)
        assert persistence(square, engine=engine, max_radius=0.4).betti(0.4) == (4, 0, 0)
    whole, low = persistence(torus(400), max_degree=2), persistence(torus(400), max_degree=1)
    assert low.max_degree == 1
    assert np.array_equal(low.degree(1), whole.degree(1))
    cut = persistence(torus(400), max_radius=0.5)
    assert cut.betti(0.45) == whole.betti(0.45)


def test_results_are_reproducible():
    cloud = sphere(400)
    first, second = persistence(cloud), persistence(cloud)
    assert first.perturbation == second.perturbation > 0.0
    assert all(np.array_equal(a, b) for a, b in zip(first.by_degree, second.by_degree, strict=True))


def test_jitter_is_small_and_only_where_it_helps():
    assert 0.0 < persistence(linked_circles(400)).perturbation <= 4e-6
    assert persistence(torus(400)).perturbation == 0.0
    assert persistence(circle(100)).perturbation == 0.0
