"""A map out of a manifold, looked at on the cells of a lattice as finely as a point asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import confine, widths
from theory.chart_projection import ChartProjection
from theory.lattice import Lattice, whole_lattice
from theory.skeleton import Boxes, corners, faces

__all__ = ["Allowance", "LatticeMap", "Map", "Misses", "TooManyPoints", "drawn_in"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Map = Callable[[Array], Array]
Misses = Callable[[Boxes, Array], NDArray[np.bool_]]
"""Boxes and a point of R^m to flags: f certainly keeps the box on one side of the point."""

# Cells of a lattice along each coordinate, by the number of these.
_PER_AXIS = {1: 64, 2: 32, 3: 12}
# The values on a cell lie within this share of the distance of the point they keep away from.
_NARROW = 0.5
_HALVINGS = {1: 12, 2: 7, 3: 3}
_DRAWN = 20_000
_BATCH = 100_000
_ENCLOSURE = 8


class TooManyPoints(Exception):
    """A map would have to be looked at in more points than it is worth."""


@dataclass
class Allowance:
    """In how many points more a map may be looked at."""

    points: int

    def spend(self, points: int) -> None:
        """Take some off; raise TooManyPoints where so many are not left."""
        if points > self.points:
            raise TooManyPoints
        self.points -= points


@dataclass(frozen=True, eq=False)
class _Samples:
    """Points of K, the coarsest cell that each lies in, and f there."""

    cell: Indices
    coordinates: Array
    values: Array


@dataclass(frozen=True, eq=False)
class LatticeMap:
    """A map f of a connected manifold to R^m, seen on a lattice in its charts.

    Parameters
    ----------
    lattice : Lattice
        A whole one.
    map : callable
        f, from points (n, N) to values (n, m).
    seen : array of shape (s, N)
        Points where f is looked at as well.
    allowance : Allowance
        For the cells of the lattice and their halves.
    misses : callable, optional
        What is certain of f; by default it is looked at on points.
    """

    lattice: Lattice
    map: Map
    seen: Array
    allowance: Allowance
    misses: Misses | None = None

    @classmethod
    def of_charts(
        cls,
        charts: Sequence[Chart],
        map: Map,
        seen: Array,
        allowance: Allowance,
        misses: Misses | None = None,
    ) -> LatticeMap | None:
        """Lay the lattice; None without charts, or in too many dimensions."""
        if not charts or charts[0].dim not in _PER_AXIS:
            return None
        lattice = whole_lattice(charts, _PER_AXIS[charts[0].dim])
        return cls(lattice, map, seen, allowance, misses)

    @property
    def dim(self) -> int:
        """Of the manifold."""
        return int(self.lattice.place.shape[1])

    @cached_property
    def cells(self) -> tuple[Boxes, Indices]:
        """The cells of the lattice, with the names of their corners."""
        return faces(self.lattice, self.dim)

    @cached_property
    def edges(self) -> tuple[Boxes, Indices]:
        """The edges of the lattice, with the names of their ends."""
        return faces(self.lattice, 1)

    @cached_property
    def squares(self) -> tuple[Boxes, Indices]:
        """The squares of the lattice, with the names of their corners."""
        return faces(self.lattice, 2)

    @cached_property
    def samples(self) -> _Samples:
        """Points evenly at random in the charts, and those that were given."""
        rng = np.random.default_rng(3)
        lattice, cells, coordinates = self.lattice, [], []
        begin = 0
        for chart, count, given in zip(lattice.charts, lattice.cells, self._located(), strict=True):
            low, side = np.array(chart.lower), widths(chart)
            drawn = rng.uniform(0, 1, (_DRAWN // len(lattice.charts), self.dim))
            at = np.concatenate([low + side * drawn, given])
            place = np.clip(((at - low) / side * count).astype(np.intp), 0, count - 1)
            cells.append(begin + np.ravel_multi_index(tuple(place.T), tuple(count)))
            coordinates.append(at)
            begin += int(count.prod())
        points = np.concatenate(
            [chart.evaluate(at) for chart, at in zip(lattice.charts, coordinates, strict=True)]
        )
        return _Samples(np.concatenate(cells), np.concatenate(coordinates), self.map(points))

    def _located(self) -> list[Array]:
        """Return the coordinates of the points given, in the chart that comes nearest."""
        charts = self.lattice.charts
        if not len(self.seen):
            return [np.empty((0, self.dim)) for _ in charts]
        found = [
            confine(c, (c.inverse or ChartProjection(c).coordinates)(self.seen)) for c in charts
        ]
        off = np.array(
            [
                np.linalg.norm(c.evaluate(at) - self.seen, axis=1)
                for c, at in zip(charts, found, strict=True)
            ]
        )
        nearest = off.argmin(axis=0)
        return [at[nearest == i] for i, at in enumerate(found)]

    def values(self, boxes: Boxes, shares: Array) -> Array:
        """Return f (f, s, m) at shares (s, d) of boxes."""
        self.allowance.spend(len(boxes) * len(shares))
        step = max(1, _BATCH // len(shares))
        found = []
        for i in range(0, len(boxes), step):
            points = boxes[i : i + step].points(shares)
            values = self.map(points.reshape(-1, points.shape[2]))
            found.append(values.reshape(*points.shape[:2], -1))
        return np.concatenate(found)

    def depth(self, centre: Array) -> int | None:
        """Return how often cells have to be halved for f to be seen to miss a point, or None."""
        if self.misses is not None:
            return self._certain_depth(centre, self.misses)
        boxes, values = self.cells[0], self._coarsest
        if not self._agrees(centre):
            return None
        owner, coordinates = self.samples.cell, self.samples.coordinates
        within = drawn_in(self.samples.values - centre)
        for halvings in range(_HALVINGS[self.dim] + 1):
            around = drawn_in(values - centre)
            middle = around[:, 0]
            spread = np.linalg.norm(around - middle[:, None], axis=2).max(axis=1)
            np.maximum.at(spread, owner, np.linalg.norm(within - middle[owner], axis=1))
            wide = ~(spread < _NARROW * np.linalg.norm(middle, axis=1))
            if not wide.any():
                return halvings
            # The samples in cells that are halved go on into the half that they lie in.
            inner = wide[owner]
            owner, within, coordinates = owner[inner], within[inner], coordinates[inner]
            upper = coordinates > boxes.low[owner] + 0.5 * boxes.sides[owner]
            place = np.cumsum(wide) - 1
            half = upper @ (2 ** np.arange(self.dim)[::-1])
            owner = place[owner] * 2**self.dim + half
            boxes = boxes.halved(wide)
            values = self._looked_at(boxes)
        return None

    def _agrees(self, centre: Array) -> bool:
        """Tell whether f has one value, as seen from a point, at the names of one lattice point."""
        corner = self._coarsest[:, 1:]
        around = drawn_in(corner.reshape(-1, corner.shape[2]) - centre)
        _, first, group = np.unique(self.cells[1], return_index=True, return_inverse=True)
        one = around[first[group.ravel()]]
        off = np.linalg.norm(around - one, axis=1)
        return bool((off < _NARROW * np.linalg.norm(one, axis=1)).all())

    def _certain_depth(self, centre: Array, misses: Misses) -> int | None:
        boxes = self.cells[0]
        for halvings in range(_HALVINGS[self.dim] + 1):
            # An enclosure costs as much as some points.
            self.allowance.spend(_ENCLOSURE * len(boxes))
            wide = ~misses(boxes, centre)
            if not wide.any():
                return halvings
            boxes = boxes.halved(wide)
        return None

    @cached_property
    def _coarsest(self) -> Array:
        return self._looked_at(self.cells[0])

    def _looked_at(self, boxes: Boxes) -> Array:
        """Return f (f, 1 + 2^k, m) in the middles and at the corners of cells."""
        shares = np.concatenate([np.full((1, self.dim), 0.5), corners(self.dim)])
        return self.values(boxes, shares)


def drawn_in(values: Array) -> Array:
    """Return vectors (..., m) of the same directions whose lengths are the square roots.

    That is a homeomorphism which fixes 0, so it changes no winding about it; a step outward
    is no step across.
    """
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.sqrt(np.maximum(lengths, 1e-300)))
