"""Branch and bound over the cells of a manifold's charts."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.divide import divided, grid, sharpened
from geomcheck.certify.enclosure import Enclosure, Reason
from geomcheck.certify.error import CellErrors, ErrorBounds, cell_points
from geomcheck.certify.frontier import Cells, Tally
from geomcheck.certify.halfspace import certified_shares
from geomcheck.certify.pieces import Rest
from geomcheck.certify.volume import cell_volumes
from theory.chart import Chart
from theory.taylor_form import ROUNDING

__all__ = ["Search"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

_RANDOM = 256
_CLIMBERS = 4
_WORK = 40_000  # numbers a layer holds for one batch: they fit a processor's cache
_MOST_OPEN = 2_000_000
_VOLUMES = 1024
# The part of the tolerance that undecided cells may take up; the rest is left to the volumes
# of decided ones.
_UNDECIDED = 0.7
# How many halvings ahead are looked at, and how many are made without a look in between.
_FARTHEST, _AT_ONCE = 40.0, 3
# At least this part of the open cells is divided in one turn, whose cost grows with all of them.
_OF_OPEN = 32
# After how many turns it is asked whether dividing cells can tell anything more.
_STUCK_AFTER = 32
# An error below this share of epsilon is not told from zero.
_NEGLIGIBLE = 1e-6


class Search:
    """A branch and bound that can be stopped at any time.

    Parameters
    ----------
    bounds : ErrorBounds
    charts : sequence of Chart
    epsilon : float
    sup_relative : float
        How close the ends of sup err are to come, as a share.
    measure_tolerance : float or None
        How close the ends of the measure are to come; None if it is not asked for.
    rng : numpy.random.Generator
        For the first points at which the error is looked at.
    """

    def __init__(
        self,
        bounds: ErrorBounds,
        charts: Sequence[Chart],
        *,
        epsilon: float,
        sup_relative: float,
        measure_tolerance: float | None,
        rng: np.random.Generator,
    ) -> None:
        self.bounds = bounds
        self.charts = charts
        self.epsilon = epsilon
        self.sup_relative = sup_relative
        self.measure_tolerance = measure_tolerance
        self.batch = int(np.clip(_WORK // bounds.widest, 16, 1024))
        self.settled: list[Cells] = []
        self.settled_tally = Tally()
        self.sup_lower = 0.0
        self.sup_point = charts[0].evaluate(_start(charts[0], 1, rng))[0]
        self.cells = 0
        for number, chart in enumerate(charts):
            self._look(number, _start(chart, _RANDOM, rng))
        self.open = Cells.joined([grid(i, c) for i, c in enumerate(charts)])
        self.fresh = np.ones(len(self.open), dtype=bool)

    def run(self, deadline: float) -> Reason:
        """Divide cells until both tolerances are met or `time.perf_counter()` passes."""
        turn = 0
        while True:
            if time.perf_counter() >= deadline:
                return "time limit"
            if self.fresh.any():
                rows = np.flatnonzero(self.fresh)[: self.batch]
                times = np.zeros(len(rows), dtype=np.intp)
            else:
                for_sup, for_measure = self._wanted()
                if not for_sup.any() and not for_measure.any():
                    return self._volumes(deadline)
                if len(self.open) > _MOST_OPEN:
                    return "cell limit"
                turn += 1
                sup_turn = for_sup.any() and (turn % 2 == 1 or not for_measure.any())
                rows, times = self._next(for_sup if sup_turn else for_measure, bool(sup_turn))
                if turn % _STUCK_AFTER == 0 and not for_sup.any() and self._stuck(rows):
                    return "smallest cells"
            keep, lots = np.ones(len(self.open), dtype=bool), []
            for part in _batches(times, self.batch):
                lot = divided(self.open.where(rows[part]), times[part])
                if not ((lot.low < lot.high).all()):
                    return "smallest cells"
                lots.append(self.bounded(lot))
                keep[rows[part]] = False
                if time.perf_counter() >= deadline:
                    break
            self._replace(keep, Cells.joined(lots))

    def _next(self, wanted: Flags, for_sup: bool) -> tuple[Indices, Indices]:
        """Choose cells to divide; return which, and how many times to halve each at once.

        An upper bound exceeds the error by about the square of the cell's side, which says how
        many halvings it is from the level, and how many cells that makes. For the measure, what
        is decided with the least work comes first.
        """
        cells = self.open
        level = self._goal() if for_sup else self.epsilon
        with np.errstate(divide="ignore"):
            far = 0.5 * cells.low.shape[1] * np.log2(cells.error_high / level)
        far = np.clip(far, 0.0, _FARTHEST)
        key = cells.error_high if for_sup else _doubt(cells) * 2.0**-far
        rows = _largest(key, wanted, max(self.batch // 2, len(cells) // _OF_OPEN))
        return rows, np.clip(np.rint(far[rows]), 1, _AT_ONCE).astype(np.intp)

    def _wanted(self) -> tuple[Flags, Flags]:
        cells = self.open
        for_sup = cells.error_high > self._goal()
        undecided = (cells.error_high > self.epsilon) & (cells.error_low <= self.epsilon)
        if self.measure_tolerance is None:
            return for_sup, np.zeros_like(undecided)
        tally = self.settled_tally + Tally.of(cells, self.epsilon)
        if tally.undecided <= _UNDECIDED * self.measure_tolerance * tally.volume < np.inf:
            undecided = np.zeros_like(undecided)
        return for_sup, undecided

    def _goal(self) -> float:
        return max((1 + self.sup_relative) * self.sup_lower, _NEGLIGIBLE * self.epsilon)

    def _stuck(self, rows: Indices) -> bool:
        """Tell whether rounding alone leaves the error in the middle of every cell undecided."""
        cells = self.open.where(rows)
        middle = 0.5 * (cells.low + cells.high)
        for number in np.unique(cells.chart):
            at = middle[cells.chart == number]
            found = self.bounds.over(cell_points(self.charts[number], at, at))
            if ((found.upper <= self.epsilon) | (found.lower > self.epsilon)).any():
                return False
        return True

    def _replace(self, keep: Flags, lot: Cells) -> None:
        decided = (lot.error_low > self.epsilon) | (lot.error_high <= self.epsilon)
        done = decided & (lot.error_high <= self._goal())
        settled = lot.where(done)
        self.settled.append(settled)
        self.settled_tally += Tally.of(settled, self.epsilon)
        self.fresh = np.concatenate([self.fresh[keep], np.zeros(int((~done).sum()), dtype=bool)])
        self.open = Cells.joined([self.open.where(keep), lot.where(~done)])

    def _volumes(self, deadline: float) -> Reason:
        # Nothing is left to decide: what remains is how large the decided cells are.
        self.reopen(self.everything())
        while self.measure_tolerance is not None:
            lower, upper = Tally.of(self.open, self.epsilon).share
            if upper - lower <= self.measure_tolerance:
                break
            if time.perf_counter() >= deadline:
                return "time limit"
            if len(self.open) > _MOST_OPEN:
                return "cell limit"
            # A volume above epsilon matters as the share below does, and the other way round.
            cells = self.open
            weight = np.where(cells.error_low > self.epsilon, 1 - lower, upper)
            weight[(cells.error_low <= self.epsilon) & (cells.error_high > self.epsilon)] = 0
            with np.errstate(invalid="ignore"):
                gain = np.nan_to_num((cells.volume_high - cells.volume_low) * weight, nan=0.0)
            rows = _largest(gain, gain > 0, _VOLUMES)
            keep = np.ones(len(cells), dtype=bool)
            keep[rows] = False
            self.open = Cells.joined([cells.where(keep), sharpened(cells.where(rows), self.charts)])
        return "reached"

    def bounded(self, lot: Cells) -> Cells:
        """Return cells with their bounds."""
        parts = []
        for number in np.unique(lot.chart):
            part = lot.where(lot.chart == number)
            chart = self.charts[number]
            found = self.bounds.over(cell_points(chart, part.low, part.high))
            self.cells += len(part)
            self._climb(int(number), part, found)
            low, high, density = cell_volumes(chart, part.low, part.high)
            up, down = certified_shares(found, self.epsilon, part.low, part.high)
            least = (part.high - part.low).prod(axis=1) * density * (1 - 64 * ROUNDING)
            parts.append(
                replace(
                    part,
                    extent=_extent(part, found),
                    error_low=np.maximum(part.error_low, found.lower),
                    error_high=np.minimum(part.error_high, found.upper),
                    volume_low=low,
                    volume_high=high,
                    part_above=up * least,
                    part_below=down * least,
                )
            )
        return Cells.joined(parts)

    def _climb(self, number: int, cells: Cells, found: CellErrors) -> None:
        # Where the linear picture of the error is longest, the error itself is looked at.
        best = _largest(found.upper, np.isfinite(found.upper), _CLIMBERS)
        best = best[found.upper[best] > self.sup_lower]
        if not len(best):
            return
        along = np.matmul(found.generators[best], found.centre[best][:, :, None])[:, :, 0]
        middle = 0.5 * (cells.low[best] + cells.high[best])
        corner = np.where(along > 0, cells.high[best], cells.low[best])
        self._look(number, np.concatenate([middle, corner]))

    def _look(self, number: int, coordinates: Array) -> None:
        chart = self.charts[number]
        found = self.bounds.over(cell_points(chart, coordinates, coordinates))
        best = int(found.lower.argmax())
        if found.lower[best] > self.sup_lower:
            self.sup_lower = float(found.lower[best])
            self.sup_point = chart.evaluate(coordinates[best : best + 1])[0]

    def everything(self) -> Cells:
        """Return all cells."""
        return Cells.joined([*self.settled, self.open])

    def reopen(self, cells: Cells) -> None:
        """Start anew from cells that cover the charts' boxes and whose bounds are known."""
        self.open = cells
        self.fresh = np.zeros(len(cells), dtype=bool)
        self.settled, self.settled_tally = [], Tally()

    def settle(self) -> None:
        """Put aside the cells that need not be looked at again."""
        self._replace(np.zeros(len(self.open), dtype=bool), self.open)

    def enclosure(self, seconds: float, reason: Reason, rest: Rest | None = None) -> Enclosure:
        """Return what is known by now."""
        parts = [*self.settled, self.open]
        lower, upper = (self.settled_tally + Tally.of(self.open, self.epsilon)).share
        if self.measure_tolerance is None:
            lower, upper = 0.0, 1.0
        if rest is not None:
            # All that errs has to be left out, and more cells may be decided by now.
            rest = replace(rest, lower=min(max(rest.lower, lower), rest.upper))
        high = max(float(part.error_high.max(initial=0.0)) for part in parts)
        return Enclosure(
            sup_lower=self.sup_lower,
            sup_upper=max(high, self.sup_lower),
            sup_point=self.sup_point,
            measure_lower=lower,
            measure_upper=upper,
            epsilon=self.epsilon,
            cells=self.cells,
            seconds=seconds,
            reason_stopped=reason,
            rest=rest,
        )


def _start(chart: Chart, n: int, rng: np.random.Generator) -> Array:
    return np.asarray(rng.uniform(chart.lower, chart.upper, size=(n, chart.dim)))


def _doubt(cells: Cells) -> Array:
    return cells.volume_high - cells.part_above - cells.part_below


def _extent(cells: Cells, found: CellErrors) -> Array:
    steep = np.sqrt((found.generators**2).sum(axis=2))
    extent = np.where(np.isfinite(steep), steep, 0.0) + found.extent
    # Where nothing is known, the longest side.
    blind = ~np.isfinite(found.upper)
    extent[blind] = (cells.high - cells.low)[blind]
    return np.asarray(extent)


def _batches(times: Indices, most: int) -> list[slice]:
    """Cut a list of cells, each to be halved so many times, into lots of about `most` parts."""
    ends = np.flatnonzero(np.diff(np.cumsum(2**times) // most)) + 1
    edges = [0, *ends.tolist(), len(times)]
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def _largest(key: Array, rows: Flags, most: int) -> Indices:
    index = np.flatnonzero(rows)
    if len(index) > most:
        index = index[np.argpartition(-key[index], most)[:most]]
    return index
