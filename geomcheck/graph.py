"""The neighbourhood graph of a sample, and what of it hangs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["clusters", "neighbour_edges", "parts_of_graph"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


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
    _, nearest = cKDTree(points).query(points, count + 1)
    pairs = np.stack([np.repeat(np.arange(n), count + 1), nearest.ravel()], axis=1)
    if radius > 0:
        near = cKDTree(points).query_pairs(radius, output_type="ndarray")
        pairs = np.concatenate([pairs, near])
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.intp)


def parts_of_graph(n: int, edges: Indices) -> Indices:
    """Return the label (n,) of the connected piece of each of n nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), (n, n))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.intp)


def clusters(points: Array, radius: float) -> Indices:
    """Return a label (n,) for each point: points nearer than `radius` share one.

    Points are first thinned to one a box of side `radius` / 2, so that the work stays near
    linear where many crowd together; clusters up to twice `radius` apart may be joined by it.
    """
    from scipy.spatial import cKDTree

    if len(points) == 0:
        return np.empty(0, dtype=np.intp)
    if not radius > 0:
        return np.asarray(np.unique(points, axis=0, return_inverse=True)[1].ravel(), dtype=np.intp)
    boxes = np.round(points / (radius / 2))
    _, first, member = np.unique(boxes, axis=0, return_index=True, return_inverse=True)
    pairs = cKDTree(points[first]).query_pairs(2 * radius, output_type="ndarray")
    labels = parts_of_graph(len(first), np.asarray(pairs, dtype=np.intp).reshape(-1, 2))
    return np.asarray(labels[member.ravel()], dtype=np.intp)
