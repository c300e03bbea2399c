"""Which undecided cells keep it open whether what is left of K hangs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.frontier import Cells
from geomcheck.certify.pieces import Joins, Rest

__all__ = ["worth_dividing"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# Ways through undecided cells count up to this many times the length of the shortest one.
_LONGER = 3


def worth_dividing(cells: Cells, joins: Joins, rest: Rest, delta: float) -> Indices:
    """Return the undecided cells to divide, those that matter most first.

    Where sound cells would be enough if they hung together, it is the shortest ways between the
    largest piece of a component and the others; else all of them, the largest first.
    """
    undecided = np.flatnonzero(~joins.bad & ~joins.sound)
    if rest.upper_if_joined <= delta:
        through = _ways(cells, joins, rest, delta)[undecided]
        if np.isfinite(through).any():
            near = through <= _LONGER * through.min()
            undecided, through = undecided[near], through[near]
            return np.asarray(undecided[np.lexsort((-cells.volume_high[undecided], through))])
    return np.asarray(undecided[np.argsort(-cells.volume_high[undecided], kind="stable")])


def _ways(cells: Cells, joins: Joins, rest: Rest, delta: float) -> Array:
    """Return the length of the shortest way through each cell, between pieces, in cells."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    n, nodes = len(cells), joins.nodes
    side = np.zeros(nodes, dtype=np.intp)
    side[:n] = _sides(cells, joins, rest, delta)
    passed = np.ones(nodes, dtype=bool)
    passed[:n] = ~joins.sound & ~joins.bad
    # Ways lead from the two sides, nodes of their own, through what is not sound.
    first, last = np.concatenate([joins.touching, joins.touching[:, ::-1]]).T
    starts = np.where(side[first] > 0, nodes + side[first] - 1, first)
    kept = passed[last] & (passed[first] | (side[first] > 0))
    ones = np.ones(int(kept.sum()))
    graph = coo_array((ones, (starts[kept], last[kept])), (nodes + 2, nodes + 2)).tocsr()
    away = dijkstra(graph, unweighted=True, indices=[nodes, nodes + 1])
    return np.asarray(away.sum(axis=0)[:n])


def _sides(cells: Cells, joins: Joins, rest: Rest, delta: float) -> Indices:
    """Return 1 for the cells of largest pieces, 2 for those of others that matter, 0 elsewhere."""
    sound = np.flatnonzero(joins.sound)
    size = np.zeros(len(cells))
    np.add.at(size, joins.piece[sound], cells.volume_low[sound])
    side = np.zeros(len(cells), dtype=np.intp)
    small = np.zeros(len(cells), dtype=bool)
    small[joins.piece[sound]] = True
    for number in np.unique(cells.chart[sound]):
        names = np.unique(joins.piece[sound[cells.chart[sound] == number]])
        main = names[size[names].argmax()]
        side[joins.piece == main] = 1
        small[main] = False
    # The smallest pieces may stay cut off, as long as they are less than delta allows.
    names = np.flatnonzero(small)
    names = names[np.argsort(size[names])]
    spare = (delta - rest.upper_if_joined) * float(cells.volume_low.sum())
    small[names[np.cumsum(size[names]) <= spare]] = False
    side[small[joins.piece]] = 2
    side[~joins.sound] = 0
    return side
