"""The pieces of {err > epsilon}, from the cells of a certificate, with bounds of their measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomcheck.certify.frontier import Cells
from geomcheck.certify.pieces import Torn, sums_by_name
from geomcheck.certify.seams import touching_cells
from geomcheck.graph import parts_of_graph
from theory.chart import Chart
from theory.taylor_form import ROUNDING

__all__ = ["torn_parts"]


def torn_parts(cells: Cells, charts: Sequence[Chart], epsilon: float) -> tuple[Torn, ...]:
    """Return the parts of {err > epsilon} that are apart from one another, largest first.

    They lie in cells that are not certified sound; those that may meet are taken together. A
    part is listed if some of it is certified to be there. Parameters as for `joins_of`.
    """
    sound = cells.error_high <= epsilon
    bad = cells.error_low > epsilon
    grown = 2 * (len(cells) + 8) * ROUNDING
    least = float(cells.volume_low.sum()) * (1 - grown)
    most = float(cells.volume_high.sum()) * (1 + grown)
    found = []
    for number, chart in enumerate(charts):
        rows = np.flatnonzero(~sound & (cells.chart == number))
        if not len(rows):
            continue
        touch = touching_cells(chart, cells.low[rows], cells.high[rows])
        if touch is None or not least > 0:
            return ()
        n = len(rows)
        at_place = np.stack([touch.faces.cell, n + touch.place], axis=1)
        edges = np.concatenate([touch.pairs, n + touch.meeting, at_place])
        name = parts_of_graph(n + touch.places, edges)[:n]
        part = cells.where(rows)
        low = np.where(bad[rows], part.volume_low, part.part_above)
        high = part.volume_high - np.where(bad[rows], 0.0, part.part_below)
        lows, highs = sums_by_name(name, low)[1], sums_by_name(name, high)[1]
        found += [
            Torn(number, float(a) * (1 - grown) / most, min(float(b) * (1 + grown) / least, 1.0))
            for a, b in zip(lows, highs, strict=True)
            if a > 0
        ]
    return tuple(sorted(found, key=lambda torn: -torn.lower))
