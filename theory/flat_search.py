"""The flat that some closed path in a graph of points links at the largest distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.linking import Flat, LinkedPath, distance_to_segments, turns, widest_path

__all__ = ["Linked", "farthest_flat", "farthest_linked"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_AXES = 4
_RANDOM_FRAMES = 8
_CENTRES = 5
_CLIMBED = 3
_CLIMBS = 6
_STEPS = 8
_FIRST_STEP = 0.3
_ENOUGH = 1e-3
_NEGLIGIBLE = 1e-5
_CONSTRAINTS = 200


@dataclass(frozen=True, eq=False)
class Linked:
    """A flat and a closed path in a graph that links it."""

    flat: Flat
    path: LinkedPath


def farthest_linked(points: Array, edges: Indices, *, rng: np.random.Generator) -> Linked | None:
    """Look for a flat of codimension 2 linked by a closed path as far away as possible.

    Parameters
    ----------
    points : array of shape (n, N), N >= 2
    edges : array of int, shape (e, 2)
    rng : numpy.random.Generator
        Draws planes and centres to start from.

    Returns
    -------
    Linked or None
        None where no path links any of the flats that were tried. A local maximum: the farthest
        path for the flat in turn with the farthest flat for the path, from many starts.
    """
    starts = [
        Linked(flat, path)
        for flat in _starts(points, rng)
        if (path := widest_path(flat.coordinates(points), edges)) is not None
    ]
    starts.sort(key=lambda one: -one.path.distance)
    climbed = [_climb(points, edges, one) for one in starts[:_CLIMBED]]
    return max(climbed, key=lambda one: one.path.distance, default=None)


def _starts(points: Array, rng: np.random.Generator) -> list[Flat]:
    middle = points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(points - middle, full_matrices=False)
    rank = max(2, int((sizes > 1e-9 * sizes[0]).sum()))
    main = axes[:rank].T
    count = min(rank, _AXES)
    frames = [main[:, [i, j]] for j in range(count) for i in range(j)]
    if rank > 2:
        frames += [
            main @ np.linalg.qr(rng.standard_normal((rank, 2)))[0] for _ in range(_RANDOM_FRAMES)
        ]
    pairs = points[rng.integers(0, len(points), (2, _CENTRES))].mean(axis=0)
    return [Flat(frame, centre) for frame in frames for centre in (middle, *pairs)]


def _climb(points: Array, edges: Indices, start: Linked) -> Linked:
    best = start
    for _ in range(_CLIMBS):
        flat = farthest_flat(points[best.path.vertices], best.flat)
        path = widest_path(flat.coordinates(points), edges)
        if path is None or path.distance <= best.path.distance * (1 + _ENOUGH):
            break
        best = Linked(flat, path)
    return best


def farthest_flat(polygon: Array, start: Flat) -> Flat:
    """Turn and shift a flat away from a closed polygon that links it, as long as it does.

    Parameters
    ----------
    polygon : array of shape (p, N)
    start : Flat

    Notes
    -----
    Sequential linear programming: the distances of the vertices are linear in the motion of the
    flat to first order; the least of them is maximised over small motions.
    """
    from scipy.optimize import linprog

    if len(polygon) > _CONSTRAINTS:
        polygon = polygon[np.linspace(0, len(polygon), _CONSTRAINTS, endpoint=False).astype(int)]
    flat, value, step = start, _distance(polygon, start), _FIRST_STEP
    size = float(np.linalg.norm(polygon - polygon.mean(axis=0), axis=1).max()) + 1e-300
    if value <= 0:
        return start
    for _ in range(_STEPS):
        seen = flat.coordinates(polygon)
        lengths = np.linalg.norm(seen, axis=1)
        outward = seen / lengths[:, None]
        across = _complement(flat.frame, polygon - flat.centre)
        side = (polygon - flat.centre) @ across / size
        tilt = np.einsum("ni,nj->nij", outward, side).reshape(len(polygon), -1)
        # max t with t <= lengths - outward . shift + tilt . turn, all in units of the size.
        rows = np.concatenate([outward, -tilt, np.ones((len(polygon), 1))], axis=1)
        free = rows.shape[1] - 1
        found = linprog(
            np.append(np.zeros(free), -1.0),
            A_ub=rows,
            b_ub=lengths / size,
            bounds=[(-step, step)] * free + [(None, None)],
        )
        if not found.success or found.x is None:
            return flat
        moved = _moved(flat, across, found.x[:-1], size)
        reached = _distance(polygon, moved)
        if reached > value and turns(moved.coordinates(polygon)) != 0:
            gain = reached - value
            flat, value = moved, reached
            if gain < _NEGLIGIBLE * size:
                break
        else:
            step /= 3
    return flat


def _distance(polygon: Array, flat: Flat) -> float:
    seen = flat.coordinates(polygon)
    return float(distance_to_segments(seen, np.roll(seen, -1, axis=0)).min())


def _complement(frame: Array, spread: Array) -> Array:
    """Return orthonormal directions (N, d) along the flat in which the polygon extends."""
    rest = spread - (spread @ frame) @ frame.T
    _, sizes, axes = np.linalg.svd(rest, full_matrices=False)
    return np.asarray(axes[sizes > 1e-9 * max(float(np.abs(spread).max()), 1e-300)].T)


def _moved(flat: Flat, across: Array, motion: Array, size: float) -> Flat:
    shift, turn = motion[:2] * size, motion[2:].reshape(2, -1)
    frame, upper = np.linalg.qr(flat.frame + across @ turn.T)
    frame = frame * np.sign(np.diag(upper))
    return Flat(frame, flat.centre + flat.frame @ shift)
