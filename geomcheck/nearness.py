"""How near the exceptional set comes to the training points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.confidence import level_of_each
from geomcheck.evaluation import Evaluation
from geomcheck.study import Study

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["Nearness", "Pair", "nearness"]

Array = NDArray[np.float64]
_POINTS = 2_000


@dataclass(frozen=True, eq=False)
class Pair:
    """A point where the error is large, and the training point nearest to it.

    Parameters
    ----------
    point, training_point : array of shape (N,)
    error, training_error, distance : float
    """

    point: Array
    error: float
    training_point: Array
    training_error: float
    distance: float


@dataclass(frozen=True, eq=False)
class Nearness:
    """Where K0 = {err > epsilon} lies between the training points S.

    Parameters
    ----------
    spacing : float
        Median distance to S of held-out points: how far a point of K lies from S.
    hits : int
        Held-out points in K0 that were looked at.
    distance : float or None
        Median distance to S of these; None without any.
    farther_share : float or None
        How often a point of K0 is farther from S than one of the rest of K.
    tear_distances : tuple of float
        For each tear, the distance to S of its worst point.
    says : {"farther", "nearer", "alike", "unseen"}
        How K0's points compare with the rest of K, by a rank test at the level of each.
    worst : Pair or None
        The worst point met in K0 and its neighbour in S.
    """

    spacing: float
    hits: int
    distance: float | None
    farther_share: float | None
    tear_distances: tuple[float, ...]
    says: Literal["farther", "nearer", "alike", "unseen"]
    worst: Pair | None


def nearness(study: Study, training: Evaluation) -> Nearness:
    """Hold the distances to the training points of K0's points against those of K's points.

    Parameters
    ----------
    study : Study
    training : Evaluation
        The training points S.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(training.points)
    bad = study.held_out.errors > study.settings.epsilon
    hits = study.held_out.where(np.flatnonzero(bad)[:_POINTS])
    rest = study.held_out.where(np.flatnonzero(~bad)[:_POINTS])
    typical = study.held_out.points[:_POINTS]
    spacing = float(np.median(tree.query(typical)[0]))
    far, near = _distances(tree, hits.points), _distances(tree, rest.points)
    share, says = _compared(far, near, 1 - level_of_each(study.settings.confidence))
    tears = study.exceptional.tears
    met = [(hits.points[i], float(hits.errors[i])) for i in np.argsort(-hits.errors)[:1]]
    met += [(tear.worst_point, tear.largest_error) for tear in tears]
    worst = max(met, key=lambda pair: pair[1]) if met else None
    return Nearness(
        spacing=spacing,
        hits=len(hits),
        distance=float(np.median(far)) if len(far) else None,
        farther_share=share,
        tear_distances=tuple(float(tree.query(tear.worst_point)[0]) for tear in tears),
        says=says,
        worst=None if worst is None else _pair(tree, training, *worst),
    )


def _compared(
    far: Array, near: Array, level: float
) -> tuple[float | None, Literal["farther", "nearer", "alike", "unseen"]]:
    if not len(far) or not len(near):
        return None, "unseen"
    from scipy.stats import mannwhitneyu

    test = mannwhitneyu(far, near)
    share = float(test.statistic) / (len(far) * len(near))
    if test.pvalue > level:
        return share, "alike"
    return share, "farther" if share > 0.5 else "nearer"


def _distances(tree: cKDTree, points: Array) -> Array:
    if not len(points):
        return np.zeros(0)
    return np.asarray(tree.query(points)[0], dtype=np.float64)


def _pair(tree: cKDTree, training: Evaluation, point: Array, error: float) -> Pair:
    distance, row = tree.query(point)
    return Pair(
        point=point,
        error=error,
        training_point=training.points[row],
        training_error=float(training.errors[row]),
        distance=float(distance),
    )
