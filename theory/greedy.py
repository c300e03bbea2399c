"""Farthest-point ordering with whole buckets of points skipped by the triangle inequality."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["farthest_points"]

_BUCKET = 128  # points a bucket: fewer cost overhead, more are skipped less often
_MANY_COORDINATES = 16
_SLACK = 1.0 + 1e-9  # rounding of the distances that decide what is skipped


def farthest_points(
    cloud: NDArray[np.float64], size: int, start: int
) -> tuple[NDArray[np.intp], float]:
    """Return the greedy farthest-point ordering and its covering radius.

    The cloud is cut into buckets with bounding balls. A new centre at distance D from the
    middle of a bucket of radius b cannot lower any distance there while D - b is at least the
    largest distance now held in that bucket, so that late centres touch a few buckets only.

    Parameters
    ----------
    cloud : ndarray, shape (n, ambient_dim)
    size : int
        Between 1 and n.
    start : int
        First row.

    Returns
    -------
    indices : ndarray of int, shape (at most size,)
        Ends early when every point of the cloud has been chosen or equals one that has.
    covering_radius : float
    """
    order = _buckets(cloud)
    members = cloud[order]
    middle = members.mean(axis=1)
    spread = members - middle[:, None, :]
    ball = np.sqrt(np.einsum("bsd,bsd->bs", spread, spread).max(axis=1)) * _SLACK
    del spread
    nearest = np.full(order.shape, np.inf)
    worst = np.full(order.shape[0], np.inf)
    chosen = np.empty(size, dtype=np.intp)
    current = start
    for count in range(size):
        chosen[count] = current
        centre = cloud[current]
        away = middle - centre
        gap = np.sqrt(np.einsum("bd,bd->b", away, away)) - ball
        touched = np.flatnonzero(gap < worst * _SLACK)
        lowered = np.minimum(nearest[touched], _squared(members, touched, centre))
        nearest[touched] = lowered
        worst[touched] = np.sqrt(lowered.max(axis=1))
        bucket = int(worst.argmax())
        if worst[bucket] == 0.0:
            return chosen[: count + 1], 0.0
        current = int(order[bucket, nearest[bucket].argmax()])
    return chosen, float(worst.max())


def _squared(
    members: NDArray[np.float64], touched: NDArray[np.intp], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return squared distances from a centre to the members of the buckets touched."""
    buckets, width, dim = members.shape
    if dim < _MANY_COORDINATES:
        step = members[touched] - centre
        near: NDArray[np.float64] = np.einsum("bsd,bsd->bs", step, step)
        return near
    from scipy.spatial.distance import cdist  # one pass, no temporary of the cloud's size

    part = members if touched.size > buckets // 2 else members[touched]
    flat: NDArray[np.float64] = cdist(part.reshape(-1, dim), centre[None, :], "sqeuclidean")
    squared = flat.reshape(-1, width)
    return squared[touched] if part is members else squared


def _buckets(cloud: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return row numbers in equal buckets of near points, shape (buckets, bucket size).

    Each bucket is halved across the line through two of its far points. Rows repeated to fill
    the last places do no harm: a repeated row is never farther than the row itself.
    """
    n = cloud.shape[0]
    levels = max(0, int(np.ceil(np.log2(n / _BUCKET))))
    width = -(-n // (1 << levels))
    order = np.resize(np.arange(n, dtype=np.intp), (1, width << levels))
    for _ in range(levels):
        members = cloud[order]
        away = members - members.mean(axis=1, keepdims=True)
        one = _row(members, np.einsum("bsd,bsd->bs", away, away))
        away = members - one
        axis = _row(away, np.einsum("bsd,bsd->bs", away, away))
        along = np.einsum("bsd,bd->bs", away, axis[:, 0, :])
        half = order.shape[1] // 2
        split = np.argpartition(along, half, axis=1)
        order = np.take_along_axis(order, split, axis=1).reshape(-1, half)
    return order


def _row(members: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every bucket the member of the highest score, shape (buckets, 1, dim)."""
    return np.take_along_axis(members, score.argmax(axis=1)[:, None, None], axis=1)
