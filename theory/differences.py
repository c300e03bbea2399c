"""Derivatives by central differences, for maps that cannot be evaluated on jets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["STENCIL", "central_differences"]

Array = NDArray[np.float64]
# Fourth-order differences balance rounding near eps^(1/5) (first) and eps^(1/6) (second).
_FIRST_STEP = 7e-4
_SECOND_STEP = 2.5e-3
# How far from its centre a stencil reaches, relative to the widths.
STENCIL = 2 * _SECOND_STEP
_FIRST_WEIGHTS = ((-2, 1 / 12), (-1, -8 / 12), (1, 8 / 12), (2, -1 / 12))
_SECOND_WEIGHTS = ((-2, -1 / 12), (-1, 16 / 12), (0, -30 / 12), (1, 16 / 12), (2, -1 / 12))


def central_differences(
    function: Callable[[Array], Array], coordinates: Array, widths: Array
) -> tuple[Array, Array, Array]:
    """Return values and their first two derivatives by fourth-order central differences.

    The function is evaluated up to `STENCIL` times the widths away.

    Parameters
    ----------
    function : callable
        Coordinates (n, k) to values (n, N).
    coordinates : array of shape (n, k)
    widths : array of shape (k,)
        The scale on which the function varies in each coordinate.

    Returns
    -------
    values : array of shape (n, N)
    first : array of shape (n, N, k)
    second : array of shape (n, N, k, k)
    """
    k = coordinates.shape[1]
    values = function(coordinates)
    first = np.zeros((*values.shape, k))
    second = np.zeros((*values.shape, k, k))
    units = np.eye(k)
    for a in range(k):
        step = _FIRST_STEP * widths[a]
        for count, weight in _FIRST_WEIGHTS:
            first[:, :, a] += weight / step * function(coordinates + count * step * units[a])
        step = _SECOND_STEP * widths[a]
        for count, weight in _SECOND_WEIGHTS:
            moved = function(coordinates + count * step * units[a])
            second[:, :, a, a] += weight / step**2 * moved
        for b in range(a):
            other = _SECOND_STEP * widths[b]
            mixed = np.zeros_like(values)
            for i, u in _FIRST_WEIGHTS:
                for j, v in _FIRST_WEIGHTS:
                    shift = i * step * units[a] + j * other * units[b]
                    mixed += u * v * function(coordinates + shift)
            second[:, :, a, b] = second[:, :, b, a] = mixed / (step * other)
    return values, first, second
