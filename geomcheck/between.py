"""What lies between neighbours on K: large errors, and jumps of a model that has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.protocol import Autoencoder
from geomcheck.tears import TornEdges, cross_edges, steepest_edges

__all__ = ["Between", "Jump", "edge_lengths", "look_between"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

_STEEPEST = 128
_BETWEEN = 15
Watch = Literal["codes", "images"]
_WATCHED: tuple[Watch, ...] = ("codes", "images")
# A jump counts that is this share of the spread of all codes, or images.
_JUMP = 1e-3


@dataclass(frozen=True, eq=False)
class Jump:
    """Two points at rounding distance whose codes or images are far apart.

    Parameters
    ----------
    watch : {"codes", "images"}
    size : float
        Distance of the two codes or images.
    length : float
        Distance of the two points.
    point : array of shape (N,)
        The point of the largest error met on the way to them.
    """

    watch: str
    size: float
    length: float
    point: Array


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
    """

    torn: Flags
    rows: Indices
    found: Evaluation
    worst: Evaluation
    along: Evaluation
    jump: Jump | None


def look_between(
    model: Autoencoder,
    sample: Evaluation,
    edges: Indices,
    epsilon: float,
    project: Callable[[Array], Array] | None,
) -> Between:
    """Look for large errors, and for jumps, between the ends of edges (e, 2) of a sample."""
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
    along = evaluate(model, project(_between(starts.points[every], ends.points[every])))
    torn = middles.errors > epsilon
    torn[both[worst.errors > epsilon]] = True
    torn[every] |= (along.errors > epsilon).reshape(-1, _BETWEEN).any(axis=1)
    over = worst.errors > epsilon
    halfway = np.flatnonzero(middles.errors > epsilon)
    return Between(
        torn=torn,
        rows=np.concatenate([halfway, both[over]]),
        found=middles.where(halfway).joined(worst.where(over)),
        worst=worst,
        along=along,
        jump=_jump(sample, crossed),
    )


def _jump(sample: Evaluation, crossed: list[TornEdges]) -> Jump | None:
    """Return the largest jump over no distance to speak of, if there is one."""
    scale = 1e-12 * (1 + float(np.abs(sample.points).max()))
    for watch, values, found in zip(_WATCHED, (sample.codes, sample.images), crossed, strict=True):
        with np.errstate(invalid="ignore", over="ignore"):
            spread = float(np.linalg.norm(np.ptp(values, axis=0)))
        still = np.where(found.lengths <= scale, found.jumps, 0.0)
        row = int(still.argmax())
        if np.isfinite(spread) and still[row] > _JUMP * spread > 0:
            return Jump(watch, float(still[row]), float(found.lengths[row]), found.points[row])
    return None


def edge_lengths(points: Array, edges: Indices) -> Array:
    """Return the length of each edge (e, 2) between points (n, N)."""
    return np.asarray(np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1))


def _between(starts: Array, ends: Array) -> Array:
    shares = np.arange(1, _BETWEEN + 1)[None, :, None] / (_BETWEEN + 1)
    points = starts[:, None] * (1 - shares) + ends[:, None] * shares
    return np.asarray(points.reshape(-1, starts.shape[1]))
