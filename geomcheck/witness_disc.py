"""One component of a witness: a cell cut open, its collar folded shut, placed in latent space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.cells import OpenCell
from theory.manifold import Manifold

__all__ = ["Disc", "side_by_side"]

Array = NDArray[np.float64]
_GAP = 0.5


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

    def codes(self, coordinates: Array) -> Array:
        """Map coordinates (n, k) of points of M to codes (n, m)."""
        codes = np.tile(self.centre, (len(coordinates), 1))
        codes[:, : self.cell.dim] += coordinates * self._fold(coordinates)[:, None]
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N) of M, continuously on all of R^m."""
        k = self.cell.dim
        return self.cell.point(codes[:, :k] - self.centre[:k])

    def in_collar(self, coordinates: Array) -> NDArray[np.bool_]:
        """Tell which coordinates (n, k) belong to points of the collar."""
        if not self.cell.cut:
            return np.zeros(len(coordinates), dtype=bool)
        return np.asarray(self.cell.depth(coordinates) <= self.level)

    def _fold(self, coordinates: Array) -> Array:
        if not self.cell.cut:
            return np.ones(len(coordinates))
        return np.minimum(self.cell.depth(coordinates) / self.level, 1.0)


def side_by_side(cells: tuple[OpenCell, ...], latent_dim: int) -> tuple[Array, ...]:
    """Return centres in R^m at which the cells lie apart along the first axis, about 0."""
    reaches = np.array([cell.extent[0] for cell in cells])
    gap = _GAP * float(reaches.max())
    along = np.cumsum(2 * reaches + gap) - reaches
    along -= (along[0] - reaches[0] + along[-1] + reaches[-1]) / 2
    centres = np.zeros((len(cells), latent_dim))
    centres[:, 0] = along
    return tuple(centres)
