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
    """
    points = np.concatenate([bad.points, extra.points])
    errors = np.concatenate([bad.errors, extra.errors])
    owner = np.concatenate([component, extra_component])
    found: list[Tear] = []
    for index in np.unique(owner):
        rows = np.flatnonzero(owner == index)
        labels = clusters(points[rows], spacing)
        for label in np.unique(labels):
            members = rows[labels == label]
            found.append(_tear(int(index), points[members], errors[members]))
    return tuple(found)


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
