"""Checks of a manifold's sampler, projection, tangents and charts against one another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.manifold import Manifold
from theory.statistics import dkw_band
from theory.validation_record import ManifoldCheck

__all__ = [
    "check_charts",
    "check_dimension",
    "check_points",
    "check_projection",
    "check_tangents",
    "check_uniform",
    "points_of_parts",
]

Array = NDArray[np.float64]
_ON_IT = 1e-7
_BASE_POINTS = 40
_STEP = 1e-5
_LARGEST_ANGLE = 1e-2
_STATISTICS = 4
_CELLS = {1: 4000, 2: 150, 3: 40}
_MOST_COORDINATES = 9  # of a grid with four cells along each


def points_of_parts(manifold: Manifold, n: int) -> Array:
    """Return about n points of the set itself, as many of every component, small ones too."""
    each = -(-n // len(manifold.components))
    parts = [part.project(part.sample(each, rng=i)) for i, part in enumerate(manifold.components)]
    return np.concatenate(parts)


def check_points(manifold: Manifold, sample: Array, size: float) -> ManifoldCheck:
    """Samples lie on the set, or within its noise."""
    gap = manifold.distance(sample)
    worst = int(gap.argmax())
    limit = manifold.noise + _ON_IT * size
    return _judged(
        "points",
        float(gap[worst]),
        limit,
        f"a sampled point is {gap[worst]:.3g} from the set, {limit:.3g} allowed",
        sample[worst : worst + 1],
    )


def check_projection(
    manifold: Manifold, sample: Array, size: float, rng: np.random.Generator
) -> ManifoldCheck:
    """The projection leaves its own values in place, and nothing sampled is nearer."""
    away = sample[:100] + 0.1 * size * rng.standard_normal(sample[:100].shape)
    nearest = manifold.project(away)
    drift = np.linalg.norm(manifold.project(nearest) - nearest, axis=1)
    gap = np.linalg.norm(away - nearest, axis=1)
    cloud = manifold.project(sample)
    others = np.linalg.norm(away[:, None] - cloud[None], axis=2).min(axis=1)
    fault = np.maximum(drift, gap - others)
    worst = int(fault.argmax())
    return _judged(
        "projection",
        float(fault[worst]),
        _ON_IT * size,
        f"projecting again moves a point, or a sampled one is nearer, by {fault[worst]:.3g}",
        away[worst : worst + 1],
    )


def check_tangents(manifold: Manifold, sample: Array, size: float) -> ManifoldCheck:
    """Frames are orthonormal and tangent."""
    points = manifold.project(sample[:_BASE_POINTS])
    frames = manifold.tangent(points)
    shape = (len(points), manifold.ambient_dim, manifold.dim)
    if frames.shape != shape:
        return ManifoldCheck("tangents", "fails", f"frames of shape {frames.shape}, not {shape}")
    gram = np.einsum("nia,nib->nab", frames, frames)
    skew = np.abs(gram - np.eye(manifold.dim)).max(axis=(1, 2))
    step = _STEP * size
    angle = np.zeros(len(points))
    for a in range(manifold.dim):
        # At a boundary one of the two directions leads out of the set.
        leaves = [manifold.distance(points + s * step * frames[:, :, a]) for s in (-1, 1)]
        angle = np.maximum(angle, np.min(leaves, axis=0) / step)
    fault = np.maximum(skew, angle)
    worst = int(fault.argmax())
    said = f"frames are off orthonormal or tangent by at most {fault[worst]:.3g}"
    witness = points[worst : worst + 1]
    return _judged("tangents", float(fault[worst]), _LARGEST_ANGLE, said, witness)


def check_dimension(
    manifold: Manifold, sample: Array, size: float, rng: np.random.Generator
) -> ManifoldCheck:
    """Projections of points all round a point span as many dimensions as claimed."""
    points, step = manifold.project(sample[:_BASE_POINTS]), _STEP * size
    around = 3 * manifold.ambient_dim + 4
    noise = rng.standard_normal((len(points), around, manifold.ambient_dim))
    noise /= np.linalg.norm(noise, axis=2, keepdims=True)
    cloud = (points[:, None] + step * noise).reshape(-1, manifold.ambient_dim)
    spread = manifold.project(cloud).reshape(noise.shape) - points[:, None]
    values = np.linalg.svd(spread, compute_uv=False)
    dims = (values > _LARGEST_ANGLE * 2 * step).sum(axis=1)
    claim = manifold.dim
    wrong = dims != claim
    if not wrong.any():
        said = f"projections near {len(points)} points span {claim} dimensions, as claimed"
        return ManifoldCheck("dimension", "holds", said, float(claim), float(claim))
    worst = int(wrong.argmax())
    said = f"near this point the set spans {dims[worst]} dimensions, the claim is {claim}"
    value, witness = float(dims[worst]), points[worst : worst + 1]
    return ManifoldCheck("dimension", "fails", said, value, float(claim), witness)


def check_charts(manifold: Manifold, size: float, rng: np.random.Generator) -> ManifoldCheck:
    """Charts map into the set, and no faster than their stretch."""
    if not manifold.charts:
        return ManifoldCheck("charts", "not-checked", "there are no charts")
    worst, where = 0.0, None
    for chart in manifold.charts:
        coordinates = rng.uniform(chart.lower, chart.upper, (100, chart.dim))
        points, first, _ = chart.derivatives(coordinates)
        fault = manifold.distance(points) / size
        if chart.stretch is not None:
            speeds = np.linalg.norm(first, axis=1)
            excess = (speeds / np.array(chart.stretch) - 1).max(axis=1)
            fault = np.maximum(fault, np.where(excess > 1e-9, excess, 0.0))
        if fault.max() > worst:
            worst, where = float(fault.max()), points[int(fault.argmax())][None]
    said = f"charts leave the set or exceed their stretch by at most {worst:.3g} (relative)"
    return _judged("charts", worst, _ON_IT, said, where)


def check_uniform(manifold: Manifold, sample: Array, level: float) -> ManifoldCheck:
    """Samples follow the charts' volume element (Dvoretzky-Kiefer-Wolfowitz, at the level)."""
    if not manifold.charts:
        return ManifoldCheck("uniform", "not-checked", "there are no charts to compare with")
    if manifold.dim > _MOST_COORDINATES:
        return ManifoldCheck("uniform", "not-checked", "too many coordinates to integrate over")
    rng = np.random.default_rng(5)
    directions = rng.standard_normal((manifold.ambient_dim, _STATISTICS))
    images, weights = [], []
    for chart in manifold.charts:
        cells = _CELLS.get(chart.dim, max(4, int(40_000 ** (1 / chart.dim))))
        centres, half = chart.cell_centres((cells,) * chart.dim)
        images.append(chart.evaluate(centres) @ directions)
        weights.append(chart.volume_element(centres) * np.prod(2 * half))
    expected, weight = np.concatenate(images), np.concatenate(weights)
    seen = (manifold.project(sample) if manifold.noise else sample) @ directions
    n, worst = len(sample), 0.0
    for one, other in zip(seen.T, expected.T, strict=True):
        order = np.argsort(other)
        total = np.concatenate([[0.0], np.cumsum(weight[order])]) / weight.sum()
        # The cells stand for their centres; the theory lies within a cell or so of the sum.
        width = np.ptp(other) / max(_CELLS.get(manifold.dim, 6), 6)
        ends = [np.searchsorted(other[order], np.sort(one) + s * width) for s in (-1, 1)]
        low, high = total[ends[0]], total[ends[1]]
        ranks = np.arange(n)
        worst = max(worst, float((low - (ranks + 1) / n).max()), float((ranks / n - high).max()))
    band = dkw_band(n, 1 - level / _STATISTICS)
    return _judged(
        "uniform",
        worst,
        band,
        f"distribution functions differ by {worst:.3g}, {band:.3g} is allowed at level {level:g}",
        None,
    )


def _judged(
    name: str, value: float, threshold: float, statement: str, witness: Array | None
) -> ManifoldCheck:
    good = math.isfinite(value) and value <= threshold
    if good:
        return ManifoldCheck(name, "holds", statement, value, threshold)
    return ManifoldCheck(name, "fails", statement, value, threshold, witness)
