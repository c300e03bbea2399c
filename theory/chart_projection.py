"""Nearest points on the image of a chart: grid seeds, then a guarded Newton iteration."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import (
    confine,
    orthonormal_frames,
    smallest_singular,
    unit_grid,
    widths,
)

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["ChartProjection"]

Array = NDArray[np.float64]
_SEEDS = {1: 1024, 2: 4096}
_MANY_SEEDS = 8192
_CANDIDATES = 4
_BATCH = 1024
_STEPS = 40
_FINEST_STEP = 1e-13
_ROUNDING = 1e-14
_FLAT = 1e-6


class ChartProjection:
    """Nearest points on the image of a chart, and their coordinates.

    The best few points of a grid start a Newton iteration for the squared distance, with the
    eigenvalues of the Hessian made positive and damping until the distance falls; coordinates
    wrap or are clipped to the box. It finds the nearest point where that is isolated and the
    grid resolves the set; nothing is certified.

    Parameters
    ----------
    chart : Chart
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    @cached_property
    def _seeds(self) -> tuple[Array, cKDTree]:
        from scipy.spatial import cKDTree

        coordinates, _ = unit_grid(self.chart, _SEEDS.get(self.chart.dim, _MANY_SEEDS), faces=False)
        return coordinates, cKDTree(self.chart.evaluate(coordinates))

    def __call__(self, points: Array) -> Array:
        """Return the nearest points (n, N)."""
        return self.chart.evaluate(self.coordinates(points))

    def coordinates(self, points: Array) -> Array:
        """Return coordinates (n, k) of the nearest points."""
        found, _ = self.candidates(points, _CANDIDATES)
        return found[:, 0]

    def candidates(self, points: Array, count: int) -> tuple[Array, Array]:
        """Return `count` local solutions (n, count, k), nearest first, with their distances."""
        pieces = [
            self._candidates(points[i : i + _BATCH], count) for i in range(0, len(points), _BATCH)
        ]
        return np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])

    def tangents(self, points: Array) -> Array:
        """Return orthonormal frames (n, N, k) at points of the manifold."""
        return self.frames(self.coordinates(points))

    def frames(self, coordinates: Array) -> Array:
        """Return orthonormal tangent frames (n, N, k) at coordinates (n, k)."""
        jacobian = self.chart.jacobian(coordinates)
        least, most = smallest_singular(jacobian)
        flat = least < _FLAT * most
        if flat.any():
            # Where the chart collapses (the pole of polar coordinates) the frame next to it
            # is the right one up to the step taken.
            middle = (np.array(self.chart.lower) + np.array(self.chart.upper)) / 2
            inward = coordinates[flat] + 1e-5 * (middle - coordinates[flat])
            jacobian[flat] = self.chart.jacobian(inward)
        return orthonormal_frames(jacobian)

    def _candidates(self, points: Array, count: int) -> tuple[Array, Array]:
        seeds, tree = self._seeds
        count = min(count, len(seeds))
        chosen = tree.query(points, np.arange(1, count + 1))[1]
        start = seeds[chosen].reshape(len(points) * count, -1)
        found = self._descend(start, np.repeat(points, count, axis=0))
        gaps = np.linalg.norm(self.chart.evaluate(found) - np.repeat(points, count, 0), axis=1)
        gaps = gaps.reshape(len(points), count)
        order = np.argsort(gaps, axis=1, kind="stable")
        found = found.reshape(len(points), count, -1)
        return np.take_along_axis(found, order[:, :, None], 1), np.take_along_axis(gaps, order, 1)

    def _descend(self, start: Array, targets: Array) -> Array:
        chart, side = self.chart, widths(self.chart)
        current = confine(chart, start)
        damping = np.full(len(current), 1e-4)
        live = np.arange(len(current))
        for _ in range(_STEPS):
            here = current[live]
            step, height = _newton_step(chart, here, targets[live], damping[live])
            trial = _inside(chart, here, step * side)
            # Within rounding the distance no longer tells a good step from a bad one.
            limit = height * (1 + _ROUNDING) + _ROUNDING**2
            gained = ((chart.evaluate(trial) - targets[live]) ** 2).sum(axis=1) <= limit
            current[live[gained]] = trial[gained]
            damping[live] = np.where(gained, damping[live] * 0.1, damping[live] * 10)
            moved = np.abs(step).max(axis=1) > _FINEST_STEP
            live = live[moved & (damping[live] < 1e8)]
            if not live.size:
                break
        return current


def _inside(chart: Chart, here: Array, step: Array) -> Array:
    """Take the step, but approach a face that is not periodic by a tenth of the way left.

    Jumping onto a collapsed face (a pole) at once would lose the other coordinates.
    """
    low, high = np.array(chart.lower), np.array(chart.upper)
    target = here + step
    near = 1e-12 * (high - low)
    below = np.where(here - low > near, low + 0.1 * (here - low), low)
    above = np.where(high - here > near, high - 0.1 * (high - here), high)
    target = np.where((target < low) & ~np.array(chart.periodic), below, target)
    target = np.where((target > high) & ~np.array(chart.periodic), above, target)
    return confine(chart, target)


def _newton_step(chart: Chart, here: Array, targets: Array, damping: Array) -> tuple[Array, Array]:
    """Return steps in units of the box's sides, and the squared distances."""
    side = widths(chart)
    points, first, second = chart.derivatives(here)
    gap = points - targets
    first = first * side
    slope = np.einsum("nia,ni->na", first, gap)
    hessian = np.einsum("nia,nib->nab", first, first)
    scale = np.trace(hessian, axis1=1, axis2=2) + 1e-300
    hessian = hessian + np.einsum("niab,ni->nab", second, gap) * (side[:, None] * side)
    # A coordinate held by a face of the box takes no part.
    low, high = np.array(chart.lower), np.array(chart.upper)
    open_ended = ~np.array(chart.periodic)
    held = open_ended & (((here <= low) & (slope > 0)) | ((here >= high) & (slope < 0)))
    slope = np.where(held, 0.0, slope)
    hessian = np.where(held[:, :, None] | held[:, None, :], 0.0, hessian)
    values, vectors = np.linalg.eigh(hessian)
    weight = np.maximum(np.abs(values), 1e-12 * scale[:, None]) + (damping * scale)[:, None]
    along = np.einsum("nab,na->nb", vectors, slope) / weight
    step = np.einsum("nab,nb->na", vectors, along)
    return np.clip(-step, -0.25, 0.25), np.asarray((gap**2).sum(axis=1))
