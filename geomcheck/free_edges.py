"""What hangs together by edges that run clear of every point of large error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import edge_lengths, parts_of_graph

__all__ = ["clear_of", "held_together"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

NOWHERE = -1
# An edge is clear of points that lie farther from its middle than so many times its length. A
# flat wall that crosses it, covered by points at sqrt(_CLEAR^2 - 1/4) times its length, has one
# nearer.
_CLEAR = 0.75
# Short edges are held against this share of the usual length, as bad points are so far apart.
_USUAL = 0.5
# Points that no clear edge joins belong to what they reach in so many steps.
_STEPS = 2


def clear_of(points: Array, edges: Indices, bad: Array) -> Flags:
    """Tell which edges (e, 2) between points (n, N) have none of some points (b, N) beside them."""
    from scipy.spatial import cKDTree

    if not len(bad) or not len(edges):
        return np.ones(len(edges), dtype=bool)
    lengths = edge_lengths(points, edges)
    near = _CLEAR * np.maximum(lengths, _USUAL * float(np.median(lengths)))
    middles = (points[edges[:, 0]] + points[edges[:, 1]]) / 2
    distance = cKDTree(bad).query(middles, distance_upper_bound=float(near.max()))[0]
    return np.asarray(distance > near)


def held_together(n: int, sound: Indices, clear: Flags, least: int) -> Indices:
    """Return the piece of each of n points, where only clear edges join pieces.

    Parameters
    ----------
    n : int
    sound : array of shape (e, 2)
        Edges that are not known to be torn.
    clear : array of shape (e,)
        Which of them run clear of all that is known to be bad.
    least : int
        A piece has so many points that clear edges join. A point of none of them belongs to the
        piece of most of its neighbours, or else of most of theirs, or to none.

    Returns
    -------
    array of shape (n,)
        Labels from 0 on, or NOWHERE.
    """
    from scipy.sparse import coo_array

    labels = parts_of_graph(n, sound[clear])
    sizes = np.bincount(labels, minlength=1)
    large = np.flatnonzero(sizes >= least)
    names = np.full(len(sizes), NOWHERE, dtype=np.intp)
    names[large] = np.arange(len(large))
    labels = names[labels]
    if not len(large):
        return labels
    ends = np.concatenate([sound, sound[:, ::-1]])
    for _ in range(_STEPS):
        into = ends[(labels[ends[:, 0]] == NOWHERE) & (labels[ends[:, 1]] != NOWHERE)]
        if not len(into):
            break
        votes = coo_array(
            (np.ones(len(into)), (into[:, 0], labels[into[:, 1]])), (n, len(large))
        ).tocsr()
        rows = np.unique(into[:, 0])
        labels[rows] = np.asarray(votes[rows].argmax(axis=1)).ravel()
    return labels
