"""A cloud made ready for an engine: no duplicates, its affine span only, and no more points
than wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.points import deduplicate, farthest_point_subsample, rank_reduce

__all__ = ["Reduced", "reduced_cloud", "thin"]

_TOLERANCE = 1e-7  # relative to the cloud: less than the jitter, and counted like it


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
    """Return the distinct points of a cloud in isometric coordinates of their affine span."""
    rows = deduplicate(cloud)
    distinct = cloud[rows]
    extent = float(np.abs(distinct - distinct[0]).max())
    reduced = rank_reduce(distinct, tol=_TOLERANCE * extent)
    return Reduced(reduced.points, rows, reduced.residual)


def thin(whole: Reduced, size: int) -> Reduced:
    """Return a farthest-point subsample in coordinates of its own span."""
    if size >= whole.points.shape[0]:
        return whole
    chosen = farthest_point_subsample(whole.points, size)
    part = rank_reduce(whole.points[chosen.indices])
    return Reduced(
        part.points,
        whole.rows[chosen.indices],
        whole.residual + part.residual,
        chosen.covering_radius,
    )
