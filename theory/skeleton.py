"""The faces of a lattice in charts: edges, squares, whole cells, each a box of coordinates."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.lattice import Lattice

__all__ = ["Boxes", "corners", "faces"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes of one dimension d in the coordinates of charts.

    Parameters
    ----------
    charts : tuple of Chart
        Each of dimension k >= d.
    chart : array of int, shape (f,)
        The chart of each box.
    low, sides : array of shape (f, k)
        Its lowest corner, and its sides: 0 where it does not extend.
    axes : array of int, shape (f, d)
        The coordinates along which it does.
    """

    charts: tuple[Chart, ...]
    chart: Indices
    low: Array
    sides: Array
    axes: Indices

    def __len__(self) -> int:
        return len(self.chart)

    def __getitem__(self, rows: slice | NDArray[np.bool_]) -> Boxes:
        """Return some of the boxes."""
        low, sides, axes = self.low[rows], self.sides[rows], self.axes[rows]
        return Boxes(self.charts, self.chart[rows], low, sides, axes)

    def points(self, shares: Array) -> Array:
        """Return points (f, s, N) of each box, given as shares (s, d) of its sides."""
        coordinates = self._at(np.broadcast_to(shares, (len(self), *shares.shape)))
        flat = coordinates.reshape(-1, coordinates.shape[2])
        which = np.repeat(self.chart, len(shares))
        found: Array | None = None
        for i, chart in enumerate(self.charts):
            rows = np.flatnonzero(which == i)
            if len(rows):
                images = chart.evaluate(flat[rows])
                found = np.empty((len(flat), images.shape[1])) if found is None else found
                found[rows] = images
        assert found is not None
        return found.reshape(len(self), len(shares), -1)

    def halved(self, rows: NDArray[np.bool_]) -> Boxes:
        """Return the 2^d halves of some of the boxes."""
        few = self[rows]
        starts = 0.5 * corners(self.axes.shape[1])
        low = few._at(np.broadcast_to(starts, (len(few), *starts.shape)))
        return Boxes(
            self.charts,
            np.repeat(few.chart, len(starts)),
            low.reshape(-1, low.shape[2]),
            np.repeat(0.5 * few.sides, len(starts), axis=0),
            np.repeat(few.axes, len(starts), axis=0),
        )

    def _at(self, shares: Array) -> Array:
        """Return coordinates (f, s, k) for shares (f, s, d) of the sides."""
        steps = np.zeros((*shares.shape[:2], self.low.shape[1]))
        where = np.broadcast_to(self.axes[:, None, :], shares.shape)
        np.put_along_axis(steps, where, shares, 2)
        return np.asarray(self.low[:, None] + steps * self.sides[:, None])


def corners(dim: int) -> Array:
    """Return the corners (2^dim, dim) of the unit cube, the last coordinate fastest."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=dim)))


def faces(lattice: Lattice, dim: int) -> tuple[Boxes, Indices]:
    """Return all faces of one dimension of the cells of a whole lattice.

    Parameters
    ----------
    lattice : Lattice
        As `whole_lattice` and `coarse_lattice` make it.
    dim : int
        From 1 to the dimension of the charts.

    Returns
    -------
    Boxes
    array of int, shape (f, 2^dim)
        Names (`Lattice.names`) of the corners of each, in the order of `corners`.
    """
    names, step = lattice.names, corners(dim).astype(np.intp)
    which, low, sides, along, vertices = [], [], [], [], []
    begin = 0
    for i, (chart, cells) in enumerate(zip(lattice.charts, lattice.cells, strict=True)):
        k = chart.dim
        ends = cells + np.where(chart.periodic, 0, 1)
        place = lattice.place[lattice.chart == i]
        for axes in itertools.combinations(range(k), dim):
            run = np.zeros((len(step), k), dtype=np.intp)
            run[:, axes] = step
            start = place[(place[:, axes] < cells[list(axes)]).all(axis=1)]
            at = start[:, None] + run
            at = np.where(chart.periodic, np.mod(at, cells), at)
            rows = np.ravel_multi_index(tuple(np.moveaxis(at, 2, 0)), tuple(ends))
            side = np.zeros((len(start), k))
            first, last = lattice.at(i, start), lattice.at(i, start + run[-1])
            side[:, axes] = (last - first)[:, axes]
            which.append(np.full(len(start), i, dtype=np.intp))
            low.append(first)
            sides.append(side)
            along.append(np.tile(np.array(axes, dtype=np.intp), (len(start), 1)))
            vertices.append(names[begin + rows])
        begin += len(place)
    boxes = Boxes(
        lattice.charts,
        np.concatenate(which),
        np.concatenate(low),
        np.concatenate(sides),
        np.concatenate(along),
    )
    return boxes, np.concatenate(vertices)
