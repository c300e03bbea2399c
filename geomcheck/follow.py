"""Bands of large error narrower than the edges across them, followed from edge to edge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.graph import edge_lengths
from geomcheck.protocol import Autoencoder

__all__ = ["ALONG", "followed", "points_along"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

ALONG = 15
# Edges are looked along whose middle has a bad point within so many times their length,
_BESIDE = 1.0
# so many in a round, the nearest first,
_NEAR = 2000
# and so many in all.
_MOST = 30_000


def followed(
    model: Autoencoder,
    sample: Evaluation,
    edges: Indices,
    found: Array,
    torn: Flags,
    epsilon: float,
    project: Callable[[Array], Array],
) -> tuple[Indices, Evaluation, bool]:
    """Look densely along the edges nearest to bad points, and to those that this shows in turn.

    A band of large error may be narrower than the edges that pass over it. Edges with a bad end
    are known to lead into it.

    Parameters
    ----------
    model : Autoencoder
    sample : Evaluation
    edges : array of shape (e, 2)
        Pairs of neighbours of the sample.
    found : array of shape (f, N)
        Points of large error that are not in the sample.
    torn : array of shape (e,)
        Which edges are known to be torn, and are not looked at.
    epsilon : float
    project : callable
        Points near K to K.

    Returns
    -------
    tuple of (array of shape (t,), Evaluation, bool)
        More edges that are torn, the first bad point along each, and whether every edge beside
        a bad point was looked along: where they are too many, the nearest are.
    """
    from scipy.spatial import cKDTree

    starts, ends = sample.points[edges[:, 0]], sample.points[edges[:, 1]]
    middles = (starts + ends) / 2
    lengths = np.maximum(edge_lengths(sample.points, edges), 1e-300)
    sound = sample.errors <= epsilon
    open_ = ~torn & sound[edges].all(axis=1)
    apart = np.full(len(edges), np.inf)
    fresh = np.concatenate([sample.points[~sound], found])
    rows: list[Indices] = [np.zeros(0, dtype=np.intp)]
    met = evaluate(model, starts[:0])
    looked = 0
    while True:
        if len(fresh):
            tree = cKDTree(fresh)
            # A bad point beside the middle is not much farther from one of the ends.
            closest = np.asarray(tree.query(sample.points)[0])[edges].min(axis=1) / lengths
            near = np.flatnonzero(open_ & (closest <= _BESIDE + 0.5))
            apart[near] = np.minimum(apart[near], tree.query(middles[near])[0] / lengths[near])
        near = np.flatnonzero(open_ & (apart <= _BESIDE))
        near = near[np.argsort(apart[near], kind="stable")][:_NEAR]
        if not len(near) or looked + len(near) > _MOST:
            break
        looked += len(near)
        open_[near] = False
        seen = evaluate(model, project(points_along(starts[near], ends[near])))
        hit, place = np.nonzero((~(seen.errors <= epsilon)).reshape(-1, ALONG))
        first = np.unique(hit, return_index=True)[1]
        points = seen.where(hit[first] * ALONG + place[first])
        rows.append(near[hit[first]])
        met = met.joined(points)
        fresh = points.points
    return np.concatenate(rows), met, not len(near)


def points_along(starts: Array, ends: Array) -> Array:
    """Return `ALONG` points (e * ALONG, N), evenly spread, between starts and ends (e, N)."""
    shares = np.arange(1, ALONG + 1)[None, :, None] / (ALONG + 1)
    points = starts[:, None] * (1 - shares) + ends[:, None] * shares
    return np.asarray(points.reshape(-1, starts.shape[1]))
