"""The flag filtration of a matrix of dissimilarities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology.engines import flag_bars
from theory.errors import InvalidInput

__all__ = ["flag_persistence"]


def flag_persistence(
    dissimilarities: NDArray[np.float64],
    *,
    max_degree: int,
    max_radius: float = float("inf"),
    homology_coeff_field: int = 2,
) -> tuple[NDArray[np.float64], ...]:
    """Return the bars of the flag complexes in which an edge enters at half its entry.

    Parameters
    ----------
    dissimilarities : array of shape (n, n)
        Symmetric, zero on the diagonal, not negative; no triangle inequality is needed.
    max_degree : int
    max_radius : float
        Follow the filtration up to here; what is alive then dies at ``inf``.
    homology_coeff_field : int
        A prime.

    Returns
    -------
    tuple of arrays of shape (p, 2)
        One for each degree: births and deaths, ``inf`` kept.

    Raises
    ------
    InvalidInput
        If the matrix is not square and finite.
    """
    matrix = np.asarray(dissimilarities, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise InvalidInput("dissimilarities", f"shape {matrix.shape}", "a finite square matrix")
    return tuple(flag_bars(matrix, max_degree, homology_coeff_field, max_radius))
