"""The Grassmannian Gr(2, 4) as pairs of points of S^2 up to a common sign, and a cut of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells.ball import emptiest_direction, frame_with_first
from theory.cells.record import Cut

__all__ = ["pair_cut", "pair_matrices", "pairs_from_planes", "planes_from_pairs"]

Array = NDArray[np.float64]
_TRIALS = 512
_AT_ONCE = 4096


def _quaternion_turns() -> Array:
    """Return the maps q -> e_i q e_j of R^4, for i and j in x, y, z: an array (3, 3, 4, 4)."""
    left = np.zeros((3, 4, 4))
    for i in range(3):
        j, k = (i + 1) % 3 + 1, (i + 2) % 3 + 1
        for column, row in ((0, i + 1), (j, k)):
            left[i, row, column], left[i, column, row] = 1.0, -1.0
    # q e_j is the conjugate of -e_j (conjugate q).
    conjugate = np.diag([1.0, -1.0, -1.0, -1.0])
    right = -conjugate @ left @ conjugate
    return np.asarray(left[:, None] @ right[None])


_TURNS = _quaternion_turns().reshape(9, 16)


def planes_from_pairs(pairs: Array) -> Array:
    """Return projectors (n, 16) of rank 2 on R^4 of pairs (n, 6) of unit vectors of R^3.

    Of x and y the plane of all q with x q y = q, of quaternions: that map is an orthogonal
    involution of trace 0. (-x, -y) give the same plane, no other pair does, and every plane has
    one. The distance of two projectors is that of the matrices x y' (3, 3). Hence the isometries:
    rotations of x and of y, each by itself.
    """
    matrices = pairs[:, :3, None] * pairs[:, None, 3:]
    return np.asarray((np.eye(4).ravel() + matrices.reshape(-1, 9) @ _TURNS) / 2)


def pair_matrices(planes: Array) -> Array:
    """Return the matrices x y' (n, 3, 3) of projectors (n, 16): linear on all of R^16."""
    # The nine maps have norm 2, are orthogonal to one another and to the identity.
    return np.asarray((planes @ _TURNS.T).reshape(-1, 3, 3) / 2)


def pairs_from_planes(planes: Array) -> Array:
    """Return pairs (n, 6) of unit vectors of R^3 of projectors (n, 16); see `planes_from_pairs`.

    Of other matrices, some pair.
    """
    matrices = pair_matrices(planes)
    largest = (matrices**2).sum(axis=1).argmax(axis=1)
    x = _unit(matrices[np.arange(len(matrices)), :, largest])
    return np.concatenate([x, _unit(np.einsum("ni,nij->nj", x, matrices))], axis=1)


def pair_cut(avoid: Array) -> Cut:
    """Return the cut {x = ±e} of one sphere of planes, and {y = -Tx} of a projective plane.

    It leaves a bundle of discs (those about Tx) over a Moebius band (of ±x). e is a unit vector
    and T an orthogonal matrix; coordinates are the pairs (n, 6) turned so that e is the first
    unit vector and T is the identity. The depth is the lesser of the two angles from the cut, of
    which x has at most pi/2 and y at most pi, as a share of that. Under the invariant measure x
    and y are independent and uniform: off depth t there are (1 - (1 - cos(pi t/2)) of the one and
    (1 + cos(pi t))/2 of the other, cos^3(pi t/2) in all.

    Parameters
    ----------
    avoid : array of shape (s, 16)
        Projectors of rank 2 on R^4.
    """
    pairs = pairs_from_planes(avoid)
    axis = frame_with_first(emptiest_direction(3, np.concatenate([pairs[:, :3], -pairs[:, :3]])))
    turns = (axis, _section(pairs) @ axis)

    def coordinates(points: Array) -> Array:
        x, y = np.hsplit(pairs_from_planes(points), 2)
        return np.concatenate([x @ turns[0], y @ turns[1]], axis=1)

    def point(pairs: Array) -> Array:
        x, y = np.hsplit(pairs, 2)
        return planes_from_pairs(np.concatenate([x @ turns[0].T, y @ turns[1].T], axis=1))

    def depth(pairs: Array) -> Array:
        x, y = np.hsplit(pairs, 2)
        from_axis = np.arctan2(np.linalg.norm(x[:, 1:], axis=1), np.abs(x[:, 0]))
        to_section = np.arctan2(np.linalg.norm(x + y, axis=1), np.linalg.norm(x - y, axis=1))
        return np.asarray(np.minimum(from_axis, to_section) * (2 / math.pi))

    def share(t: float) -> Bound:
        # By logarithms, so that a small share keeps its digits.
        kept = 3 * math.log(max(math.cos(math.pi * t / 2), 1e-300))
        return Bound(-math.expm1(kept), "exact", True, "closed-form")

    return Cut(coordinates=coordinates, point=point, depth=depth, share=share)


def _section(pairs: Array) -> Array:
    """Return the T of some orthogonal ones for which y stays farthest from -Tx at all pairs."""
    rng = np.random.default_rng(0)
    turns = np.linalg.qr(rng.standard_normal((_TRIALS, 3, 3)))[0]
    turns[0] = np.eye(3)
    room = np.full(_TRIALS, np.inf)
    for part in np.split(pairs, range(_AT_ONCE, len(pairs), _AT_ONCE)):
        # The cosine of the angle between y and Tx is <T, yx'>.
        matrices = (part[:, 3:, None] * part[:, None, :3]).reshape(-1, 9)
        cosines = turns.reshape(-1, 9) @ matrices.T
        room = np.minimum(room, cosines.min(axis=1, initial=np.inf))
    return np.asarray(turns[int(room.argmax())])


def _unit(vectors: Array) -> Array:
    """Return vectors (n, 3) of length 1; the first unit vector for 0."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 0, vectors / np.where(length > 0, length, 1.0), np.eye(3)[0])
