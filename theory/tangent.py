"""Tangent spaces of a bare cloud, and the angle between two of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.local_fit import coefficients, local_fit, neighbours_needed
from theory.points import as_points, spanning

__all__ = ["estimate_tangents", "largest_angle"]

Array = NDArray[np.float64]


def estimate_tangents(
    points: Array, intrinsic_dim: int, *, degree: int = 3, neighbours: int | None = None
) -> Array:
    """Estimate tangent frames at every point, from polynomial fits or principal components.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Distinct, on or near the set.
    intrinsic_dim : int
    degree : int
        1 for local principal components, whose angles err by O(h) with neighbourhoods of radius
        h; more for a polynomial fit, O(h^degree).
    neighbours : int, optional
        Size of the neighbourhoods; by default somewhat more than twice what the fit needs.

    Returns
    -------
    array of shape (n, ambient_dim, intrinsic_dim)
        Orthonormal columns.

    Raises
    ------
    InvalidInput
        If there are fewer points than a neighbourhood needs, or a number is out of range.
    """
    from scipy.spatial import cKDTree

    cloud = as_points(points)
    n, ambient = cloud.shape
    spanning(cloud, intrinsic_dim)
    if degree < 1:
        raise InvalidInput("degree", degree, "at least 1")
    if intrinsic_dim == ambient:
        return np.broadcast_to(np.eye(ambient), (n, ambient, ambient)).copy()
    size = neighbours_needed(intrinsic_dim, degree) if neighbours is None else neighbours
    least = coefficients(intrinsic_dim, degree) + 1
    if not least <= size <= n:
        problem = ("points", f"{n} points", f"at least {max(size, least)}")
        if neighbours is not None:
            problem = ("neighbours", str(neighbours), f"between {least} and {n}")
        raise InvalidInput(*problem)
    if degree > 1:
        fit = local_fit(cloud, np.arange(n), intrinsic_dim, neighbours=size, degree=degree)
        return fit.frames
    around = cloud[np.asarray(cKDTree(cloud).query(cloud, size)[1])]
    centred = around - around.mean(axis=1, keepdims=True)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    return np.ascontiguousarray(directions[:, :intrinsic_dim].transpose(0, 2, 1))


def largest_angle(first: Array, second: Array) -> Array:
    """Return the largest principal angle between tangent spaces, in radians.

    Parameters
    ----------
    first, second : arrays of shape (n, ambient_dim, k)
        Orthonormal columns.

    Returns
    -------
    array of shape (n,)
    """
    inner = np.einsum("ndk,ndl->nkl", first, second)
    # The sine is the norm of what of the second lies off the first: accurate for small angles.
    off = second - np.einsum("ndk,nkl->ndl", first, inner)
    sine = np.linalg.norm(off, ord=2, axis=(1, 2))
    cosine = np.linalg.svd(inner, compute_uv=False)[:, -1]
    return np.asarray(np.arctan2(sine, cosine))
