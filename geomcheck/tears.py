"""The search for the tear: points of K where a bottleneck that is too small must fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.protocol import Autoencoder
from theory.points import farthest_point_subsample

__all__ = ["TornEdges", "climb", "cross_edges", "steepest_edges", "worst_starts"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Projection = Callable[[Array], Array]

_HALVINGS = 48
_CLIMB_STEPS = 60


@dataclass(frozen=True, eq=False)
class TornEdges:
    """What was met between the ends of edges.

    Parameters
    ----------
    errors : array of shape (e,)
        Largest error met on each edge, its ends left out.
    points : array of shape (e, N)
        Where it was met.
    lengths : array of shape (e,)
        Distance of the two points that the search ended with.
    code_jumps, image_jumps : array of shape (e,)
        How far codes, and images, still jump between them. A continuous map has no jump over a
        length at rounding level.
    """

    errors: Array
    points: Array
    lengths: Array
    code_jumps: Array
    image_jumps: Array


def steepest_edges(
    sample: Evaluation, edges: Indices, count: int, *, watch: Literal["codes", "images"] = "codes"
) -> Indices:
    """Return the rows of the edges along which the code, or image, changes most."""
    values = sample.codes if watch == "codes" else sample.images
    jump = _norms(values[edges[:, 0]] - values[edges[:, 1]])
    length = _norms(sample.points[edges[:, 0]] - sample.points[edges[:, 1]])
    # Many short edges cross one wide tear; the jump itself ranks better than its slope there.
    slope = jump / np.maximum(length, 1e-300)
    half = max(1, count // 2)
    rows = np.concatenate([np.argsort(-jump)[:half], np.argsort(-slope)[:half]])
    return np.asarray(np.unique(rows), dtype=np.intp)


def cross_edges(
    model: Autoencoder,
    starts: Evaluation,
    ends: Evaluation,
    project: Projection,
    *,
    watch: Literal["codes", "images", "both"] = "codes",
    parts: int = 2,
) -> TornEdges:
    """Divide edges towards the largest jump of the code, noting the largest error on the way.

    On a curve torn by a one-dimensional bottleneck the intermediate value theorem makes the
    search certain to cross the tear; elsewhere it is a good start for `climb`.

    What goes and comes back between two points hides a jump from bisection, which compares
    one half with the other; many parts bring it to light.

    Parameters
    ----------
    model : Autoencoder
    starts, ends : Evaluation
        Of the ends of e short edges between points of K.
    project : callable
        Takes points (e, N) near K back to K.
    watch : {"codes", "images", "both"}
        Whose jump to follow; both together as shares of the spread of each.
    parts : int
        Into how many an edge is divided at each step.
    """

    weights = _weights(starts.joined(ends), watch)
    a, b = starts.points.copy(), ends.points.copy()
    at_a, at_b = [v.copy() for v in _values(starts)], [v.copy() for v in _values(ends)]
    errors = np.full(len(a), -np.inf)
    points = a.copy()
    size = float(np.linalg.norm(np.ptp(np.concatenate([a, b]), axis=0))) if len(a) else 0.0
    every = np.arange(len(a))
    shares = np.arange(1, parts)[:, None] / parts
    for _ in range(int(np.ceil(_HALVINGS / np.log2(parts)))):
        inner = a[:, None] * (1 - shares) + b[:, None] * shares
        middle = evaluate(model, project(inner.reshape(-1, a.shape[1])))
        worst = middle.errors.reshape(-1, parts - 1).argmax(axis=1) + every * (parts - 1)
        better = middle.errors[worst] > errors
        errors = np.where(better, middle.errors[worst], errors)
        points[better] = middle.points[worst[better]]
        met = _with_ends(a, middle.points, b)
        values = [_with_ends(*of) for of in zip(at_a, _values(middle), at_b, strict=True)]
        steps = sum(
            weight * np.linalg.norm(np.diff(of, axis=1), axis=2)
            for weight, of in zip(weights, values, strict=True)
            if weight
        )
        # Where a value is no number there is nothing to follow.
        first = np.nan_to_num(np.asarray(steps), nan=-1.0).argmax(axis=1)
        a, b = met[every, first], met[every, first + 1]
        at_a = [of[every, first] for of in values]
        at_b = [of[every, first + 1] for of in values]
        if _norms(a - b).max(initial=0.0) < 1e-13 * size:
            break
    codes, images = (_norms(p - q) for p, q in zip(at_a, at_b, strict=True))
    return TornEdges(errors, points, _norms(a - b), codes, images)


def _values(of: Evaluation) -> tuple[Array, Array]:
    return of.codes, of.images


def _weights(ends: Evaluation, watch: Literal["codes", "images", "both"]) -> tuple[float, float]:
    """Return the weights with which changes of the code, and of the image, are added."""
    if watch != "both":
        return (1.0, 0.0) if watch == "codes" else (0.0, 1.0)
    if not len(ends):
        return 1.0, 1.0
    spreads = [float(np.linalg.norm(np.ptp(values, axis=0))) for values in _values(ends)]
    codes, images = (1.0 / spread if 0.0 < spread < np.inf else 1.0 for spread in spreads)
    return codes, images


def _with_ends(first: Array, inner: Array, last: Array) -> Array:
    """Return, for each edge, what belongs to its start, the points within, and its end."""
    inner = inner.reshape(len(first), len(inner) // max(len(first), 1), first.shape[1])
    return np.concatenate([first[:, None], inner, last[:, None]], axis=1)


def worst_starts(found: Evaluation, count: int) -> Evaluation:
    """Return points to climb from: half of them the worst, half the worst far from one another.

    The errors of a wide tear crowd out those of a narrow one.
    """
    order = np.argsort(-found.errors, kind="stable")
    half = count // 2
    rest = order[half : 64 * count]
    if len(rest) > count - half:
        spread = farthest_point_subsample(found.points[rest], count - half).indices
        rest = rest[spread]
    return found.where(np.concatenate([order[:half], rest]))


def climb(
    model: Autoencoder,
    starts: Array,
    step: float,
    tangents: Callable[[Array], Array],
    project: Projection,
) -> Evaluation:
    """Ascend the error along K from each start by pattern search, needing no gradient.

    Parameters
    ----------
    model : Autoencoder
    starts : array of shape (s, N)
        Points of K.
    step : float
        First step length; halved where no direction improves.
    tangents : callable
        Points (s, N) of K to orthonormal frames (s, N, k).
    project : callable
        Points near K to K.
    """
    best = evaluate(model, starts)
    points, errors = best.points.copy(), best.errors.copy()
    steps = np.full(len(starts), step)
    for _ in range(_CLIMB_STEPS):
        frames = tangents(points)
        moves = np.concatenate([frames, -frames], axis=2) * steps[:, None, None]
        trials = points[:, None, :] + moves.transpose(0, 2, 1)
        count, directions, width = trials.shape
        tried = evaluate(model, project(trials.reshape(-1, width)))
        scores = tried.errors.reshape(count, directions)
        choice = scores.argmax(axis=1)
        gained = scores[np.arange(count), choice] > errors
        rows = np.arange(count) * directions + choice
        points[gained] = tried.points[rows[gained]]
        errors[gained] = tried.errors[rows[gained]]
        steps[~gained] /= 2
        if steps.max() < 1e-14 * step:
            break
    return evaluate(model, points)


def _norms(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=1))
