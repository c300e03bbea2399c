"""The neighbourhood graph of a sample, and what of it hangs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.points import rank_reduce

__all__ = ["clusters", "edge_lengths", "neighbour_edges", "parts_of_graph"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# Parts with more points than this are joined to the rest by nearest points alone.
_CROWD = 256
_WIDE = 4


def neighbour_edges(points: Array, neighbours: int, radius: float = 0.0) -> Indices:
    """Return the edges (e, 2), i < j, that join each point to its nearest neighbours.

    Parameters
    ----------
    points : array of shape (n, N)
    neighbours : int
        How many for each point, at least 1.
    radius : float
        Points this near one another are joined as well. Twice the covering radius joins the
        points of each connected set, which nearest neighbours alone do not on a curve.
    """
    from scipy.spatial import cKDTree

    n = len(points)
    count = min(neighbours, n - 1)
    if count < 1:
        return np.empty((0, 2), dtype=np.intp)
    if points.shape[1] > _WIDE:
        # A tree is quicker in fewer coordinates.
        points = rank_reduce(points).points
    _, nearest = cKDTree(points).query(points, count + 1)
    pairs = np.stack([np.repeat(np.arange(n), count + 1), nearest.ravel()], axis=1)
    if radius > 0:
        near = cKDTree(points).query_pairs(radius, output_type="ndarray")
        pairs = np.concatenate([pairs, near])
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    # One number a pair sorts faster than two.
    keys = np.unique(pairs.min(axis=1) * n + pairs.max(axis=1))
    return np.stack(np.divmod(keys, n), axis=1).astype(np.intp, copy=False)


def edge_lengths(points: Array, edges: Indices) -> Array:
    """Return the length of each edge (e, 2) between points (n, N)."""
    return np.asarray(np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1))


def parts_of_graph(n: int, edges: Indices) -> Indices:
    """Return the label (n,) of the connected piece of each of n nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), (n, n))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.intp)


def clusters(points: Array, radius: float, links: Indices | None = None) -> Indices:
    """Return a label (n,) for each point: points nearer than `radius` share one.

    Points are first thinned to one a box, so that the work stays near linear where many crowd
    together; clusters up to twice `radius` apart may be joined by it.

    Parameters
    ----------
    points : array of shape (n, N)
    radius : float
    links : array of shape (l, 2), optional
        Pairs known to share a label, which saves looking for neighbours where there are many.
    """
    if len(points) == 0:
        return np.empty(0, dtype=np.intp)
    if not radius > 0:
        return np.asarray(np.unique(points, axis=0, return_inverse=True)[1].ravel(), dtype=np.intp)
    # A point is at most a quarter of the radius from the middle of its box.
    boxes = np.round(points / (radius / (2 * np.sqrt(points.shape[1]))))
    _, first, member = np.unique(boxes, axis=0, return_index=True, return_inverse=True)
    member = member.ravel()
    known = np.empty((0, 2), dtype=np.intp) if links is None else member[links]
    pairs = np.concatenate([known, _joins(points[first], 2 * radius, known)])
    return np.asarray(parts_of_graph(len(first), pairs)[member], dtype=np.intp)


def _joins(points: Array, radius: float, links: Indices) -> Indices:
    """Return pairs of points within a radius that join all parts of the graph of links that are.

    In the largest parts nearly all pairs of neighbours lie within one: for these the nearest
    point to each of the rest is enough.
    """
    from scipy.spatial import cKDTree

    labels = parts_of_graph(len(points), links)
    sizes = np.bincount(labels)
    found = []
    rest = np.arange(len(points))
    for label in np.argsort(-sizes, kind="stable"):
        if sizes[label] < _CROWD or not len(rest):
            break
        part = rest[labels[rest] == label]
        rest = rest[labels[rest] != label]
        if len(rest):
            tree = cKDTree(points[part])
            nearest = np.asarray(tree.query(points[rest], distance_upper_bound=radius)[1])
            near = nearest < len(part)
            found.append(np.stack([rest[near], part[nearest[near]]], axis=1))
    if len(rest):
        found.append(rest[cKDTree(points[rest]).query_pairs(radius, output_type="ndarray")])
    return np.concatenate([np.empty((0, 2), dtype=np.intp), *found])
