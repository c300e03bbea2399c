"""Nearest points on ellipses and ellipsoids."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest_on_ellipsoid", "uniform_on_ellipsoid"]

Array = NDArray[np.float64]
_HALVINGS = 80
_TINY = 1e-300


def nearest_on_ellipsoid(axes: Sequence[float]) -> Callable[[Array], Array]:
    """Return the nearest-point map of the ellipsoid sum (x_i / axes_i)^2 = 1.

    The nearest point to x is axes_i^2 x_i / (axes_i^2 + s) for the largest root s of a
    decreasing function (Eberly). With t = s + min(axes)^2 > 0 the root is found by bisection of
    log t, which resolves it however near to 0 it is. Where x has no component along the
    smallest axes and the others do not reach the surface, t = 0 and the smallest axes fill up
    what is missing, in the positive direction.
    """
    half = np.array(axes, dtype=np.float64)
    least = half.min()
    smallest = half == least
    excess = half**2 - least**2

    def level(points: Array, t: Array) -> Array:
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(((half * points / (t[:, None] + excess)) ** 2).sum(axis=1))

    def projection(points: Array) -> Array:
        low = np.full(len(points), _TINY)
        high = np.linalg.norm(half * points, axis=1) * (1 + 1e-15) + _TINY
        for _ in range(_HALVINGS):
            middle = np.sqrt(low) * np.sqrt(high)
            outside = level(points, middle) >= 1
            low, high = np.where(outside, middle, low), np.where(outside, high, middle)
        t = np.sqrt(low) * np.sqrt(high)
        nearest = half**2 * points / (t[:, None] + excess)
        degenerate = t < 1e3 * _TINY
        if degenerate.any():
            others = np.where(smallest, 0.0, nearest[degenerate])
            missing = np.maximum(1 - ((others / half) ** 2).sum(axis=1), 0.0)
            others[:, int(np.flatnonzero(smallest)[0])] = least * np.sqrt(missing)
            nearest[degenerate] = others
        return np.asarray(nearest / np.linalg.norm(nearest / half, axis=1, keepdims=True))

    return projection


def uniform_on_ellipsoid(
    axes: Sequence[float],
) -> Callable[[int, np.random.Generator], Array]:
    """Return a sampler uniform in volume: the sphere's, thinned by the area element."""
    half = np.array(axes, dtype=np.float64)

    def sampler(n: int, rng: np.random.Generator) -> Array:
        kept: list[Array] = []
        missing = n
        while missing > 0:
            units = rng.standard_normal((2 * missing + 16, len(half)))
            units /= np.linalg.norm(units, axis=1, keepdims=True)
            # The sphere's element is stretched by prod(axes) |u / axes|, at most at the least.
            element = half.min() * np.linalg.norm(units / half, axis=1)
            units = units[rng.uniform(0, 1, len(units)) < element][:missing]
            kept.append(units * half)
            missing -= len(units)
        return np.concatenate(kept)

    return sampler
