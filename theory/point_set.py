"""A bare set of points: a subject of which nothing but a sample is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.points import as_points

__all__ = ["PointSet"]


@dataclass(frozen=True, eq=False)
class PointSet:
    """Points of an unknown set K.

    Parameters
    ----------
    name : str
        What to call it.
    points : array, tensor or data frame of shape (n, ambient_dim)
        Finite numbers.
    given : int, optional
        How many points there were, where `points` is a random choice of them.

    Raises
    ------
    InvalidInput
        If the points are not a finite two-dimensional array.
    """

    name: str
    points: NDArray[np.float64]
    given: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", as_points(self.points))

    def __len__(self) -> int:
        return len(self.points)

    @property
    def ambient_dim(self) -> int:
        """Number of coordinates."""
        return int(self.points.shape[1])
