"""Enclosures of the volume of the image of cells under a chart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.taylor_dual import TaylorDual, box_duals
from theory.taylor_form import ROUNDING, TINY, TaylorForm, lifted

__all__ = ["cell_volumes"]

Array = NDArray[np.float64]

# Into how many parts each cell is cut along each coordinate before its volume is enclosed: in
# more dimensions the parts cost more than their sharper volumes gain.
_CUTS = {1: 8, 2: 2}


def cell_volumes(chart: Chart, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Return bounds of the volumes of cells (B, k) and of the least density, of shape (B,).

    First the lower bounds of the volumes, then the upper ones, then lower bounds of the volume
    element over each cell.

    The integral of a linear form over a cell is its centre times the size of the cell.
    """
    batch, k = low.shape
    cuts = _CUTS.get(k, 1)
    edges = np.linspace(0.0, 1.0, cuts + 1)
    # The same expression for shared edges, so that the small cells tile the cell exactly.
    steps = low[:, None] + (high - low)[:, None] * edges[None, :, None]
    steps[:, 0], steps[:, -1] = low, high
    which = np.stack(np.meshgrid(*[np.arange(cuts)] * k, indexing="ij"), axis=-1).reshape(-1, k)
    axis = np.arange(k)
    lows = steps[:, which, axis].reshape(-1, k)
    highs = steps[:, which + 1, axis].reshape(-1, k)
    small, large, density = _volumes(chart, lows, highs)
    grown = (len(which) + 4) * ROUNDING
    return (
        small.reshape(batch, -1).sum(axis=1) * (1 - grown),
        large.reshape(batch, -1).sum(axis=1) * (1 + grown),
        density.reshape(batch, -1).min(axis=1),
    )


def _volumes(chart: Chart, low: Array, high: Array) -> tuple[Array, Array, Array]:
    k = low.shape[1]
    duals = box_duals(low, high)
    with np.errstate(all="ignore"):
        element = _element(list(chart.map(*duals)), k, duals[0].value)
        size = (high - low).prod(axis=1)
        # The centre of the form is off the middle of the cell by at most a rounding.
        half = np.maximum(0.5 * (high - low), TINY)
        off = 4 * ROUNDING * np.maximum(np.abs(low), np.abs(high)) / half
        rest = element.remainder + (np.abs(element.linear) * np.minimum(off, 1.0)).sum(axis=1)
        grown = (2 * k + 8) * ROUNDING
        small = np.maximum(element.centre - rest, element.lower)
        large = np.minimum(element.centre + rest, element.upper)
        small = np.maximum(small, 0.0) * size * (1 - grown)
        large = large * size * (1 + grown) + TINY
    known = np.isfinite(small) & np.isfinite(large)
    density = np.where(known, np.maximum(element.lower, 0.0), 0.0)
    return np.where(known, small, 0.0), np.where(known, large, np.inf), density


def _element(columns: list[Any], k: int, like: TaylorForm) -> TaylorForm:
    rows = [c.partials if isinstance(c, TaylorDual) else (0.0,) * k for c in columns]
    gram: list[list[Any]] = [[0.0] * k for _ in range(k)]
    for i in range(k):
        for j in range(i + 1):
            total: Any = 0.0
            for row in rows:
                term = _square(row[i]) if i == j else _times(row[i], row[j])
                total = term if _zero(total) else total if _zero(term) else total + term
            gram[i][j] = gram[j][i] = total
    if k == 2:
        # A square is enclosed more tightly than a product of two equal forms.
        determinant = _times(gram[0][0], gram[1][1]) - _square(gram[0][1])
    else:
        determinant = _determinant(gram)
    return lifted(np.sqrt(lifted(determinant, like)), like)


def _determinant(matrix: list[list[Any]]) -> Any:
    if len(matrix) == 1:
        return matrix[0][0]
    total: Any = 0.0
    for j, entry in enumerate(matrix[0]):
        minor = [row[:j] + row[j + 1 :] for row in matrix[1:]]
        term = _times(entry, _determinant(minor))
        if not _zero(term):
            total = total - term if j % 2 else total + term
    return total


def _zero(x: Any) -> bool:
    return isinstance(x, float) and x == 0.0


def _times(a: Any, b: Any) -> Any:
    return 0.0 if _zero(a) or _zero(b) else a * b


def _square(a: Any) -> Any:
    return a * a if isinstance(a, float) else np.square(a)
