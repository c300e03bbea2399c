"""Proven bounds of the lengths of a chart's partial derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.chart import Chart
from theory.chart_enclosure import enclosed

__all__ = ["with_stretch"]

_PER_AXIS = {1: 256, 2: 24, 3: 8}
_ROUNDING = 1 + 1e-12


def with_stretch(chart: Chart) -> Chart:
    """Return the chart with its `stretch`, where that was not given and can be had.

    The Jacobian is enclosed on the cells of a grid. A chart of more than three coordinates, one
    that is not built from numpy's universal functions, or that is infinitely steep somewhere,
    stays as it is.
    """
    if chart.stretch is not None or chart.differences or chart.dim not in _PER_AXIS:
        return chart
    centres, half = chart.cell_centres([_PER_AXIS[chart.dim]] * chart.dim)
    room = 4 * np.finfo(float).eps * np.abs(centres)
    try:
        with np.errstate(all="ignore"):
            found = enclosed(chart, centres - half - room, centres + half + room)
            most = np.abs(found.first) + found.change
            stretch = np.sqrt((most**2).sum(axis=1)).max(axis=0) * _ROUNDING
    except (TypeError, AttributeError, ValueError):
        return chart
    if not np.isfinite(stretch).all():
        return chart
    return replace(chart, stretch=tuple(float(s) for s in stretch))
