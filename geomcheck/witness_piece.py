"""What one component of a witness is: where its codes lie, and what the decoder makes of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.cells import Cut
from theory.manifold import Manifold

__all__ = ["Piece"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Piece(ABC):
    """A component M with its cut, and where in R^m the rest of it lies.

    The collar {depth <= level} of the cut is K0's share of M. Off it codes tell points apart.

    Parameters
    ----------
    part : Manifold
        M.
    cell : Cut
    level : float
    centre : array of shape (m,)
        The code about which the others lie.
    """

    part: Manifold
    cell: Cut
    level: float
    centre: Array

    @abstractmethod
    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, c) of points of M to codes (n, m), continuously on M.

        They are the coordinates of the nearest points of M where `points` (n, N) are not on it.
        """

    @abstractmethod
    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N), continuously on all of R^m; off K0 undo `codes`."""

    @property
    @abstractmethod
    def shape(self) -> str:
        """What the component less the collar is."""

    @property
    @abstractmethod
    def extent(self) -> float:
        """How far codes reach from the centre along the first axis."""

    def fold(self, coordinates: Array) -> Array:
        """Return a number (n,) for each point: 1 off the collar, falling to 0 at the cut."""
        if not self.cell.cut:
            return np.ones(len(coordinates))
        return np.minimum(self.cell.depth(coordinates) / self.level, 1.0)

    def in_collar(self, coordinates: Array) -> NDArray[np.bool_]:
        """Tell which coordinates (n, c) belong to points of the collar."""
        if not self.cell.cut:
            return np.zeros(len(coordinates), dtype=bool)
        return np.asarray(self.cell.depth(coordinates) <= self.level)
