"""Local feature size: how far each point is from the medial axis, as a sample shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.errors import InvalidInput
from theory.reach_federer import as_cloud
from theory.reach_pairs import Cloud, Pairs, quotient
from theory.reach_search import best_partners, near_partners

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["FeatureSizes", "local_feature_size"]

Array = NDArray[np.float64]
_MOST_PAIRS = 4e8
_STEPS = 12
_AROUND = 16


@dataclass(frozen=True, eq=False)
class FeatureSizes:
    """Tangent balls and distances to the medial axis, point by point.

    Parameters
    ----------
    ball_radius : array of shape (n,)
        Radius of the smallest ball that is tangent at the point and has another sample point on
        its sphere: Federer's quotient minimised over the second point. ``inf`` on flat sets.
    centre : array of shape (n, ambient_dim)
        Of that ball: a point of the medial axis, as far as the sample tells. NaN where the
        radius is infinite.
    feature_size : array of shape (n,)
        Distance to the nearest of the centres; at most `ball_radius`.
    """

    ball_radius: Array
    centre: Array
    feature_size: Array

    @property
    def reach(self) -> float:
        """The least feature size, which is the least ball radius."""
        return float(self.ball_radius.min())

    @property
    def bound(self) -> Bound:
        """The same as a bound: up to rounding the reach is at most this."""
        return Bound(self.reach, "upper", False, "federer")


def local_feature_size(
    points: Array, tangents: Array, *, rng: int | np.random.Generator = 0
) -> FeatureSizes:
    """Return, for every point, the smallest tangent ball and the distance to the medial axis.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Distinct points on the set.
    tangents : array of shape (n, ambient_dim, intrinsic_dim)
        Orthonormal frames.
    rng : int or numpy.random.Generator
        Used above 2 * 10^4 points only, where partners are first sought in a subsample.

    Returns
    -------
    FeatureSizes
        The ball radii err upwards only: a denser sample can only lower them. The feature sizes
        err upwards where few centres are near, and downwards by as much as centres lie beyond
        the medial axis.

    Raises
    ------
    InvalidInput
        If the points are not distinct or the tangents do not fit them.

    Notes
    -----
    Source ``federer``. In any codimension the ball is empty of sample points: its centre has
    two nearest points. The ball shrinking of J. Ma, S. Bae and S. Choi, The Visual Computer 28
    (2012), finds the same balls in codimension 1, but stalls where a centre is equidistant from
    much of the sample.
    """
    from scipy.spatial import cKDTree

    given = np.asarray(points)
    cloud = as_cloud(given, tangents)
    n = len(cloud.points)
    if n != len(given):
        raise InvalidInput("points", f"{len(given) - n} duplicates", "distinct points")
    generator = np.random.default_rng(rng)
    everything = np.arange(n)
    columns = everything
    if n * n > _MOST_PAIRS:
        columns = np.sort(generator.choice(n, int(_MOST_PAIRS // n), replace=False))
    tree = cKDTree(cloud.points)
    near, _, _ = near_partners(cloud, everything, tree)
    best = _smaller(near, best_partners(cloud, everything, columns))
    if len(columns) < n:
        best = _descended(cloud, best, tree)
    radius = best.radius
    chord = cloud.points[best.second] - cloud.points
    along = np.einsum("nd,ndk->nk", chord, cloud.frames)
    normal = chord - np.einsum("nk,ndk->nd", along, cloud.frames)
    length = np.linalg.norm(normal, axis=1)
    finite = np.isfinite(radius)
    centre = np.full_like(cloud.points, math.nan)
    step = (radius[finite] / length[finite])[:, None] * normal[finite]
    centre[finite] = cloud.points[finite] + step
    size = radius.copy()
    if finite.any():
        size = np.minimum(size, np.asarray(cKDTree(centre[finite]).query(cloud.points)[0]))
    return FeatureSizes(radius, centre + cloud.origin, np.asarray(size))


def _smaller(one: Pairs, other: Pairs) -> Pairs:
    better = other.radius < one.radius
    return Pairs(
        one.first,
        np.where(better, other.second, one.second),
        np.where(better, other.radius, one.radius),
    )


def _descended(cloud: Cloud, pairs: Pairs, tree: cKDTree) -> Pairs:
    """Move the second ends over the sample while the balls shrink."""
    for _ in range(_STEPS):
        around = np.asarray(tree.query(cloud.points[pairs.second], _AROUND)[1], dtype=np.intp)
        first = np.repeat(pairs.first, _AROUND)
        found = quotient(cloud, first, around.ravel()).reshape(around.shape)
        choice = found.argmin(axis=1)
        every = np.arange(len(choice))
        moved = _smaller(pairs, Pairs(pairs.first, around[every, choice], found[every, choice]))
        if not (moved.radius < pairs.radius).any():
            break
        pairs = moved
    return pairs
