"""The record of a reach estimate: its value, its direction of error, and what governs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound, Direction

__all__ = ["Governs", "ReachEstimate"]

Governs = Literal["curvature", "bottleneck", "both", "unknown"]


@dataclass(frozen=True, eq=False)
class ReachEstimate:
    """An estimate of the reach, with where it comes from.

    Parameters
    ----------
    value : float
        The estimate, in the units of the coordinates; ``inf`` where no pair of points bounds it.
    direction : {"exact", "lower", "upper", "estimate"}
        ``"upper"``: up to rounding the reach is at most `value`.
    certified : bool
        Always False for an estimate from a sample.
    method : str
        How it was found, in a few words.
    curvature_radius : float or None
        Least radius of curvature found.
    half_bottleneck : float or None
        Half the length of the shortest bottleneck found: a segment between two points that is
        normal to the set at both; None if none was found.
    governs : {"curvature", "bottleneck", "both", "unknown"}
        Which of the two parts is the smaller one.
    where : array of shape (1, ambient_dim) or (2, ambient_dim)
        The point, or the pair of points, that the value comes from; of shape (0, ambient_dim)
        where there is none.
    n : int
        Number of distinct points used.
    note : str
        What limits it, in a sentence; empty if nothing does.
    """

    value: float
    direction: Direction
    certified: bool
    method: str
    curvature_radius: float | None
    half_bottleneck: float | None
    governs: Governs
    where: NDArray[np.float64]
    n: int
    note: str = ""

    @property
    def bound(self) -> Bound:
        """The value and its direction, as a bound that no certificate may rest on."""
        return Bound(self.value, self.direction, self.certified, "federer")
