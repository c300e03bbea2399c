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
    volume_low, volume_high, _ = cell_volumes(chart, low, high)
    return Cells(
        chart=np.full(n, number, dtype=np.intp),
        low=low,
        high=high,
        axis=np.zeros(n, dtype=np.intp),
        error_low=np.zeros(n),
        error_high=np.full(n, np.inf),
        volume_low=volume_low,
        volume_high=volume_high,
        part_above=np.zeros(n),
        part_below=np.zeros(n),
    )


def halves(cells: Cells) -> Cells:
    """Divide every cell in two along its axis; the halves inherit its bounds."""
    rows = np.arange(len(cells))
    middle = 0.5 * (cells.low[rows, cells.axis] + cells.high[rows, cells.axis])
    left, right = cells.high.copy(), cells.low.copy()
    left[rows, cells.axis] = middle
    right[rows, cells.axis] = middle
    nothing = np.zeros(len(cells))
    left_half = replace(cells, high=left, part_above=nothing, part_below=nothing)
    right_half = replace(cells, low=right, part_above=nothing, part_below=nothing)
    return Cells.joined([left_half, right_half])


def sharpened(cells: Cells, charts: Sequence[Chart]) -> Cells:
    """Divide every cell in two along each coordinate and enclose the volumes of the parts."""
    for axis in range(cells.low.shape[1]):
        cells = halves(replace(cells, axis=np.full(len(cells), axis, dtype=np.intp)))
    parts = []
    for number in np.unique(cells.chart):
        part = cells.where(cells.chart == number)
        low, high, _ = cell_volumes(charts[number], part.low, part.high)
        parts.append(replace(part, volume_low=low, volume_high=high))
    return Cells.joined(parts)
