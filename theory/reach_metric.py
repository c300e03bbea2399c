"""The reach from how much longer paths along the set are than straight lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["longest_arc", "reach_from_distances"]

Array = NDArray[np.float64]
_BISECTIONS = 60
_FLAT = 1e-9


def longest_arc(chord: Array, reach: float) -> Array:
    """Return the longest that a shortest path along a set of this reach can be.

    Parameters
    ----------
    chord : array
        Straight distances, at most twice the reach.
    reach : float
        Positive.

    Returns
    -------
    array
        2 reach arcsin(chord / (2 reach)): the arc of a circle over that chord.

    Notes
    -----
    Source ``boissonnat-lieutier-wintraecken``.
    """
    straight = np.asarray(chord, dtype=np.float64)
    if not (np.isfinite(reach) and reach > 0):
        raise InvalidInput("reach", reach, "a positive number")
    if straight.size and not (straight.min() >= 0 and straight.max() <= 2 * reach * (1 + _FLAT)):
        raise InvalidInput("chord", float(straight.max()), f"between 0 and 2 reach = {2 * reach:g}")
    return np.asarray(2 * reach * np.arcsin(np.minimum(straight / (2 * reach), 1.0)))


def reach_from_distances(chord: Array, arc: Array) -> float:
    """Return the largest reach that pairs of straight distances and path lengths allow.

    Parameters
    ----------
    chord : array of shape (m,)
        Straight distances of pairs of points of the set.
    arc : array of shape (m,)
        Lengths of shortest paths along the set between them; ``inf`` between components.

    Returns
    -------
    float
        At least the reach, if the lengths are exact; all pairs together give the reach itself.
        ``inf`` where no path is longer than its chord.

    Raises
    ------
    InvalidInput
        If the shapes differ, or a path is shorter than its chord.

    Notes
    -----
    The reach is the largest r such that |x - y| < 2r implies that the path has length at most
    `longest_arc` (|x - y|, r), by the paper cited there.
    """
    straight = np.asarray(chord, dtype=np.float64).ravel()
    path = np.asarray(arc, dtype=np.float64).ravel()
    if straight.shape != path.shape:
        raise InvalidInput("arc", f"shape {path.shape}", f"shape {straight.shape}")
    if not (straight >= 0).all() or not (path >= straight * (1 - _FLAT)).all():
        raise InvalidInput("arc", "a path shorter than its chord", "lengths of paths")
    bent = (straight > 0) & (path > straight * (1 + _FLAT))
    straight, path = straight[bent], path[bent]
    if len(straight) == 0:
        return float("inf")
    # With s = chord / 2r the arc is chord * arcsin(s) / s: solve for s in (0, 1].
    ratio = np.minimum(path / straight, np.pi / 2)
    low, high = np.zeros(len(ratio)), np.ones(len(ratio))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        over = np.arcsin(middle) > ratio * middle
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return float((straight / (2 * low)).min())
