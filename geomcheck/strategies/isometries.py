"""Isometries of R^n, and isometric embeddings into a larger space."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.moved import moved

__all__ = ["Isometry", "isometries"]

Array = NDArray[np.float64]

_MOST_TURNS = 24
_FARTHEST = 10.0


@dataclass(frozen=True, eq=False)
class Isometry:
    """The map x -> linear @ x + offset.

    Parameters
    ----------
    linear : array of shape (M, N)
        Orthonormal columns.
    offset : array of shape (M,)
    """

    linear: Array
    offset: Array

    def __call__(self, points: Array) -> Array:
        """Map points (n, N) to points (n, M)."""
        return np.asarray(points) @ self.linear.T + self.offset

    def move(self, manifold: Manifold, *, scale: float = 1.0) -> Manifold:
        """Return the image of a manifold of R^N, scaled by `scale` first, with its claims."""
        return moved(manifold, self.linear, self.offset, scale=scale)


@st.composite
def isometries(
    draw: st.DrawFn, dim: int, *, into: int | None = None, translations: bool = True
) -> Isometry:
    """Draw an isometry of R^dim, reflections among them, or an embedding into R^into.

    Parameters
    ----------
    dim : int
        At least 1.
    into : int, optional
        Dimension of the target, at least `dim`.
    translations : bool
        Whether the origin may move, by up to 10 a coordinate.

    Returns
    -------
    strategy of Isometry
        Shrinks to the identity (or to the inclusion of the first coordinates).
    """
    if dim < 1:
        raise InvalidInput("dim", dim, "a whole number, at least 1")
    target = dim if into is None else into
    if target < dim:
        raise InvalidInput("into", into, f"at least dim = {dim}")
    planes = list(combinations(range(target), 2))
    if len(planes) > _MOST_TURNS:
        # A chain of turns reaches every coordinate from every other one.
        planes = [(i, i + 1) for i in range(target - 1)]
    linear = np.eye(target)
    for i, j in planes:
        angle = draw(st.floats(0.0, 2 * np.pi))
        c, s = np.cos(angle), np.sin(angle)
        rows = linear[[i, j]]
        linear[i], linear[j] = c * rows[0] - s * rows[1], s * rows[0] + c * rows[1]
    if draw(st.booleans()):
        linear[0] = -linear[0]
    offset = np.zeros(target)
    if translations:
        far = st.floats(-_FARTHEST, _FARTHEST)
        offset = np.array(draw(st.lists(far, min_size=target, max_size=target)))
    return Isometry(linear[:, :dim], offset)
