"""Grids on the box of a chart, and the way back into it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.small_eigh import small_eigvalsh

__all__ = [
    "apart",
    "confine",
    "orthonormal_frames",
    "orthonormalising",
    "shared_out",
    "smallest_singular",
    "unit_grid",
    "widths",
]

Array = NDArray[np.float64]


def widths(chart: Chart) -> Array:
    """Return the sides of the box, of shape (k,)."""
    return np.subtract(chart.upper, chart.lower)


def confine(chart: Chart, coordinates: Array) -> Array:
    """Return coordinates (n, k) wrapped where they are periodic, else clipped to the box."""
    low, high = np.array(chart.lower), np.array(chart.upper)
    wrapped = low + np.mod(coordinates - low, high - low)
    return np.where(np.array(chart.periodic), wrapped, np.clip(coordinates, low, high))


def unit_grid(chart: Chart, total: int, *, faces: bool = True) -> tuple[Array, Array]:
    """Return about `total` grid points of the box (n, k) and the spacing (k,).

    Points are shared out among the coordinates by the lengths of the coordinate lines, so that
    the images are about equally far apart. Faces that are not periodic hold points of the grid,
    or, without `faces`, lie half a spacing away.
    """
    k = chart.dim
    low, side = np.array(chart.lower), widths(chart)
    counts = shared_out(chart, total, least=4)
    axes, spacing = [], []
    for i in range(k):
        closed = faces and not chart.periodic[i]
        spacing.append(side[i] / (counts[i] - 1 if closed else counts[i]))
        offset = 0.0 if faces else 0.5
        axes.append(low[i] + spacing[-1] * (np.arange(counts[i]) + offset))
        if closed:
            axes[-1][-1] = chart.upper[i]
    grid = np.meshgrid(*axes, indexing="ij")
    return np.stack([g.ravel() for g in grid], axis=1), np.array(spacing)


def shared_out(chart: Chart, total: int, *, least: int, power: float = 1.0) -> NDArray[np.intp]:
    """Return how many of about `total` parts fall to each coordinate (k,).

    They are shared out by the lengths of the coordinate lines to a power: one below 1
    where it matters how much they turn, which a short line may as much as a long one.
    """
    low, side = np.array(chart.lower), widths(chart)
    probe = low + side * np.random.default_rng(0).uniform(0, 1, (64, chart.dim))
    speeds = np.linalg.norm(chart.jacobian(probe), axis=1).max(axis=0) * side
    share = np.maximum(speeds / max(speeds.max(), 1e-300), 0.05) ** power
    even = np.rint(share * (total / share.prod()) ** (1 / chart.dim))
    return np.asarray(np.maximum(even, least), dtype=np.intp)


def smallest_singular(jacobian: Array) -> tuple[Array, Array]:
    """Return the smallest and the largest singular values (n,) of Jacobians (n, N, k)."""
    gram = np.einsum("nia,nib->nab", jacobian, jacobian)
    values = np.sqrt(np.maximum(small_eigvalsh(gram), 0.0))
    return values[:, 0], values[:, -1]


def orthonormal_frames(jacobian: Array) -> Array:
    """Return orthonormal frames (n, N, k) of the columns of Jacobians (n, N, k)."""
    lengths = np.linalg.norm(jacobian, axis=1, keepdims=True)
    scaled = jacobian / np.where(lengths > 0, lengths, 1.0)
    return np.asarray(np.linalg.qr(scaled)[0])


def orthonormalising(jacobian: Array) -> Array:
    """Return matrices (n, k, k) that make the columns of Jacobians (n, N, k) orthonormal, k <= 2.

    They hold infinities or NaN where there are none.
    """
    upper = np.asarray(np.linalg.qr(np.where(np.isfinite(jacobian), jacobian, 0.0), mode="r"))
    inverse = np.zeros_like(upper)
    with np.errstate(all="ignore"):
        inverse[:, 0, 0] = 1 / upper[:, 0, 0]
        if upper.shape[1] == 2:
            inverse[:, 1, 1] = 1 / upper[:, 1, 1]
            inverse[:, 0, 1] = -upper[:, 0, 1] * inverse[:, 0, 0] * inverse[:, 1, 1]
    return inverse


def apart(chart: Chart, one: Array, other: Array) -> Array:
    """Return the largest difference of coordinates (..., k), in units of the box's sides."""
    gap = np.abs(one - other) / widths(chart)
    return np.asarray(np.where(chart.periodic, np.minimum(gap, 1 - gap), gap).max(axis=-1))
