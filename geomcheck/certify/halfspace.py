"""How much of a cell lies above or below epsilon, where the error is nearly linear.

A cell that the level epsilon crosses is not simply undecided: as the error is a linear function
and a small rest, half-spaces of the cell are certified on either side.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.error import CellErrors
from theory.taylor_form import ROUNDING, TINY

__all__ = ["certified_shares", "halfspace_share"]

Array = NDArray[np.float64]

# Coefficients below this share of the largest are raised to it, which keeps the sum below
# from cancelling; beyond three coordinates it would all the same.
_LEAST = {1: 1.0, 2: 1e-6, 3: 1e-4}


def halfspace_share(normal: Array, level: Array) -> Array:
    """Return a lower bound of the share of [-1, 1]^k on which normal . xi <= level.

    Parameters
    ----------
    normal : array of shape (B, k)
    level : array of shape (B,)

    Returns
    -------
    array of shape (B,)
        By the inclusion-exclusion formula over the corners; 0 where more than three
        coordinates would make it lose all digits.
    """
    with np.errstate(all="ignore"):
        return _share(np.abs(normal), level)


def _share(a: Array, level: Array) -> Array:
    k = a.shape[1]
    if k not in _LEAST:
        whole = a.sum(axis=1) * (1 + 4 * k * ROUNDING) + TINY
        return np.where(whole <= level, 1.0, 0.0)
    raised = np.maximum(a, _LEAST[k] * a.max(axis=1, keepdims=True) + TINY)
    # Raising a coefficient changes normal . xi by at most as much.
    level = level - (raised - a).sum(axis=1) * (1 + 8 * ROUNDING)
    total = raised.sum(axis=1)
    level = level - 16 * ROUNDING * (total + np.abs(level))
    scale = math.factorial(k) * 2**k * raised.prod(axis=1)
    share = np.zeros(len(a))
    for corner in product((0.0, 1.0), repeat=k):
        reach = np.maximum(level + total - 2 * (raised * np.array(corner)).sum(axis=1), 0.0)
        share += (-1) ** int(sum(corner)) * reach**k
    error = 64 * ROUNDING * 2**k * (2 * total) ** k
    share = (share - error) / scale * (1 - 16 * ROUNDING)
    # Where the level lies outside the cell the answer is exact, and the sum overflows at most.
    share = np.where(level >= total, 1.0, np.where(level <= -total, 0.0, share))
    return np.clip(np.nan_to_num(share, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0)


def certified_shares(
    found: CellErrors, epsilon: float, low: Array, high: Array
) -> tuple[Array, Array]:
    """Return lower bounds of the shares of cells [low, high] above and below epsilon.

    Above: the error is at least its component along a fixed unit vector, a linear function
    less a constant. Below: |e|^2 is a linear function and at most the square of its spread.
    """
    n, k = found.centre.shape[1], low.shape[1]
    gamma = (n + k + 16) * 4 * ROUNDING
    with np.errstate(all="ignore"):
        above = halfspace_share(found.tilt, found.along - epsilon)
        rest = np.sqrt((found.remainder**2).sum(axis=1))
        size = np.abs(found.centre).sum(axis=1) + np.abs(found.generators).sum(axis=(1, 2))
        spread = np.sqrt((found.generators**2).sum(axis=2)).sum(axis=1)
        room = (epsilon - rest * (1 + gamma)) * (1 - 4 * ROUNDING)
        level = room * room - (found.centre**2).sum(axis=1) - spread * spread
        level = level - gamma * (room * room + size * size) - TINY
        normal = 2 * np.matmul(found.generators, found.centre[:, :, None])[:, :, 0]
        below = np.where(room > 0, halfspace_share(normal, level), 0.0)
        # The forms hold on boxes that may be larger than the cells by a rounding.
        half = np.maximum(0.5 * (high - low), TINY)
        off = (8 * ROUNDING * np.maximum(np.abs(low), np.abs(high)) / half).sum(axis=1)
    known = np.isfinite(found.upper)
    return tuple(  # type: ignore[return-value]
        np.where(known, np.maximum(np.nan_to_num(share) - off, 0.0), 0.0)
        for share in (above, below)
    )
