"""Which cycles of a manifold go round a point of R^m, m = 2 or 3, when they are mapped there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.lattice_map import Allowance, LatticeMap, Map, Misses, TooManyPoints, drawn_in
from theory.linking import angles_between, spanning_tree, summed_to_root
from theory.mod_rank import BinarySpan, rank_mod
from theory.skeleton import Boxes

__all__ = ["Round", "classes_round"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_RAYS = 2
# Angles that a step on an edge may run through: as it looks, and where it is known which way round.
_NARROW, _STRAIGHT = math.pi / 3, 3.1
_MOST_POINTS = 200_000


@dataclass(frozen=True, eq=False)
class Round:
    """Classes of degree m - 1 of K that a map f: K -> R^m sends round points that it misses.

    Parameters
    ----------
    classes : mapping of int to int
        For each field, by the number of its elements, a lower bound of the rank of
        H_(m-1)(K) -> H_(m-1)(f(K)).
    points : array of shape (h, m)
        The points.
    """

    classes: Mapping[int, int]
    points: Array


def classes_round(
    map: Map,
    parts: Sequence[Sequence[Chart]],
    centres: Array,
    *,
    enough: Mapping[int, int],
    seen: Sequence[Array] = (),
    misses: Misses | None = None,
) -> Round:
    """Return how many classes of degree m - 1 of K go round points that f: K -> R^m misses.

    Parameters
    ----------
    map : callable
        f, from points (n, N) of K to values (n, m), m = 2 or 3.
    parts : sequence of sequence of Chart
        For each component of K, the charts that cover it.
    centres : array of shape (h, m)
        The points; those that f is not seen to miss are passed over.
    enough : mapping of int to int
        The fields, by their number of elements, and at how many classes to stop looking.
        With m = 3 only the field with two elements is looked at.
    seen : sequence of array of shape (s, N)
        For each component, points where f may be steep: cells are halved there until it is not.
    misses : callable, optional
        Tells which boxes in the charts f certainly keeps on one side of a point. With it what is
        returned is certain, if f is continuous and the charts close up as they seem to.

    Returns
    -------
    Round

    Notes
    -----
    Source ``winding-argument``. The cycles are those of a lattice in the charts; points of equal
    image are one, and cycles that bound in K count for nothing: they do not go round. A cell of
    the lattice is halved until the values at its corners, at its middle, and wherever in it f is
    looked at, lie in a ball of half the size of the distance of the point from that ball's
    centre, distances from the point shrunk to their square roots: then, unless f strays twice as
    far between these, f misses the point, and the cycle of the values' simplices goes round it as
    often as the image of the cycle. So continuity, and that f strays no farther, are what it
    rests on: f is seen on points only.
    """
    nothing = Round(dict.fromkeys(enough, 0), centres[:0])
    m = centres.shape[1]
    allowance = Allowance(_MOST_POINTS)
    grids: list[LatticeMap] = []
    for charts, points in zip(parts, seen or [np.empty((0, 0))] * len(parts), strict=True):
        grid = LatticeMap.of_charts(charts, map, points, allowance, misses)
        if grid is None:
            return nothing
        grids.append(grid)
    count = _turns if m == 2 else _crossings
    bounding = _bounding(grids) if m == 3 else None
    around: list[list[Indices]] = []
    found, rows = nothing, []
    for row, centre in enumerate(centres):
        try:
            counts = [_counted(grid, centre, count) for grid in grids]
        except TooManyPoints:
            break
        if any(each is None for each in counts):
            continue
        tried = [*around, [each for each in counts if each is not None]]
        ranks = _ranks(tried, enough, bounding)
        if ranks == found.classes:
            # Nothing goes round this point that does not go round those before.
            continue
        around = tried
        rows.append(row)
        found = Round(ranks, centres[rows])
        if all(found.classes[field] >= number for field, number in enough.items()):
            break
    return found


def _counted(
    grid: LatticeMap, centre: Array, count: Callable[[LatticeMap, Array, int], Indices | None]
) -> Indices | None:
    depth = grid.depth(centre)
    return None if depth is None else count(grid, centre, depth)


def _ranks(
    around: list[list[Indices]], fields: Mapping[int, int], bounding: list[int] | None
) -> dict[int, int]:
    # One row for each point, one column for each closed edge, or each square, of every part.
    rows = [np.concatenate(each, axis=-1) for each in around]
    if bounding is None:
        return {field: rank_mod(np.array(rows), field) for field in fields}
    ranks = []
    for ray in range(_RAYS):
        span = BinarySpan(bounding)
        ranks.append(sum(span.add(_bits(row[ray])) for row in rows))
    # An edge met by one of the rays is hardly met by the other.
    return {field: min(ranks) if field == 2 else 0 for field in fields}


def _bounding(grids: Sequence[LatticeMap]) -> list[int]:
    """Return for each edge the squares of all grids that it bounds, as bits."""
    bounding: list[int] = []
    begin = 0
    for grid in grids:
        if grid.dim < 2:
            continue
        boxes, names = grid.squares
        bounding.extend(bits << begin for bits in _coboundaries(boxes, names, grid.lattice.room))
        begin += len(boxes)
    return bounding


def _turns(grid: LatticeMap, centre: Array, depth: int) -> Indices | None:
    """Return how often each edge of the lattice, closed in a spanning tree, turns about a point."""
    boxes, ends = grid.edges
    shares = np.linspace(0, 1, 2**depth + 1)[:, None]
    seen = drawn_in(grid.values(boxes, shares) - centre)
    first, second = seen[:, :-1].reshape(-1, 2), seen[:, 1:].reshape(-1, 2)
    angle = angles_between(first, second)
    if not (np.abs(angle) < (_STRAIGHT if grid.misses else _NARROW)).all():
        return None
    angle = angle.reshape(len(boxes), -1).sum(axis=1)
    parent = spanning_tree(int(ends.max()) + 1, ends, np.zeros(len(ends)))
    step = np.zeros(len(parent))
    for one, other, sign in ((0, 1, 1.0), (1, 0, -1.0)):
        # The edge that leads to a node from its parent; of several any.
        down = np.flatnonzero(parent[ends[:, other]] == ends[:, one])
        step[ends[down, other]] = sign * angle[down]
    lift = summed_to_root(step, parent)
    turned = (lift[ends[:, 0]] + angle - lift[ends[:, 1]]) / (2 * np.pi)
    return np.asarray(np.rint(turned), dtype=np.intp)


def _crossings(grid: LatticeMap, centre: Array, depth: int) -> Indices | None:
    """Return how often each ray from a point crosses the image of each square, modulo 2."""
    if grid.dim < 2:
        return np.zeros((_RAYS, 0), dtype=np.intp)
    boxes, _ = grid.squares
    count = 2**depth
    axis = np.linspace(0, 1, count + 1)
    shares = np.stack([g.ravel() for g in np.meshgrid(axis, axis, indexing="ij")], axis=1)
    values = drawn_in(grid.values(boxes, shares) - centre)
    values = values.reshape(len(boxes), count + 1, count + 1, -1)
    steps = np.linalg.norm(values[:, 1:, 1:] - values[:, :-1, :-1], axis=-1)
    if not grid.misses and not (steps < np.linalg.norm(values[:, :-1, :-1], axis=-1)).all():
        return None
    a, b = values[:, :-1, :-1], values[:, 1:, :-1]
    c, d = values[:, :-1, 1:], values[:, 1:, 1:]
    rays = np.random.default_rng(5).standard_normal((_RAYS, 3))
    crossed = [
        sum(_meets(ray, *three).sum(axis=(1, 2)) for three in ((a, b, d), (a, c, d)))
        for ray in rays
    ]
    return np.array(crossed, dtype=np.intp) % 2


def _meets(ray: Array, a: Array, b: Array, c: Array) -> NDArray[np.bool_]:
    """Tell whether the ray from the origin meets triangles, corners of shape (..., 3)."""
    one, two, three = (
        np.einsum("i,...i->...", ray, np.cross(x, y)) for x, y in ((a, b), (b, c), (c, a))
    )
    same = ((one > 0) & (two > 0) & (three > 0)) | ((one < 0) & (two < 0) & (three < 0))
    # On the side of the origin that the ray runs to: the sign of the volume decides.
    volume = np.einsum("...i,...i->...", a, np.cross(b, c))
    return np.asarray(same & (np.sign(volume) == np.sign(one + two + three)))


def _coboundaries(boxes: Boxes, names: Indices, room: float) -> list[int]:
    """Return for each edge of squares the bits of those that it bounds."""
    sides = ((0, 1), (2, 3), (0, 2), (1, 3))
    halfway = np.array([(0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0)])
    middles = boxes.points(halfway).reshape(4 * len(boxes), -1)
    pairs = np.sort(np.stack([names[:, list(side)] for side in sides], axis=1), axis=2)
    pairs = pairs.reshape(-1, 2)
    _, first, group = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    group = group.ravel()
    # Edges of the same ends are one if they run through the same middle.
    alike = np.linalg.norm(middles - middles[first[group]], axis=1) <= room
    edge = np.where(alike, group, len(first) + np.arange(len(group)))
    square = np.repeat(np.arange(len(boxes)), 4)
    bits: dict[int, int] = {}
    for e, s in zip(edge.tolist(), square.tolist(), strict=True):
        bits[e] = bits.get(e, 0) ^ (1 << s)
    return list(bits.values())


def _bits(flags: NDArray[np.intp]) -> int:
    return int("".join(str(int(flag)) for flag in flags[::-1]) or "0", 2)
