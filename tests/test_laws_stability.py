"""Laws of persistence diagrams and of errors, over random clouds, sets and autoencoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_cases import closed, curves, placed, seeds, short_maps, surfaces
from scipy.spatial.distance import cdist

from geomcheck.evaluation import evaluate
from geomcheck.homology import bottleneck_distance, persistence
from geomcheck.protocol import FunctionAutoencoder
from theory.catalogue import ellipse, linked_circles, sphere
from theory.covering import covering_radius
from theory.points import farthest_point_subsample
from theory.sampling import DENSEST_RATIO

engines = st.sampled_from(["alpha", "rips"])


def cloud(n, dim, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (n, dim))


def hausdorff(x, y):
    gaps = cdist(x, y)
    return float(max(gaps.min(axis=0).max(), gaps.min(axis=1).max()))


def far_apart(first, second):
    """Return the largest bottleneck distance over all degrees, and its error."""
    found = [
        bottleneck_distance(first, second, degree=degree, tolerance=0.0)
        for degree in range(min(first.max_degree, second.max_degree) + 1)
    ]
    return max(d.value for d in found), max(d.cloud_error for d in found)


@settings(max_examples=40)
@given(st.integers(2, 25), st.integers(1, 25), st.integers(2, 3), seeds, engines)
def test_diagrams_are_no_farther_apart_than_the_clouds(n, more, dim, seed, engine):
    """d_B(Dgm X, Dgm Y) <= d_H(X, Y), in radius units, for clouds of different sizes."""
    x = cloud(n, dim, seed)
    shift = 0.3 * np.random.default_rng(seed).standard_normal((more, dim))
    y = x[np.arange(more) % n] + shift
    value, error = far_apart(*(persistence(z, engine=engine) for z in (x, y)))
    assert value <= hausdorff(x, y) + error + 1e-9


@settings(max_examples=20)
@given(st.integers(7, 15), st.floats(0.01, 0.3), seeds, engines)
def test_a_circle_that_grows_moves_its_bar_by_as_much(n, growth, seed, engine):
    """The loop attains the bound; in Rips complexes it dies at sqrt(3) / 2 of the radius."""
    angle = 2 * np.pi * np.arange(3 * n) / (3 * n)
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    x = np.stack([np.cos(angle + turn), np.sin(angle + turn)], axis=1)
    value, error = far_apart(*(persistence(z, engine=engine) for z in (x, (1 + growth) * x)))
    expected = growth if engine == "alpha" else np.sqrt(3) / 2 * growth
    assert value == pytest.approx(expected, rel=1e-6, abs=2 * error)


@settings(max_examples=30)
@given(placed(st.one_of(curves, surfaces)), st.integers(1, 2), seeds, engines)
def test_a_reconstruction_is_no_farther_than_its_largest_error(manifold, latent_dim, seed, engine):
    """d_B(Dgm X, Dgm G(F(X))) <= max err."""
    x = manifold.sample(20, rng=seed)
    seen = evaluate(short_maps(manifold.ambient_dim, latent_dim, seed), x)
    diagrams = (persistence(z, engine=engine, max_degree=1) for z in (x, seen.images))
    value, error = far_apart(*diagrams)
    assert value <= seen.errors.max() + error + 1e-9


@settings(max_examples=30)
@given(st.integers(4, 30), st.integers(2, 3), st.integers(2, 5), st.floats(0.3, 3), seeds)
def test_log_scaled_rips_moves_by_half_the_logarithm_of_the_distortion(n, dim, image, bend, seed):
    """If l |x-y| <= |F(x)-F(y)| <= L |x-y| on X: (1/2) log(L/l), after the best shift."""
    rng = np.random.default_rng(seed)
    x = cloud(n, dim, seed)
    y = np.tanh(bend * x @ rng.standard_normal((dim, image))) + 3 * (x @ np.eye(dim, image))
    i, j = np.triu_indices(n, 1)
    slopes = np.linalg.norm(y[i] - y[j], axis=1) / np.linalg.norm(x[i] - x[j], axis=1)
    smallest, largest = np.log(slopes.min()), np.log(slopes.max())
    limit, shift = (largest - smallest) / 2, (largest + smallest) / 2
    first, second = (persistence(z, engine="rips", max_degree=1) for z in (x, y))
    # In degree 0 every log-scaled bar is born at minus infinity: deaths matched in order.
    deaths = [np.sort(np.log(d.degree(0)[:-1, 1])) for d in (first, second)]
    assert np.abs(deaths[1] - shift - deaths[0]).max() <= limit + 1e-9
    # A diagram starts at 0: move both far enough up, which changes no distance.
    up = 20.0
    logs = [
        replace(d, by_degree=(d.degree(0)[:0], np.log(d.degree(1)) + up - move))
        for d, move in ((first, 0.0), (second, shift))
    ]
    found = bottleneck_distance(*logs, degree=1, tolerance=0.0)
    assert found.value <= limit + 1e-9


@settings(max_examples=40)
@given(placed(closed), st.integers(1, 3), st.floats(0.0, 3.0), seeds)
def test_points_with_one_code_have_an_error_of_half_their_distance(manifold, m, size, seed):
    """F(x) = F(y) => max(err(x), err(y)) >= |x - y| / 2, whatever the decoder."""
    rng = np.random.default_rng(seed)
    x, y = manifold.sample(40, rng=rng), manifold.sample(40, rng=rng)
    decode = size * rng.standard_normal((m, manifold.ambient_dim))
    # A table for an encoder: x[i] and y[i] have the same code.
    codes = rng.standard_normal((40, m))
    pairs = np.concatenate([x, y])
    model = FunctionAutoencoder(
        lambda points: codes[cdist(points, pairs).argmin(axis=1) % 40],
        lambda z: x.mean(axis=0) + np.cos(z) @ decode,
        ambient_dim=manifold.ambient_dim,
        latent_dim=m,
    )
    errors = evaluate(model, pairs).errors
    half = np.linalg.norm(x - y, axis=1) / 2
    assert (np.maximum(errors[:40], errors[40:]) >= half * (1 - 1e-12)).all()


KNOWN = st.one_of(st.floats(1.0, 3.0).map(lambda a: ellipse(a, 1.0)), st.integers(1, 2).map(sphere))


@settings(max_examples=20)
@given(KNOWN, st.integers(12, 150), seeds)
def test_features_longer_than_twice_the_covering_radius_are_real(manifold, n, seed):
    """The offsets of these sets have one bar of degree k, (0, 1), and the component."""
    k, radius = manifold.dim, 1.0
    points = manifold.sample(n, rng=seed)
    eta = covering_radius(points, manifold).value
    found = persistence(points)
    assert len(found.significant(0, 2 * eta)) == 1
    for degree in range(1, found.max_degree + 1):
        real = found.significant(degree, 2 * eta + 2 * found.error_radius)
        assert len(real) <= (degree == k)
        for birth, death in real:
            assert birth <= eta + found.error_radius
            assert abs(death - radius) <= eta + found.error_radius
    if radius > 4 * eta:
        assert len(found.significant(k, 2 * eta)) == 1


IN_SPACE = st.one_of(
    st.floats(1.0, 2.0).map(lambda a: (ellipse(a, 1.0), 150)),
    st.just((linked_circles(), 250)),
    st.just((sphere(), 500)),
)


@settings(max_examples=10)
@given(IN_SPACE, st.floats(0.0, 1.0), st.sampled_from([2, 3]), seeds)
def test_balls_round_a_dense_sample_have_the_homology_of_the_set(case, share, p, seed):
    """Niyogi, Smale and Weinberger: (eps/2)-dense, eps < sqrt(3/5) reach."""
    manifold, n = case
    drawn = manifold.sample(8 * n, rng=seed)
    points = drawn[farthest_point_subsample(drawn, n).indices]
    eta = covering_radius(points, manifold).value
    most = 2 * DENSEST_RATIO * manifold.claims.reach.value
    assert 2 * eta < most
    eps = 2 * eta + share * 0.999 * (most - 2 * eta)
    found = persistence(points, homology_coeff_field=p, max_degree=manifold.dim)
    assert found.betti(eps) == manifold.claims.betti[p]
