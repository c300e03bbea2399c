"""Laws of the reach, over random members of many families, moved and scaled at random."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_cases import (
    closed,
    curves,
    isometry,
    matrices,
    placed,
    ratios,
    scales,
    seeds,
    shares,
    sphere_volume,
    spheres,
    surfaces,
    unit_normals,
)

from theory.catalogue import (
    circle,
    ellipse,
    flat_torus,
    klein_bottle,
    linked_circles,
    projective_plane_projectors,
    special_orthogonal,
    sphere,
    torus,
)
from theory.combine import disjoint_union, moved, product
from theory.feature_size import local_feature_size
from theory.reach import estimate_reach
from theory.reach_federer import as_cloud, federer_parts
from theory.reach_metric import longest_arc, reach_from_distances
from theory.tangent import largest_angle

ROUNDING = 1e-6


def quotients(points, tangents):
    """Return the least Federer quotient of a sample and its parts, without local models."""
    return federer_parts(as_cloud(points, tangents), np.random.default_rng(0))


def on_sample(manifold, n, seed):
    points = manifold.sample(n, rng=seed)
    return points, quotients(points, manifold.tangent(points))


@settings(max_examples=12)
@given(placed(closed), seeds)
def test_a_sample_with_tangents_never_underestimates(manifold, seed):
    """Federer's infimum over fewer pairs is larger."""
    _, found = on_sample(manifold, 120, seed)
    assert not found.certified
    assert found.value >= manifold.claims.reach.value * (1 - ROUNDING)


@settings(max_examples=10)
@given(st.one_of(curves, surfaces, matrices), scales, st.integers(0, 2), seeds)
def test_every_estimate_scales_and_no_isometry_changes_it(manifold, scale, extra, seed):
    linear, offset = isometry(manifold.ambient_dim + extra, manifold.ambient_dim, seed)
    points = manifold.sample(100, rng=seed)
    there = scale * points @ linear.T + offset
    frames = np.einsum("ij,njk->nik", linear, manifold.tangent(points))
    here = quotients(points, manifold.tangent(points))
    found = quotients(there, frames)
    assert found.value == pytest.approx(scale * here.value, rel=1e-5)
    sizes = local_feature_size(points, manifold.tangent(points)).feature_size
    moved_sizes = local_feature_size(there, frames).feature_size
    np.testing.assert_allclose(moved_sizes, scale * sizes, rtol=1e-4)


@settings(max_examples=6)
@given(curves, scales, st.integers(0, 2), seeds)
def test_so_does_the_estimate_from_bare_points(manifold, scale, extra, seed):
    linear, offset = isometry(manifold.ambient_dim + extra, manifold.ambient_dim, seed)
    points = manifold.sample(200, rng=seed)
    here = estimate_reach(points, intrinsic_dim=1)
    there = estimate_reach(scale * points @ linear.T + offset, intrinsic_dim=1)
    assert there.value == pytest.approx(scale * here.value, rel=1e-4)


@settings(max_examples=30)
@given(placed(st.one_of(curves, surfaces)), seeds)
def test_no_curvature_exceeds_the_inverse_of_the_reach(manifold, seed):
    """|II(v, v)| <= |v|^2 / reach, from the second derivatives of the charts."""
    rng = np.random.default_rng(seed)
    for chart in manifold.charts:
        inside = rng.uniform(0.02, 0.98, (40, chart.dim))
        coordinates = chart.lower + inside * np.subtract(chart.upper, chart.lower)
        points, first, second = chart.derivatives(coordinates)
        frames = manifold.tangent(points)
        direction = rng.standard_normal((40, chart.dim))
        speed = np.einsum("nia,na->ni", first, direction)
        bend = np.einsum("niab,na,nb->ni", second, direction, direction)
        bend -= np.einsum("nia,nja,nj->ni", frames, frames, bend)
        curvature = np.linalg.norm(bend, axis=1) / (speed**2).sum(axis=1)
        assert curvature.max() <= (1 + ROUNDING) / manifold.claims.reach.value


@settings(max_examples=30)
@given(placed(closed), seeds)
def test_tangents_turn_no_faster_than_the_reach_allows(manifold, seed):
    """sin(angle(T_x, T_y) / 2) <= |x - y| / (2 reach)."""
    points = manifold.sample(120, rng=seed)
    frames = manifold.tangent(points)
    half = np.sin(largest_angle(frames[:60], frames[60:]) / 2)
    chord = np.linalg.norm(points[:60] - points[60:], axis=1)
    assert (half <= chord / (2 * manifold.claims.reach.value) + 1e-7).all()


