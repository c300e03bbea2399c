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
# Edges are looked along whose middle has a bad point within so many times their length: each of
# the two ends then has one within half a length more.
_BESIDE = 2.0
# So many in a round, the nearest first; only so many are measured by their middles.
_NEAR, _SCREENED = 2000, 6000
_ROUNDS = 4
# A round in which a smaller share of them is torn is the last.
_WORTHWHILE = 0.005


def followed(
    model: Autoencoder,
    sample: Evaluation,
    edges: Indices,
    found: Array,
    torn: Flags,
    epsilon: float,
    project: Callable[[Array], Array],
) -> tuple[Indices, Evaluation]:
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
    tuple of (array of shape (t,), Evaluation)
        More edges that are torn, and the first bad point along each.
    """
    from scipy.spatial import cKDTree

    starts, ends = sample.points[edges[:, 0]], sample.points[edges[:, 1]]
    lengths = np.maximum(edge_lengths(sample.points, edges), 1e-300)
    sound = sample.errors <= epsilon
    open_ = ~torn & sound[edges].all(axis=1)
    fresh = bad = np.concatenate([sample.points[~sound], found])
    closest = np.full(len(sample), np.inf)
    rows: list[Indices] = [np.zeros(0, dtype=np.intp)]
    met = evaluate(model, starts[:0])
    for _ in range(_ROUNDS):
        if not len(fresh):
            break
        closest = np.minimum(closest, cKDTree(fresh).query(sample.points)[0])
        ends_near = np.where(open_, closest[edges].sum(axis=1) / lengths, np.inf)
        near = _least(ends_near, _SCREENED, 2 * _BESIDE + 1)
        middle_near = cKDTree(bad).query((starts[near] + ends[near]) / 2)[0] / lengths[near]
        near = near[_least(middle_near, _NEAR, _BESIDE)]
        open_[near] = False
        seen = evaluate(model, project(points_along(starts[near], ends[near])))
        hit, place = np.nonzero((~(seen.errors <= epsilon)).reshape(-1, ALONG))
        first = np.unique(hit, return_index=True)[1]
        points = seen.where(hit[first] * ALONG + place[first])
        rows.append(near[hit[first]])
        met = met.joined(points)
        fresh = points.points
        bad = np.concatenate([bad, fresh])
        if len(fresh) < _WORTHWHILE * len(near):
            break
    return np.concatenate(rows), met


def _least(values: Array, count: int, most: float) -> Indices:
    """Return the rows of the smallest values, least first, none of them above `most`."""
    rows = np.flatnonzero(values <= most)
    if len(rows) > count:
        rows = rows[np.argpartition(values[rows], count)[:count]]
    return np.asarray(rows[np.argsort(values[rows], kind="stable")], dtype=np.intp)


def points_along(starts: Array, ends: Array) -> Array:
    """Return `ALONG` points (e * ALONG, N), evenly spread, between starts and ends (e, N)."""
    shares = np.arange(1, ALONG + 1)[None, :, None] / (ALONG + 1)
    points = starts[:, None] * (1 - shares) + ends[:, None] * shares
    return np.asarray(points.reshape(-1, starts.shape[1]))
