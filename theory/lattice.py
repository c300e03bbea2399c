"""A graph of lattice points in the charts of a manifold, joined in them and across seams."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import unit_grid, widths
from theory.same_point import room_for_one_point

__all__ = ["Lattice", "coarse_lattice", "refined", "whole_lattice"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# Points of different coordinates are one point of the manifold if their images agree this well,
# relative to the extent of all of them.
_SAME_POINT = 1e-9
_BAND = 2


@dataclass(frozen=True, eq=False)
class Lattice:
    """Lattice points of one or several charts, with the edges between them.

    Parameters
    ----------
    charts : tuple of Chart
    cells : tuple of array of int, each of shape (k,)
        Into how many cells the box of each chart is cut along each coordinate.
    chart : array of int, shape (n,)
        The chart of each point.
    place : array of int, shape (n, k)
        Its lattice coordinates, from 0 to `cells`.
    points : array of shape (n, N)
    edges : array of int, shape (e, 2)
    seam : array of bool, shape (e,)
        Edges between two names of the same point, across a seam or in a pole. Along any other
        edge the lattice coordinates differ by at most 1, periods counted.
    room : float
        Up to this distance two images were taken for the same point.
    """

    charts: tuple[Chart, ...]
    cells: tuple[Indices, ...]
    chart: Indices
    place: Indices
    points: Array
    edges: Indices
    seam: NDArray[np.bool_]
    room: float

    def at(self, i: int, place: Indices) -> Array:
        """Return the coordinates (p, k), in chart i, of lattice coordinates (p, k)."""
        return _coordinates(self.charts[i], self.cells[i], place)

    @property
    def names(self) -> Indices:
        """One number (n,) for each point of the manifold, however many lattice points it is."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n, same = len(self.points), self.edges[self.seam]
        graph = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), (n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def coarse_lattice(charts: Sequence[Chart], total: int) -> Lattice:
    """Cut the boxes of charts of one dimension into about `total` cells in all."""
    cells = []
    for chart in charts:
        spacing = unit_grid(chart, max(total // len(charts), 4**chart.dim))[1]
        cells.append(np.rint(widths(chart) / spacing).astype(np.intp))
    return _whole(charts, cells)


def whole_lattice(charts: Sequence[Chart], per_axis: int) -> Lattice:
    """Cut the boxes of charts of one dimension into as many cells along every coordinate."""
    return _whole(charts, [np.full(chart.dim, per_axis, dtype=np.intp) for chart in charts])


def _whole(charts: Sequence[Chart], cells: Sequence[Indices]) -> Lattice:
    places = []
    for chart, count in zip(charts, cells, strict=True):
        ends = count + np.where(chart.periodic, 0, 1)
        grid = np.meshgrid(*(np.arange(end) for end in ends), indexing="ij")
        places.append(np.stack([g.ravel() for g in grid], axis=1).astype(np.intp))
    return _joined(tuple(charts), tuple(cells), places, None)


def refined(lattice: Lattice, rows: Indices) -> Lattice:
    """Halve the cells and keep the points near some of the old ones, given by their rows."""
    cells = tuple(2 * count for count in lattice.cells)
    k = lattice.place.shape[1]
    band = np.array(list(itertools.product(range(-_BAND, _BAND + 1), repeat=k)), dtype=np.intp)
    places = []
    for i, chart in enumerate(lattice.charts):
        old = 2 * lattice.place[rows[lattice.chart[rows] == i]]
        near = (old[:, None, :] + band).reshape(-1, k)
        near = np.where(chart.periodic, np.mod(near, cells[i]), near)
        near = near[((near >= 0) & (near <= cells[i])).all(axis=1)]
        places.append(np.unique(near, axis=0))
    # By the points that are kept the size of the set is not told.
    return _joined(lattice.charts, cells, places, lattice.room)


def _coordinates(chart: Chart, cells: Indices, place: Indices) -> Array:
    low, high = np.array(chart.lower), np.array(chart.upper)
    # Both ends are met exactly: there the images agree across a seam.
    share = place / cells
    return np.asarray(np.where(place == cells, high, low + share * (high - low)))


def _joined(
    charts: tuple[Chart, ...],
    cells: tuple[Indices, ...],
    places: list[Indices],
    room: float | None,
) -> Lattice:
    points = np.concatenate(
        [c.evaluate(_coordinates(c, m, p)) for c, m, p in zip(charts, cells, places, strict=True)]
    )
    edges, begin = [], 0
    for chart, count, place in zip(charts, cells, places, strict=True):
        edges.append(begin + _neighbours(chart, count, place))
        begin += len(place)
    inside = np.concatenate(edges)
    if room is None:
        room = room_for_one_point(points, _SAME_POINT)
    across = _same_points(points, room)
    return Lattice(
        charts,
        cells,
        np.repeat(np.arange(len(charts)), [len(p) for p in places]),
        np.concatenate(places),
        points,
        np.concatenate([inside, across]),
        np.repeat([False, True], [len(inside), len(across)]),
        room,
    )


def _neighbours(chart: Chart, cells: Indices, place: Indices) -> Indices:
    """Return the pairs of rows whose lattice coordinates differ by 0 or 1 each."""
    strides = np.concatenate([[1], np.cumprod(cells[::-1] + 1)[:-1]])[::-1]
    names = place @ strides
    order = np.argsort(names)
    known = names[order]
    found = []
    steps = [s for s in itertools.product((-1, 0, 1), repeat=len(cells)) if s > (0,) * len(cells)]
    for step in steps:
        other = place + np.array(step)
        other = np.where(chart.periodic, np.mod(other, cells), other)
        inside = ((other >= 0) & (other <= cells)).all(axis=1)
        rows = np.flatnonzero(inside)
        where = np.searchsorted(known, other[rows] @ strides)
        where = np.minimum(where, len(known) - 1)
        hit = known[where] == other[rows] @ strides
        found.append(np.stack([rows[hit], order[where[hit]]], axis=1))
    pairs = np.concatenate(found)
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]], dtype=np.intp)


def _same_points(points: Array, room: float) -> Indices:
    """Join points of the same image, in a chain: a pole has thousands of names."""
    # Equal points are next to one another in the order of a coordinate that no symmetry knows.
    about = points - 0.5 * (points.min(axis=0) + points.max(axis=0))
    order = np.argsort(about @ np.random.default_rng(0).standard_normal(points.shape[1]))
    gaps = np.linalg.norm(np.diff(points[order], axis=0), axis=1)
    same = np.flatnonzero(gaps <= room)
    return np.stack([order[same], order[same + 1]], axis=1)
