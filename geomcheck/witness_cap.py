"""One component of a witness, cut open to a shell round a sphere over which it is no product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_shell import Shell
from theory.cells.ball import sphere_exp

__all__ = ["CappedShell"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CappedShell(Shell):
    """A shell whose sphere is closed by a cap: the cut meets what lies over one of its points.

    Over the antipode of the base point, where angle b from it is pi, no continuous choice of a
    point of M over u is left. So from the collar's edge b0 on the decoder runs the angle back
    from b0 to 0, and leaves M as it does so: it shrinks towards 0 by a factor that falls from 1
    to 1 - lift and tells b. The encoder reads that factor off points near M. So for levels up to
    1/2 encoding undoes decoding on F(M): G is injective there, and G(F(M)) has the holes that
    F(M) has. M itself could not have held it: a sphere S^2 in SO(3) bounds (pi_2 is 0).

    On frames in R^(d + 1), d even, the class that is kept is not 0 over two elements, as the
    Euler number of S^d is even (Gysin).

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

    def _direction(self, coordinates: Array, points: Array | None) -> Array:
        direction = super()._direction(coordinates, points)
        return direction if points is None else direction + self._returned(coordinates, points)

    def _over(self, log: Array, others: Array) -> Array:
        """Return points of M, or, over the cap, points that shrink towards the middle."""
        angle = np.linalg.norm(log, axis=1)
        over = np.clip((angle - self._edge) / (math.pi - self._edge), 0.0, 1.0)
        back = np.where(over > 0, self._edge * (1 - over) / np.where(over > 0, angle, 1.0), 1.0)
        points = super()._over(log * back[:, None], others)
        points -= (self.lift * over)[:, None] * (points - self.cell.middle)
        return points

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
    def _edge(self) -> float:
        """Angle from the base point at which the collar begins."""
        return math.pi * (1 - self.level)
