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
from theory.small_eigh import small_eigh, small_eigvalsh

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["ChartProjection"]

Array = NDArray[np.float64]
_SEEDS = {1: 1024, 2: 4096}
_MANY_SEEDS = 8192
_CANDIDATES = 4
_BATCH = 4096
_STEPS = 40
# The step after one so short would be lost in rounding: convergence is quadratic.
_FINEST_STEP = 1e-11
_ROUNDING = 1e-15
_FLAT = 1e-6
# Short of a collapsed face this share of the way is left.
_LEFT = 0.1
_COLLAPSED = 1e-3
# The map need not be smooth on a face: it is looked at so far from it, as a share of the side.
_OFF_FACE = 1e-9
_PROBES = 64
# Seeds so many spacings apart or fewer are on one sheet.
_ONE_SHEET = 2.5
# Tangents that turn more than this from seed to seed are not resolved.
_TURN = 0.3
# A point is far from the centres of curvature at this share of the way to the nearest.
_CALM = 0.5


class ChartProjection:
    """Nearest points on the image of a chart, and their coordinates.

    The best few points of a grid start a Newton iteration for the squared distance, with the
    eigenvalues of the Hessian made positive and damping until the distance falls; coordinates
    wrap or are clipped to the box. On a chart that the grid resolves, of starts beside one
    another only the best is used where the solution it leads to is beside it too and well short
    of the centres of curvature, since the others would lead there as well. It finds
    the nearest point where that is isolated and the grid resolves the set; nothing is certified.

    Parameters
    ----------
    chart : Chart
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    @cached_property
    def _seeds(self) -> tuple[Array, Array, cKDTree]:
        """Coordinates of the seeds, their spacing, and a tree of their images."""
        from scipy.spatial import cKDTree

        total = _SEEDS.get(self.chart.dim, _MANY_SEEDS)
        coordinates, spacing = unit_grid(self.chart, total, faces=False)
        return coordinates, spacing, cKDTree(self.chart.evaluate(coordinates))

    @cached_property
    def _resolved(self) -> bool:
        """Whether tangents turn little from one seed to the next."""
        seeds, spacing, _ = self._seeds
        _, first, second = self.chart.derivatives(seeds)
        steps = np.linalg.norm(first * spacing, axis=1).max(axis=1)
        turns = np.linalg.norm(second * (spacing[:, None] * spacing), axis=1).max(axis=(1, 2))
        return bool((turns <= _TURN * steps).all())

    @cached_property
    def _left(self) -> Array:
        """Share of the way to each face, (2, k), that is left by a step that would cross it."""
        chart, side = self.chart, widths(self.chart)
        rng = np.random.default_rng(0)
        inside = np.array(chart.lower) + side * rng.uniform(0, 1, (_PROBES, chart.dim))
        longest = smallest_singular(chart.jacobian(inside) * side)[1].max()
        left = np.zeros((2, chart.dim))
        for row, inward in enumerate((1, -1)):
            faces = (chart.lower, chart.upper)[row] + inward * _OFF_FACE * side
            for i in range(chart.dim):
                on_face = inside.copy()
                on_face[:, i] = faces[i]
                least, _ = smallest_singular(chart.jacobian(on_face) * side)
                left[row, i] = 0.0 if least.min() > _COLLAPSED * longest else _LEFT
        return left

    def __call__(self, points: Array) -> Array:
        """Return the nearest points (n, N)."""
        return self.chart.evaluate(self.coordinates(points))

    def coordinates(self, points: Array) -> Array:
        """Return coordinates (n, k) of the nearest points."""
        if not len(points):
            return np.empty((0, self.chart.dim))
        return np.concatenate(
            [self._nearest(points[i : i + _BATCH]) for i in range(0, len(points), _BATCH)]
        )

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

    def _nearest(self, points: Array) -> Array:
        if not self._resolved:
            return self._candidates(points, _CANDIDATES)[0][:, 0]
        start = self._starts(points, _CANDIDATES)
        found = self._descend(start[:, 0], points)
        beside = self._beside(start[:, :1], start) & self._beside(start[:, 0], found)[:, None]
        rows, columns = np.nonzero(~(beside & self._calm(found, points)[:, None]))
        rows, columns = rows[columns > 0], columns[columns > 0]
        if not len(rows):
            return found
        others = self._descend(start[rows, columns], points[rows])
        gaps = np.full(start.shape[:2], np.inf)
        gaps[:, 0] = self._gaps(found, points)
        gaps[rows, columns] = self._gaps(others, points[rows])
        start[:, 0] = found
        start[rows, columns] = others
        return np.asarray(start[np.arange(len(points)), gaps.argmin(axis=1)])

    def _candidates(self, points: Array, count: int) -> tuple[Array, Array]:
        start = self._starts(points, count)
        count, k = start.shape[1:]
        targets = np.repeat(points, count, axis=0)
        found = self._descend(start.reshape(-1, k), targets)
        gaps = self._gaps(found, targets).reshape(-1, count)
        order = np.argsort(gaps, axis=1, kind="stable")
        found = found.reshape(-1, count, k)
        return np.take_along_axis(found, order[:, :, None], 1), np.take_along_axis(gaps, order, 1)

    def _starts(self, points: Array, count: int) -> Array:
        """Return the seeds (n, count, k) nearest to points, nearest first."""
        seeds, _, tree = self._seeds
        count = min(count, len(seeds))
        return np.asarray(seeds[tree.query(points, np.arange(1, count + 1))[1]])

    def _gaps(self, coordinates: Array, points: Array) -> Array:
        return np.asarray(np.linalg.norm(self.chart.evaluate(coordinates) - points, axis=1))

    def _beside(self, one: Array, other: Array) -> NDArray[np.bool_]:
        """Tell which coordinates (..., k) are few spacings of the seeds apart."""
        side = widths(self.chart)
        gap = np.abs(one - other)
        gap = np.where(self.chart.periodic, np.minimum(gap, side - gap), gap)
        return np.asarray((gap <= _ONE_SHEET * self._seeds[1]).all(axis=-1))

    def _calm(self, coordinates: Array, points: Array) -> NDArray[np.bool_]:
        """Tell whether the way to the set at coordinates (n, k) is short beside its curvature."""
        images, first, second = self.chart.derivatives(coordinates)
        first, side = first * widths(self.chart), widths(self.chart)
        metric = np.einsum("nia,nib->nab", first, first)
        bend = np.einsum("niab,ni->nab", second, images - points) * (side[:, None] * side)
        return np.asarray(small_eigvalsh(_CALM * metric + bend)[:, 0] > 0)

    def _descend(self, start: Array, targets: Array) -> Array:
        chart, side = self.chart, widths(self.chart)
        current = confine(chart, start)
        damping = np.full(len(current), 1e-4)
        live = np.arange(len(current))
        size = np.linalg.norm(targets, axis=1)
        for _ in range(_STEPS):
            here = current[live]
            step, gap = _newton_step(chart, here, targets[live], damping[live])
            trial = _inside(chart, here, step * side, self._left)
            # Within rounding the distance no longer tells a good step from a bad one.
            limit = gap + _ROUNDING * size[live]
            gained = self._gaps(trial, targets[live]) <= limit
            current[live[gained]] = trial[gained]
            damping[live] = np.where(gained, damping[live] * 0.1, damping[live] * 10)
            moved = np.abs(step).max(axis=1) > _FINEST_STEP
            live = live[moved & (damping[live] < 1e8)]
            if not live.size:
                break
        return current


def _inside(chart: Chart, here: Array, step: Array, left: Array) -> Array:
    """Take the step, but leave `left` (2, k) of the way to a face that is not periodic.

    Jumping onto a collapsed face (a pole) at once would lose the other coordinates.
    """
    low, high = np.array(chart.lower), np.array(chart.upper)
    target = here + step
    near = 1e-12 * (high - low)
    below = np.where(here - low > near, low + left[0] * (here - low), low)
    above = np.where(high - here > near, high - left[1] * (high - here), high)
    target = np.where((target < low) & ~np.array(chart.periodic), below, target)
    target = np.where((target > high) & ~np.array(chart.periodic), above, target)
    return confine(chart, target)


def _newton_step(chart: Chart, here: Array, targets: Array, damping: Array) -> tuple[Array, Array]:
    """Return steps in units of the box's sides, and the distances."""
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
    values, vectors = small_eigh(hessian)
    weight = np.maximum(np.abs(values), 1e-12 * scale[:, None]) + (damping * scale)[:, None]
    along = np.einsum("nab,na->nb", vectors, slope) / weight
    step = np.einsum("nab,nb->na", vectors, along)
    return np.clip(-step, -0.25, 0.25), np.asarray(np.linalg.norm(gap, axis=1))
