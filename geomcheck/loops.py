"""Closed loops in K that a bottleneck of dimension 1 cannot pass, found by a search."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import neighbour_edges
from geomcheck.nets import Net
from theory.bound import Bound
from theory.flat_search import Linked, farthest_flat, farthest_linked
from theory.lattice import coarse_lattice, refined
from theory.linking import Flat, widest_path
from theory.loop_certificate import distance_by_reach, distance_in_charts
from theory.manifold import Manifold
from theory.obstruction import LinkedLoop

__all__ = ["found_loops"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_CELLS = 400  # of a lattice, times its dimension
_MOST_COORDINATES = 3  # of a chart that a lattice is laid in
_REFINEMENTS = 3
_BAND = 5  # points across a path, in a refined lattice
_MOST_POINTS = 60_000
_SEARCHED = 600
_NEIGHBOURS = 8
# The longest edge between points: of the reach, of the usual spacing, and at least of that.
_OF_REACH, _OF_SPACING, _AT_LEAST = 0.9, 4.0, 2.0
_JITTERED, _JITTERS = 5, 12


def found_loops(nets: Iterable[Net], *, rng: np.random.Generator) -> tuple[LinkedLoop, ...]:
    """Return, for each net of a connected part of K, the closed loop found that bounds most.

    Parameters
    ----------
    nets : iterable of Net
    rng : numpy.random.Generator

    Notes
    -----
    Source ``linking-argument``. A graph of points of the part is searched for the closed path
    that links some flat of codimension 2 at the largest distance; that loop is a closed subset
    of K, and its class of degree 1 does not bound nearer than the flat.
    """
    loops = (_loop(net, rng) for net in nets if net.dim != 0 and net.points.shape[1] > 1)
    return tuple(loop for loop in loops if loop is not None)


def _loop(net: Net, rng: np.random.Generator) -> LinkedLoop | None:
    part = net.manifold
    if part is not None and part.charts and part.dim <= _MOST_COORDINATES:
        return _in_charts(part, rng)
    return _in_points(net, rng)


def _in_charts(part: Manifold, rng: np.random.Generator) -> LinkedLoop | None:
    lattice = coarse_lattice(part.charts, _CELLS * part.dim)
    linked = farthest_linked(lattice.points, lattice.edges, rng=rng)
    best: LinkedLoop | None = None
    for _ in range(1 + _REFINEMENTS):
        if linked is None:
            break
        bound = distance_in_charts(lattice, linked)
        if bound is not None and (best is None or bound.value > best.bound.value):
            points = lattice.points[linked.path.vertices]
            best = LinkedLoop(part.name, bound, points, linked.flat)
        if len(linked.path.vertices) * _BAND**part.dim > _MOST_POINTS:
            break
        lattice = refined(lattice, linked.path.vertices)
        linked = _again(lattice.points, lattice.edges, linked.flat)
    return best


def _in_points(net: Net, rng: np.random.Generator) -> LinkedLoop | None:
    # A prefix of a net is a net as well.
    few = net.points[:_SEARCHED]
    linked = farthest_linked(few, _edges(few, net), rng=rng)
    if linked is None:
        return None
    best: LinkedLoop | None = None
    points = net.points
    for _ in range(1 + _JITTERED):
        linked = _again(points, _edges(points, net), linked.flat)
        if linked is None:
            break
        polygon = points[linked.path.vertices]
        loop = _of_polygon(net, polygon, linked.flat)
        if loop is not None and (best is None or loop.bound.value > best.bound.value):
            best = loop
        if net.manifold is None:
            break
        points = _around(polygon, net.manifold, rng)
    return best


def _again(points: Array, edges: Indices, flat: Flat) -> Linked | None:
    """Return the best path for the flat in a graph, with the best flat for that path."""
    path = widest_path(flat.coordinates(points), edges)
    if path is None:
        return None
    turned = farthest_flat(points[path.vertices], flat)
    better = widest_path(turned.coordinates(points), edges)
    if better is None or better.distance < path.distance:
        return Linked(flat, path)
    return Linked(turned, better)


def _edges(points: Array, net: Net) -> Indices:
    """Join each point to near ones, nowhere by an edge that may leave K."""
    # Twice the covering radius joins the points of a curve, which neighbours alone do not.
    joined = 2 * net.covering.value if net.manifold is None else 0.0
    edges = neighbour_edges(points, _NEIGHBOURS, joined if net.dim == 1 else 0.0)
    lengths = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    spacing = np.full(len(points), np.inf)
    np.minimum.at(spacing, edges[:, 0], lengths)
    np.minimum.at(spacing, edges[:, 1], lengths)
    usual = float(np.median(spacing))
    longest = max(_OF_SPACING * usual, joined)
    if net.reach is not None:
        longest = max(min(longest, _OF_REACH * net.reach.value), _AT_LEAST * usual)
    return np.asarray(edges[lengths <= longest])


def _of_polygon(net: Net, polygon: Array, flat: Flat) -> LinkedLoop | None:
    reach = net.reach or Bound(np.inf, "estimate", False, "numerical")
    bound = distance_by_reach(polygon, flat, reach)
    if bound is not None and net.manifold is None:
        # Bare points may lie off K by as much as K may lie off them.
        value = bound.value - net.covering.value
        bound = Bound(value, "estimate", False, bound.source) if value > 0 else None
    return None if bound is None else LinkedLoop(net.part, bound, polygon, flat)


def _around(polygon: Array, part: Manifold, rng: np.random.Generator) -> Array:
    """Return the vertices with further points of K around them, within half an edge."""
    edges = np.linalg.norm(polygon - np.roll(polygon, -1, axis=0), axis=1)
    frames = part.tangent(polygon)
    steps = rng.uniform(-0.5, 0.5, (_JITTERS, len(polygon), part.dim)) * np.median(edges)
    moved = polygon + np.einsum("nij,snj->sni", frames, steps)
    return np.concatenate([polygon, part.project(moved.reshape(-1, polygon.shape[1]))])
