"""A search that goes on until it is known whether what is left of K hangs together."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.branch import Search
from geomcheck.certify.bridges import worth_dividing
from geomcheck.certify.divide import halves
from geomcheck.certify.enclosure import Reason
from geomcheck.certify.frontier import Cells
from geomcheck.certify.pieces import Rest, joins_of, points_apart, rest_of
from geomcheck.certify.torn import torn_parts

__all__ = ["searched"]

Indices = NDArray[np.intp]

# Joining this many cells takes about a second; more are joined if there is time, at no more than
# so many seconds for each.
_MOST_JOINED = 150_000
_EACH = 1e-5
# After so many divisions of the same cells, or of as large a part of all, pieces are joined anew.
_GENERATIONS = 4
_PART = 0.125
# The share of the time after which pieces are looked at even if the bounds are not yet close.
_FIRST = 0.6


def searched(
    search: Search, delta: float, *, tolerance: float, begun: float, deadline: float
) -> tuple[Reason, Rest | None]:
    """Run a search; return why it stopped, and what is known of the rest.

    First come the tolerances of the search, then what hangs together, until delta decides or
    the ends are within the tolerance of one another. Once the pieces are decided, what time is
    left goes to the bounds again.

    Parameters
    ----------
    search : Search
        Of charts of which each covers one component.
    delta : float
        The share that may be left out.
    tolerance : float
    begun, deadline : float
        By `time.perf_counter()`. Cells are joined once even if it has passed.
    """
    reason = search.run(begun + _FIRST * (deadline - begun))
    rest = _joined(search, delta, tolerance, deadline)
    if reason == "time limit" and time.perf_counter() < deadline:
        search.settle()
        reason = search.run(deadline)
        if reason == "reached":
            rest = _joined(search, delta, tolerance, deadline) or rest
    return reason, rest


def _joined(search: Search, delta: float, tolerance: float, deadline: float) -> Rest | None:
    """Join cells to pieces, and divide those between until delta decides."""
    cells, rest = search.everything(), None
    while len(cells) <= max(_MOST_JOINED, (deadline - time.perf_counter()) / _EACH):
        begun = time.perf_counter()
        joins = joins_of(cells, search.charts, search.epsilon)
        if joins is None:
            break
        rest = rest_of(cells, joins, len(search.charts))
        rest = replace(rest, across=points_apart(cells, joins, search.charts))
        if not rest.lower <= delta < rest.upper or rest.upper - rest.lower <= tolerance:
            break
        # What it costs to join them anew is known by now.
        last = deadline - 2 * (time.perf_counter() - begun)
        if time.perf_counter() >= last:
            break
        rows = worth_dividing(cells, joins, rest, delta)
        before, cells = len(cells), _divided(search, cells, rows, last)
        if len(cells) == before:
            break
    search.reopen(cells)
    if rest is None:
        return None
    return replace(rest, tears=torn_parts(cells, search.charts, search.epsilon))


def _divided(search: Search, cells: Cells, rows: Indices, deadline: float) -> Cells:
    """Divide some of the cells, and what stays undecided of them again; return all cells."""
    most = max(4 * search.batch, int(_PART * len(cells)))
    rows = rows[:most]
    keep = np.ones(len(cells), dtype=bool)
    keep[rows] = False
    done, left, bounded = [cells.where(keep)], [cells.where(rows)], 0
    for _ in range(_GENERATIONS):
        again = []
        for lot in _lots(left, search.batch // 2):
            parts = halves(lot)
            late = bounded >= most or time.perf_counter() >= deadline
            if late or not (parts.low < parts.high).all():
                done.append(lot)
                continue
            parts = search.bounded(parts)
            bounded += len(parts)
            decided = (parts.error_low > search.epsilon) | (parts.error_high <= search.epsilon)
            done.append(parts.where(decided))
            again.append(parts.where(~decided))
        left = again
    return Cells.joined([*done, *left])


def _lots(parts: list[Cells], size: int) -> list[Cells]:
    """Return cells in lots of a size, the last smaller."""
    if not parts:
        return []
    cells = Cells.joined(parts)
    starts = range(0, len(cells), size)
    return [cells.where(np.arange(i, min(i + size, len(cells)))) for i in starts]
