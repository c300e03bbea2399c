"""Which points of one cloud are in another, in memory that both together need anyway."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["rows_within"]

Array = NDArray[np.float64]

_BLOCK = 1 << 15


def rows_within(points: Array, others: Array) -> NDArray[np.bool_]:
    """Return for each row of `points` whether it is, bit by bit, a row of `others`.

    Parameters
    ----------
    points : array of shape (n, N)
    others : array of shape (k, N)

    Returns
    -------
    array of bool, shape (n,)
    """
    found = np.zeros(len(points), dtype=bool)
    if points.shape[1] != others.shape[1] or not len(others):
        return found
    keys = np.concatenate([_keys(block) for block in _blocks(others)])
    order = np.argsort(keys)
    keys = keys[order]
    start = 0
    for block in _blocks(points):
        mine = _keys(block)
        at = np.minimum(np.searchsorted(keys, mine), len(keys) - 1)
        for row in np.flatnonzero(keys[at] == mine):
            # Equal keys are nearly always equal rows: look, from the first one on.
            place = int(at[row])
            while place < len(keys) and keys[place] == mine[row]:
                if others[order[place]].tobytes() == block[row].tobytes():
                    found[start + row] = True
                    break
                place += 1
        start += len(block)
    return found


def _blocks(points: Array) -> list[Array]:
    return [points[i : i + _BLOCK] for i in range(0, len(points), _BLOCK)]


def _keys(block: Array) -> NDArray[np.uint64]:
    """Return one number a row: an odd multiple of each coordinate's bits, mixed and added."""
    bits = np.ascontiguousarray(block).view(np.uint64).reshape(block.shape)
    factors = np.random.default_rng(0).integers(2**63, size=block.shape[1], dtype=np.uint64)
    mixed = (bits ^ (bits >> np.uint64(32))) * (2 * factors + np.uint64(1))
    total: NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(29))).sum(axis=1, dtype=np.uint64)
    return total
