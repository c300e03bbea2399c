"""Which cycles of a manifold go round a point of R^m, m = 2 or 3, when they are mapped there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.lattice import Lattice, whole_lattice
from theory.linking import angles_between, spanning_tree, summed_to_root
from theory.mod_rank import BinarySpan, rank_mod
from theory.skeleton import Boxes, corners, faces

__all__ = ["classes_round"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Map = Callable[[Array], Array]

# Cells of a lattice along each coordinate, by the number of these.
_PER_AXIS = {1: 64, 2: 32, 3: 12}
# The values on a cell lie within this share of the distance of the point they keep away from.
_NARROW = 0.5
_HALVINGS = {1: 12, 2: 7, 3: 3}
_MOST_POINTS = 400_000
_BATCH = 100_000


def classes_round(
    map: Map, parts: Sequence[Sequence[Chart]], centres: Array, *, enough: Mapping[int, int]
) -> dict[int, int]:
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

    Returns
    -------
    dict of int to int
        For each field, a lower bound of the rank of H_(m-1)(K) -> H_(m-1)(f(K)).

    Notes
    -----
    Source ``winding-argument``. The cycles are those of a lattice in the charts; points of equal
    image are one, and cycles that bound in K count for nothing: they do not go round. A cell of
    the lattice is halved until the values at its corners and its middle lie in a ball of half
    the size of the distance of the point from that ball's centre: then, unless f strays twice as
    far between these, f misses the point, and the cycle of the values' simplices goes round it as
    often as the image of the cycle. So continuity, and that f strays no farther, are what it
    rests on: f is seen on points only.
    """
    nothing = dict.fromkeys(enough, 0)
    m = centres.shape[1]
    if not parts or not all(parts) or any(charts[0].dim not in _PER_AXIS for charts in parts):
        return nothing
    grids = [_Grid(whole_lattice(charts, _PER_AXIS[charts[0].dim]), map) for charts in parts]
    count = _turns if m == 2 else _crossings
    seen: list[list[NDArray[np.intp]]] = []
    found = nothing
    for centre in centres:
        depths = [grid.depth(centre) for grid in grids]
        if any(depth is None for depth in depths):
            continue
        seen.append([count(g, centre, d or 0) for g, d in zip(grids, depths, strict=True)])
        found = _ranks(grids, seen, m, enough)
        if all(found[field] >= number for field, number in enough.items()):
            break
    return found


def _ranks(
    grids: Sequence[_Grid], seen: list[list[NDArray[np.intp]]], m: int, fields: Mapping[int, int]
) -> dict[int, int]:
    if m == 2:
        rows = np.array([np.concatenate(each) for each in seen])
        return {field: rank_mod(rows, field) for field in fields}
    found = dict.fromkeys(fields, 0)
    # Both rays, and every part on its own: a class of one is none of another.
    ranks = []
    for ray in range(2):
        rank = 0
        for i, grid in enumerate(grids):
            span = BinarySpan(grid.coboundaries)
            rank += sum(span.add(_bits(each[i][ray])) for each in seen)
        ranks.append(rank)
    if 2 in found:
        found[2] = min(ranks)
    return found


@dataclass(frozen=True, eq=False)
class _Grid:
    """The lattice of one component and the map on it."""

    lattice: Lattice
    map: Map

    @property
    def dim(self) -> int:
        return self.lattice.place.shape[1]

    @cached_property
    def cells(self) -> Boxes:
        return faces(self.lattice, self.dim)[0]

    @cached_property
    def edges(self) -> tuple[Boxes, Indices]:
        return faces(self.lattice, 1)

    @cached_property
    def squares(self) -> tuple[Boxes, Indices]:
        return faces(self.lattice, 2)

    @cached_property
    def coboundaries(self) -> list[int]:
        """For each edge, the squares that it bounds, as bits."""
        boxes, names = self.squares
        return _coboundaries(boxes, names, self.lattice.room)

    @cached_property
    def _looked_at(self) -> tuple[Array, Array]:
        return self._middles_and_corners(self.cells)

    def values(self, boxes: Boxes, shares: Array) -> Array:
        """Return f (f, s, m) at shares (s, d) of boxes."""
        step = max(1, _BATCH // len(shares))
        found = []
        for i in range(0, len(boxes), step):
            points = boxes[i : i + step].points(shares)
            values = self.map(points.reshape(-1, points.shape[2]))
            found.append(values.reshape(*points.shape[:2], -1))
        return np.concatenate(found)

    def depth(self, centre: Array) -> int | None:
        """Return how often cells have to be halved for f to be seen to miss a point, or None."""
        boxes, (middle, corner) = self.cells, self._looked_at
        used = 0
        for halvings in range(_HALVINGS[self.dim] + 1):
            far = np.linalg.norm(middle - centre, axis=1)
            spread = np.linalg.norm(corner - middle[:, None], axis=2).max(axis=1)
            wide = ~(spread < _NARROW * far)
            if not wide.any():
                return halvings
            used += int(wide.sum()) * 2**self.dim * (2**self.dim + 1)
            if used > _MOST_POINTS:
                return None
            boxes = boxes.halved(wide)
            middle, corner = self._middles_and_corners(boxes)
        return None

    def _middles_and_corners(self, boxes: Boxes) -> tuple[Array, Array]:
        shares = np.concatenate([np.full((1, self.dim), 0.5), corners(self.dim)])
        values = self.values(boxes, shares)
        return values[:, 0], values[:, 1:]


def _turns(grid: _Grid, centre: Array, depth: int) -> NDArray[np.intp]:
    """Return how often each edge of the lattice, closed in a spanning tree, turns about a point."""
    boxes, ends = grid.edges
    shares = np.linspace(0, 1, 2**depth + 1)[:, None]
    seen = grid.values(boxes, shares) - centre
    first, second = seen[:, :-1].reshape(-1, 2), seen[:, 1:].reshape(-1, 2)
    angle = angles_between(first, second).reshape(len(boxes), -1).sum(axis=1)
    parent = spanning_tree(int(ends.max()) + 1, ends, np.zeros(len(ends)))
    step = np.zeros(len(parent))
    for one, other, sign in ((0, 1, 1.0), (1, 0, -1.0)):
        # The edge that leads to a node from its parent; of several any.
        down = np.flatnonzero(parent[ends[:, other]] == ends[:, one])
        step[ends[down, other]] = sign * angle[down]
    lift = summed_to_root(step, parent)
    return np.rint((lift[ends[:, 0]] + angle - lift[ends[:, 1]]) / (2 * np.pi)).astype(np.intp)


def _crossings(grid: _Grid, centre: Array, depth: int) -> NDArray[np.intp]:
    """Return, for two rays from a point, how often each square's image is crossed (2, s), mod 2."""
    if grid.dim < 2:
        return np.zeros((2, 0), dtype=np.intp)
    boxes, _ = grid.squares
    count = 2**depth
    axis = np.linspace(0, 1, count + 1)
    shares = np.stack([g.ravel() for g in np.meshgrid(axis, axis, indexing="ij")], axis=1)
    values = (grid.values(boxes, shares) - centre).reshape(len(boxes), count + 1, count + 1, -1)
    a, b = values[:, :-1, :-1], values[:, 1:, :-1]
    c, d = values[:, :-1, 1:], values[:, 1:, 1:]
    rays = np.random.default_rng(5).standard_normal((2, 3))
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
