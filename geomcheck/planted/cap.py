"""Caps of a manifold: what lies beyond a plane, in one piece, with the rest in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import clusters
from geomcheck.planted.quadrature import Quadrature

__all__ = ["LARGEST", "Cap", "find_cap"]

Array = NDArray[np.float64]

LARGEST = 0.2
"""Largest share of K that a cap is asked to cut off."""

_CHECKED = (LARGEST, 0.05)
_TRIES = 12
_GAP = 0.015


@dataclass(frozen=True, eq=False)
class Cap:
    """A direction in which K ends in one place.

    Parameters
    ----------
    direction : array of shape (N,)
        Of unit length.
    across : array of shape (N,)
        Another one, perpendicular to it.
    rule : Quadrature
    """

    direction: Array
    across: Array
    rule: Quadrature

    def height(self, points: Array) -> Array:
        """Return how far points (n, N) lie in the direction."""
        return np.asarray(points @ self.direction)

    def level(self, share: float) -> float:
        """Return the height beyond which a given share of K, at most `LARGEST`, lies."""
        return self.rule.level(self.height(self.rule.points), share)


def find_cap(rule: Quadrature) -> Cap | None:
    """Return a direction whose caps, up to `LARGEST`, and their complements are connected.

    None where a dozen directions have none. On a component that a cap misses nothing is asked.
    """
    for direction in _directions(rule.points.shape[1]):
        cap = Cap(direction, _perpendicular(direction), rule)
        heights = cap.height(rule.points)
        if all(_in_one_piece(rule, heights > rule.level(heights, s)) for s in _CHECKED):
            return cap
    return None


def _directions(dim: int) -> Iterator[Array]:
    axes = np.eye(dim)
    yield axes[0]
    yield -axes[1]
    if dim > 2:
        yield (axes[0] + axes[2]) / np.sqrt(2)
    rng = np.random.default_rng(0)
    for _ in range(_TRIES):
        direction = rng.standard_normal(dim)
        yield direction / np.linalg.norm(direction)


def _perpendicular(direction: Array) -> Array:
    axis: Array = np.eye(len(direction))[int(np.abs(direction).argmin())]
    across = axis - (axis @ direction) * direction
    return np.asarray(across / np.linalg.norm(across))


def _in_one_piece(rule: Quadrature, beyond: NDArray[np.bool_]) -> bool:
    """Tell whether the cap lies on one component, in one piece, and leaves the rest in one."""
    owners = np.unique(rule.component[beyond])
    if len(owners) != 1:
        return False
    mine = rule.component == owners[0]
    return all(_connected(rule.points[side]) for side in (mine & beyond, mine & ~beyond))


def _connected(points: Array) -> bool:
    spread = float(np.linalg.norm(np.ptp(points, axis=0)))
    return int(clusters(points, _GAP * spread).max()) == 0
