"""The pieces of the exceptional set: points of large error that hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.graph import clusters

__all__ = ["Tear", "tears_of"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Tear:
    """One piece of the exceptional set.

    Parameters
    ----------
    component : int
        Index of the component of K it lies on.
    hits : int
        How many counted points lie in it; its share of the measure is hits / n.
    points : array of shape (p, N)
        Points met in it: sample points and points between them.
    centre : array of shape (N,)
        The point of `points` nearest to their mean.
    diameter : float
        Largest distance met between two of `points` (from below).
    worst_point : array of shape (N,)
        The point of the largest error met.
    largest_error : float
    """

    component: int
    hits: int
    points: Array
    centre: Array
    diameter: float
    worst_point: Array
    largest_error: float


def tears_of(
    bad: Evaluation,
    component: Indices,
    extra: Evaluation,
    extra_component: Indices,
    spacing: float,
    *,
    links: Indices | None = None,
    beside: Indices | None = None,
) -> tuple[Tear, ...]:
    """Gather points of large error, of a sample and from between its neighbours, into pieces.

    Parameters
    ----------
    bad, component : Evaluation, array of shape (n,)
        Sample points of large error, and the component of K that each lies on.
    extra, extra_component : Evaluation, array of shape (l,)
        The same for points between neighbours.
    spacing : float
        Points nearer than this are in one piece.
    links : array of shape (p, 2), optional
        Neighbours among the `bad` points, at most `spacing` apart.
    beside : array of shape (l,), optional
        For each extra point a row of `bad` beside which it lies, in the same piece, or -1.
    """
    if beside is None:
        beside = np.full(len(extra), -1, dtype=np.intp)
    # What lies beside a sample point goes with it, and need not be looked at again.
    alone = np.flatnonzero(beside < 0)
    seeds = np.concatenate([bad.points, extra.points[alone]])
    seed_owner = np.concatenate([component, extra_component[alone]])
    labels = np.full(len(seeds), -1, dtype=np.intp)
    links = np.empty((0, 2), dtype=np.intp) if links is None else links
    for index in np.unique(seed_owner):
        rows = np.flatnonzero(seed_owner == index)
        place = np.full(len(seeds), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        mine = links[seed_owner[links[:, 0]] == index]
        labels[rows] = labels.max(initial=-1) + 1 + clusters(seeds[rows], spacing, place[mine])
    taken = np.flatnonzero(beside >= 0)
    labels = np.concatenate([labels, labels[beside[taken]]])
    order = np.argsort(labels, kind="stable")
    every = Evaluation.joined(bad, extra.where(np.concatenate([alone, taken])))
    owner = np.concatenate([seed_owner, extra_component[taken]])
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    return tuple(
        _tear(int(owner[rows[0]]), every.points[rows], every.errors[rows])
        for rows in np.split(order, starts[1:])
        if len(rows)
    )


def _tear(component: int, points: Array, errors: Array) -> Tear:
    mean = points.mean(axis=0)
    centre = points[np.linalg.norm(points - mean, axis=1).argmin()]
    # Two sweeps of farthest points give the diameter from below in linear time.
    far = points[np.linalg.norm(points - centre, axis=1).argmax()]
    worst = int(errors.argmax())
    return Tear(
        component=component,
        hits=0,
        points=points,
        centre=centre,
        diameter=float(np.linalg.norm(points - far, axis=1).max()),
        worst_point=points[worst],
        largest_error=float(errors[worst]),
    )
