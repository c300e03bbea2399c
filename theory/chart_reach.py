"""The reach of the image of a chart, estimated: curvature and bottlenecks searched over the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.chart_grid import confine, orthonormal_frames, smallest_singular, unit_grid
from theory.zoom import zoom

__all__ = ["ChartReach", "chart_reach"]

Array = NDArray[np.float64]
_PAIR_POINTS = {1: 400, 2: 900}
_MANY_PAIR_POINTS = 1500
_STARTS = 12
# Chords shorter than this, relative to the set's size, are left to the curvature.
_SHORTEST_CHORD = 2e-3
_COLLAPSED = 1e-3
_FLAT = 1e6


@dataclass(frozen=True, eq=False)
class ChartReach:
    """An estimated reach and its two parts.

    Parameters
    ----------
    reach : Bound
        The smaller part; an estimate, searched for from above.
    curvature_radius : float
        Smallest radius of curvature found.
    curvature_at : array of shape (k,)
        Coordinates where.
    chord_ratio : float
        Smallest |q-p|^2 / (2 dist(q-p, T_p)) over chords that are not short (``federer``); half
        the shortest bottleneck where that is what governs.
    chord_at : array of shape (2, k)
        Coordinates of p and q.
    """

    reach: Bound
    curvature_radius: float
    curvature_at: Array
    chord_ratio: float
    chord_at: Array


def chart_reach(chart: Chart, edges: Sequence[tuple[int, int]] = ()) -> ChartReach:
    """Estimate the reach of the image of a chart.

    Parameters
    ----------
    chart : Chart
    edges : sequence of (axis, side)
        The faces of the box (side 0 lower, 1 upper) that are mapped to the boundary; there
        the tangent cone is a half space.

    Notes
    -----
    Source ``federer`` for chords, ``aamari-2019`` for the curvature; minima are found on a grid
    and refined, so the estimate errs upwards if the grid missed one.
    """
    k = chart.dim
    grid, spacing = unit_grid(chart, _PAIR_POINTS.get(k, _MANY_PAIR_POINTS))
    radius, bend = _curvature_radius(chart, grid, spacing)
    size = float(np.ptp(chart.evaluate(grid), axis=0).max())
    shortest = _SHORTEST_CHORD * size

    def ratio(pairs: Array) -> Array:
        return _chord_ratio(chart, pairs[:, :k], pairs[:, k:], edges, shortest)

    starts = _best_pairs(chart, grid, edges, shortest)
    pair, chord = zoom(
        ratio,
        starts,
        np.tile(spacing, 2),
        lambda c: np.concatenate([confine(chart, c[:, :k]), confine(chart, c[:, k:])], axis=1),
    )
    # A flat piece has no finite reach; rounding would show one far beyond its size.
    radius, chord = (value if value < _FLAT * size else np.inf for value in (radius, chord))
    reach = Bound(min(radius, chord), "estimate", False, "numerical")
    return ChartReach(reach, radius, bend, chord, pair.reshape(2, k))


def _curvature_radius(chart: Chart, grid: Array, spacing: Array) -> tuple[float, Array]:
    k = chart.dim
    rng = np.random.default_rng(1)
    directions = np.eye(1) if k == 1 else rng.standard_normal((12 * k, k))

    def radius(state: Array) -> Array:
        _, first, second = chart.derivatives(state[:, :k])
        lengths = np.linalg.norm(first, axis=1)
        least, most = smallest_singular(first)
        usable = least > _COLLAPSED * most.max()
        unit = state[:, k:] / np.where(lengths > 0, lengths, 1.0)
        speed = np.einsum("nia,na->ni", first, unit)
        bend = np.einsum("niab,na,nb->ni", second, unit, unit)
        frames = orthonormal_frames(first)
        bend = bend - np.einsum("nia,na->ni", frames, np.einsum("nia,ni->na", frames, bend))
        with np.errstate(divide="ignore", invalid="ignore"):
            value = (speed**2).sum(axis=1) / np.linalg.norm(bend, axis=1)
        return np.asarray(np.where(usable & np.isfinite(value), value, np.inf))

    def admissible(state: Array) -> Array:
        direction = state[:, k:]
        norms = np.linalg.norm(direction, axis=1, keepdims=True)
        unit = direction / np.where(norms > 0, norms, 1.0)
        return np.concatenate([confine(chart, state[:, :k]), unit], axis=1)

    thin = grid if len(grid) <= 500 else grid[:: -(-len(grid) // 500)]
    states = admissible(
        np.concatenate(
            [np.repeat(thin, len(directions), 0), np.tile(directions, (len(thin), 1))], axis=1
        )
    )
    values = radius(states)
    starts = states[np.argsort(values)[: 4 * _STARTS : 4]]
    best, value = zoom(radius, starts, np.concatenate([spacing, np.full(k, 0.5)]), admissible)
    return value, best[:k]


def _best_pairs(
    chart: Chart, grid: Array, edges: Sequence[tuple[int, int]], shortest: float
) -> Array:
    """Return the pairs of the grid with the smallest ratios, one a base point, (s, 2k)."""
    points, first, _ = chart.derivatives(grid)
    frames = orthonormal_frames(first)
    least, most = smallest_singular(first)
    usable = (least > _COLLAPSED * most.max())[:, None]
    best = np.full(len(grid), np.inf)
    partner = np.zeros(len(grid), dtype=np.intp)
    batch = max(1, 400_000 // len(grid))
    for i in range(0, len(grid), batch):
        rows = slice(i, i + batch)
        chords = points[None] - points[rows, None]
        square = np.einsum("pqi,pqi->pq", chords, chords)
        along = np.einsum("pqi,pia->pqa", chords, frames[rows])
        offset = np.sqrt(np.maximum(square - (along**2).sum(axis=2), 1e-30))
        # Longer chords than in the refinement: between neighbours the differences cancel.
        far = (square > (5 * shortest) ** 2) & usable[rows]
        values = np.where(far, square / (2 * offset), np.inf)
        partner[rows] = values.argmin(axis=1)
        best[rows] = values.min(axis=1)
    pairs = np.concatenate([grid, grid[partner]], axis=1)
    if edges:
        extra = _edge_pairs(chart, grid, edges)
        pairs = np.concatenate([pairs, extra])
        k = chart.dim
        values = _chord_ratio(chart, extra[:, :k], extra[:, k:], edges, 5 * shortest)
        best = np.concatenate([best, values])
    order = np.argsort(best)
    spread = max(1, len(order) // (40 * _STARTS))
    return np.asarray(pairs[order[: _STARTS * spread : spread]])


def _edge_pairs(chart: Chart, grid: Array, edges: Sequence[tuple[int, int]]) -> Array:
    k = chart.dim
    collected = []
    for axis, side in edges:
        face = (chart.lower, chart.upper)[side][axis]
        on_face = grid[grid[:, axis] == face][:200]
        others = grid[:: max(1, len(grid) // 200)]
        collected.append(
            np.concatenate(
                [np.repeat(on_face, len(others), 0), np.tile(others, (len(on_face), 1))], axis=1
            )
        )
    return np.asarray(np.concatenate(collected).reshape(-1, 2 * k))


def _chord_ratio(
    chart: Chart, base: Array, other: Array, edges: Sequence[tuple[int, int]], shortest: float
) -> Array:
    points, first, _ = chart.derivatives(base)
    chord = chart.evaluate(other) - points
    square = (chord**2).sum(axis=1)
    frames = orthonormal_frames(first)
    along = np.einsum("nia,ni->na", frames, chord)
    offset = ((chord - np.einsum("nia,na->ni", frames, along)) ** 2).sum(axis=1)
    for axis, side in edges:
        # The tangent cone at the boundary is a half space: what points out of it counts.
        at_face = base[:, axis] == (chart.lower, chart.upper)[side][axis]
        rest = np.delete(first, axis, axis=2)
        inward = first[:, :, axis] * (1.0 if side == 0 else -1.0)
        if rest.shape[2]:
            face_frames = orthonormal_frames(rest)
            part = np.einsum("nia,ni->na", face_frames, inward)
            inward = inward - np.einsum("nia,na->ni", face_frames, part)
        norms = np.linalg.norm(inward, axis=1)
        outward = -np.einsum("ni,ni->n", chord, inward) / np.where(norms > 0, norms, 1.0)
        offset = offset + np.where(at_face, np.maximum(outward, 0.0) ** 2, 0.0)
    least, most = smallest_singular(first)
    usable = (square >= shortest**2) & (least > _COLLAPSED * most.max())
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = square / (2 * np.sqrt(offset))
    return np.asarray(np.where(usable, ratio, np.inf))
