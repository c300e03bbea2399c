"""The record of a cut of volume zero in a manifold, and of one that leaves an open cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.errors import InvalidInput

__all__ = ["CellMaker", "Cut", "CutMaker", "OpenCell"]

Array = NDArray[np.float64]
_FINE = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class Cut:
    """A closed cut of volume zero in a connected manifold M, and coordinates of its points.

    Off the cut these are continuous, up to a change that `point` does not see.

    Parameters
    ----------
    coordinates : callable
        Points (n, N) of M to coordinates (n, c), some limit of them on the cut.
    point : callable
        Coordinates (n, c) to points (n, N).
    depth : callable
        Coordinates (n, c) to numbers (n,) in [0, 1]: 0 on the cut and only there; as a function
        on M it is continuous.
    share : callable
        A number t in [0, 1] to the share of M's volume where the depth is at most t:
        ``"exact"``, or bounded from above, or an estimate.
    cut : bool
        Whether there is a cut at all; without one the depth is 1.
    """

    coordinates: Callable[[Array], Array]
    point: Callable[[Array], Array]
    depth: Callable[[Array], Array]
    share: Callable[[float], Bound]
    cut: bool = True

    def level(self, share: float) -> float:
        """Return the largest depth t such that {depth <= t} has at most this share of the volume.

        Raises
        ------
        InvalidInput
            If `share` is not between 0 and 1.
        """
        if not 0 < share < 1:
            raise InvalidInput("measure", share, "a number between 0 and 1, both excluded")
        if not self.cut:
            return 0.0
        low, high = 0.0, 1.0
        while high - low > _FINE * high:
            middle = (low + high) / 2
            if self.share(middle).value <= share:
                low = middle
            else:
                high = middle
        return low


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenCell(Cut):
    """A cut of a connected k-manifold M that leaves an open cell.

    The coordinates take M less the cut, one to one and continuously both ways, to a bounded set
    D in R^k which with a point v contains every s v, 0 <= s <= 1. See `Cut` for what is not here.

    Parameters
    ----------
    dim : int
        k.
    coordinates : callable
        Points (n, N) of M to coordinates (n, k), some limit of them on the cut.
    point : callable
        Coordinates (n, k) to points (n, N). Continuous on all of R^k: what lies outside the
        closure of D is first taken to it.
    depth : callable
        Coordinates (n, k) to numbers (n,) in [0, 1]: 0 on the cut and only there, not falling
        along the way from v to 0; as a function on M it is continuous.
    extent : array of shape (k,)
        D lies between -extent and extent.
    turning : int or None
        A coordinate that turns: modulo twice its extent it is continuous on all of M, the cut
        included. Then D need hold s v only for the other coordinates of v, and the cut may leave
        this one closed up: M less the cut is a circle times a disc. Two points of the cut that
        are one point of M, with this coordinate at its two ends and the others 0, are mapped
        alike.
    sphere : int or None
        The dimension d < k of a sphere over which M lies: the first d coordinates are the
        logarithm at the first unit vector of a point u of S^d, which depends continuously on
        the point of M, the cut included.
    whole : bool
        Whether the cut leaves the sphere whole: M less the cut is S^d times a disc, so D need
        hold s v only for the other coordinates of v, and u may be any point: it is uniform,
        whatever the depth is. Otherwise the depth is at most 1 less the angle over pi between u
        and that vector, and M lies on a sphere about `middle`.
    middle : array of shape (N,), or 0
    """

    dim: int
    extent: Array
    turning: int | None = None
    sphere: int | None = None
    whole: bool = False
    middle: Array | float = 0.0


CellMaker = Callable[[Array], OpenCell]
"""Points (s, N) to a cell whose cut keeps away from them as far as it is known how."""
CutMaker = Callable[[Array], Cut]
"""Points (s, N) to a cut that keeps away from them as far as it is known how."""
