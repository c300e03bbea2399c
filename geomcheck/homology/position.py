"""General position: many cospherical points make Delaunay complexes slow; a jitter cures it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["JITTER", "jitter", "needs_jitter"]

JITTER = 1e-6  # relative to the size of the cloud
_FEW = 256  # below, exact answers cost nothing
_GROUPS = 200


def needs_jitter(points: NDArray[np.float64], rng: np.random.Generator) -> bool:
    """Tell whether many groups of neighbours lie on common spheres (or planes).

    Parameters
    ----------
    points : ndarray, shape (n, affine_dim)
    rng : numpy.random.Generator
        Draws the groups looked at.
    """
    n, dim = points.shape
    if n < _FEW:
        return False
    places = rng.integers(n, size=_GROUPS)
    near = np.stack([_neighbours(points, place, 2 * (dim + 2)) for place in places])
    picked = rng.permuted(near, axis=1)[:, : dim + 1]
    away = points[picked] - points[places][:, None, :]
    size = np.sqrt(np.einsum("gkd,gkd->gk", away, away).max(axis=1))
    away /= size[:, None, None]
    # dim + 2 points are cospherical or flat when their lifts (x, |x|^2, 1) are dependent.
    lifted = np.concatenate([away, np.einsum("gkd,gkd->gk", away, away)[:, :, None]], axis=2)
    least = np.linalg.svd(lifted, compute_uv=False)[:, -1]
    extent = np.abs(points - points.mean(axis=0)).max()
    rounding = 100.0 * np.finfo(np.float64).eps * extent / size
    return bool(np.mean(least <= rounding) > 0.05)


def _neighbours(points: NDArray[np.float64], place: int, count: int) -> NDArray[np.intp]:
    """Return the rows of the nearest other points, in no order."""
    away = points - points[place]
    squares = np.einsum("ij,ij->i", away, away)
    squares[place] = np.inf
    return np.argpartition(squares, count)[:count]


def jitter(
    points: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Return the points moved at random by up to 1e-6 of their extent, and the largest move."""
    extent = float(np.abs(points - points.mean(axis=0)).max())
    step = rng.uniform(-1.0, 1.0, points.shape) * (JITTER * extent / np.sqrt(points.shape[1]))
    moved = points + step
    step = moved - points
    return moved, float(np.sqrt(np.einsum("ij,ij->i", step, step).max()))
