"""One component of a witness, cut open to a shell round a whole sphere, whose class is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_disc import Disc
from theory.cells.ball import sphere_exp, sphere_log

__all__ = ["Shell"]

Array = NDArray[np.float64]
# The radius is so many times half the thickness: over a small part of M that the cut crosses codes
# fill the thickness, and should still look narrow from the centre.
_HOLE = 6.0


@dataclass(frozen=True, eq=False)
class Shell(Disc):
    """A component M with a cell over a sphere S^d: a shell in R^m, m > d (see `OpenCell.sphere`).

    The point u(x) of the sphere is the direction of the code, the next coordinate its distance
    from the centre, less the radius. Across the collar of the cut all coordinates but u shrink
    to 0: so the code is continuous on all of M, and none comes near the centre. What the direction
    of codes pulls back from H^d(S^d) is what u pulls back: that class of M is kept.
    """

    @property
    def shape(self) -> str:
        """What the component less the collar is."""
        return f"a {self._sphere}-sphere times a disc"

    @property
    def radius(self) -> float:
        """Distance from the centre of the codes whose other coordinates are 0."""
        return _HOLE * float(self.cell.extent[self._sphere])

    @property
    def extent(self) -> float:
        """How far codes reach from the centre along the first axis."""
        return self.radius + float(self.cell.extent[self._sphere])

    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, k) of points of M to codes (n, m).

        Of points (n, N) near M, if they are given, the coordinates are those of their nearest
        points on M.
        """
        d = self._sphere
        codes = np.tile(self.centre, (len(coordinates), 1))
        others = coordinates[:, d:] * self.fold(coordinates)[:, None]
        direction = self._direction(coordinates, points)
        codes[:, : d + 1] += (self.radius + others[:, :1]) * direction
        codes[:, d + 1 : self.cell.dim] += others[:, 1:]
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N): of M off the hole, within it mixed with one point."""
        d, k = self._sphere, self.cell.dim
        at = codes - self.centre
        away = np.linalg.norm(at[:, : d + 1], axis=1)
        others = np.concatenate([away[:, None] - self.radius, at[:, d + 1 : k]], axis=1)
        points = self._over(sphere_log(at[:, : d + 1]), others)
        hub = self.cell.point(np.zeros((1, k)))
        weight = np.minimum(away / (2 * self.radius - self.extent), 1.0)[:, None]
        return np.asarray(hub + weight * (points - hub))

    def _direction(self, coordinates: Array, points: Array | None) -> Array:
        """Return the directions (n, d + 1) of the codes of coordinates (n, k)."""
        return sphere_exp(coordinates[:, : self._sphere])

    def _over(self, log: Array, others: Array) -> Array:
        """Return the points (n, N) over points of the sphere, given by logarithms (n, d)."""
        return self.cell.point(np.concatenate([log, others], axis=1))

    @property
    def _sphere(self) -> int:
        assert self.cell.sphere is not None
        return self.cell.sphere
