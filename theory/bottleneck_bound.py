"""A certified lower bound of the bottlenecks of the image of a chart, by branch and bound."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_enclosure import enclosed
from theory.chart_grid import orthonormal_frames, shared_out, widths
from theory.chord_cells import (
    CellLevel,
    Pairs,
    leaves,
    left_inverse,
    outward_conormals,
    pairs_of,
    turns_little,
)
from theory.seam import Seam

__all__ = ["bottleneck_bound"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
_CELLS = {1: 64, 2: 200}
_MOST_PAIRS = {1: 300_000, 2: 1_500_000}
_MANY_PAIRS = 5000
_NARROW = 0.3
_MOST_HALVINGS = 40
_BATCH = 50_000


def bottleneck_bound(
    chart: Chart,
    seams: Sequence[Seam],
    faces: Sequence[tuple[int, int]],
    wanted: float,
    near: float,
    precision: tuple[float, float],
) -> tuple[float, float]:
    """Bound from below half the length of chords that are normal to the set at both ends.

    Parameters
    ----------
    chart : Chart
        One-to-one on the box up to the seams, where the bound is positive.
    seams : sequence of Seam
        All identifications by which parts of the box are neighbours, periods included.
    faces : sequence of (axis, side)
        The faces of the box that are the boundary: there the tangent cone is a half space (at
        corners the intersection of several).
    wanted : float
        Longer chords than twice this are not looked at.
    near : float
        About what the bound will be, if it is less than `wanted`.
    precision : tuple of two floats
        By which share below what the pairs show, or below `near`, the bound may lie, where few
        pairs are left, and where many are: chords that are no shorter need not be decided.

    Returns
    -------
    bound : float
        At most `wanted`; 0 where nothing is known.
    seen : float
        The smallest of `near` and the quotients (``federer``) of pairs met: up to rounding the
        reach is no more than these. A bound far below it is one that work has run out on.

    Notes
    -----
    A pair of cells is done with if all chords between them are long; or if in one of the cells
    some vector w of all tangent cones has a positive product with all chords that leave it; or
    if the Jacobian turns so little on a box that holds both cells that the chord from u to v,
    the mean of J(s)(v - u), has a positive product with J(u)(v - u), which is in the tangent
    cone because a box is convex. The last shows as well that the two cells have no other point
    in common than the box says. Other pairs are divided.
    """
    search = _Search(chart, tuple(seams), frozenset(faces), wanted)
    parts = shared_out(chart, _CELLS[chart.dim], least=2, power=0.5)
    cells = np.arange(parts.prod())
    first, second = np.triu_indices(len(cells))
    steps = np.stack(np.unravel_index(cells, tuple(parts)), axis=1)
    least = wanted
    for _ in range(_MOST_HALVINGS):
        level = search.level(steps, parts)
        pairs = search.undecided(level, first, second)
        # The reach is no more than any of these.
        near = min(near, float(_radii(level, pairs).min(initial=np.inf)))
        for share in precision:
            short = ~(pairs.length >= 2 * min(wanted, (1 - share) * near))
            if short.sum() <= _MANY_PAIRS:
                break
        least = min(least, 0.5 * float(pairs.length[~short].min(initial=np.inf)))
        pairs = pairs.where(short)
        if not len(pairs.first):
            return least, near
        along = _widest(level, pairs)
        if len(pairs.first) * 4 ** int(along.sum()) > _MOST_PAIRS[chart.dim]:
            break
        steps, first, second = _divided(steps, pairs.first, pairs.second, along)
        parts = np.where(along, 2 * parts, parts)
    shortest = np.where(pairs.length > 0, pairs.length, 0.0)
    return min(least, 0.5 * float(shortest.min())), near


def _widest(level: CellLevel, pairs: Pairs) -> Flags:
    """Tell along which axes the images of the cells of pairs are wide, of shape (k,)."""
    extent = level.extent[pairs.first].mean(axis=0)
    return np.asarray(~(extent < _NARROW * extent.max()))


def _divided(
    steps: Indices, first: Indices, second: Indices, along: Flags
) -> tuple[Indices, Indices, Indices]:
    """Return the halves, along some axes, of the cells of pairs, and the pairs of them."""
    k = steps.shape[1]
    used, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    first, second = where[: len(first)], where[len(first) :]
    corner = np.array(list(itertools.product(*[(0, 1) if axis else (0,) for axis in along])))
    count = len(corner)
    finer = (np.where(along, 2, 1) * steps[used][:, None] + corner).reshape(-1, k)
    a, b = np.divmod(np.arange(count**2), count)
    one = (first[:, None] * count + a).ravel()
    other = (second[:, None] * count + b).ravel()
    # A cell with itself has every pair of halves twice.
    keep = one <= other
    keep |= np.repeat(first != second, count**2)
    return finer, one[keep], other[keep]


@dataclass(frozen=True, eq=False)
class _Search:
    chart: Chart
    seams: tuple[Seam, ...]
    faces: frozenset[tuple[int, int]]
    wanted: float

    def level(self, steps: Indices, parts: Indices) -> CellLevel:
        lower, upper = (self._edges(ends, parts) for ends in (steps, steps + 1))
        axes = range(self.chart.dim)
        known = enclosed(self.chart, lower, upper)
        at_lower = (steps == 0) & np.array([(axis, 0) in self.faces for axis in axes])
        at_upper = (steps == parts - 1) & np.array([(axis, 1) in self.faces for axis in axes])
        at = np.where(at_lower, lower, np.where(at_upper, upper, 0.5 * (lower + upper)))
        points, jacobian, _ = self.chart.derivatives(at)
        return CellLevel(
            lower,
            upper,
            at_lower,
            at_upper,
            known,
            known.spread,
            left_inverse(known.first),
            points,
            orthonormal_frames(jacobian),
            outward_conormals(jacobian, at_lower, at_upper),
            np.sqrt((jacobian**2).sum(axis=1)) * (upper - lower),
        )

    def _edges(self, steps: Indices, parts: Indices) -> Array:
        """Return where cells begin and end: the same numbers for neighbours."""
        edges = np.array(self.chart.lower) + widths(self.chart) * (steps / parts)
        return np.asarray(np.where(steps == parts, self.chart.upper, edges))

    def undecided(self, level: CellLevel, first: Indices, second: Indices) -> Pairs:
        """Return the pairs that are not done with."""
        found = []
        for i in range(0, len(first), _BATCH):
            rows = slice(i, i + _BATCH)
            pairs = pairs_of(level, first[rows], second[rows])
            pairs = pairs.where(~(pairs.length >= 2 * self.wanted))
            pairs = pairs.where(~leaves(level, pairs.first, pairs.second, pairs.chord))
            pairs = pairs.where(~leaves(level, pairs.second, pairs.first, -pairs.chord))
            found.append(pairs.where(~self._straight(level, pairs)))
        parts = ([getattr(part, field.name) for part in found] for field in fields(Pairs))
        return Pairs(*map(np.concatenate, parts))

    def _straight(self, level: CellLevel, pairs: Pairs) -> Flags:
        """Tell which pairs lie next to one another in a box on which the Jacobian turns little."""
        first, second = pairs.first, pairs.second
        done = np.zeros(len(first), dtype=bool)
        room = 1e-6 * (level.upper - level.lower).max(axis=0)
        for seam in self.seams:
            left = np.flatnonzero(~done)
            low, high = level.lower[first[left]], level.upper[first[left]]
            other = seam.box(level.lower[second[left]], level.upper[second[left]])
            near = (np.maximum(low - other[1], other[0] - high) <= room).all(axis=1)
            rows = left[near]
            if len(rows):
                box = np.minimum(low, other[0])[near], np.maximum(high, other[1])[near]
                done[rows] = turns_little(enclosed(self.chart, *box))
        return done


def _radii(level: CellLevel, pairs: Pairs) -> Array:
    """Return Federer's quotients at one point of each cell of pairs, or more, to know when to stop.

    What of a chord leaves the tangent cone is at least what leaves one of its half spaces.
    """
    chord = level.points[pairs.second] - level.points[pairs.first]
    frames = level.frames[pairs.first]
    along = np.einsum("nia,ni->na", frames, chord)
    off = chord - np.einsum("nia,na->ni", frames, along)
    out = np.einsum("nia,ni->na", level.outward[pairs.first], chord).max(axis=1)
    with np.errstate(all="ignore"):
        distance = np.sqrt((off**2).sum(axis=1) + np.maximum(out, 0.0) ** 2)
        radius = (chord**2).sum(axis=1) / (2 * distance)
    return np.where(radius > 0, radius, np.inf)
