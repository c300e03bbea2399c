"""The closed path in a graph of points that goes round a flat as far from it as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Flat",
    "LinkedPath",
    "angles_between",
    "distance_to_segments",
    "spanning_tree",
    "summed_to_root",
    "turns",
    "widest_path",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Flat:
    """An affine subspace A of codimension 2: the points x with frame^T (x - centre) = 0.

    Parameters
    ----------
    frame : array of shape (N, 2)
        Orthonormal columns, at right angles to A.
    centre : array of shape (N,)
        A point of A.
    """

    frame: Array
    centre: Array

    def coordinates(self, points: Array) -> Array:
        """Return what is seen along A: plane coordinates (n, 2) with A at the origin.

        The distance of a point to A is the length of its plane coordinates, and a closed curve
        links A as often as its plane image winds round the origin.
        """
        return np.asarray((points - self.centre) @ self.frame)


@dataclass(frozen=True, eq=False)
class LinkedPath:
    """A closed path in a graph that winds round the origin of the plane.

    Parameters
    ----------
    vertices : array of int, shape (p,)
        In order; the last is joined to the first.
    distance : float
        Of its segments to the origin: no closed path that winds round it has a larger one.
    """

    vertices: Indices
    distance: float


def turns(plane: Array) -> int:
    """Return how often a closed polygon with vertices (p, 2) winds round the origin."""
    return int(np.rint(angles_between(plane, np.roll(plane, -1, axis=0)).sum() / (2 * np.pi)))


def distance_to_segments(first: Array, second: Array) -> Array:
    """Return the distances (n,) of the origin to the segments from (n, d) to (n, d)."""
    along = second - first
    square = np.maximum(np.einsum("nd,nd->n", along, along), 1e-300)
    share = np.clip(-np.einsum("nd,nd->n", first, along) / square, 0.0, 1.0)
    return np.asarray(np.linalg.norm(first + share[:, None] * along, axis=1))


def widest_path(plane: Array, edges: Indices) -> LinkedPath | None:
    """Return the closed path round the origin that keeps farthest away from it, or None.

    Parameters
    ----------
    plane : array of shape (n, 2)
        Where the points of the graph are seen.
    edges : array of int, shape (e, 2)

    Notes
    -----
    In a maximum spanning tree for the distances of the edges every path is as far away as a path
    can be. So the answer is among the cycles that one more edge closes: the farthest edge whose
    cycle has a winding number other than 0.
    """
    n = len(plane)
    if len(edges) == 0:
        return None
    first, second = edges[:, 0], edges[:, 1]
    far = distance_to_segments(plane[first], plane[second])
    parent = spanning_tree(n, edges, far)
    lift = summed_to_root(np.where(parent >= 0, angles_between(plane[parent], plane), 0.0), parent)
    around = lift[first] + angles_between(plane[first], plane[second]) - lift[second]
    closing = np.flatnonzero(np.abs(around) > np.pi)
    if not closing.size:
        return None
    best = int(closing[far[closing].argmax()])
    return LinkedPath(_cycle(int(first[best]), int(second[best]), parent), float(far[best]))


def angles_between(first: Array, second: Array) -> Array:
    """Return the angles from one point to another as seen from the origin, in [-pi, pi]."""
    cross = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return np.asarray(np.arctan2(cross, np.einsum("nd,nd->n", first, second)))


def spanning_tree(n: int, edges: Indices, weight: Array) -> Indices:
    """Return the parent of each node in a maximum spanning forest, -1 for a root."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components
    from scipy.sparse.csgraph import minimum_spanning_tree as smallest

    rank = np.empty(len(edges))
    rank[np.argsort(-weight, kind="stable")] = np.arange(1, len(edges) + 1)
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (n, n))
    count, label = connected_components(graph, directed=False)
    # One more node joins the components, so that one traversal meets all of them.
    roots = np.unique(label, return_index=True)[1]
    rows = np.concatenate([edges[:, 0], roots])
    columns = np.concatenate([edges[:, 1], np.full(count, n)])
    weights = np.concatenate([rank, np.full(count, len(edges) + 1.0)])
    tree = smallest(coo_array((weights, (rows, columns)), (n + 1, n + 1)).tocsr())
    parent = breadth_first_order(tree, n, directed=False)[1][:n]
    return np.asarray(np.where(parent == n, -1, parent), dtype=np.intp)


def summed_to_root(step: Array, parent: Indices) -> Array:
    """Return the sums of the steps from the root to each node, by doubling the jumps."""
    total, jump = step.copy(), parent.copy()
    while (jump >= 0).any():
        inside = jump >= 0
        total = np.where(inside, total + total[jump], total)
        jump = np.where(inside, jump[jump], -1)
    return total


def _cycle(one: int, other: int, parent: Indices) -> Indices:
    """Return the cycle that the edge from one node to the other closes in the tree."""
    up: list[int] = [one]
    while parent[up[-1]] >= 0:
        up.append(int(parent[up[-1]]))
    place = {node: i for i, node in enumerate(up)}
    down = [other]
    while down[-1] not in place:
        down.append(int(parent[down[-1]]))
    return np.array(up[: place[down[-1]]] + down[::-1], dtype=np.intp)
