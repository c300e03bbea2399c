"""The cells of a branch and bound: those still open, and what is known of the others."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from theory.taylor_form import ROUNDING

__all__ = ["Cells", "Tally"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Cells:
    """B cells of the charts' boxes with what is known of them.

    Parameters
    ----------
    chart : array of shape (B,)
    low, high : array of shape (B, k)
    axis : array of shape (B,)
        Along which to divide it next.
    error_low, error_high : array of shape (B,)
        Bounds of the error over the cell.
    volume_low, volume_high : array of shape (B,)
    """

    chart: Indices
    low: Array
    high: Array
    axis: Indices
    error_low: Array
    error_high: Array
    volume_low: Array
    volume_high: Array

    def __len__(self) -> int:
        return len(self.chart)

    def where(self, rows: Flags | Indices) -> Cells:
        """Return some of the cells."""
        return Cells(*[getattr(self, f.name)[rows] for f in fields(self)])

    @staticmethod
    def joined(parts: list[Cells]) -> Cells:
        """Return several lots of cells as one."""
        return Cells(*[np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Cells)])


@dataclass(frozen=True)
class Tally:
    """Volumes certified above and below epsilon, rounded outward, and the largest error bound.

    Parameters
    ----------
    above, below : (float, float)
        Lower and upper bounds of the volumes.
    error_high : float
        Upper bound of the error over all cells counted.
    """

    above: tuple[float, float] = (0.0, 0.0)
    below: tuple[float, float] = (0.0, 0.0)
    error_high: float = 0.0

    def with_cells(self, cells: Cells, above: Flags) -> Tally:
        """Count further cells, each either above or below epsilon."""
        if not len(cells):
            return self
        return Tally(
            _added(self.above, cells, above),
            _added(self.below, cells, ~above),
            max(self.error_high, float(cells.error_high.max())),
        )


def _added(volume: tuple[float, float], cells: Cells, rows: Flags) -> tuple[float, float]:
    grown = (len(cells) + 8) * ROUNDING
    low = (volume[0] + float(cells.volume_low[rows].sum())) * (1 - grown)
    high = (volume[1] + float(cells.volume_high[rows].sum())) * (1 + grown)
    return low, high
