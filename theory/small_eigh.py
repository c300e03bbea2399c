"""Eigenvectors of many small symmetric matrices: in closed form up to two rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["small_eigh", "small_eigvalsh"]

Array = NDArray[np.float64]


def small_eigh(matrices: Array) -> tuple[Array, Array]:
    """Return eigenvalues (n, k), ascending, and eigenvectors (n, k, k) of symmetric matrices.

    As `numpy.linalg.eigh`, and as accurate: to rounding of the largest entry. For k = 2 it is
    one Jacobi rotation, and a fraction of the time.
    """
    if matrices.shape[1] != 2:
        values, vectors = np.linalg.eigh(matrices)
        return values, vectors
    angle = np.arctan2(2 * matrices[:, 1, 0], matrices[:, 0, 0] - matrices[:, 1, 1]) / 2
    vectors = np.empty_like(matrices)
    vectors[:, 0, 1] = vectors[:, 1, 0] = np.cos(angle)
    vectors[:, 1, 1] = np.sin(angle)
    vectors[:, 0, 0] = -vectors[:, 1, 1]
    return small_eigvalsh(matrices), vectors


def small_eigvalsh(matrices: Array) -> Array:
    """Return eigenvalues (n, k), ascending, of symmetric matrices (n, k, k)."""
    if matrices.shape[1] != 2:
        return np.asarray(np.linalg.eigvalsh(matrices))
    first, last = matrices[:, 0, 0] / 2, matrices[:, 1, 1] / 2
    radius = np.hypot(first - last, matrices[:, 1, 0])
    return np.stack([first + last - radius, first + last + radius], axis=1)
