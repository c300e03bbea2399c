"""The homology of K and of its images, as samples show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitened
from geomcheck.homology import persistence
from geomcheck.topology import SeenHomology
from theory.bound import Bound
from theory.covering import estimate_covering_radius
from theory.errors import InvalidInput
from theory.points import farthest_point_subsample

__all__ = ["seen_image", "seen_set"]

Array = NDArray[np.float64]

_CHECK_SHARE = 4
_FEW = 4000


def seen_set(points: Array, covering: Bound, *, max_degree: int, memory_limit: int) -> SeenHomology:
    """Return the homology of a set from points of known covering radius."""
    diagrams = persistence(points, max_degree=max_degree, memory_limit=memory_limit)
    value = covering.value + diagrams.subsample_radius
    return SeenHomology(diagrams, replace(covering, value=value))


def seen_image(
    points: Array,
    *,
    max_degree: int,
    size: int,
    memory_limit: int,
    scale_free: bool = False,
    intrinsic_dim: int | None = None,
) -> SeenHomology:
    """Return the homology of an image of K from many points of it.

    The points used are thinned to well-spread ones, since an encoder crowds its codes; a number
    line needs no thinning. Of many points, every fourth is set apart, and the largest distance
    from one of them to the points used estimates the covering radius; of few, too precious for
    that, the covering radius is estimated as for any bare sample of dimension `intrinsic_dim`.

    Parameters
    ----------
    points : array of shape (n, d)
        Finite numbers.
    max_degree : int
    size : int
        Points to thin to.
    memory_limit : int
        Bytes.
    scale_free : bool
        Whether lengths mean nothing, as in a latent space: the points are then brought to unit
        variance in every direction first, which changes no homology.
    intrinsic_dim : int, optional
        Of K, and so at most of its image.
    """
    from scipy.spatial import cKDTree

    shape = whitened(points) if scale_free else points
    few = intrinsic_dim is not None and len(shape) < _FEW
    apart = np.arange(len(shape)) % _CHECK_SHARE == 0
    used, check = (shape, shape) if few else (shape[~apart], shape[apart])
    if shape.shape[1] > 1 and len(used) > size:
        used = used[farthest_point_subsample(used, size).indices]
    gap = float(np.max(cKDTree(used).query(check)[0], initial=0.0))
    if few:
        gap += _estimated_covering(shape, intrinsic_dim)
    diagrams = persistence(used, max_degree=max_degree, memory_limit=memory_limit)
    resolution = Bound(gap + diagrams.subsample_radius, "estimate", False, "numerical")
    return SeenHomology(diagrams, resolution, float(np.linalg.norm(np.ptp(used, axis=0))))


def _estimated_covering(points: Array, intrinsic_dim: int | None) -> float:
    dim = min(intrinsic_dim or 1, points.shape[1])
    try:
        return estimate_covering_radius(points, intrinsic_dim=dim).value
    except InvalidInput:
        # A handful of distinct points, as when everything is encoded alike.
        return 0.0
