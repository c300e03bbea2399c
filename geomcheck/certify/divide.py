"""Cells divided: a grid to begin with, halves, and finer ones for the sake of volume alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.frontier import Cells
from geomcheck.certify.volume import cell_volumes
from theory.chart import Chart

__all__ = ["divided", "grid", "halves", "sharpened"]

Indices = NDArray[np.intp]

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
        extent=high - low,
        error_low=np.zeros(n),
        error_high=np.full(n, np.inf),
        volume_low=volume_low,
        volume_high=volume_high,
        part_above=np.zeros(n),
        part_below=np.zeros(n),
    )


def halves(cells: Cells) -> Cells:
    """Divide every cell in two along its largest extent; the halves inherit its bounds."""
    rows, axis = np.arange(len(cells)), cells.extent.argmax(axis=1)
    middle = 0.5 * (cells.low[rows, axis] + cells.high[rows, axis])
    left, right, extent = cells.high.copy(), cells.low.copy(), cells.extent.copy()
    left[rows, axis] = middle
    right[rows, axis] = middle
    extent[rows, axis] *= 0.5
    nothing = np.zeros(len(cells))
    half = replace(cells, extent=extent, part_above=nothing, part_below=nothing)
    return Cells.joined([replace(half, high=left), replace(half, low=right)])


def divided(cells: Cells, times: Indices) -> Cells:
    """Divide every cell in two, and its halves again, as many times as is said of it."""
    lots = []
    while len(cells):
        more = times > 0
        lots.append(cells.where(~more))
        cells, times = halves(cells.where(more)), np.tile(times[more] - 1, 2)
    return Cells.joined(lots)


def sharpened(cells: Cells, charts: Sequence[Chart]) -> Cells:
    """Divide every cell in two along each coordinate and enclose the volumes of the parts."""
    extent = cells.extent
    for axis in range(cells.low.shape[1]):
        along = np.zeros_like(cells.low)
        along[:, axis] = 1.0
        cells, extent = halves(replace(cells, extent=along)), np.tile(extent, (2, 1))
    cells = replace(cells, extent=0.5 * extent)
    parts = []
    for number in np.unique(cells.chart):
        part = cells.where(cells.chart == number)
        low, high, _ = cell_volumes(charts[number], part.low, part.high)
        parts.append(replace(part, volume_low=low, volume_high=high))
    return Cells.joined(parts)
