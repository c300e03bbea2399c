"""Points of a long pass that stand out: they err most, or are mapped far from their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from theory.points import farthest_point_subsample

__all__ = ["Extremes", "Map", "extremes_of"]

Array = NDArray[np.float64]
Map = Callable[[Array], Array]

_WORST = 24
# Of the points mapped farthest from their neighbours so many are kept on the way, and in the end
# so many: half the first ones, half spread over the others, which a wide tear cannot crowd out.
_STEEP, _CHOSEN = 2048, 128
# Neighbours are looked for along so many principal axes at most, of so many of the points: in
# more coordinates a tree is slow. So many near along these are compared in all of them.
_AXES, _FEW, _CANDIDATES = 8, 2000, 4


@dataclass(frozen=True, eq=False)
class Extremes:
    """Points with the scores that they stand out by.

    Parameters
    ----------
    found : Evaluation
    scores : array of shape (n, 3 + r)
        The error, how far code and image are from those of a point nearby, and how far the image
        is from the point as each of r maps shows it.
    """

    found: Evaluation
    scores: Array

    def where(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Extremes:
        """Return some of the points."""
        return Extremes(self.found.where(rows), self.scores[rows])

    def joined(self, other: Extremes) -> Extremes:
        """Return the points of both that stand out."""
        scores = np.concatenate([self.scores, other.scores])
        rows = [_first(score, _STEEP) for score in scores.T]
        return Extremes(self.found.joined(other.found), scores).where(_union(rows))

    def chosen(self) -> Evaluation:
        """Return the few that stand out most, those of the largest errors first."""
        worst, *steep = (_first(score, _STEEP) for score in self.scores.T)
        rows = [worst[:_WORST], *(order[:_WORST] for order in steep[2:])]
        for order in steep[:2]:
            rest = order[_CHOSEN // 2 :]
            if len(rest) > _CHOSEN // 2:
                points = self.found.points[rest]
                rest = rest[farthest_point_subsample(points, _CHOSEN // 2).indices]
            rows.extend([order[: _CHOSEN // 2], rest])
        every = np.concatenate(rows)
        _, first = np.unique(every, return_index=True)
        return self.found.where(every[np.sort(first)])


def extremes_of(block: Evaluation, maps: Sequence[Map] = ()) -> Extremes:
    """Return a block of points with their scores.

    Parameters
    ----------
    block : Evaluation
    maps : sequence of callable
        Of points (n, N) to (n, M), under which points and images are compared as well.

    Notes
    -----
    How far a code is from its neighbour's counts as a multiple of the distance of the two
    points, or of the usual distance of neighbours, if that is more: two points that nearly
    agree say nothing of a tear.
    """
    scores = np.zeros((len(block), 3 + len(maps)))
    scores[:, 0] = block.errors
    if len(block) > 1:
        neighbour, length = _nearest(block.points)
        length = np.maximum(length, max(float(np.median(length)), 1e-300))
        for column, values in enumerate((block.codes, block.images), start=1):
            with np.errstate(invalid="ignore", over="ignore"):
                jumps = np.linalg.norm(values - values[neighbour], axis=1) / length
            # What is no number is kept for its error.
            scores[:, column] = np.where(np.isfinite(jumps), jumps, 0.0)
    for column, map in enumerate(maps, start=3):
        with np.errstate(invalid="ignore", over="ignore"):
            away = np.linalg.norm(map(block.images) - map(block.points), axis=1)
        scores[:, column] = np.where(np.isfinite(away), away, 0.0)
    return Extremes(block, scores)


def _nearest(points: Array) -> tuple[NDArray[np.intp], Array]:
    """Return, for each point, another that is near, and its distance.

    In more than a few coordinates it is the nearest of those near along the principal axes.
    """
    from scipy.spatial import cKDTree

    seen, count = points, 1
    if points.shape[1] > _AXES:
        some = points[:: -(-len(points) // _FEW)]
        axes = np.linalg.svd(some - some.mean(axis=0), full_matrices=False)[2][:_AXES]
        seen, count = points @ axes.T, _CANDIDATES
    found = cKDTree(seen).query(seen, min(count, len(points) - 1) + 1)
    apart, near = np.asarray(found[0]), np.asarray(found[1])
    if seen is not points:
        apart = np.linalg.norm(points[near] - points[:, None], axis=2)
    every = np.arange(len(points))
    # Of equal points any may come first, the point itself or not at all.
    apart[near == every[:, None]] = np.inf
    best = apart.argmin(axis=1)
    return near[every, best], apart[every, best]


def _first(score: Array, count: int) -> NDArray[np.intp]:
    """Return the rows of the largest scores, the largest first."""
    if len(score) > count:
        rows = np.sort(np.argpartition(-score, count - 1)[:count])
    else:
        rows = np.arange(len(score))
    return np.asarray(rows[np.argsort(-score[rows], kind="stable")])


def _union(rows: list[NDArray[np.intp]]) -> NDArray[np.intp]:
    return np.unique(np.concatenate(rows))