@settings(max_examples=30)
@given(placed(closed), st.floats(0.05, 0.95), seeds)
def test_the_tube_of_any_radius_below_the_reach_retracts(manifold, share, seed):
    """The foot of a normal shorter than the reach is the nearest point."""
    points = manifold.sample(30, rng=seed)
    reach = manifold.claims.reach.value
    away = points + share * reach * unit_normals(manifold, points, np.random.default_rng(seed))
    assert np.abs(manifold.project(away) - points).max() <= 1e-5 * reach
    np.testing.assert_allclose(manifold.distance(away), share * reach, rtol=1e-6)


@settings(max_examples=30)
@given(placed(closed), st.floats(0.1, 0.99), seeds)
def test_the_convexity_defect_is_at_most_the_sagitta_of_the_reach(manifold, share, seed):
    """conv(A) is within reach - sqrt(reach^2 - r^2) of K, for A in K in a ball of radius r."""
    reach = manifold.claims.reach.value
    rng = np.random.default_rng(seed)
    points = manifold.sample(60, rng=rng)
    step = 2 * share * reach * rng.standard_normal(points.shape) / math.sqrt(points.shape[1])
    others = manifold.project(points + step)
    half = np.linalg.norm(points - others, axis=1) / 2
    radius = np.minimum(half, reach)
    sagitta = reach - np.sqrt(reach**2 - radius**2)
    near = half <= reach
    middle = manifold.distance((points + others) / 2)
    assert (middle[near] <= sagitta[near] + 1e-7 * reach).all()
    # More than two points: any mixture of those in a ball of radius r round one of them.
    for centre in points[:5]:
        cloud = np.concatenate([centre[None], points, others])
        inside = cloud[np.linalg.norm(cloud - centre, axis=1) <= share * reach]
        mixed = rng.dirichlet(np.full(len(inside), 0.5), 10) @ inside
        limit = reach - math.sqrt(reach**2 - (share * reach) ** 2)
        assert manifold.distance(mixed).max() <= limit + 1e-7 * reach


def test_a_circle_attains_the_convexity_defect():
    ring, half = circle(2.0), np.linspace(0.1, 1.5, 8)
    ends = [2 * np.stack([np.cos(half), s * np.sin(half)], axis=1) for s in (-1, 1)]
    defect = ring.distance(np.mean(ends, axis=0))
    assert defect == pytest.approx(2 - np.sqrt(4 - (2 * np.sin(half)) ** 2))


def _wrapped(difference):
    return np.abs(np.mod(difference + math.pi, 2 * math.pi) - math.pi)


def _torus_paths(a, b, rng):
    u, v = rng.uniform(0, 2 * math.pi, (2, 2, 300))
    points = [
        np.stack([a * np.cos(s), a * np.sin(s), b * np.cos(t), b * np.sin(t)], axis=1)
        for s, t in zip(u, v, strict=True)
    ]
    path = np.hypot(a * _wrapped(u[0] - u[1]), b * _wrapped(v[0] - v[1]))
    return flat_torus(a, b), *points, path


def _sphere_paths(dim, radius, rng):
    ball = sphere(dim, radius)
    x, y = ball.sample(300, rng=rng), ball.sample(300, rng=rng)
    # Angles by halves, accurate where they are small.
    chord = np.linalg.norm(x - y, axis=1)
    return ball, x, y, 2 * radius * np.arcsin(np.minimum(chord / (2 * radius), 1))


def _rotation_paths(rng):
    group = special_orthogonal(3)
    x, y = group.sample(300, rng=rng), group.sample(300, rng=rng)
    turn = np.einsum("nij,nik->njk", x.reshape(-1, 3, 3), y.reshape(-1, 3, 3))
    skew = turn - turn.transpose(0, 2, 1)
    sine = np.linalg.norm(skew.reshape(-1, 9), axis=1) / (2 * math.sqrt(2))
    cosine = (np.trace(turn, axis1=1, axis2=2) - 1) / 2
    return group, x, y, math.sqrt(2) * np.arctan2(sine, cosine)


def _projector_paths(rng):
    plane, ball = projective_plane_projectors(), sphere(2)
    lines = [ball.sample(300, rng=rng) for _ in range(2)]
    x, y = (np.einsum("ni,nj->nij", u, u).reshape(-1, 9) for u in lines)
    dot = np.abs((lines[0] * lines[1]).sum(axis=1))
    return plane, x, y, math.sqrt(2) * np.arccos(np.minimum(dot, 1))


PATHS = st.one_of(
    st.builds(lambda b, seed: _torus_paths(1.0, b, np.random.default_rng(seed)), ratios, seeds),
    st.builds(
        lambda dim, R, seed: _sphere_paths(dim, R, np.random.default_rng(seed)),
        st.integers(1, 4),
        scales,
        seeds,
    ),
    seeds.map(lambda seed: _rotation_paths(np.random.default_rng(seed))),
    seeds.map(lambda seed: _projector_paths(np.random.default_rng(seed))),
)


