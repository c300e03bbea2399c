"""Well-spread points on K and on its closed parts, for homology."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.covering import covering_radius, estimate_covering_radius
from theory.manifold import Manifold
from theory.points import farthest_point_subsample
from theory.sampling import DENSEST_RATIO, dense_enough

__all__ = ["Net", "net_of_manifold", "net_of_points", "thinned"]

Array = NDArray[np.float64]

_CURVE, _THIN_CURVE = 600, 300
_IN_SPACE = 2500  # alpha complex up to R^3: about half a second
_IN_MORE_DIMENSIONS = 1200  # alpha complex in R^4: about two seconds
_OVERSAMPLING = 8
_MOST_GROWTH = 2.25
# Beyond what the law of covering radii asks for, since nets are not all alike.
_MARGIN = 1.1
_TRIALS = 3


def _size(dim: int | None, ambient_dim: int) -> int:
    if dim == 0:
        return 1
    if dim == 1:
        return _CURVE
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
    """Draw well-spread points on a connected manifold, with their covering radius.

    Where the usual number is too small, by less than half, to be dense enough for the topology
    (`theory.sampling.dense_enough`), and more would be for certain, more are taken.
    """
    size, reach = _size(part.dim, part.ambient_dim), part.claims.reach
    drawn = _drawn(part, _OVERSAMPLING * size, rng)
    points = _spread(drawn, size)
    net = Net(part.name, points, covering_radius(points, part), reach, part.dim, part)
    most = math.ceil(_MOST_GROWTH * size)
    if not size < _size_needed(net) <= most:
        return net
    drawn = np.concatenate([drawn, _drawn(part, _OVERSAMPLING * size, rng)])
    wider = net
    for _ in range(_TRIALS):
        points = _spread(drawn, min(math.ceil(_MARGIN * _size_needed(wider)), most))
        wider = replace(net, points=points, covering=covering_radius(points, part))
        if reach is not None and dense_enough(wider.covering, reach):
            return wider
    return net


def _drawn(part: Manifold, count: int, rng: np.random.Generator) -> Array:
    drawn = part.sample(count, rng=rng)
    # Bounds and Betti numbers are about the set; samples may lie off it by the stated noise.
    return part.project(drawn) if part.noise > 0 else drawn


def _size_needed(net: Net) -> float:
    """Return how many points should be dense enough; no more where that would be no proof.

    Covering radii fall as the number of points to the power of -1/dim.
    """
    size = len(net.points)
    if net.reach is None or not net.dim:
        return size
    if not (net.covering.certified and net.reach.holds_from_below()):
        return size
    return size * max(1.0, net.covering.value / (DENSEST_RATIO * net.reach.value)) ** net.dim


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
    """Return a prefix of the net of a curve, enough for the homology of several maps of it."""
    if net.dim != 1 or len(net.points) <= _THIN_CURVE or net.manifold is None:
        return net
    points = net.points[:_THIN_CURVE]
    covering = covering_radius(points, net.manifold)
    return Net(net.part, points, covering, net.reach, net.dim, net.manifold)


def _spread(points: Array, size: int) -> Array:
    if len(points) <= size:
        return points
    return np.asarray(points[farthest_point_subsample(points, size).indices])
