"""The reach of a sample with exact tangents, by Federer's formula."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.local_fit import fit_degree, local_fit, neighbours_needed
from theory.points import as_points, deduplicate, farthest_point_subsample
from theory.reach_estimate import Governs, ReachEstimate
from theory.reach_pairs import Cloud, Pairs, criticality, quotient, rounding
from theory.reach_search import (
    NEAR,
    Level,
    best_partners,
    levels,
    near_partners,
    normal_partners,
    refined,
)

__all__ = ["as_cloud", "federer_parts", "federer_reach"]

Array = NDArray[np.float64]
EXACT_LIMIT = 10_000
_MOST_BASES = 1000
_MOST_COLUMNS = 200_000
_REFINED = 96
_FITTED = 256
_DOUBTS, _TRUSTED = 2.0, 0.75
_TIE = 0.02
_ORTHONORMAL = 1e-6
_STEEPEST_START, _STEEPEST = 0.7, 0.3


def federer_reach(
    points: Array, tangents: Array, *, rng: int | np.random.Generator = 0
) -> ReachEstimate:
    """Return the least Federer quotient over the pairs of a sample with exact tangents.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        On the set up to rounding; at least 2 distinct ones. Duplicates are dropped.
    tangents : array of shape (n, ambient_dim, intrinsic_dim)
        Orthonormal frames of the tangent spaces at the points.
    rng : int or numpy.random.Generator
        Used above 10^4 points only.

    Returns
    -------
    ReachEstimate
        Direction "upper". Up to 10^4 points it is the least quotient over all pairs; above,
        over those of some 10^3 base points (random ones and farthest points) with all others,
        of all points with their nearest neighbours, and of the best of these moved over the
        sample until nothing is gained. Its `curvature_radius` comes from polynomial fits where
        bending is strongest, if the sample is dense enough for them. It may err either way,
        and by less than the value where few points are near the sharpest bend.

    Raises
    ------
    InvalidInput
        If there are too few points, or the tangents have the wrong shape or are not orthonormal.

    Notes
    -----
    Source ``federer``; the parts by ``aamari-2019``. With a boundary the tangent cone is smaller
    than the tangent space, and the reach may be smaller still.
    """
    cloud = as_cloud(points, tangents)
    estimate, bent = _searched(cloud, np.random.default_rng(rng))
    n, k = len(cloud.points), cloud.frames.shape[2]
    if k == cloud.points.shape[1] or n < neighbours_needed(k):
        return estimate
    degree = fit_degree(n, k)
    chosen = bent.best(_FITTED)
    fit = local_fit(
        cloud.points, chosen.first, k, neighbours=neighbours_needed(k, degree), degree=degree
    )
    # Too wide a neighbourhood does not show how sharply the set bends; the quotients have to do.
    narrow = fit.radius < _TRUSTED * estimate.value
    fitted = np.maximum(fit.curvature - _DOUBTS * fit.curvature_error, 0.0)
    curvature = np.where(narrow, fitted, 1 / chosen.radius).max()
    return replace(estimate, curvature_radius=1 / float(curvature)) if curvature > 0 else estimate


def as_cloud(points: Array, tangents: Array, least_chord: Array | None = None) -> Cloud:
    """Check points and frames, drop duplicates and centre."""
    checked = as_points(points)
    frames = np.asarray(tangents, dtype=np.float64)
    n, ambient = checked.shape
    if frames.ndim != 3 or frames.shape[:2] != (n, ambient) or not 1 <= frames.shape[2] <= ambient:
        raise InvalidInput(
            "tangents", f"shape {frames.shape}", f"({n}, {ambient}, intrinsic_dim) for these points"
        )
    gram = np.einsum("ndk,ndl->nkl", frames, frames) - np.eye(frames.shape[2])
    defect = np.abs(gram).max(axis=(1, 2))
    if not defect.max() <= _ORTHONORMAL:
        row = int(np.argmax(~(defect <= _ORTHONORMAL)))
        raise InvalidInput("tangents", f"frame {row} off by {defect[row]:.1e}", "orthonormal ones")
    kept = deduplicate(checked)
    if len(kept) < 2:
        raise InvalidInput("points", f"{len(kept)} distinct point", "at least 2 distinct points")
    chord = np.zeros(n) if least_chord is None else least_chord
    origin = checked[kept].mean(axis=0)
    slack = rounding(checked, frames.shape[2])
    return Cloud(checked[kept] - origin, frames[kept], chord[kept], origin, slack)


def federer_parts(cloud: Cloud, rng: np.random.Generator) -> ReachEstimate:
    """Return the least quotient with the curvature and the bottleneck part."""
    return _searched(cloud, rng)[0]


def _searched(cloud: Cloud, rng: np.random.Generator) -> tuple[ReachEstimate, Pairs]:
    """Return the least quotient, and of every point the pair that shows most bending."""
    n = len(cloud.points)
    everything = np.arange(n)
    exact = n <= EXACT_LIMIT
    bases = farthest_point_subsample(
        cloud.points, min(n, _MOST_BASES // 2, 2 * math.isqrt(n) + 50)
    ).indices
    columns, rows = everything, everything
    if n > _MOST_COLUMNS:
        columns = np.sort(rng.choice(n, _MOST_COLUMNS, replace=False))
    if not exact:
        extra = rng.choice(n, min(_MOST_BASES, 2 * math.isqrt(n)), replace=False)
        rows = np.unique(np.concatenate([bases, extra]))
    nested = levels(cloud.points, rng)
    near, bent, spread = near_partners(cloud, everything, nested[-1][1])
    far = best_partners(cloud, rows, columns)
    start = near.best(_REFINED).joined(far.best(_REFINED))
    best = refined(cloud, start, nested).joined(start).best(1)
    bottleneck = _bottleneck(cloud, normal_partners(cloud, bases, columns), nested, spread)
    curvature = float(bent.radius.min())
    half = float(bottleneck.radius[0]) if len(bottleneck) else None
    value = float(best.radius[0])
    governs = _governs(value, curvature, half)
    found = np.array([best.first[0], best.second[0]])[: 1 if governs == "curvature" else 2]
    if not math.isfinite(value):
        found = found[:0]
    estimate = ReachEstimate(
        value=value,
        direction="upper",
        certified=False,
        method=f"federer, {'all pairs' if exact else 'coarse to fine'}",
        curvature_radius=curvature,
        half_bottleneck=half,
        governs=governs,
        where=cloud.points[found] + cloud.origin,
        n=n,
        note="" if exact else "a feature narrower than the base points are apart may be missed",
    )
    return estimate, bent


def _bottleneck(cloud: Cloud, start: Pairs, nested: list[Level], spread: Array) -> Pairs:
    """Return the shortest chord that is normal at both ends, as far as the sample can tell."""
    _, off = criticality(cloud, start.first, start.second)
    start = start.where(off < _STEEPEST_START)
    pairs = refined(cloud, start, nested, critical=True)
    length, off = criticality(cloud, pairs.first, pairs.second)
    # Moving an end by the spacing of the sample turns the chord that much away from normal.
    spacing = np.maximum(spread[pairs.first], spread[pairs.second])
    spacing *= (2 / NEAR) ** (1 / cloud.frames.shape[2])
    keep = (length * off <= spacing) & (off < _STEEPEST)
    both = np.maximum(
        quotient(cloud, pairs.first, pairs.second), quotient(cloud, pairs.second, pairs.first)
    )
    keep &= np.isfinite(both)
    return Pairs(pairs.first, pairs.second, both).where(keep).best(1)


def _governs(value: float, curvature: float, half: float | None) -> Governs:
    if not math.isfinite(value):
        return "unknown"
    bent = curvature <= value * (1 + _TIE)
    pinched = half is not None and half <= value * (1 + _TIE)
    if bent and pinched:
        return "both"
    if pinched or (half is not None and half < curvature):
        return "bottleneck"
    return "curvature"
