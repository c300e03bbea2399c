"""Descent of pairs of points along K until a map sends both to one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Met", "meet"]

Array = NDArray[np.float64]
Map = Callable[[Array], Array]

_ROUNDS = 24
_DONE = 1e-9
_STEP = 1e-3  # for differences, as a share of the longest move
# Singular values below this share of the largest are not divided by.
_CUTOFF = 1e-6


@dataclass(frozen=True, eq=False)
class Met:
    """Pairs of points after the descent.

    Parameters
    ----------
    first, second : array of shape (p, N)
    apart : array of shape (p,)
        |f(first) - f(second)|.
    """

    first: Array
    second: Array
    apart: Array


def meet(
    map_: Map,
    first: Array,
    second: Array,
    tangents: Map,
    project: Map,
    *,
    longest: float,
    hold_first: bool = False,
) -> Met:
    """Move the ends of pairs along K so that f(first) = f(second), by Gauss-Newton steps.

    The steps are the shortest that solve the linearised equation, so that ends move no farther
    than they have to; a step that brings the values no nearer is halved.

    Parameters
    ----------
    map_ : callable
        f: points (n, N) to values (n, d).
    first, second : array of shape (p, N)
        Points of K.
    tangents : callable
        Points of K to orthonormal frames (n, N, k).
    project : callable
        Points near K to K.
    longest : float
        No single step is longer.
    hold_first : bool
        Whether only the second ends may move.
    """
    first, second = first.copy(), second.copy()
    values = map_(first)
    difference = values - map_(second)
    apart = _norms(difference)
    limits = np.full(len(first), longest)
    at_first, at_second = (
        _Slopes(map_, ends, tangents, project, _STEP * longest) for ends in (first, second)
    )
    for _ in range(_ROUNDS):
        open_ = np.flatnonzero((apart > _DONE) & (limits > 1e-9 * longest))
        if not len(open_):
            break
        frames, slope = at_second.of(open_)
        slope = -slope
        if not hold_first:
            frames_first, slope_first = at_first.of(open_)
            slope = np.concatenate([slope_first, slope], axis=2)
        step = -np.einsum("pkd,pd->pk", np.linalg.pinv(slope, rcond=_CUTOFF), difference[open_])
        size = np.maximum(_norms(step), 1e-300)
        step *= np.minimum(1.0, limits[open_] / size)[:, None]
        k = frames.shape[2]
        x, value = first[open_], values[open_]
        if not hold_first:
            x = project(x + np.einsum("pnk,pk->pn", frames_first, step[:, :k]))
            value = map_(x)
        y = project(second[open_] + np.einsum("pnk,pk->pn", frames, step[:, -k:]))
        tried = value - map_(y)
        nearer = _norms(tried) < apart[open_]
        moved = open_[nearer]
        first[moved], second[moved], values[moved] = x[nearer], y[nearer], value[nearer]
        at_first.forget(moved)
        at_second.forget(moved)
        difference[moved], apart[moved] = tried[nearer], _norms(tried[nearer])
        failed = ~nearer
        limits[open_[failed]] = np.minimum(limits[open_], size)[failed] / 4
    return Met(first, second, apart)


class _Slopes:
    """Frames, and the slopes of a map along them, at points that move: kept until they do."""

    def __init__(self, map_: Map, points: Array, tangents: Map, project: Map, step: float) -> None:
        self._map, self._points = map_, points
        self._tangents, self._project, self._step = tangents, project, step
        self._known = np.zeros(len(points), dtype=bool)
        self._frames = self._slopes = np.empty((len(points), 0, 0))

    def of(self, rows: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return frames (r, N, k) and slopes (r, d, k) at some of the points."""
        fresh = rows[~self._known[rows]]
        if len(fresh):
            frames = self._tangents(self._points[fresh])
            slopes = _slope(self._map, self._points[fresh], frames, self._project, self._step)
            if not self._frames.size:
                self._frames = np.empty((len(self._known), *frames.shape[1:]))
                self._slopes = np.empty((len(self._known), *slopes.shape[1:]))
            self._frames[fresh], self._slopes[fresh] = frames, slopes
            self._known[fresh] = True
        return self._frames[rows], self._slopes[rows]

    def forget(self, rows: NDArray[np.intp]) -> None:
        """Note that these points have moved."""
        self._known[rows] = False


def _slope(map_: Map, points: Array, frames: Array, project: Map, step: float) -> Array:
    """Return the derivatives (p, d, k) of the map along the frames, by central differences."""
    count, width, k = frames.shape
    shifts = step * np.concatenate([frames, -frames], axis=2).transpose(0, 2, 1)
    values = map_(project((points[:, None] + shifts).reshape(-1, width))).reshape(count, 2 * k, -1)
    slopes = (values[:, :k] - values[:, k:]).transpose(0, 2, 1) / (2 * step)
    # Beside a place where the map returns no number there is no slope to follow: a pair stays.
    finite = np.asarray(np.isfinite(slopes).all(axis=(1, 2)))
    return np.where(finite[:, None, None], slopes, 0.0)


def _norms(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=1))
