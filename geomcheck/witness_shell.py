"""One component of a witness, cut open to a shell round a sphere, whose class is kept."""

from __future__ import annotations

import math
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
    of codes pulls back from H^d(S^d; F2) is what u pulls back: that class of M is kept. On frames
    in R^(d + 1) it is not 0, as the Euler number of S^d is even (Gysin).

    Over the antipode of the base point, where angle b from it is pi, no continuous choice of a
    point of M over u is left. So from the collar's edge b0 on the decoder runs the angle back
    from b0 to 0, and leaves M as it does so: it shrinks towards 0 by a factor that falls from 1
    to 1 - lift and tells b. The encoder reads that factor off points near M. So for levels up to
    1/2 encoding undoes decoding on F(M): G is injective there, and G(F(M)) has the holes that
    F(M) has. M itself could not have held it: a sphere S^2 in SO(3) bounds (pi_2 is 0).

    Parameters
    ----------
    lift : float
        M lies on a sphere. Its points, drawn towards the middle by up to this share of the way,
        have to be points whose code does not fade.
    """

    lift: float

    @property
    def shape(self) -> str:
        """What the component less the collar is: its cell."""
        return "a disc, laid round a sphere that K0 closes"

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
        direction = sphere_exp(coordinates[:, :d])
        if points is not None:
            direction += self._returned(coordinates, points)
        codes[:, : d + 1] += (self.radius + others[:, :1]) * direction
        codes[:, d + 1 : self.cell.dim] += others[:, 1:]
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N): of M, or of the cap; mixed with one in the hole."""
        d, k = self._sphere, self.cell.dim
        at = codes - self.centre
        away = np.linalg.norm(at[:, : d + 1], axis=1)
        log = sphere_log(at[:, : d + 1])
        angle = np.linalg.norm(log, axis=1)
        over = np.clip((angle - self._edge) / (math.pi - self._edge), 0.0, 1.0)
        back = np.where(over > 0, self._edge * (1 - over) / np.where(over > 0, angle, 1.0), 1.0)
        others = np.concatenate([away[:, None] - self.radius, at[:, d + 1 : k]], axis=1)
        coordinates = np.concatenate([log * back[:, None], others], axis=1)
        points = self.cell.point(coordinates)
        points -= (self.lift * over)[:, None] * (points - self.cell.middle)
        hub = self.cell.point(np.zeros((1, k)))
        weight = np.minimum(away / (2 * self.radius - self.extent), 1.0)[:, None]
        return np.asarray(hub + weight * (points - hub))

    def _returned(self, coordinates: Array, points: Array) -> Array:
        """Return by how much directions (n, d + 1) differ from those of the nearest points.

        Between M and half way to what the decoder makes of the cap, by nothing; on that, by all
        that leads back to the cap; where both meet, over the edge, that is nothing again.
        """
        v = coordinates[:, : self._sphere]
        feet = self.cell.point(coordinates) - self.cell.middle
        points = points - self.cell.middle
        shrunk = 1 - np.einsum("ij,ij->i", points, feet) / np.einsum("ij,ij->i", feet, feet)
        angle = np.linalg.norm(v, axis=1)
        full = self.lift * (1 - angle / self._edge)
        inside = full > 0
        part = np.where(inside, shrunk / np.where(inside, full, 1.0), 0.0)
        part = np.clip(2 * part - 1, 0.0, 1.0)
        mirrored = math.pi - angle * (math.pi - self._edge) / self._edge
        unit = v / np.where(angle > 0, angle, 1.0)[:, None]
        mirror = np.column_stack([np.cos(mirrored), np.sin(mirrored)[:, None] * unit])
        return np.asarray(part[:, None] * (mirror - sphere_exp(v)))

    @property
    def _sphere(self) -> int:
        assert self.cell.sphere is not None
        return self.cell.sphere

    @property
    def _edge(self) -> float:
        """Angle from the base point at which the collar begins."""
        return math.pi * (1 - self.level)
