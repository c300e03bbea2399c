"""Well-spread points on K and on its closed parts, for homology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.covering import covering_radius, estimate_covering_radius
from theory.manifold import Manifold
from theory.points import farthest_point_subsample

__all__ = ["Net", "net_of_manifold", "net_of_points", "thinned"]

Array = NDArray[np.float64]

_CURVE, _THIN_CURVE = 600, 300
_IN_SPACE = 2500  # alpha complex up to R^3: about half a second
_IN_MORE_DIMENSIONS = 1200  # alpha complex in R^4: about two seconds
_OVERSAMPLING = 8


def _size(dim: int | None, ambient_dim: int, *, thin: bool = False) -> int:
    if dim == 0:
        return 1
    if dim == 1:
        return _THIN_CURVE if thin else _CURVE
    return _IN_SPACE if ambient_dim <= 3 else _IN_MORE_DIMENSIONS


@dataclass(frozen=True, eq=False)
class Net:
    """Points on one closed part of K in farthest-point order: a prefix is a net as well.

    Parameters
    ----------
    part : str
    points : array of shape (n, N)
    covering : Bound
        Their covering radius in the part.
    reach : Bound or None
        Of the part.
    dim : int or None
    manifold : Manifold or None
        The part itself.
    """

    part: str
    points: Array
    covering: Bound
    reach: Bound | None
    dim: int | None
    manifold: Manifold | None


def net_of_manifold(part: Manifold, *, rng: np.random.Generator) -> Net:
    """Draw well-spread points on a connected manifold, with their covering radius."""
    size = _size(part.dim, part.ambient_dim)
    drawn = part.sample(_OVERSAMPLING * size, rng=rng)
    # Bounds and Betti numbers are about the set; samples may lie off it by the stated noise.
    points = _spread(part.project(drawn) if part.noise > 0 else drawn, size)
    covering = covering_radius(points, part)
    return Net(part.name, points, covering, part.claims.reach, part.dim, part)


def net_of_points(
    name: str,
    points: Array,
    reach: Bound | None,
    dim: int | None,
    *,
    covering_dim: int,
    rng: np.random.Generator,
) -> Net:
    """Thin a cloud to well-spread points, with their estimated covering radius."""
    chosen = _spread(points, _size(dim, points.shape[1]))
    covering = estimate_covering_radius(points, intrinsic_dim=covering_dim, rng=rng)
    if len(chosen) < len(points):
        gap = farthest_point_subsample(points, len(chosen)).covering_radius
        covering = Bound(covering.value + gap, "estimate", False, covering.source)
    return Net(name, chosen, covering, reach, dim, None)


def thinned(net: Net) -> Net:
    """Return a prefix of the net, small enough for the homology of several maps of it."""
    size = _size(net.dim, net.points.shape[1], thin=True)
    if len(net.points) <= size or net.manifold is None:
        return net
    points = net.points[:size]
    covering = covering_radius(points, net.manifold)
    return Net(net.part, points, covering, net.reach, net.dim, net.manifold)


def _spread(points: Array, size: int) -> Array:
    if len(points) <= size:
        return points
    return np.asarray(points[farthest_point_subsample(points, size).indices])
