"""The Veronese surface, a projective plane in S^4, and the tube round it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.small_eigh import small_eigh

__all__ = ["FOCAL_ANGLE", "from_tube", "into_tube"]

Array = NDArray[np.float64]
FOCAL_ANGLE = math.pi / 3
"""The angle up to which the points of S^4 have one nearest point on the surface, and no farther."""


def _basis() -> Array:
    """Return an orthonormal basis (5, 9) of the symmetric matrices of trace 0."""
    e = np.eye(3)
    first = math.sqrt(1.5) * (np.outer(e[0], e[0]) - np.eye(3) / 3)
    pairs = [np.outer(e[i], e[j]) + np.outer(e[j], e[i]) for i, j in ((0, 1), (0, 2), (1, 2))]
    last = np.diag([0.0, 1.0, -1.0])
    return np.stack([first, *(p / math.sqrt(2) for p in (*pairs, last))]).reshape(5, 9)


_BASIS = _basis()


def into_tube(units: Array, normals: Array) -> Array:
    """Return where the surface's exponential map takes normal vectors.

    S^4 is the unit sphere of the symmetric matrices of trace 0. The surface is that of
    v(x) = sqrt(3/2) (xx' - I/3), x in S^2, the same for -x. The matrices that are 0 on x are its
    normal vectors there. For those shorter than `FOCAL_ANGLE`, x is the eigenvector of the
    largest eigenvalue of what comes out, so that this is one to one; the rest of S^4 are the
    matrices with two largest eigenvalues, the surface of all -v(x).

    Parameters
    ----------
    units : array of shape (n, 3)
        x.
    normals : array of shape (n, 3, 3)
        Symmetric matrices of trace 0 that take x to 0.

    Returns
    -------
    array of shape (n, 5)
        Unit vectors, in an orthonormal basis of which v(1, 0, 0) is the first.
    """
    length = np.linalg.norm(normals, axis=(1, 2))
    along = np.cos(length)[:, None, None] * _surface(units)
    across = np.sinc(length / math.pi)[:, None, None] * normals
    return np.asarray((along + across).reshape(-1, 9) @ _BASIS.T)


def from_tube(points: Array) -> tuple[Array, Array]:
    """Undo `into_tube`, on unit vectors (n, 5); at the focal points one x of many is taken."""
    matrices = (points @ _BASIS).reshape(-1, 3, 3)
    units = small_eigh(matrices)[1][:, :, 2]
    foot = _surface(units)
    cosine = np.einsum("nij,nij->n", matrices, foot)
    across = matrices - cosine[:, None, None] * foot
    sine = np.linalg.norm(across, axis=(1, 2))
    ratio = np.where(sine > 0, np.arctan2(sine, cosine) / np.where(sine > 0, sine, 1.0), 1.0)
    return units, np.asarray(ratio[:, None, None] * across)


def _surface(units: Array) -> Array:
    squares = units[:, :, None] * units[:, None, :]
    return np.asarray(math.sqrt(1.5) * (squares - np.eye(3) / 3))
