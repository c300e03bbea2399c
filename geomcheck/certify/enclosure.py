"""What a certificate says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.pieces import Rest

__all__ = ["Enclosure", "Reason"]

Reason = Literal["reached", "time limit", "cell limit", "smallest cells"]


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Two-sided bounds of sup err over K and of mu(err > epsilon).

    Parameters
    ----------
    sup_lower, sup_upper : float
        sup over K of |G(F(x)) - x| lies between them; `sup_upper` may be infinite.
    sup_point : array of shape (N,)
        A point of K, up to rounding, at which the error is at least `sup_lower`.
    measure_lower, measure_upper : float
        The share of K's volume on which the error exceeds epsilon lies between them; 0 and 1
        where nothing is known.
    epsilon : float
    cells : int
        Cells over which the network was bounded.
    seconds : float
        Wall seconds.
    reason_stopped : str
        ``"reached"`` (both tolerances), ``"time limit"``, ``"cell limit"`` or
        ``"smallest cells"``: cells can be divided no further in floating point, or to no end,
        as rounding alone keeps the error in them from being told from epsilon.
    rest : Rest or None
        How much of K has to be left out so that {err > epsilon} is, and that each component
        hangs together; None where that was not asked for or is not known.
    """

    sup_lower: float
    sup_upper: float
    sup_point: NDArray[np.float64]
    measure_lower: float
    measure_upper: float
    epsilon: float
    cells: int
    seconds: float
    reason_stopped: Reason
    rest: Rest | None = None
