"""Beside which known point, or in which tear, each point of K lies: a rule fixed beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.protocol import Autoencoder
from geomcheck.tear_pieces import Tear

__all__ = ["NOWHERE", "Mapped", "Placed", "place"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

NOWHERE = -1
_TRIES = 3


@dataclass(frozen=True, eq=False)
class Mapped:
    """Points of K with their component, and which of them have a small error."""

    sample: Evaluation
    component: Indices
    sound: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Placed:
    """For each of n points the row of the known point beside it, and its tear, or NOWHERE."""

    beside: Indices
    tear: Indices

    def on(self, piece: Indices) -> Indices:
        """Return the piece of each point, or NOWHERE, from that of each known point."""
        return np.where(self.beside == NOWHERE, NOWHERE, piece[self.beside])


def place(
    model: Autoencoder,
    known: Mapped,
    tears: Sequence[Tear],
    points: Evaluation,
    component: Indices,
    *,
    epsilon: float,
    near: float,
    project: Callable[[Array], Array] | None,
) -> Placed:
    """Place points of K beside known points and in tears that were found without them.

    A point of small error lies beside the nearest known point, if the error is small halfway to
    it as well, or else beside the next nearest; a point of large error in the nearest
    tear. The rule does not depend on the points, so if these are drawn independently each
    count is binomial.

    Parameters
    ----------
    model : Autoencoder
    known : Mapped
    tears : sequence of Tear
    points, component : Evaluation, array of shape (n,)
    epsilon : float
    near : float
        A tear or a known point farther than this is not near.
    project : callable or None
        Points near K to K; without it nothing is looked at between points.
    """
    beside = np.full(len(points), NOWHERE, dtype=np.intp)
    tear = beside.copy()
    sound = points.errors <= epsilon
    for index in np.unique(component):
        here = component == index
        rows = np.flatnonzero(here & ~sound)
        tear[rows] = _nearest_tear(points.points[rows], tears, int(index), near)
        rows = np.flatnonzero(here & sound)
        mine = np.flatnonzero((known.component == index) & known.sound)
        if len(rows) and len(mine):
            there = _beside(
                model,
                known.sample.points[mine],
                points.points[rows],
                epsilon=epsilon,
                near=near,
                project=project,
            )
            beside[rows] = np.where(there == NOWHERE, NOWHERE, mine[there])
    return Placed(beside, tear)


def _nearest_tear(points: Array, tears: Sequence[Tear], component: int, near: float) -> Indices:
    from scipy.spatial import cKDTree

    index = np.full(len(points), NOWHERE, dtype=np.intp)
    distance = np.full(len(points), near)
    farthest = near if near > 0 else np.inf
    for number, tear in enumerate(tears):
        if tear.component == component and len(points):
            to = np.asarray(cKDTree(tear.points).query(points, distance_upper_bound=farthest)[0])
            closer = to <= distance
            index[closer], distance[closer] = number, to[closer]
    return index


def _beside(
    model: Autoencoder,
    known: Array,
    points: Array,
    *,
    epsilon: float,
    near: float,
    project: Callable[[Array], Array] | None,
) -> Indices:
    from scipy.spatial import cKDTree

    count = min(_TRIES, len(known))
    distances, nearest = (
        np.reshape(found, (-1, count)) for found in cKDTree(known).query(points, count)
    )
    found = np.full(len(points), NOWHERE, dtype=np.intp)
    for attempt in range(count):
        rows = np.flatnonzero((found == NOWHERE) & (distances[:, attempt] <= near))
        if not len(rows):
            break
        there = nearest[rows, attempt]
        if project is not None:
            halfway = evaluate(model, project((points[rows] + known[there]) / 2))
            passable = halfway.errors <= epsilon
            rows, there = rows[passable], there[passable]
        found[rows] = there
    return found
