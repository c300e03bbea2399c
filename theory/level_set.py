"""Closed surfaces given as the zero set of one function: tangents, projection, reach."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.jet import jets
from theory.small_eigh import small_eigh, small_eigvalsh
from theory.zoom import zoom

__all__ = ["LevelSet"]

Array = NDArray[np.float64]
_SEEDS = 6000
_REACH_POINTS = 1500
_CURVATURE_POINTS = 20_000
_STEPS = 60
# The step after one so short would be lost in rounding: convergence is quadratic.
_TOLERANCE = 1e-11
_ROUNDING = 1e-15
_SETTLED = 1e-9
_TRIES = 3
# A point is far from the centres of curvature at this share of the way to the nearest.
_CALM = 0.5
# Seeds farther off the tangent plane, as a share of their distance, may be on another sheet.
_STEEP = 0.5
_STARTS = 20
_WIDTH = 0.01


class LevelSet:
    """The compact zero set of a function without critical points on it.

    Parameters
    ----------
    function : callable
        The N coordinates to a value, built from numpy's universal functions.
    sampler : callable
        ``(n, rng)`` to points of the set, of shape (n, N), uniform in volume.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        sampler: Callable[[int, np.random.Generator], Array],
    ) -> None:
        self.function = function
        self.sampler = sampler

    @cached_property
    def _seeds(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.sampler(_SEEDS, np.random.default_rng(11)))

    def derivatives(self, points: Array) -> tuple[Array, Array, Array]:
        """Return values (n,), gradients (n, N) and Hessians (n, N, N)."""
        jet = self.function(*jets(points))
        return jet.value, jet.gradient, jet.hessian

    def tangents(self, points: Array) -> Array:
        """Return orthonormal frames (n, N, N-1)."""
        return _across(self.derivatives(points)[1])

    def projection(self, points: Array) -> Array:
        """Return the nearest points found: by Newton steps from below, or from many seeds.

        The start is the point down the gradient if that is nearer than all seeds. Solves
        x + l grad f(x) = point, f(x) = 0, with the tangential Hessian made positive and
        steps shortened until the distance falls. Further seeds are tried, unless they lie beside
        the solution on the same sheet and it is well short of the centres of curvature.
        """
        tree = self._seeds
        _, near = tree.query(points, k=_TRIES)
        seeds = np.asarray(tree.data)[near]
        down = self._retract(points)
        value, gradient, _ = self.derivatives(down)
        fell = np.abs(value) <= _SETTLED * _norms(gradient)
        fell &= _norms(down - points) < _norms(seeds[:, 0] - points)
        first = self._descend(np.where(fell[:, None], down, seeds[:, 0]), points)
        calm = _norms(first - points) <= _CALM * self.curvature_radius(first)
        other = ~(calm[:, None] & self._one_sheet(first, seeds))
        other[:, 0] &= fell
        rows, columns = np.nonzero(other)
        seeds[rows, columns] = self._descend(seeds[rows, columns], points[rows])
        gaps = np.full(seeds.shape[:2], np.inf)
        gaps[rows, columns] = _norms(seeds[rows, columns] - points[rows])
        best = seeds[np.arange(len(points)), gaps.argmin(axis=1)]
        nearer = gaps.min(axis=1) < _norms(first - points)
        return np.where(nearer[:, None], best, first)

    def _one_sheet(self, points: Array, seeds: Array) -> NDArray[np.bool_]:
        """Tell which seeds (n, s, N) lie beside the tangent plane at points (n, N) of the set."""
        _, gradient, _ = self.derivatives(points)
        normal = gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        away = seeds - points[:, None]
        off = np.abs(np.einsum("nsi,ni->ns", away, normal))
        return np.asarray(off <= _STEEP * np.linalg.norm(away, axis=2))

    def _descend(self, start: Array, targets: Array) -> Array:
        current = start.copy()
        live = np.arange(len(current))
        shrink = np.ones(len(current))
        slack = _ROUNDING * (1 + np.linalg.norm(targets, axis=1))
        for _ in range(_STEPS):
            here, goal = current[live], targets[live]
            _, gradient, hessian = self.derivatives(here)
            frames = _across(gradient)
            size = np.linalg.norm(gradient, axis=1)
            gap = goal - here
            along = np.einsum("nia,ni->na", frames, gap)
            height = np.einsum("ni,ni->n", gap, gradient) / size**2
            shape = np.einsum("nia,nij,njb->nab", frames, hessian, frames)
            operator = np.eye(frames.shape[2]) + height[:, None, None] * shape
            values, vectors = small_eigh(operator)
            part = np.einsum("nab,na->nb", vectors, along) / np.maximum(np.abs(values), 0.05)
            step = np.einsum("nia,nab,nb->ni", frames, vectors, part) * shrink[live, None]
            trial = self._retract(here + step)
            # Within rounding the distance no longer tells a good step from a bad one.
            closer = _norms(trial - goal) <= _norms(gap) + slack[live]
            current[live[closer]] = trial[closer]
            shrink[live] = np.where(closer, 1.0, 0.3 * shrink[live])
            live = live[(_norms(step) > _TOLERANCE) & (shrink[live] > 1e-9)]
            if not live.size:
                break
        return current

    def _retract(self, points: Array) -> Array:
        moved = points
        for _ in range(6):
            value, gradient, _ = self.derivatives(moved)
            # Where the gradient vanishes no way leads down: such a start ends as no number.
            with np.errstate(divide="ignore", invalid="ignore"):
                shift = (value / (gradient**2).sum(axis=1))[:, None] * gradient
            moved = moved - shift
            if _norms(shift).max(initial=0.0) < _SETTLED:
                break
        return moved

    def reach(self) -> float:
        """Estimate the reach: the largest curvature, searched for, Federer's ratio on points."""
        points = self.sampler(_CURVATURE_POINTS, np.random.default_rng(12))
        radius = self.curvature_radius(points)
        starts = points[np.argsort(radius)[:: _CURVATURE_POINTS // 2000][:_STARTS]]
        width = np.full(points.shape[1], _WIDTH * np.ptp(points))
        _, sharpest = zoom(self.curvature_radius, starts, width, self._retract)
        gradient = self.derivatives(points[:_REACH_POINTS])[1]
        few = points[:_REACH_POINTS]
        normal = gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        square = ((few[:, None] - few[None]) ** 2).sum(axis=2)
        offset = np.abs(few @ normal.T - (few * normal).sum(axis=1))
        np.fill_diagonal(offset, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(offset > 1e-9, square / (2 * offset), np.inf)
        return float(min(sharpest, ratio.min()))

    def curvature_radius(self, points: Array) -> Array:
        """Return the least radius of curvature at points of the set, (n,)."""
        _, gradient, hessian = self.derivatives(points)
        frames = self.tangents(points)
        shape = np.einsum("nia,nij,njb->nab", frames, hessian, frames)
        bend = np.abs(small_eigvalsh(shape)).max(axis=1)
        return np.asarray(np.linalg.norm(gradient, axis=1) / np.maximum(bend, 1e-300))


def _across(gradient: Array) -> Array:
    """Return orthonormal frames (n, N, N-1) of the planes across gradients (n, N)."""
    normal = gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
    return np.asarray(np.linalg.qr(normal[:, :, None], mode="complete")[0][:, :, 1:])


def _norms(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=1))
