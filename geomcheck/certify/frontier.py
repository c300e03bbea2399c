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
    extent : array of shape (B, k)
        How far the error and the image reach along each coordinate; a cell is divided next along
        the largest.
    error_low, error_high : array of shape (B,)
        Bounds of the error over the cell.
    volume_low, volume_high : array of shape (B,)
    part_above, part_below : array of shape (B,)
        Volumes certified on either side of epsilon within cells that are not decided as a
        whole.
    """

    chart: Indices
    low: Array
    high: Array
    extent: Array
    error_low: Array
    error_high: Array
    volume_low: Array
    volume_high: Array
    part_above: Array
    part_below: Array

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
    """Volumes above and below epsilon, rounded outward.

    Parameters
    ----------
    above, below : (float, float)
        Lower and upper bounds.
    undecided : float
        What is certified on neither side.
    volume : float
        Upper bound of everything.
    """

    above: tuple[float, float] = (0.0, 0.0)
    below: tuple[float, float] = (0.0, 0.0)
    undecided: float = 0.0
    volume: float = 0.0

    @staticmethod
    def of(cells: Cells, epsilon: float) -> Tally:
        """Add up cells."""
        above = cells.error_low > epsilon
        below = ~above & (cells.error_high <= epsilon)
        open_ = ~above & ~below
        up, down = cells.part_above[open_], cells.part_below[open_]
        high = cells.volume_high[open_]
        return Tally(
            _interval(cells, above, up, high - down),
            _interval(cells, below, down, high - up),
            float((high - up - down).sum()),
            float(cells.volume_high.sum()),
        )

    def __add__(self, other: Tally) -> Tally:
        grown = 4 * ROUNDING
        above, below = (
            ((a[0] + b[0]) * (1 - grown), (a[1] + b[1]) * (1 + grown))
            for a, b in ((self.above, other.above), (self.below, other.below))
        )
        return Tally(above, below, self.undecided + other.undecided, self.volume + other.volume)

    @property
    def share(self) -> tuple[float, float]:
        """Bounds of the share above epsilon; (0, 1) where nothing is known."""
        # above / (above + below) grows with the one and falls with the other.
        lower, upper, grown = 0.0, 1.0, 8 * ROUNDING
        if self.above[0] > 0:
            lower = self.above[0] / (self.above[0] + self.below[1]) * (1 - grown)
        if self.above[1] == 0:
            upper = 0.0
        elif self.below[0] > 0 and self.above[1] < np.inf:
            upper = self.above[1] / (self.above[1] + self.below[0]) * (1 + grown)
        return lower, min(upper, 1.0)


def _interval(cells: Cells, rows: Flags, least: Array, most: Array) -> tuple[float, float]:
    grown = (len(cells) + 8) * ROUNDING
    low = cells.volume_low[rows].sum() + least.sum()
    high = cells.volume_high[rows].sum() + most.sum()
    return float(low) * (1 - grown), float(high) * (1 + grown)
