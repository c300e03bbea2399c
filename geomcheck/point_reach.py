"""The reach of bare points: as local fits show it, or half the gap between two clusters."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.reach import ReachEstimate, estimate_reach

__all__ = ["least_gap", "reach_of_points"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
_MOST_CLUSTERS = 20
_TIE = 0.02


def reach_of_points(
    points: Array, labels: Indices, intrinsic_dim: int, *, rng: int | np.random.Generator = 0
) -> ReachEstimate:
    """Estimate the reach of bare points that lie in clusters.

    Parameters
    ----------
    points : array of shape (n, N)
    labels : array of int, shape (n,)
        From 0: which cluster each point lies in.
    intrinsic_dim : int
    rng : int or numpy.random.Generator

    Returns
    -------
    ReachEstimate
        That of `theory.estimate_reach`, or half the least gap where it is smaller. Tangent
        spaces do not show a gap between ends that face each other, and local fits none that is
        narrower than a neighbourhood. Points that fill their space show nothing but gaps.

    Raises
    ------
    InvalidInput
        If there are too few points, or `intrinsic_dim` is out of range.
    """
    estimate = estimate_reach(points, intrinsic_dim=intrinsic_dim, rng=rng)
    gap, pair = least_gap(points, labels)
    if not gap / 2 < estimate.value:
        return estimate
    radius = estimate.curvature_radius
    both = radius is not None and radius <= gap / 2 * (1 + _TIE)
    return replace(
        estimate,
        value=gap / 2,
        method=f"{estimate.method}, gap between clusters",
        half_bottleneck=gap / 2,
        governs="both" if both else "bottleneck",
        where=points[pair],
        error=None,
        error_basis="",
    )


def least_gap(points: Array, labels: Indices) -> tuple[float, Indices]:
    """Return the least distance between points of two clusters, and the rows that attain it.

    Of many clusters the first 20 are held against all others. With one cluster the distance is
    infinite and there are no rows.
    """
    from scipy.spatial import cKDTree

    best, pair = math.inf, np.empty(0, dtype=np.intp)
    for label in range(min(int(labels.max(initial=0)) + 1, _MOST_CLUSTERS)):
        inside, outside = np.flatnonzero(labels == label), np.flatnonzero(labels != label)
        if len(inside) and len(outside):
            found = cKDTree(points[outside]).query(points[inside])
            gaps, nearest = np.asarray(found[0]), np.asarray(found[1])
            row = int(gaps.argmin())
            if gaps[row] < best:
                best = float(gaps[row])
                pair = np.array([inside[row], outside[nearest[row]]], dtype=np.intp)
    return best, pair
