"""Enclosures of a chart and of its first and second derivatives on boxes of coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.taylor_dual import TaylorDual, box_duals
from theory.taylor_form import TaylorForm, lifted

__all__ = ["Derivatives", "Enclosed", "derivative_forms", "enclosed"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Enclosed:
    """The N coordinates of a chart on n boxes, each as a linear function with a remainder.

    Parameters
    ----------
    centre : array of shape (n, N)
    linear : array of shape (n, N, k)
        Coefficients of coordinates that run over [-1, 1].
    remainder : array of shape (n, N)
    first : array of shape (n, N, k)
        Centres of the entries of the Jacobian.
    first_linear, first_remainder : arrays of shapes (n, N, k, k) and (n, N, k)
        Their linear parts, by the last axis, and remainders.
    change : array of shape (n, N, k)
        By how much each entry of the Jacobian may differ from its centre on the box.
    """

    centre: Array
    linear: Array
    remainder: Array
    first: Array
    first_linear: Array
    first_remainder: Array
    change: Array

    @property
    def spread(self) -> Array:
        """Bounds of the distances from the centre, of shape (n,), up to rounding."""
        return np.asarray(np.linalg.norm(np.abs(self.linear).sum(axis=2) + self.remainder, axis=1))


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Forms of the derivatives of a chart: `first[i][a]` and `second[i][a][b]`, i < N."""

    first: tuple[tuple[TaylorForm, ...], ...]
    second: tuple[tuple[tuple[TaylorForm, ...], ...], ...]


def enclosed(chart: Chart, lower: Array, upper: Array) -> Enclosed:
    """Enclose a chart and its Jacobian on boxes, given as arrays (n, k).

    Raises
    ------
    TypeError, AttributeError, ValueError
        Where the chart's function cannot be evaluated on forms.
    """
    duals = box_duals(lower, upper)
    like = duals[0].value
    columns = list(chart.map(*duals))
    values = [lifted(c.value if isinstance(c, TaylorDual) else c, like) for c in columns]
    first = [[lifted(part, like) for part in _partials(c, chart.dim)] for c in columns]
    return Enclosed(
        centre=np.stack([v.centre for v in values], axis=1),
        linear=np.stack([v.linear for v in values], axis=1),
        remainder=np.stack([v.remainder for v in values], axis=1),
        first=_stacked(first, "centre"),
        first_linear=_stacked(first, "linear"),
        first_remainder=_stacked(first, "remainder"),
        change=_stacked(first, "spread"),
    )


def _stacked(rows: list[list[TaylorForm]], part: str) -> Array:
    return np.stack([np.stack([getattr(p, part) for p in row], axis=1) for row in rows], axis=1)


def derivative_forms(chart: Chart, lower: Array, upper: Array) -> Derivatives:
    """Return forms of the first and second derivatives on boxes, given as arrays (n, k).

    Raises
    ------
    TypeError, AttributeError, ValueError
        Where the chart's function cannot be evaluated on forms.
    """
    k = chart.dim
    duals: Any = box_duals(lower, upper)
    like = duals[0].value
    # Duals of duals: the partial derivatives carry partial derivatives of their own.
    nested = [
        TaylorDual(dual, tuple(float(i == j) for j in range(k))) for i, dual in enumerate(duals)
    ]
    first, second = [], []
    for column in chart.map(*nested):
        slopes = _partials(column, k)
        bends = [_partials(slope, k) for slope in slopes]
        values = [slope.value if isinstance(slope, TaylorDual) else slope for slope in slopes]
        first.append(tuple(lifted(value, like) for value in values))
        second.append(tuple(tuple(lifted(bend, like) for bend in row) for row in bends))
    return Derivatives(tuple(first), tuple(second))


def _partials(x: Any, k: int) -> tuple[Any, ...]:
    return x.partials if isinstance(x, TaylorDual) else (0.0,) * k
