"""Points with errors, thinned to what a page can hold and rounded to what an eye can see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.report.numbers import number
from theory.errors import InvalidInput

__all__ = ["ErrorScale", "Sample", "error_scale", "read_sample", "rounded", "significant"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_DIGITS = 5


@dataclass(frozen=True, eq=False)
class Sample:
    """The points of a figure.

    Parameters
    ----------
    columns : array of shape (d, n)
        Coordinates, d at most 3.
    errors : array of shape (n,)
        NaN where the document has none.
    component : array of shape (n,)
    kept : array of shape (n,)
        Rows of the document that these points are.
    total : int
        How many points the document has.
    """

    columns: Array
    errors: Array
    component: Indices
    kept: Indices
    total: int

    def note(self) -> str:
        """Return what was left out, as a sentence for the caption; empty if nothing."""
        if len(self.kept) == self.total:
            return ""
        return (
            f"{number(len(self.kept))} of {number(self.total)} points are drawn, "
            "those of the largest errors among them."
        )


def read_sample(figure: Mapping[str, Any], key: str, where: str, cap: int) -> Sample:
    """Read the points of a figure, at most `cap` of them.

    Parameters
    ----------
    figure : mapping
        With "error", "component" and the points under `key`.
    key, where : str
        Name of the points, and of the figure in messages.
    cap : int
        A quarter of it goes to the points of the largest errors.

    Raises
    ------
    InvalidInput
        If the lengths differ, or the points are no table of one to three columns.
    """
    name = f"document['figures']['{where}']['{key}']"
    try:
        points = np.array(figure.get(key), dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(name, "a ragged table", "rows of one to three numbers") from None
    if points.ndim != 2 or not 1 <= points.shape[1] <= 3:
        raise InvalidInput(name, f"shape {points.shape}", "rows of one to three numbers")
    total = len(points)
    errors = _column(figure, "error", where, total, np.nan)
    component = _column(figure, "component", where, total, 0.0).astype(np.intp)
    kept = _thinned(errors, cap)
    kept = kept[np.isfinite(points[kept]).all(axis=1)]
    return Sample(points[kept].T, errors[kept], component[kept], kept, total)


def _column(figure: Mapping[str, Any], key: str, where: str, n: int, default: float) -> Array:
    values = figure.get(key)
    if values is None:
        return np.full(n, default)
    column = np.array(values, dtype=np.float64)
    if column.shape != (n,):
        name = f"document['figures']['{where}']['{key}']"
        raise InvalidInput(name, f"shape {column.shape}", f"{n} numbers, one for each point")
    return column


def _thinned(errors: Array, cap: int) -> Indices:
    n = len(errors)
    if n <= cap:
        return np.arange(n)
    order = np.argsort(-np.nan_to_num(errors, nan=0.0), kind="stable")
    worst, rest = order[: cap // 4], np.sort(order[cap // 4 :])
    even = np.linspace(0, len(rest) - 1, cap - len(worst)).astype(np.intp)
    return np.sort(np.concatenate([worst, rest[even]]))


def rounded(values: Array) -> list[float | None]:
    """Return numbers with as many decimals as their range calls for."""
    known = np.isfinite(values)
    size = float(np.abs(values[known]).max(initial=0.0)) or 1.0
    decimals = _DIGITS - 1 - math.floor(math.log10(size))
    plain = np.round(values, decimals).tolist()
    return plain if known.all() else [x if k else None for x, k in zip(plain, known, strict=True)]


def significant(values: Array) -> list[float | None]:
    """Return numbers in three significant digits each: errors span many powers of ten."""
    return [float(f"{x:.3g}") if math.isfinite(x) else None for x in values.tolist()]


@dataclass(frozen=True, eq=False)
class ErrorScale:
    """Errors on a logarithmic scale.

    Parameters
    ----------
    low, high : float
        Ends of the scale, as powers of ten.
    ticks : tuple of (float, str)
        Exponent and label; epsilon is one of them.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def exponents(self, errors: Array) -> Array:
        """Return log10 of the errors, none below the low end of the scale."""
        return np.asarray(np.log10(np.maximum(errors, 10.0**self.low)))


def error_scale(errors: Array, epsilon: float | None) -> ErrorScale:
    """Choose the scale of a set of errors; the smallest per cent of them is cut off."""
    known = errors[np.isfinite(errors) & (errors > 0)]
    if not len(known):
        return ErrorScale(-1.0, 0.0, ((-1.0, "0.1"), (0.0, "1")))
    low, high = np.log10(np.quantile(known, 0.01)), np.log10(known.max())
    if epsilon is not None and epsilon > 0:
        low, high = min(low, math.log10(epsilon)), max(high, math.log10(epsilon))
    low, high = float(low), float(max(high, low + 0.5))
    leading = (1.0,) if high - low > 2 else (1.0, 2.0, 5.0)
    ticks = [
        (e + math.log10(lead), number(lead * 10.0**e))
        for e in range(math.floor(low), math.ceil(high) + 1)
        for lead in leading
        if low <= e + math.log10(lead) <= high
    ]
    if epsilon is not None and epsilon > 0:
        at = math.log10(epsilon)
        near = (high - low) / 8
        ticks = [tick for tick in ticks if abs(tick[0] - at) > near]
        ticks = sorted([*ticks, (at, f"ε = {number(float(epsilon))}")])
    return ErrorScale(low, high, tuple(ticks))
