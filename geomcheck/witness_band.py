"""One component of a witness, cut open to a band that still turns, its class kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_disc import Disc

__all__ = ["Band"]

Array = NDArray[np.float64]
# The hole of a band is so many times as wide as the band.
_HOLE = 3.0


@dataclass(frozen=True, eq=False)
class Band(Disc):
    """A component M with a cell of which one coordinate turns: a ring in R^m, m >= 2.

    That coordinate is the angle of the code, the next its distance from the centre, less the
    radius. Across the collar of the cut all but the angle shrink to 0: so the code is continuous
    on all of M, and the class of the loop along which the coordinate turns is kept.
    """

    @property
    def shape(self) -> str:
        """What the component less the collar is; where the collar crosses the band, a disc."""
        ends = np.zeros((1, self.cell.dim))
        ends[0, self._turning] = self.cell.extent[self._turning]
        if self.cell.cut and self.cell.depth(ends)[0] == 0:
            return "a disc, laid round a ring that K0 closes"
        return {1: "a closed curve", 2: "a band"}.get(self.cell.dim, "a circle times a disc")

    @property
    def radius(self) -> float:
        """Distance from the centre of the codes whose other coordinates are 0."""
        extent = self.cell.extent
        others = [extent[j] for j in self._others[:1]]
        return float(max(extent[self._turning] / math.pi, _HOLE * max(others, default=0.0)))

    @property
    def extent(self) -> float:
        """How far codes reach from the centre along the first axis."""
        return self.radius + sum(float(self.cell.extent[j]) for j in self._others[:1])

    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, k) of points of M to codes (n, m)."""
        codes = np.tile(self.centre, (len(coordinates), 1))
        angle = coordinates[:, self._turning] * (math.pi / self.cell.extent[self._turning])
        others = coordinates[:, self._others] * self.fold(coordinates)[:, None]
        away = self.radius + others[:, :1].sum(axis=1)
        codes[:, 0] += away * np.cos(angle)
        codes[:, 1] += away * np.sin(angle)
        codes[:, 2 : self.cell.dim] += others[:, 1:]
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N): of M off the hole, within it mixed with one point."""
        k, extent = self.cell.dim, self.cell.extent
        at = codes - self.centre
        away = np.hypot(at[:, 0], at[:, 1])
        coordinates = np.zeros((len(codes), k))
        angle = np.arctan2(at[:, 1], at[:, 0])
        coordinates[:, self._turning] = angle * (extent[self._turning] / math.pi)
        # Where the two ends of the angle are joined by more than a turn, the others vanish.
        still = self.fold(coordinates)
        others = np.concatenate([away[:, None] - self.radius, at[:, 2:k]], axis=1)[:, : k - 1]
        coordinates[:, self._others] = others * still[:, None]
        hub = self.cell.point(np.zeros((1, k)))
        hole = 2 * self.radius - self.extent if k > 1 else self.radius / 2
        weight = np.minimum(away / hole, 1.0)[:, None]
        return np.asarray(hub + weight * (self.cell.point(coordinates) - hub))

    @property
    def _turning(self) -> int:
        assert self.cell.turning is not None
        return self.cell.turning

    @property
    def _others(self) -> list[int]:
        return [j for j in range(self.cell.dim) if j != self._turning]
