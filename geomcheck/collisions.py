"""Collisions of a map out of K: points far apart that have the same value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitening
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.jumps import rounds_to_single
from geomcheck.meet import Met, meet
from geomcheck.protocol import Autoencoder

__all__ = ["Collisions", "find_collisions"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_SAMPLE = 2000
_EXTRA = 256
_NEAREST = 24
# Values as near as this, where their spread is one, count as the same: what rounding leaves of
# one value, in double precision and in single.
_SAME, _SAME_SINGLE = 1e-9, 1e-6
# One value has one image: that of the two ends may differ by this share of their distance.
_ONE_IMAGE = 1e-3
_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class Collisions:
    """Pairs of points of K at least `gap` apart and sharing a value.

    Parameters
    ----------
    gap : float
        Distance from which two points count as far apart.
    n : int
        Sample points among which pairs were looked for.
    matched : int
        Disjoint pairs of these n points in which one point shares its value with a point beside
        the other, and one of the two has an error above gap / 2: a set that meets every
        collision holds an end of each, if it is not finer than `moved`.
    moved : float
        How far beside, at most.
    first, second : Evaluation
        The ends of the collisions, those farthest apart first.
    apart : array of shape (p,)
        Distances of the two values, as shares of the spread of all values: at rounding level.
    nearest : Evaluation or None
        The two points, among those looked at, that are far apart and whose values are nearest;
        None if no two are far apart.
    """

    gap: float
    n: int
    matched: int
    moved: float
    first: Evaluation
    second: Evaluation
    apart: Array
    nearest: Evaluation | None

    def __len__(self) -> int:
        return len(self.apart)


def find_collisions(
    model: Autoencoder,
    sample: Evaluation,
    extra: Evaluation,
    *,
    gap: float,
    tangents: Callable[[Array], Array] | None,
    project: Callable[[Array], Array],
    watch: Literal["codes", "images"] = "codes",
) -> Collisions:
    """Look for points of K at least `gap` apart that a map sends to one value.

    A tree over the values finds, for each point, the nearest value of a point far away; pairs
    that share no point are chosen from these. The one end is moved along K until the values
    meet; where they do not, both are.

    Parameters
    ----------
    model : Autoencoder
    sample : Evaluation
        Points of K; the first 2000 are used.
    extra : Evaluation
        More points from which to look, such as the worst ones; they are not counted.
    gap : float
    tangents : callable or None
        Points of K to orthonormal frames; None where K is not known off the sample.
    project : callable
        Points near K to K.
    watch : {"codes", "images"}
        Whether the map is the encoder or the whole autoencoder.
    """

    def values(evaluation: Evaluation) -> Array:
        return evaluation.codes if watch == "codes" else evaluation.images

    sample, extra = sample.where(np.arange(min(_SAMPLE, len(sample)))), _few(extra)
    n = len(sample)
    sample = sample.where(np.flatnonzero(np.isfinite(values(sample)).all(axis=1)))
    extra = extra.where(np.flatnonzero(np.isfinite(values(extra)).all(axis=1)))
    none = sample.where(np.zeros(0, dtype=np.intp))
    if len(sample) < 2:
        return Collisions(gap, n, 0, 0.0, none, none, np.zeros(0), None)
    white = whitening(values(sample))
    same = _SAME_SINGLE if rounds_to_single(model, sample) else _SAME
    every = sample.joined(extra)
    pairs, apart = _far_pairs(
        every.points, white(values(every)), sample.points, white(values(sample)), gap
    )
    if not len(pairs):
        return Collisions(gap, n, 0, 0.0, none, none, np.zeros(0), None)
    nearest = every.where(pairs[int(apart.argmin())])
    if tangents is None:
        return Collisions(gap, n, 0, 0.0, none, none, np.zeros(0), nearest)
    order = np.argsort(apart, kind="stable")
    of_sample = pairs[order, 0] < len(sample)
    chosen = _disjoint(pairs[order][of_sample])
    others = pairs[order][~of_sample]
    others = others[np.unique(others[:, 0], return_index=True)[1]]

    def map_(points: Array) -> Array:
        if not len(points):
            # No model need know what to do with none.
            return points
        found = model.encode(points)
        return white(found if watch == "codes" else model.decode(found))

    def met(rows: Indices, *, hold_first: bool) -> _Meeting:
        starts, ends = every.points[rows[:, 0]], every.points[rows[:, 1]]
        there = meet(map_, starts, ends, tangents, project, longest=gap / 2, hold_first=hold_first)
        moves = np.maximum(_norms(there.first - starts), _norms(there.second - ends))
        distances = _norms(there.first - there.second)
        good = (there.apart <= same) & (distances >= gap) & (moves <= gap / 2)
        rows = np.flatnonzero(good)
        # A decoder that still tells the ends apart was given two values, however near.
        one, other = (evaluate(model, x[rows]).images for x in (there.first, there.second))
        good[rows] = _norms(one - other) <= _ONE_IMAGE * distances[rows]
        return _Meeting(there, distances, moves, good)

    held = met(chosen, hold_first=True)
    both = met(np.concatenate([chosen[~held.good], others]), hold_first=False)
    large = ~(every.errors <= gap / 2)
    counts = held.good & large[chosen].any(axis=1)
    distances = np.concatenate([held.distances[held.good], both.distances[both.good]])
    order = np.argsort(-distances, kind="stable")
    first, second, apart = (
        np.concatenate([getattr(m.met, name)[m.good] for m in (held, both)])[order]
        for name in ("first", "second", "apart")
    )
    return Collisions(
        gap=gap,
        n=n,
        matched=int(counts.sum()),
        moved=float(held.moves[counts].max(initial=0.0)),
        first=evaluate(model, first) if len(first) else none,
        second=evaluate(model, second) if len(first) else none,
        apart=apart,
        nearest=nearest,
    )


@dataclass(frozen=True, eq=False)
class _Meeting:
    met: Met
    distances: Array
    moves: Array
    good: NDArray[np.bool_]


def _few(extra: Evaluation) -> Evaluation:
    return extra.where(np.argsort(-extra.errors, kind="stable")[:_EXTRA])


def _far_pairs(
    points: Array, values: Array, others: Array, other_values: Array, gap: float
) -> tuple[Indices, Array]:
    """Return pairs (row, other), far apart, with values near, and the distances of these."""
    from scipy.spatial import cKDTree

    count = min(_NEAREST, len(others))
    # Of many equal values the nearest ones are to be any of them, not always the same.
    rng = np.random.default_rng(0)
    values = values + rng.uniform(0, _TIE, values.shape)
    other_values = other_values + rng.uniform(0, _TIE, other_values.shape)
    apart, nearest = (
        np.reshape(found, (-1, count)) for found in cKDTree(other_values).query(values, count)
    )
    far = np.linalg.norm(others[nearest] - points[:, None], axis=2) >= gap
    rows, columns = np.nonzero(far)
    return np.stack([rows, nearest[rows, columns]], axis=1), apart[rows, columns]


def _disjoint(pairs: Indices) -> Indices:
    """Choose pairs that share no point, the first ones first."""
    taken: set[int] = set()
    chosen = []
    for index, (a, b) in enumerate(pairs.tolist()):
        if a not in taken and b not in taken:
            taken.update((a, b))
            chosen.append(index)
    return pairs[np.array(chosen, dtype=np.intp)]


def _norms(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=1))
