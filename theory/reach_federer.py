"""The reach of a sample with exact tangents, by Federer's formula."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.points import as_points, deduplicate, farthest_point_subsample
from theory.reach_estimate import Governs, ReachEstimate
from theory.reach_pairs import Cloud, Pairs, criticality, quotient, rounding
from theory.reach_refined import Refined, refined_bottleneck, refined_curvature
from theory.reach_search import (
    NEAR,
    Level,
    best_partners,
    levels,
    near_partners,
    normal_partners,
    refined,
)

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["as_cloud", "federer_parts", "federer_reach"]

Array = NDArray[np.float64]
EXACT_LIMIT = 10_000
_MOST_BASES = 1000
_MOST_COLUMNS = 200_000
_REFINED = 96
_ROUNDING = 1e-9
_TIE = 0.02
_ORTHONORMAL = 1e-6
_STEEPEST_START, _STEEPEST = 0.7, 0.3


def federer_reach(
    points: Array, tangents: Array, *, rng: int | np.random.Generator = 0
) -> ReachEstimate:
    """Estimate the reach of a sample with exact tangents, and bound it from above.

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
        `upper` is the least quotient, up to 10^4 points over all pairs; above, over those of some
        10^3 base points (random ones and farthest points) with all others, of all points with
        their nearest neighbours, and of the best of these moved over the sample until nothing is
        gained. `value` looks between the points as well (`theory.reach_refined`): the least
        radius of curvature and the shortest bottleneck of local models; direction "estimate".
        Where there are too few points for these it is `upper`, of direction "upper".

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
    found = _searched(cloud, np.random.default_rng(rng))
    if cloud.frames.shape[2] == cloud.points.shape[1] or not math.isfinite(found.estimate.value):
        return found.estimate
    bend = refined_curvature(cloud, found.tree, found.bent)
    neck = refined_bottleneck(cloud, found.tree, found.bottlenecks)
    return _between(found.estimate, bend, neck, cloud.origin)


def _between(
    sample: ReachEstimate, bend: Refined | None, neck: Refined | None, origin: Array
) -> ReachEstimate:
    """Return the estimate with what local models show between the sample points."""
    parts = [part for part in (bend, neck) if part is not None]
    curvature = sample.curvature_radius if bend is None else bend.radius
    half = sample.half_bottleneck if neck is None else neck.radius
    estimate = replace(sample, curvature_radius=curvature, half_bottleneck=half)
    least = min((part.least for part in parts), default=math.inf)
    if not least <= sample.value * (1 + _ROUNDING):
        why = "the pairs show less than local models explain: no error is given"
        if not parts:
            why = "too few points for local models in this dimension: no error is given"
        return replace(estimate, note="; ".join(filter(None, (sample.note, why))))
    # The models are believed where they lower the value by more than they may be wrong.
    value = min([sample.value, *(p.radius for p in parts if p.radius + p.error < sample.value)])
    assert curvature is not None
    # "both" also where the models are too coarse to tell.
    sharp, narrow = (None if p is None else p.radius - p.error for p in (bend, neck))
    governs = _governs(
        value, curvature if sharp is None else sharp, half if narrow is None else narrow
    )
    own = bend if governs == "curvature" else neck
    where = sample.where[:1] if governs == "curvature" else sample.upper_at
    if own is not None and own.radius <= value * (1 + _TIE):
        where = own.where + origin
    assert where is not None
    degrees = sorted({part.degree for part in parts})
    return replace(
        estimate,
        value=value,
        direction="estimate",
        method=f"{sample.method}; local models",
        governs=governs,
        where=where,
        error=max(value - least, _ROUNDING * value),
        error_basis=f"local models of degree {' and '.join(map(str, degrees))} against each other "
        "and those of one degree less",
    )


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
    return _searched(cloud, rng).estimate


@dataclass(frozen=True, eq=False)
class _Search:
    """What the pairs of a sample show: the least quotient, bending by point, bottlenecks."""

    estimate: ReachEstimate
    bent: Pairs
    bottlenecks: Pairs
    tree: cKDTree


def _searched(cloud: Cloud, rng: np.random.Generator) -> _Search:
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
    bottlenecks = _bottlenecks(cloud, normal_partners(cloud, bases, columns), nested, spread)
    curvature = float(bent.radius.min())
    half = float(bottlenecks.radius.min()) if len(bottlenecks) else None
    value = float(best.radius[0])
    governs = _governs(value, curvature, half)
    found = np.array([best.first[0], best.second[0]])[: 2 if math.isfinite(value) else 0]
    pair = cloud.points[found] + cloud.origin
    estimate = ReachEstimate(
        value=value,
        direction="upper",
        certified=False,
        method=f"federer, {'all pairs' if exact else 'coarse to fine'}",
        curvature_radius=curvature,
        half_bottleneck=half,
        governs=governs,
        where=pair[:1] if governs == "curvature" else pair,
        n=n,
        note="" if exact else "a feature narrower than the base points are apart may be missed",
        upper=value,
        upper_at=pair,
    )
    _, off = criticality(cloud, best.first, best.second)
    return _Search(estimate, bent, bottlenecks.joined(best.where(off < _STEEPEST)), nested[-1][1])


def _bottlenecks(cloud: Cloud, start: Pairs, nested: list[Level], spread: Array) -> Pairs:
    """Return chords that are normal at both ends, as far as the sample can tell."""
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
    return Pairs(pairs.first, pairs.second, both).where(keep)


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
