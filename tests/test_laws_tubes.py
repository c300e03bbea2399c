"""Weyl's formula and the tubes themselves, over random sets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_cases import curves, isometry, placed, scales, seeds, surfaces

from theory.catalogue import circle, ellipsoid, flat_torus, sphere, torus
from theory.combine import moved
from theory.tube import in_tube, sampled_tube_volume, weyl_volume

shares = st.floats(0.7, 0.98)
SPACE = st.one_of(
    st.floats(1.0, 3.0).map(lambda R: (moved(circle(R), np.eye(3, 2)), 0)),
    scales.map(lambda R: (sphere(2, R), 2)),
    st.floats(0.2, 0.8).map(lambda r: (torus(1.0, r), 0)),
    st.floats(1.0, 1.4).map(lambda a: (ellipsoid(a, a, 1.0), 2)),
    st.floats(1.0, 2.0).map(lambda b: (flat_torus(1.0, b), 0)),
)


def formula(manifold, euler, radius):
    """Return Weyl's volume from the claimed volume and Euler characteristic."""
    numbers = [manifold.claims.volume.value, 2 * math.pi * euler][: manifold.dim // 2 + 1]
    return weyl_volume(
        radius, dim=manifold.dim, ambient_dim=manifold.ambient_dim, invariants=numbers
    )


@settings(max_examples=12, derandomize=True)
@given(SPACE, shares, seeds)
def test_a_tube_below_the_reach_has_the_volume_of_weyl(case, share, seed):
    """One number tests reach, volume, Euler characteristic and projection at once."""
    manifold, euler = case
    radius = share * manifold.claims.reach.value
    found = sampled_tube_volume(manifold, radius, n=20_000, confidence=1 - 1e-5, rng=seed)
    assert found.interval.lower <= formula(manifold, euler, radius) <= found.interval.upper


@settings(max_examples=30)
@given(SPACE, shares, scales)
def test_tube_volumes_scale_with_the_ambient_dimension(case, share, scale):
    manifold, euler = case
    radius = share * manifold.claims.reach.value
    image = moved(manifold, np.eye(manifold.ambient_dim), scale=scale)
    expected = scale**manifold.ambient_dim * formula(manifold, euler, radius)
    assert formula(image, euler, scale * radius) == pytest.approx(expected)


@settings(max_examples=30)
@given(placed(st.one_of(curves, surfaces)), st.floats(0.05, 0.95), st.integers(0, 2), seeds)
def test_isometries_and_scalings_carry_tubes_along(manifold, share, extra, seed):
    rng = np.random.default_rng(seed)
    radius = share * manifold.claims.reach.value
    near = manifold.sample(60, rng=rng)
    near = near + 1.5 * radius * rng.standard_normal(near.shape) / math.sqrt(near.shape[1])
    linear, offset = isometry(manifold.ambient_dim + extra, manifold.ambient_dim, seed)
    image = moved(manifold, linear, offset, scale=2.0)
    gap = manifold.distance(near)
    clear = np.abs(gap - radius) > 1e-9 * radius
    inside = in_tube(manifold, near, radius)
    assert np.array_equal(inside, gap < radius)
    there = in_tube(image, 2 * near @ linear.T + offset, 2 * radius)
    assert np.array_equal(there[clear], inside[clear])
