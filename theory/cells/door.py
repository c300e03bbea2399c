"""From a manifold to its open cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.cells.box import box_cell
from theory.cells.record import OpenCell

if TYPE_CHECKING:
    from theory.manifold import Manifold

__all__ = ["open_cell"]

Array = NDArray[np.float64]


def open_cell(
    manifold: Manifold, avoid: Array | None = None, *, turning: bool = False
) -> OpenCell | None:
    """Return an open cell of full volume in a connected manifold; `None` where none is known.

    Parameters
    ----------
    manifold : Manifold
        One component: a manifold of several has a cell in each.
    avoid : array of shape (s, N), optional
        Points of it from which the cut keeps away as far as it is known how.
    turning : bool
        Whether a coordinate may turn (see `OpenCell`), where the chart has one that does.
    """
    points = np.empty((0, manifold.ambient_dim)) if avoid is None else avoid
    if manifold.parts:
        return None
    closed_curve = manifold.dim == 1 and not manifold.boundary and len(manifold.charts) == 1
    if manifold.cell is not None and not (turning and closed_curve):
        return manifold.cell(points)
    if len(manifold.charts) != 1:
        return None
    return box_cell(
        manifold.charts[0],
        boundary=manifold.boundary,
        volume=manifold.claims.volume,
        avoid=points,
        turning=turning,
    )
