"""Bands of large error narrower than the edges across them, followed from edge to edge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.graph import edge_lengths
from geomcheck.protocol import Autoencoder
from geomcheck.thickness import thickness
from theory.points import farthest_point_subsample

__all__ = ["followed"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

# Edges are looked along whose middle has a bad point within so many times their length, which
# leaps over gaps between the edges that cross a tear; the nearest first, so many in a round, and
# it will do if so near as `_ENOUGH` none is left.
_BESIDE, _ENOUGH = 2.0, 1.5
_NEAR = 2000
# At so many points each, as far apart as the tear is thick, and so many in all.
_LEAST, _MOST, _IN_ALL = 7, 1000, 1_500_000
# So thick as it is at the thinnest of so many of the nearest points, out of so many.
_NEAREST, _MEASURED = 4, 64


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
        a bad point was looked along, as closely as the tear there is thick; if that takes too
        many points, the nearest are.
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
    thin = _Thickness(
        model, fresh, sample.points, float(lengths.max(initial=0.0)), epsilon, project
    )
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
        if not len(near):
            break
        counts = np.ceil(lengths[near] / np.maximum(thin.at(middles[near]), 1e-300))
        if counts.max() > _MOST or looked + counts.sum() > _IN_ALL:
            break
        counts = np.maximum(counts, _LEAST).astype(np.intp)
        looked += int(counts.sum())
        open_[near] = False
        owner = np.repeat(np.arange(len(near)), counts)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        shares = ((place + 1) / (counts[owner] + 1))[:, None]
        between = starts[near][owner] * (1 - shares) + ends[near][owner] * shares
        seen = evaluate(model, project(between))
        hits = np.flatnonzero(~(seen.errors <= epsilon))
        hit, first = np.unique(owner[hits], return_index=True)
        points = seen.where(hits[first])
        rows.append(near[hit])
        met = met.joined(points)
        fresh = points.points
    return np.concatenate(rows), met, not len(near) or bool(apart[near[0]] > _ENOUGH)


class _Thickness:
    """The thickness of a tear near a place, from some of its points."""

    def __init__(
        self,
        model: Autoencoder,
        bad: Array,
        sample: Array,
        longest: float,
        epsilon: float,
        project: Callable[[Array], Array],
    ) -> None:
        from scipy.spatial import cKDTree

        if len(bad):
            bad = bad[farthest_point_subsample(bad, min(_MEASURED, len(bad))).indices]
        self._values = thickness(model, bad, sample, longest, epsilon, project)
        self._tree = cKDTree(bad) if len(bad) else None

    def at(self, points: Array) -> Array:
        if self._tree is None:
            return np.full(len(points), np.inf)
        count = min(_NEAREST, len(self._values))
        nearest = np.reshape(self._tree.query(points, count)[1], (-1, count))
        return np.asarray(self._values[nearest].min(axis=1))