@settings(max_examples=40)
@given(PATHS)
def test_paths_are_no_longer_than_the_reach_allows(case):
    """|x - y| < 2 reach => d_K(x, y) <= 2 reach arcsin(|x - y| / 2 reach)."""
    manifold, x, y, path = case
    reach = manifold.claims.reach.value
    assert max(manifold.distance(x).max(), manifold.distance(y).max()) < 1e-9 * reach
    chord = np.linalg.norm(x - y, axis=1)
    near = chord < 2 * reach
    assert (path[near] <= longest_arc(chord[near], reach) * (1 + ROUNDING)).all()
    assert reach_from_distances(chord, np.maximum(path, chord)) >= reach * (1 - 1e-3)


@settings(max_examples=30)
@given(placed(closed))
def test_no_closed_set_is_smaller_than_the_sphere_of_its_reach(manifold):
    """The injectivity radius is at least pi reach, and then, by M. Berger's isoembolic
    inequality, the volume at least that of the round sphere of radius reach: for a curve, its
    length is twice its injectivity radius."""
    for part in manifold.components:
        reach, volume = part.claims.reach, part.claims.volume
        smallest = sphere_volume(part.dim) * reach.value**part.dim
        assert volume.value >= smallest * (1 - ROUNDING)
        if part.dim == 1:
            assert volume.value / 2 >= math.pi * reach.value * (1 - ROUNDING)


BY_PARTS = st.one_of(
    st.floats(1.05, 3.0).map(lambda a: (ellipse(a, 1.0), 1 / a, 1.0)),
    shares.map(lambda r: (torus(1.0, r), min(r, 1 - r), min(r, 1 - r))),
    ratios.map(lambda b: (flat_torus(1.0, b), 1.0, 1.0)),
    st.just((linked_circles(), 1.0, 0.5)),
    shares.map(lambda b: (klein_bottle(1.0, max(round(4 * b) / 4, 0.25)), None, None)),
)


@settings(max_examples=10)
@given(BY_PARTS, scales, seeds)
def test_the_reach_is_the_smaller_of_curvature_and_bottleneck(case, scale, seed):
    base, bend, half = case
    manifold = moved(base, np.eye(base.ambient_dim), scale=scale)
    _, found = on_sample(manifold, 400 if base.dim == 1 else 1200, seed)
    parts = [found.curvature_radius, found.half_bottleneck or math.inf]
    assert found.value == pytest.approx(min(parts), rel=0.06)
    if base.dim == 1:
        assert found.curvature_radius == pytest.approx(bend * scale, rel=0.05)
        governs = "bottleneck" if half < bend else "curvature"
        assert found.governs == governs
        assert found.half_bottleneck is None or found.half_bottleneck >= half * scale * (1 - 1e-6)


@settings(max_examples=12)
@given(
    st.integers(1, 3),
    st.lists(scales, min_size=2, max_size=4),
    st.floats(0.05, 3.0),
    seeds,
)
def test_a_union_has_the_smallest_reach_of_its_parts_and_half_the_gap(dim, radii, gap, seed):
    """Round spheres in a row, the closest points among the sample."""
    axis = np.eye(dim + 1)[0]
    centre, pieces, closest = 0.0, [], []
    for i, radius in enumerate(radii):
        centre += radius if i else 0.0
        pieces.append(moved(sphere(dim, radius), np.eye(dim + 1), centre * axis, name=f"{i}"))
        closest += [(centre - radius) * axis, (centre + radius) * axis]
        centre += radius + gap
    union = disjoint_union(pieces, gap=gap)
    expected = min(*radii, gap / 2)
    assert union.claims.reach.value == pytest.approx(expected)
    points = np.concatenate([*(p.sample(40, rng=seed) for p in pieces), closest])
    found = quotients(points, union.tangent(points))
    assert found.value == pytest.approx(expected, rel=1e-5)


@settings(max_examples=8)
@given(st.one_of(curves, spheres), st.one_of(curves, surfaces), scales, seeds)
def test_a_product_has_the_smaller_reach_of_its_factors(first, second, scale, seed):
    """Of finite samples too: Federer's quotient over X x Y is the smaller of those over X, Y."""
    second = moved(second, np.eye(second.ambient_dim), scale=scale)
    both = product(first, second)
    parts = [first.claims.reach.value, second.claims.reach.value]
    assert both.claims.reach.value == min(parts)
    (x, one), (y, other) = on_sample(first, 25, seed), on_sample(second, 25, seed + 1)
    grid = np.concatenate([np.repeat(x, 25, axis=0), np.tile(y, (25, 1))], axis=1)
    found = quotients(grid, both.tangent(grid))
    assert found.value == pytest.approx(min(one.value, other.value), rel=1e-5)
