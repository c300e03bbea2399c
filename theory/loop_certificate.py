"""How far a closed curve in K certainly keeps away from a flat that it links."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.flat_search import Linked
from theory.lattice import Lattice
from theory.linking import Flat, distance_to_segments, turns
from theory.taylor_form import TaylorForm, lifted

__all__ = ["distance_by_reach", "distance_in_charts"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_PIECES = 4000
_ROUNDING = 1e-12
_CLOSED = 1e-12


def distance_in_charts(lattice: Lattice, linked: Linked) -> Bound | None:
    """Return a lower bound of the distance of a lattice path to the flat that it links.

    Parameters
    ----------
    lattice : Lattice
    linked : Linked
        Its path runs in the lattice.

    Returns
    -------
    Bound or None
        None if the curve was not seen to link the flat. Certified where Taylor forms enclose
        the charts; else measured on short pieces, an estimate.

    Notes
    -----
    The path is followed along straight lines in the charts. Each short piece of it is enclosed
    in a half-plane, as seen along the flat, so that the angle it runs through is known
    (``linking-argument``). Across a seam, images that agree to 1e-9 are taken for one point;
    what they differ by is subtracted, and nothing is certified where it is more than rounding:
    the curve may have a gap.
    """
    rows = linked.path.vertices
    following = np.roll(rows, -1)
    seam = _is_seam(lattice, rows, following)
    inside = np.flatnonzero(~seam)
    count = max(1, -(-_PIECES // max(len(inside), 1)))
    lowest, certain = np.inf, True
    ends = np.empty((len(inside), count, 2))
    heads, tails = np.empty((2, len(inside), lattice.points.shape[1]))
    for i, chart in enumerate(lattice.charts):
        mine = np.flatnonzero(lattice.chart[rows[inside]] == i)
        if not mine.size:
            continue
        edge = inside[mine]
        first, second = _segments(lattice, chart, i, rows[edge], following[edge])
        shares = np.linspace(0, 1, count + 1)[:, None]
        knots = first[:, None] + shares * (second - first)[:, None]
        heads[mine], tails[mine] = chart.evaluate(first), chart.evaluate(second)
        begin = knots[:, :-1].reshape(-1, chart.dim)
        end = knots[:, 1:].reshape(-1, chart.dim)
        middle = linked.flat.coordinates(chart.evaluate(0.5 * (begin + end)))
        ends[mine] = linked.flat.coordinates(chart.evaluate(begin)).reshape(len(mine), count, 2)
        lower = _enclosed(chart, begin, end, linked.flat, middle)
        if lower is None or not np.isfinite(lower).all():
            certain = False
            lower = _measured(chart, begin, end, linked.flat, middle)
        lowest = min(lowest, float(lower.min()))
    # How far one edge ends from where the next begins: across a seam, or round a period.
    gap = float(np.linalg.norm(tails - np.roll(heads, -1, axis=0), axis=1).max(initial=0.0))
    certain = certain and gap <= _CLOSED * float(np.abs(lattice.points).max())
    value = lowest * (1 - _ROUNDING) - gap
    if not (np.isfinite(value) and value > 0 and turns(ends.reshape(-1, 2)) != 0):
        return None
    return Bound(value, "lower" if certain else "estimate", certain, "linking-argument")


def _is_seam(lattice: Lattice, rows: Indices, following: Indices) -> NDArray[np.bool_]:
    """Tell the edges across a seam; one that is both runs inside."""
    chart = lattice.chart
    step = np.abs(lattice.place[rows] - lattice.place[following])
    cells = np.array(lattice.cells)[chart[rows]]
    periodic = np.array([c.periodic for c in lattice.charts])[chart[rows]]
    step = np.where(periodic, np.minimum(step, cells - step), step)
    return np.asarray((chart[rows] != chart[following]) | (step > 1).any(axis=1))


def _segments(
    lattice: Lattice, chart: Chart, i: int, rows: Indices, following: Indices
) -> tuple[Array, Array]:
    """Return both ends of edges inside a chart, the further end of a period where one closes."""
    first, second = lattice.place[rows], lattice.place[following]
    cells = lattice.cells[i]
    wrapped = np.abs(first - second) > 1
    first = np.where(wrapped & (first == 0), cells, first)
    second = np.where(wrapped & (second == 0), cells, second)
    return lattice.at(i, first), lattice.at(i, second)


def _enclosed(chart: Chart, begin: Array, end: Array, flat: Flat, middle: Array) -> Array | None:
    """Return lower bounds of the distances of the pieces (n, k) to (n, k), or None."""
    import theory.taylor_functions  # noqa: F401 (numpy's functions learn about forms)

    if chart.differences:
        return None
    centre = 0.5 * (begin + end)
    room = 8 * np.finfo(float).eps * np.maximum(np.abs(begin), np.abs(end))
    forms = [
        TaylorForm(centre[:, j], 0.5 * (end - begin)[:, j, None], room[:, j])
        for j in range(chart.dim)
    ]
    try:
        columns = chart.map(*forms)
    except TypeError:
        return None
    outward = middle / np.maximum(np.linalg.norm(middle, axis=1), 1e-300)[:, None] @ flat.frame.T
    total = lifted(0.0, forms[0])
    for column, weight, shift in zip(columns, outward.T, flat.centre, strict=True):
        total = total + lifted(weight, forms[0]) * (lifted(column, forms[0]) - float(shift))
    return np.asarray(total.lower)


def _measured(chart: Chart, begin: Array, end: Array, flat: Flat, middle: Array) -> Array:
    first = flat.coordinates(chart.evaluate(begin))
    second = flat.coordinates(chart.evaluate(end))
    bulge = np.linalg.norm(middle - 0.5 * (first + second), axis=1).max(initial=0.0)
    return np.asarray(distance_to_segments(first, second) - 2 * bulge)


def distance_by_reach(polygon: Array, flat: Flat, reach: Bound) -> Bound | None:
    """Return a lower bound of the distance to a flat of a closed curve in K along a polygon.

    Parameters
    ----------
    polygon : array of shape (p, N)
        Points of K; the last is joined to the first.
    flat : Flat
    reach : Bound
        Of K. The bound is certified where this one holds from below.

    Returns
    -------
    Bound or None
        None if an edge is too long, or the curve was not seen to link the flat.

    Notes
    -----
    Between points x, y of K with |x - y| < 2 reach, the segment is within
    reach - sqrt(reach^2 - |x - y|^2 / 4) of K (``berenfeld-2022``), where nearest points are
    unique and continuous: its projection is a curve in K that near.
    """
    seen = flat.coordinates(polygon)
    following = np.roll(seen, -1, axis=0)
    half = np.linalg.norm(polygon - np.roll(polygon, -1, axis=0), axis=1) / 2
    if not (half < reach.value).all() or turns(seen) == 0:
        return None
    defect = half**2 / (reach.value + np.sqrt(reach.value**2 - half**2))
    value = float((distance_to_segments(seen, following) - defect).min())
    value -= _ROUNDING * float(np.abs(polygon).max() + np.abs(flat.centre).max())
    if not value > 0:
        return None
    certain = reach.holds_from_below()
    return Bound(value, "lower" if certain else "estimate", certain, "linking-argument")
