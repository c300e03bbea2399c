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
        The best guess, in the units of the coordinates; ``inf`` where nothing bounds it. At most
        `upper`.
    direction : {"exact", "lower", "upper", "estimate"}
        Of `value`. ``"estimate"``: the reach may be smaller or larger; ``"upper"``: up to
        rounding it is at most `value`.
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
        Which of the two parts is the smaller one; ``"both"`` if they are alike or the sample too
        coarse to tell.
    where : array of shape (1, ambient_dim) or (2, ambient_dim)
        The point, or the pair of points, that the value comes from, sample points or points
        between them; of shape (0, ambient_dim) where there is none.
    n : int
        Number of distinct points used.
    note : str
        What limits it, in a sentence; empty if nothing does.
    error : float or None
        How far the reach may well be from `value`, to either side; None where nothing shows it.
        It is no confidence limit: what the sample missed altogether is not in it.
    error_basis : str
        What `error` was read from; empty where there is none.
    upper : float or None
        One-sided: the least Federer quotient of the sample, which the reach is at most, up to
        rounding, if points and tangents are exact. None for points without tangents.
    upper_at : array of shape (2, ambient_dim) or (0, ambient_dim) or None
        The two sample points that show it, the tangent space being that of the first.
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
    error: float | None = None
    error_basis: str = ""
    upper: float | None = None
    upper_at: NDArray[np.float64] | None = None

    @property
    def bound(self) -> Bound:
        """The value and its direction, as a bound that no certificate may rest on."""
        return Bound(self.value, self.direction, self.certified, "federer")

    @property
    def upper_bound(self) -> Bound | None:
        """The one-sided value: to hold against what is claimed to be at most the reach."""
        return None if self.upper is None else Bound(self.upper, "upper", False, "federer")
