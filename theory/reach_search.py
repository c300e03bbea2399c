"""Search for the pairs of points with the smallest Federer quotient, or for bottlenecks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.reach_pairs import Cloud, Pairs, criticality, quotient

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = [
    "NEAR",
    "Level",
    "best_partners",
    "levels",
    "near_partners",
    "normal_partners",
    "refined",
]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Level = tuple[Rows, "cKDTree"]
Score = Callable[[Array, Array, Array], Array]
_ROWS, _COLUMNS = 128, 2048
# Below this share of a tile's radius, products lose too many digits; neighbours are looked at
# by direct differences instead.
_UNSAFE = 0.03
NEAR = 16
_CONE = 0.05
_COARSEST = 2000
_SHRINK = 8
_STEPS = 12
_AROUND = 32
_AROUND_CRITICAL = 12


def best_partners(cloud: Cloud, rows: Rows, columns: Rows) -> Pairs:
    """Return for every row the column of smallest quotient, among chords not too short."""

    def score(square: Array, along: Array, limit: Array) -> Array:
        height = square - along
        height *= square >= limit
        np.maximum(square, limit, out=square)
        square *= square
        height /= square
        return height

    partners = _scan(cloud, rows, columns, score)
    return Pairs(rows, partners, quotient(cloud, rows, partners))


def normal_partners(cloud: Cloud, rows: Rows, columns: Rows) -> Pairs:
    """Return for rows the nearest column whose chord is nearly normal, where there is one."""

    def score(square: Array, along: Array, limit: Array) -> Array:
        fits = (along <= _CONE * square) & (square >= limit)
        return np.divide(1.0, square, out=np.zeros_like(square), where=fits)

    partners = _scan(cloud, rows, columns, score)
    _, off = criticality(cloud, rows, partners)
    keep = (partners != rows) & (off < 1)
    rows, partners = rows[keep], partners[keep]
    return Pairs(rows, partners, quotient(cloud, rows, partners))


def near_partners(cloud: Cloud, rows: Rows, tree: cKDTree) -> tuple[Pairs, Pairs, Array]:
    """Look at the NEAR nearest neighbours of every row.

    Returns
    -------
    best : Pairs
        The smallest quotient of each row.
    bent : Pairs
        The smallest one of a chord that lies along the set, at less than 30 degrees: what
        bending shows, and no gap.
    spread : array of shape (m,)
        Distance of the farthest neighbour.
    """
    k = min(NEAR, len(cloud.points) - 1)
    best: list[Pairs] = []
    bent: list[Pairs] = []
    spread: list[Array] = []
    step = 20_000
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        found = tree.query(cloud.points[part], k + 1)
        distance, index = np.asarray(found[0])[:, 1:], np.asarray(found[1], np.intp)[:, 1:]
        radius = quotient(cloud, np.repeat(part, k), index.ravel()).reshape(-1, k)
        every = np.arange(len(part))
        for pairs, values in ((best, radius), (bent, np.where(distance < radius, radius, np.inf))):
            choice = values.argmin(axis=1)
            pairs.append(Pairs(part, index[every, choice], values[every, choice]))
        spread.append(distance[:, -1])
    return reduce(Pairs.joined, best), reduce(Pairs.joined, bent), np.concatenate(spread)


def levels(points: Array, rng: np.random.Generator) -> list[Level]:
    """Return nested random subsamples, coarsest first and all points last, with their trees."""
    from scipy.spatial import cKDTree

    n = len(points)
    order = rng.permutation(n)
    sizes = [n]
    while sizes[0] > _COARSEST:
        sizes.insert(0, sizes[0] // _SHRINK)
    found: list[Level] = []
    for size in sizes:
        rows = order[:size] if size < n else np.arange(n)
        found.append((rows, cKDTree(points[rows])))
    return found


def refined(
    cloud: Cloud,
    pairs: Pairs,
    nested: Sequence[Level],
    *,
    critical: bool = False,
) -> Pairs:
    """Move both ends of every pair over the sample, from coarse to fine, while that helps.

    What is lowered is the quotient, or with `critical` the distance from being normal at both
    ends.
    """
    if len(pairs) == 0:
        return pairs
    first, second = pairs.first, pairs.second
    value = _value(cloud, first, second, critical)
    for rows, tree in nested:
        k = min(_AROUND_CRITICAL if critical else _AROUND, len(rows))
        active = np.arange(len(first))
        for _ in range(_STEPS):
            around = [
                rows[np.asarray(tree.query(cloud.points[end[active]], k)[1]).reshape(-1, k)]
                for end in (first, second)
            ]
            i = np.repeat(around[0], k, axis=1)
            j = np.tile(around[1], (1, k))
            found = _value(cloud, i.ravel(), j.ravel(), critical).reshape(i.shape)
            choice = found.argmin(axis=1)
            every = np.arange(len(active))
            better = found[every, choice] < value[active] * (1 - 1e-12)
            active, choice, every = active[better], choice[better], every[better]
            if len(active) == 0:
                break
            first, second, value = first.copy(), second.copy(), value.copy()
            first[active] = i[every, choice]
            second[active] = j[every, choice]
            value[active] = found[every, choice]
    return Pairs(first, second, quotient(cloud, first, second))


def _value(cloud: Cloud, first: Rows, second: Rows, critical: bool) -> Array:
    if not critical:
        return quotient(cloud, first, second)
    length, off = criticality(cloud, first, second)
    return np.where(length >= cloud.least_chord[first], off, 1.0)


def _scan(cloud: Cloud, rows: Rows, columns: Rows, score: Score) -> Rows:
    """Return for every row the column of highest score.

    Squared chords and their tangential parts come from one matrix product a tile. A tile's rows
    are near each other and lie around its origin, so that digits are lost only for chords much
    shorter than the tile.
    """
    rows_near = _near_together(cloud.points, rows)
    partners = rows.copy()
    others = cloud.points[columns]
    k = cloud.frames.shape[2]
    for start in range(0, len(rows), _ROWS):
        place = rows_near[start : start + _ROWS]
        own = rows[place]
        origin = cloud.points[own].mean(axis=0)
        here = cloud.points[own] - origin
        length = np.einsum("md,md->m", here, here)
        # A tile of one point has radius 0: rounding still sets a shortest chord.
        shortest = max(_UNSAFE**2 * length.max(), cloud.slack**2, np.finfo(np.float64).tiny)
        limit = np.maximum(shortest, cloud.least_chord[own] ** 2)[:, None]
        frames = cloud.frames[own]
        m = len(own)
        left = np.zeros(((1 + k) * m, here.shape[1] + 2))
        left[:m] = np.column_stack([-2 * here, length, np.ones(m)])
        for axis in range(k):
            block = left[(1 + axis) * m : (2 + axis) * m]
            block[:, :-2] = frames[:, :, axis]
            block[:, -2] = -np.einsum("md,md->m", here, frames[:, :, axis])
        best = np.full(m, -np.inf)
        every = np.arange(m)
        for low in range(0, len(columns), _COLUMNS):
            there = others[low : low + _COLUMNS] - origin
            right = np.column_stack(
                [there, np.ones(len(there)), np.einsum("cd,cd->c", there, there)]
            )
            product = left @ right.T
            square, along = product[:m], product[m : 2 * m]
            along *= along
            for axis in range(1, k):
                more = product[(1 + axis) * m : (2 + axis) * m]
                more *= more
                along += more
            value = score(square, along, limit)
            choice = value.argmax(axis=1)
            top = value[every, choice]
            better = top > best
            best[better] = top[better]
            partners[place[better]] = columns[low + choice[better]]
    return partners


def _near_together(points: Array, rows: Rows) -> Rows:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points[rows], leafsize=_ROWS).indices, dtype=np.intp)
