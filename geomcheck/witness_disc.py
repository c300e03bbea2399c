"""One component of a witness: a cell cut open, its collar folded shut, placed in latent space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.cells import OpenCell
from theory.manifold import Manifold

__all__ = ["Disc", "fold"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Disc:
    """A component M with its open cell, and where in R^m the cell lies.

    Off the collar {depth <= level} of the cut a point's code is its coordinates. Across the
    collar they shrink to 0 in proportion to the depth, and the whole cut has code 0: so the code
    is continuous on all of M, whatever the cut glues together.

    Parameters
    ----------
    part : Manifold
        M.
    cell : OpenCell
    level : float
    centre : array of shape (m,)
        Code of coordinates 0.
    """

    part: Manifold
    cell: OpenCell
    level: float
    centre: Array

    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, k) of points of M to codes (n, m).

        They are the coordinates of the nearest points of M where `points` (n, N) are not on it.
        """
        codes = np.tile(self.centre, (len(coordinates), 1))
        codes[:, : self.cell.dim] += coordinates * fold(self.cell, self.level, coordinates)[:, None]
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N) of M, continuously on all of R^m."""
        k = self.cell.dim
        return self.cell.point(codes[:, :k] - self.centre[:k])

    @property
    def shape(self) -> str:
        """What the component less the collar is."""
        return "an arc" if self.cell.dim == 1 else "a disc"

    @property
    def extent(self) -> float:
        """How far codes reach from the centre along the first axis."""
        return float(self.cell.extent[0])

    def in_collar(self, coordinates: Array) -> NDArray[np.bool_]:
        """Tell which coordinates (n, k) belong to points of the collar."""
        if not self.cell.cut:
            return np.zeros(len(coordinates), dtype=bool)
        return np.asarray(self.cell.depth(coordinates) <= self.level)


def fold(cell: OpenCell, level: float, coordinates: Array) -> Array:
    """Return by how much coordinates (n, k) shrink: 1 off the collar, falling to 0 at the cut."""
    if not cell.cut:
        return np.ones(len(coordinates))
    return np.minimum(cell.depth(coordinates) / level, 1.0)
