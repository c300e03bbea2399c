"""Cells divided: a grid to begin with, halves, and finer ones for the sake of volume alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geomcheck.certify.frontier import Cells
from geomcheck.certify.volume import cell_volumes
from theory.chart import Chart

__all__ = ["grid", "halves", "sharpened"]

_FIRST = {1: 64, 2: 16, 3: 6}  # cells along each coordinate to begin with


def grid(number: int, chart: Chart) -> Cells:
    """Return the cells to begin with: a grid over the chart's box, nothing known but volumes."""
    k = chart.dim
    steps = [
        np.linspace(low, high, _FIRST.get(k, 3) + 1)
        for low, high in zip(chart.lower, chart.upper, strict=True)
    ]
    low = np.stack(np.meshgrid(*[s[:-1] for s in steps], indexing="ij"), axis=-1).reshape(-1, k)
    high = np.stack(np.meshgrid(*[s[1:] for s in steps], indexing="ij"), axis=-1).reshape(-1, k)
    n = len(low)
    volumes = cell_volumes(chart, low, high)
    unknown = np.full(n, np.inf)
    index = np.full(n, number, dtype=np.intp)
    return Cells(
        index, low, high, np.zeros(n, dtype=np.intp), np.zeros(n), unknown, volumes[0], volumes[1]
    )


def halves(cells: Cells) -> Cells:
    """Divide every cell in two along its axis; the halves inherit its bounds."""
    rows = np.arange(len(cells))
    middle = 0.5 * (cells.low[rows, cells.axis] + cells.high[rows, cells.axis])
    left, right = cells.high.copy(), cells.low.copy()
    left[rows, cells.axis] = middle
    right[rows, cells.axis] = middle
    rest = (cells.axis, cells.error_low, cells.error_high, cells.volume_low, cells.volume_high)
    return Cells.joined(
        [Cells(cells.chart, cells.low, left, *rest), Cells(cells.chart, right, cells.high, *rest)]
    )


def sharpened(cells: Cells, charts: Sequence[Chart]) -> Cells:
    """Divide every cell in two along each coordinate and enclose the volumes of the parts."""
    for axis in range(cells.low.shape[1]):
        cells = halves(replace(cells, axis=np.full(len(cells), axis, dtype=np.intp)))
    parts = []
    for number in np.unique(cells.chart):
        part = cells.where(cells.chart == number)
        low, high = cell_volumes(charts[number], part.low, part.high)
        parts.append(replace(part, volume_low=low, volume_high=high))
    return Cells.joined(parts)
