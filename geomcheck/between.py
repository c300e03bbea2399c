"""What lies between neighbours on K: large errors, and jumps of a model that has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.follow import followed
from geomcheck.jumps import Jump, found_jump
from geomcheck.protocol import Autoencoder
from geomcheck.tears import cross_edges, steepest_edges

__all__ = ["Between", "look_between"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

_STEEPEST = 128
_ALONG = 15
_PARTS = 16
_ALIKE = 1000
# Where more than this share of the points err, there is no tear to follow.
_MOSTLY_BAD = 0.5
Watch = Literal["codes", "images"]
_WATCHED: tuple[Watch, ...] = ("codes", "images")


@dataclass(frozen=True, eq=False)
class Between:
    """What lies between neighbours of a sample.

    Parameters
    ----------
    torn : array of shape (e,)
        Which edges an error above epsilon was met on.
    rows : array of shape (f,)
        The edge of each point of `found`.
    found : Evaluation
        The points with such an error.
    worst, along : Evaluation
        See `ExceptionalSet`.
    jump : Jump or None
    closed : bool
        Whether every edge beside a bad point was looked along.
    """

    torn: Flags
    rows: Indices
    found: Evaluation
    worst: Evaluation
    along: Evaluation
    jump: Jump | None
    closed: bool = True


def look_between(
    model: Autoencoder,
    sample: Evaluation,
    edges: Indices,
    epsilon: float,
    project: Callable[[Array], Array] | None,
    *,
    curve: bool = False,
    follow: bool = True,
) -> Between:
    """Look for large errors, and for jumps, between the ends of edges (e, 2) of a sample.

    On a curve an edge with a bad point between its ends is torn, whatever is met along it. To
    follow tears to their end is needed to know what hangs together, not for their worst points.
    """
    none = sample.where(np.zeros(0, dtype=np.intp))
    if project is None or not len(edges):
        return Between(
            np.zeros(len(edges), dtype=bool), np.zeros(0, dtype=np.intp), none, none, none, None
        )
    starts, ends = sample.where(edges[:, 0]), sample.where(edges[:, 1])
    middles = evaluate(model, project((starts.points + ends.points) / 2))
    steep = [steepest_edges(sample, edges, _STEEPEST, watch=watch) for watch in _WATCHED]
    crossed = [
        cross_edges(model, starts.where(rows), ends.where(rows), project, watch=watch)
        for watch, rows in zip(_WATCHED, steep, strict=True)
    ]
    worst = evaluate(model, np.concatenate([c.points for c in crossed]))
    both, every = np.concatenate(steep), np.unique(np.concatenate(steep))
    along = evaluate(model, project(_points_along(starts.points[every], ends.points[every])))
    over = worst.errors > epsilon
    torn = middles.errors > epsilon
    torn[both[over]] = True
    torn[every] |= (along.errors > epsilon).reshape(-1, _ALONG).any(axis=1)
    halfway = np.flatnonzero(middles.errors > epsilon)
    rows = np.concatenate([halfway, both[over]])
    found = middles.where(halfway).joined(worst.where(over))
    as_steep = _as_steep_as_torn(sample, edges, steep, torn)
    if len(as_steep):
        # A tear seldom lies between few neighbours: those that jump alike are bisected as well.
        more = cross_edges(model, starts.where(as_steep), ends.where(as_steep), project)
        bad = more.errors > epsilon
        torn[as_steep[bad]] = True
        rows = np.concatenate([rows, as_steep[bad]])
        found = found.joined(evaluate(model, more.points[bad]))
    known = sample.where(np.flatnonzero(~(sample.errors <= epsilon))).points
    closed = follow
    if curve:
        torn |= _straddles(starts.points, ends.points, np.concatenate([known, found.points]))
    elif follow and len(known) <= _MOSTLY_BAD * len(sample):
        more_rows, more_found, closed = followed(
            model, sample, edges, found.points, torn, epsilon, project
        )
        torn[more_rows] = True
        rows, found = np.concatenate([rows, more_rows]), found.joined(more_found)
    jump = found_jump(model, sample, crossed)
    if (jump is None or jump.watch == "images") and not model.continuous:
        # What bisection misses: a jump of the one map within a steep stretch of the other.
        finer = cross_edges(
            model, starts.where(every), ends.where(every), project, watch="both", parts=_PARTS
        )
        jump = found_jump(model, sample, [*crossed, finer])
    return Between(
        torn=torn, rows=rows, found=found, worst=worst, along=along, jump=jump, closed=closed
    )


def _as_steep_as_torn(
    sample: Evaluation, edges: Indices, steep: list[Indices], torn: Flags
) -> Indices:
    """Return edges whose codes are about as far apart as those of edges found torn."""
    looked = steep[_WATCHED.index("codes")]
    jumps = np.linalg.norm(sample.codes[edges[:, 0]] - sample.codes[edges[:, 1]], axis=1)
    hit = looked[torn[looked]]
    if not len(hit):
        return np.zeros(0, dtype=np.intp)
    alike = (jumps >= 0.5 * np.median(jumps[hit])) & ~torn
    alike[looked] = False
    rows = np.flatnonzero(alike)
    return rows[np.argsort(-jumps[rows], kind="stable")[:_ALIKE]]


def _straddles(starts: Array, ends: Array, bad: Array) -> Flags:
    """Tell which edges of a curve have a bad point between their ends."""
    from scipy.spatial import cKDTree

    straddles = np.zeros(len(starts), dtype=bool)
    if not len(bad):
        return straddles
    tree = cKDTree(bad)
    lengths = np.linalg.norm(starts - ends, axis=1)
    distance, _ = tree.query((starts + ends) / 2)
    for row in np.flatnonzero(distance < lengths):
        near = bad[tree.query_ball_point((starts[row] + ends[row]) / 2, lengths[row])]
        inside = np.linalg.norm(near - starts[row], axis=1) < lengths[row]
        inside &= np.linalg.norm(near - ends[row], axis=1) < lengths[row]
        straddles[row] = inside.any()
    return straddles


def _points_along(starts: Array, ends: Array) -> Array:
    """Return `_ALONG` points (e * _ALONG, N), evenly spread, between starts and ends (e, N)."""
    shares = np.arange(1, _ALONG + 1)[None, :, None] / (_ALONG + 1)
    points = starts[:, None] * (1 - shares) + ends[:, None] * shares
    return np.asarray(points.reshape(-1, starts.shape[1]))
