"""Whether what is left of each component hangs together, from the cells of a certificate.

A set K0 that contains {err > epsilon}, and off which every component of K is connected, has a
least share of K. Cells on which the error is at most epsilon are sound, those on which it is
larger are bad, the others are undecided.

*From above.* Sound cells that share a face of positive extent, in the box or across a seam, make
one piece; its image is connected. K0 may be all outside the largest piece of each component. A
join that is missed leaves this an upper bound.

*From below.* What is left of a component is connected and misses the bad cells, so it lies in one
piece of the others, where any two cells whose images meet are joined. Here K has to be a manifold
(a curve that crosses itself is none: it hangs together in the crossing, where cells meet that no
face joins), which the chart parametrizes one to one inside its box. Two points of the closed box
over one point of K lie both in the boundary of the box: the chart, an immersion inside, takes a
neighbourhood of an inner point x onto one of its image in K; were y another point over it,
inside or not, the inner points near y would lie over that neighbourhood as well, and a set of
positive measure would be covered twice. So cells meet where they touch in the box, or where
faces in its boundary have images that meet. A join too many leaves this a lower bound.

Both take it that the components of K do not meet: what is left of each is weighed by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.frontier import Cells
from geomcheck.certify.seams import glued, touching_cells
from geomcheck.graph import parts_of_graph
from theory.chart import Chart
from theory.taylor_form import ROUNDING

__all__ = ["SPECK", "Joins", "Rest", "Torn", "joins_of", "points_apart", "rest_of", "sums_by_name"]

SPECK = 0.01
"""Parts of a component below this share of it are specks, not worth a word."""

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Torn:
    """A part of {err > epsilon} that is certified to be apart from the others.

    Parameters
    ----------
    component : int
        Of K, on which it lies.
    lower, upper : float
        Its share of K lies between them.
    """

    component: int
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Rest:
    """The least share of a set that contains {err > epsilon} and cuts no component in pieces.

    Parameters
    ----------
    lower, upper : float
        That share of K lies between them.
    upper_if_joined : float
        What `upper` would be if all sound cells of a component hung together.
    pieces : tuple of tuple of float
        For each component of K the shares, of K and from below, of the pieces that are certified
        sound, largest first; that two are apart is not certified.
    apart : tuple of tuple of float
        The same of what is certified to be apart: pieces between which there may still be a way
        are counted together.
    seams : bool
        Whether `upper` takes it that the charts close up where images agree to nine digits
        of the size of K.
    tears : tuple of Torn
        Pieces of {err > epsilon}, largest first; those in the same one may be several.
    across : array of shape (2, N) or None
        Two points of K with an error of at most epsilon in the two largest parts of one component
        that are apart, if there are two of more than a hundredth of it.
    """

    lower: float
    upper: float
    upper_if_joined: float
    pieces: tuple[tuple[float, ...], ...]
    apart: tuple[tuple[float, ...], ...]
    seams: bool
    tears: tuple[Torn, ...] = ()
    across: Array | None = None


@dataclass(frozen=True, eq=False)
class Joins:
    """Cells as the nodes of two graphs.

    Parameters
    ----------
    sound, bad : array of bool, shape (B,)
        What is certified of each cell; undecided is what is neither.
    touching : array of int, shape (e, 2)
        Edges between all that may meet and are not bad. Nodes from B on are places at the
        boundary of a box.
    nodes : int
        How many there are with these.
    piece : array of int, shape (B,)
        The piece of each sound cell, where those that share a face are joined.
    loose : array of int, shape (B,)
        The piece of each cell that is not bad, where any two that may meet are joined.
    seams : bool
        Whether sound cells are joined across a seam.
    """

    sound: Flags
    bad: Flags
    touching: Indices
    nodes: int
    piece: Indices
    loose: Indices
    seams: bool


def joins_of(cells: Cells, charts: Sequence[Chart], epsilon: float) -> Joins | None:
    """Join cells to pieces; None where too many have one place in common.

    Parameters
    ----------
    cells : Cells
        They cover the boxes of the charts. Along each coordinate the ends of any two of one
        chart are equal, where they should be, to the last bit.
    charts : sequence of Chart
        One for each component of K.
    epsilon : float
    """
    bad = cells.error_low > epsilon
    sound = ~bad & (cells.error_high <= epsilon)
    n = nodes = len(cells)
    touching, sharing, across = [], [], []
    for number, chart in enumerate(charts):
        rows = np.flatnonzero(~bad & (cells.chart == number))
        low, high = cells.low[rows], cells.high[rows]
        touch = touching_cells(chart, low, high)
        if touch is None:
            return None
        faces = touch.faces
        at_place = np.stack([rows[faces.cell], nodes + touch.place], axis=1)
        touching += [rows[touch.pairs], nodes + touch.meeting, at_place]
        nodes += touch.places
        both = touch.pairs[sound[rows[touch.pairs]].all(axis=1)]
        sharing.append(rows[both[_share_a_face(low, high, both)]])
        wanted = sound[rows[faces.cell]]
        across.append(rows[glued(chart, faces, wanted, touch.place, touch.meeting)])
    edges = np.concatenate(touching)
    return Joins(
        sound=sound,
        bad=bad,
        touching=edges,
        nodes=nodes,
        piece=parts_of_graph(n, np.concatenate(sharing + across)),
        loose=parts_of_graph(nodes, edges)[:n],
        seams=any(len(pairs) for pairs in across),
    )


def _share_a_face(low: Array, high: Array, pairs: Indices) -> Flags:
    i, j = pairs.T
    shared = np.minimum(high[i], high[j]) - np.maximum(low[i], low[j])
    return np.asarray((shared > 0).sum(axis=1) == low.shape[1] - 1)


def rest_of(cells: Cells, joins: Joins, components: int) -> Rest:
    """Weigh the pieces of cells of the charts of so many components, all rounded outward."""
    grown = 2 * (len(cells) + 8) * ROUNDING
    sound, undecided = joins.sound, ~joins.bad & ~joins.sound
    held = np.zeros(len(cells), dtype=bool)
    found, apart = [], []
    most = least = 0.0
    for number in range(components):
        rows = np.flatnonzero(sound & (cells.chart == number))
        name, sizes = sums_by_name(joins.piece[rows], cells.volume_low[rows])
        if len(name):
            held[rows] = joins.piece[rows] == name[sizes.argmax()]
        found.append(np.sort(sizes)[::-1])
        sizes = sums_by_name(joins.loose[rows], cells.volume_low[rows])[1]
        apart.append(np.sort(sizes)[::-1])
        # Of an undecided cell, what is certified to be bad is in no piece.
        rows = np.flatnonzero(~joins.bad & (cells.chart == number))
        part = np.where(undecided[rows], cells.part_above[rows], 0.0)
        for_most, for_least = cells.volume_high[rows] - part, cells.volume_low[rows] - part
        most += float(sums_by_name(joins.loose[rows], for_most)[1].max(initial=0))
        least += float(sums_by_name(joins.loose[rows], for_least)[1].max(initial=0))
    total_low, total_high = float(cells.volume_low.sum()), float(cells.volume_high.sum())
    outside = total_low * (1 - grown) - least * (1 + grown)
    lower = 0.0
    if outside > 0 and most < np.inf:
        lower = outside / (outside + most * (1 + grown)) * (1 - 8 * ROUNDING)
    return Rest(
        lower=lower,
        upper=_share_outside(cells, held, grown),
        upper_if_joined=_share_outside(cells, sound, grown),
        pieces=_shares(found, total_high, grown),
        apart=_shares(apart, total_high, grown),
        seams=joins.seams,
    )


def _shares(
    sizes: Sequence[Array], total_high: float, grown: float
) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in some * (1 - grown) / total_high) for some in sizes)


def points_apart(cells: Cells, joins: Joins, charts: Sequence[Chart]) -> Array | None:
    """Return two sound points, of shape (2, N), in large parts of a component that are apart."""
    best, found = 0.0, None
    for number, chart in enumerate(charts):
        rows = np.flatnonzero(joins.sound & (cells.chart == number))
        name, sizes = sums_by_name(joins.loose[rows], cells.volume_low[rows])
        second = float(np.sort(sizes)[-2]) if len(sizes) > 1 else 0.0
        if second <= max(best, SPECK * float(sizes.sum())):
            continue
        best, inner = second, []
        for part in name[np.argsort(-sizes, kind="stable")[:2]]:
            mine = rows[joins.loose[rows] == part]
            inner.append(mine[cells.volume_low[mine].argmax()])
        found = chart.evaluate(0.5 * (cells.low[inner] + cells.high[inner]))
    return found


def sums_by_name(names: Indices, values: Array) -> tuple[Indices, Array]:
    """Return the different names and the sum of the values of each."""
    different, place = np.unique(names, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=values, minlength=len(different))
    return different, np.asarray(sums, dtype=np.float64)


def _share_outside(cells: Cells, held: Flags, grown: float) -> float:
    """Return an upper bound of the share of K outside some of the cells."""
    inside = float(cells.volume_low[held].sum()) * (1 - grown)
    outside = float(cells.volume_high[~held].sum()) * (1 + grown)
    if outside == 0:
        return 0.0
    if not (inside > 0 and outside < np.inf):
        return 1.0
    return min(outside / (outside + inside) * (1 + 8 * ROUNDING), 1.0)
