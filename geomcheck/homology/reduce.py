"""A cloud made ready for an engine: no duplicates, its affine span only, and no more points
than wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.points import deduplicate, farthest_point_subsample, rank_reduce

__all__ = ["Reduced", "reduced_cloud", "thin"]

_TOLERANCE = 1e-7  # relative to the cloud: less than the jitter, and counted like it
_COSTLY_REDUCTION = 2_000_000_000  # n dim^2: about a second
_PILOT = 64
_MANY_DIMENSIONS = 16
_COSTLY_CHOICE = 2_000_000_000  # n dim size: a few seconds
_FEW_COORDINATES = 16  # below, farthest points are found without looking at all of them
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Reduced:
    """Distinct points in coordinates of their span, and what was lost on the way.

    Parameters
    ----------
    points : ndarray, shape (n, affine_dim)
    rows : ndarray of int, shape (n,)
        The row of the cloud given that each point is.
    residual : float
        Largest distance of a point given from the span.
    covering_radius : float
        Largest distance of a point given from the nearest point here.
    """

    points: NDArray[np.float64]
    rows: NDArray[np.intp]
    residual: float
    covering_radius: float = 0.0

    @property
    def affine_dim(self) -> int:
        """Dimension of the span."""
        return int(self.points.shape[1])


def reduced_cloud(cloud: NDArray[np.float64]) -> Reduced:
    """Return the distinct points of a cloud in isometric coordinates of their affine span.

    A large cloud that is seen to span many dimensions keeps its coordinates: no engine gains
    by fewer of them, and `thin` reduces the few points that are used.
    """
    rows = deduplicate(cloud)
    distinct = cloud[rows]
    n, dim = distinct.shape
    tolerance = _TOLERANCE * float(np.abs(distinct - distinct[0]).max())
    if n * dim**2 > _COSTLY_REDUCTION:
        few = distinct[np.linspace(0, n - 1, _PILOT).astype(np.intp)]
        if rank_reduce(few, tol=tolerance).rank > _MANY_DIMENSIONS:
            return Reduced(distinct, rows, 0.0)
    reduced = rank_reduce(distinct, tol=tolerance)
    return Reduced(reduced.points, rows, reduced.residual)


def thin(whole: Reduced, size: int) -> Reduced:
    """Return a farthest-point subsample in coordinates of its own span.

    Where looking at every point for every choice would take too long, the choice is among
    evenly spaced rows only; the covering radius counts all points in any case.
    """
    n, dim = whole.points.shape
    if size >= n:
        return whole
    most = max(4 * size, _COSTLY_CHOICE // (dim * size))
    if dim < _FEW_COORDINATES or n <= most:
        chosen = farthest_point_subsample(whole.points, size)
        places, radius = chosen.indices, chosen.covering_radius
    else:
        among = np.linspace(0, n - 1, most).astype(np.intp)
        places = among[farthest_point_subsample(whole.points[among], size).indices]
        radius = _covering_radius(whole.points, whole.points[places])
    part = rank_reduce(whole.points[places])
    return Reduced(part.points, whole.rows[places], whole.residual + part.residual, radius)


def _covering_radius(points: NDArray[np.float64], centres: NDArray[np.float64]) -> float:
    """Return the largest distance of a point from the nearest centre.

    Squares are expanded for speed; points that could be the farthest within the rounding of
    that are then measured by direct differences.
    """
    from scipy.spatial.distance import cdist

    origin = centres.mean(axis=0)
    centres = centres - origin
    lengths = np.einsum("ij,ij->i", centres, centres)
    nearest = np.empty(points.shape[0])
    for first in range(0, points.shape[0], _BLOCK):
        block = points[first : first + _BLOCK] - origin
        squares = np.einsum("ij,ij->i", block, block)
        nearest[first : first + _BLOCK] = squares + (lengths - 2.0 * block @ centres.T).min(axis=1)
    largest = float(np.abs(points - origin).max()) ** 2 * points.shape[1]
    rounding = 8.0 * points.shape[1] * np.finfo(np.float64).eps * largest
    farthest = points[nearest >= nearest.max() - 2.0 * rounding] - origin
    return float(cdist(farthest, centres).min(axis=1).max())
