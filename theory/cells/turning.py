"""Open cells of homogeneous sets, turned so that the cut keeps away from given points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.cells.record import OpenCell

__all__ = ["turned_away"]

Array = NDArray[np.float64]
_TRIALS = 32


def turned_away(
    cell: OpenCell, width: int, avoid: Array, turned: Callable[[Array, Array], Array]
) -> OpenCell:
    """Return the cell moved by the rotation, of several, that leaves most room for the cut.

    Parameters
    ----------
    cell : OpenCell
        Of a set that rotations (width, width) map to itself.
    width : int
    avoid : array of shape (s, N)
        Without points the cell stays as it is.
    turned : callable
        Points (n, N) and a rotation to the rotated points.
    """
    if not len(avoid):
        return cell
    best, room = np.eye(width), -1.0
    rng = np.random.default_rng(0)
    for trial in range(_TRIALS):
        turn = np.eye(width) if trial == 0 else _random_rotation(width, rng)
        found = float(cell.depth(cell.coordinates(turned(avoid, turn.T))).min())
        if found > room:
            best, room = turn, found
    return replace(
        cell,
        coordinates=lambda points: cell.coordinates(turned(points, best.T)),
        point=lambda v: turned(cell.point(v), best),
    )


def _random_rotation(width: int, rng: np.random.Generator) -> Array:
    turn = np.linalg.qr(rng.standard_normal((width, width)))[0]
    turn[:, 0] *= np.linalg.det(turn)
    return np.asarray(turn)
