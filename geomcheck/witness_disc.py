"""One component of a witness: a cell cut open, its collar folded shut, placed in latent space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_piece import Piece
from theory.cells import OpenCell

__all__ = ["Disc"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Disc(Piece):
    """A component M with its open cell, and where in R^m the cell lies.

    Off the collar {depth <= level} of the cut a point's code is its coordinates. Across the
    collar they shrink to 0 in proportion to the depth, and the whole cut has code 0: so the code
    is continuous on all of M, whatever the cut glues together.

    Parameters
    ----------
    cell : OpenCell
    centre : array of shape (m,)
        Code of coordinates 0.
    """

    cell: OpenCell

    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, k) of points of M to codes (n, m).

        They are the coordinates of the nearest points of M where `points` (n, N) are not on it.
        """
        codes = np.tile(self.centre, (len(coordinates), 1))
        codes[:, : self.cell.dim] += coordinates * self.fold(coordinates)[:, None]
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
