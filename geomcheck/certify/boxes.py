"""Which of many boxes meet, in near-linear time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["meeting_pairs"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_BITS = 60
# Pairs for each box, and pairs in all: more than this have too much in common.
_MOST_EACH = 64
_MOST = 6_000_000


def meeting_pairs(low: Array, high: Array) -> Indices | None:
    """Return the pairs of boxes [low, high] that have a point in common.

    Boxes in the order of a space-filling curve are gathered by twos, the pairs of gathers that
    meet are split level by level.

    Parameters
    ----------
    low, high : array of shape (n, d)
        Closed boxes; infinite ends are allowed.

    Returns
    -------
    array of int, shape (p, 2), or None
        Every pair i < j; None where there are more than 64 for each box and 100,000 besides,
        or six million in all.
    """
    n = len(low)
    order = _along_curve(low, high)
    levels = [(low[order], high[order])]
    while len(levels[-1][0]) > 1:
        levels.append(_gathered(*levels[-1]))
    pairs = np.zeros((min(n, 1), 2), dtype=np.intp)
    for lows, highs in levels[-2::-1]:
        pairs = _split(pairs, len(lows))
        meet = np.ones(len(pairs), dtype=bool)
        for axis in range(low.shape[1]):
            a, b = pairs[meet].T
            meet[meet] = (lows[a, axis] <= highs[b, axis]) & (lows[b, axis] <= highs[a, axis])
        pairs = pairs[meet]
        if len(pairs) > min(_MOST_EACH * n + 100_000, _MOST):
            return None
    pairs = order[pairs[pairs[:, 0] != pairs[:, 1]]]
    return np.asarray(np.sort(pairs, axis=1), dtype=np.intp)


def _along_curve(low: Array, high: Array) -> Indices:
    """Return the boxes in the order in which Morton's curve meets their centres."""
    n, d = low.shape
    bits = max(1, _BITS // d)
    with np.errstate(invalid="ignore"):
        centre = np.nan_to_num(0.5 * (low + high), nan=0.0, posinf=0.0, neginf=0.0)
    first, last = centre.min(axis=0, initial=0.0), centre.max(axis=0, initial=0.0)
    first = centre.min(axis=0) if n else first
    side = np.maximum(last - first, 1e-300)
    place = ((centre - first) / side * (2**bits - 1)).astype(np.int64)
    code = np.zeros(n, dtype=np.int64)
    for bit in range(bits - 1, -1, -1):
        for axis in range(min(d, _BITS)):
            code = 2 * code + ((place[:, axis] >> bit) & 1)
    return np.argsort(code, kind="stable")


def _gathered(low: Array, high: Array) -> tuple[Array, Array]:
    """Return the hulls of boxes taken by twos; the last may be alone."""
    starts = np.arange(0, len(low), 2)
    return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def _split(pairs: Indices, n: int) -> Indices:
    """Return the pairs of halves of pairs i <= j, of which there are n."""
    i, j = pairs.T
    found = [(2 * i + a, 2 * j + b) for a, b in ((0, 0), (0, 1), (1, 1))]
    apart = i != j
    found.append((2 * i[apart] + 1, 2 * j[apart]))
    split = np.concatenate([np.stack(two, axis=1) for two in found])
    return np.asarray(split[(split < n).all(axis=1)], dtype=np.intp)
