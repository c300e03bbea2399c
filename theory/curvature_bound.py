"""A certified upper bound of the curvature of the image of a chart, by branch and bound."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_enclosure import Derivatives, derivative_forms
from theory.chart_grid import orthonormalising, shared_out
from theory.taylor_form import TaylorForm, added, lifted

__all__ = ["curvature_bound"]

Array = NDArray[np.float64]
Bounds = Callable[[Array, Array], tuple[Array, Array]]
_CELLS = {1: 96, 2: 256}
_MOST_CELLS = {1: 50_000, 2: 20_000}
_MANY_CELLS = 1500
_MOST_HALVINGS = 30
_DIRECTIONS = 64
# By how much a trigonometric polynomial of degree 2 exceeds its values at so many nodes.
_BETWEEN = 1 / math.cos(2 * math.pi / _DIRECTIONS) - 1
_BATCH = 256
_ROUNDING = 1 + 1e-13


def curvature_bound(
    chart: Chart,
    faces: Sequence[tuple[int, int]],
    least: float,
    precision: tuple[float, float],
) -> tuple[float, float]:
    """Bound from above what curvature the reach of the image of a chart can show.

    Parameters
    ----------
    chart : Chart
        Of dimension 1 or 2.
    faces : sequence of (axis, side)
        The faces of the box that are the boundary.
    least : float
        A curvature that need not be undercut: cells below it are not divided.
    precision : tuple of two floats
        How close to the truth, or to `least`, the bound is to come, as shares: where few cells
        are left, and where many are.

    Returns
    -------
    bound : float
        At least |II(e, e)| / |e|^2 for all tangent vectors e of the surface, and at least the
        curvature of its boundary curves wherever these bend outwards; infinite where nothing is
        known.
    seen : float
        The largest of `least` and the lower bounds of these numbers in the middles of cells.

    Notes
    -----
    Enclosed are the squares of these numbers, as linear functions of the coordinates with a
    remainder, so that the error is quadratic in the size of a cell. The projection of a second
    derivative to the normal space is no longer than the second derivative minus any tangent
    vector.

    In directions e of angle t, |II(e, e)|^2 and |e|^4 are trigonometric polynomials of degree 2
    in 2t. Such a polynomial exceeds in absolute value its values at N equidistant nodes at most
    by the factor 1 / cos(2 pi / N): at a node next to its maximum M it is at least
    M cos(2 pi / N), by a lemma of M. Riesz.
    """
    low, high = np.array(chart.lower), np.array(chart.upper)
    worst, seen = _search(chart, low, high, _interior(chart), least, precision)
    if chart.dim == 2:
        for axis, side in faces:
            on_low, on_high = low.copy(), high.copy()
            on_low[axis] = on_high[axis] = (low, high)[side][axis]
            bounds = _on_face(chart, axis, 1 if side == 0 else -1)
            limit = max(worst, least)
            most, shown = _search(chart, on_low, on_high, bounds, limit, precision)
            # The limit that the search starts from has not been seen.
            seen = max(seen, shown) if shown > limit else seen
            worst = max(worst, most)
    return worst, seen


def _search(
    chart: Chart,
    low: Array,
    high: Array,
    bounds: Bounds,
    least: float,
    precision: tuple[float, float],
) -> tuple[float, float]:
    """Return the largest upper bound of cells, divided where above the limit; and what is seen."""
    wide = high > low
    parts = np.where(wide, shared_out(chart, _CELLS[chart.dim], least=2, power=0.5), 1)
    steps = np.stack([s.ravel() for s in np.meshgrid(*map(np.arange, parts))], axis=1)
    edges = [np.linspace(a, b, n + 1) for a, b, n in zip(low, high, parts, strict=True)]
    lower = np.stack([e[i] for e, i in zip(edges, steps.T, strict=True)], axis=1)
    upper = np.stack(
        [e[np.minimum(i + 1, n)] for e, i, n in zip(edges, steps.T, parts, strict=True)], axis=1
    )
    lower, upper = np.where(wide, lower, low), np.where(wide, upper, high)
    settled, seen = 0.0, least
    for _ in range(_MOST_HALVINGS):
        most = np.empty(len(lower))
        for i in range(0, len(lower), _BATCH):
            rows = slice(i, i + _BATCH)
            most[rows], shown = bounds(lower[rows], upper[rows])
            seen = max(seen, float(shown.max()))
        divide = ~(most <= seen * (1 + precision[0]))
        if divide.sum() > _MANY_CELLS:
            divide = ~(most <= seen * (1 + precision[1]))
        settled = max(settled, float(most[~divide].max(initial=0.0)))
        if not divide.any():
            return settled, seen
        if divide.sum() * 2 ** wide.sum() > _MOST_CELLS[int(wide.sum())]:
            break
        lower, upper = _halved(lower[divide], upper[divide], wide)
    return max(settled, float(np.where(np.isnan(most), np.inf, most).max())), seen


def _halved(lower: Array, upper: Array, wide: NDArray[np.bool_]) -> tuple[Array, Array]:
    middle = 0.5 * (lower + upper)
    lows, highs = [], []
    for half in itertools.product(*[(0, 1) if w else (2,) for w in wide]):
        which = np.array(half)
        lows.append(np.where(which == 1, middle, lower))
        highs.append(np.where(which == 0, middle, upper))
    return np.concatenate(lows), np.concatenate(highs)


def _interior(chart: Chart) -> Bounds:
    def bounds(lower: Array, upper: Array) -> tuple[Array, Array]:
        forms = derivative_forms(chart, lower, upper)
        return (_of_curve if chart.dim == 1 else _of_surface)(forms)

    return bounds


def _of_curve(forms: Derivatives, axis: int = 0) -> tuple[Array, Array]:
    first = [row[axis] for row in forms.first]
    second = [row[axis][axis] for row in forms.second]
    speed = _dot(first, first)
    along = _centres(second, first) / _centres(first, first)
    normal = [b - along * a for a, b in zip(first, second, strict=True)]
    return _ends(_dot(normal, normal) / np.square(speed))


def _on_face(chart: Chart, axis: int, inward: int) -> Bounds:
    other = 1 - axis

    def bounds(lower: Array, upper: Array) -> tuple[Array, Array]:
        forms = derivative_forms(chart, lower, upper)
        most, seen = _of_curve(forms, other)
        along = [row[other] for row in forms.first]
        across = [row[axis] for row in forms.first]
        bend = [row[other][other] for row in forms.second]
        # The part of the bend across the face, within the surface, times a positive number.
        part = _dot(across, bend) * _dot(along, along) - _dot(across, along) * _dot(along, bend)
        turned = part if inward > 0 else -part
        kept = np.isfinite(turned.remainder) & (turned.lower >= 0)
        # Bending inwards costs nothing; where the sign is not known at the middle, it is not seen.
        out = turned.centre + turned.remainder < 0
        return np.where(kept, 0.0, most), np.where(out, seen, 0.0)

    return bounds


def _of_surface(forms: Derivatives) -> tuple[Array, Array]:
    middle = [np.stack([part.centre for part in row], axis=1) for row in forms.first]
    scale = orthonormalising(np.stack(middle, axis=1))
    n = len(scale)
    first = [_mixed(row, scale) for row in forms.first]
    second = [_mixed_twice(row, scale) for row in forms.second]
    second = _normal_part(first, second)
    angle = math.pi / _DIRECTIONS * np.arange(_DIRECTIONS)
    c, s = np.repeat(np.cos(angle), n), np.repeat(np.sin(angle), n)
    moves = [c * _tiled(a) + s * _tiled(b) for a, b in first]
    turns = [
        (c * c) * _tiled(aa) + (2 * c * s) * _tiled(ab) + (s * s) * _tiled(bb)
        for aa, ab, bb in second
    ]
    fourth = lifted(np.square(_dot(moves, moves)), moves[0])
    most, seen = _ends(_dot(turns, turns) / fourth)
    upper = most.reshape(_DIRECTIONS, n).max(axis=0)
    # In every direction the excess is at most half of what the fourth powers range over.
    long = fourth.upper.reshape(_DIRECTIONS, n).max(axis=0)
    short = np.maximum(_shortest(first), 0.0) ** 2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        grown = np.sqrt(1 + 0.5 * _BETWEEN * long / short)
    grown = np.where(np.isfinite(grown), grown, np.inf)
    return upper * grown * _ROUNDING, seen.reshape(_DIRECTIONS, n).max(axis=0)


def _shortest(first: Sequence[tuple[TaylorForm, TaylorForm]]) -> Array:
    """Return lower bounds of |x a + y b|^2 over x^2 + y^2 = 1."""
    a, b = [row[0] for row in first], [row[1] for row in first]
    least = np.minimum(_dot(a, a).lower, _dot(b, b).lower)
    return np.asarray((least - _dot(a, b).magnitude) * (1 - 1e-15))


def _normal_part(
    first: list[tuple[TaylorForm, TaylorForm]],
    second: list[tuple[TaylorForm, TaylorForm, TaylorForm]],
) -> list[tuple[TaylorForm, TaylorForm, TaylorForm]]:
    a, b = [row[0] for row in first], [row[1] for row in first]
    aa, ab, bb = _centres(a, a), _centres(a, b), _centres(b, b)
    parts = []
    for j in range(3):
        bend = [row[j] for row in second]
        x, y = _centres(bend, a), _centres(bend, b)
        area = aa * bb - ab * ab
        along = (x * bb - y * ab) / area, (y * aa - x * ab) / area
        parts.append([v - along[0] * p - along[1] * q for v, p, q in zip(bend, a, b, strict=True)])
    return [(p, q, r) for p, q, r in zip(*parts, strict=True)]


def _mixed(row: Sequence[TaylorForm], m: Array) -> tuple[TaylorForm, TaylorForm]:
    return m[:, 0, 0] * row[0], m[:, 0, 1] * row[0] + m[:, 1, 1] * row[1]


def _mixed_twice(
    rows: Sequence[Sequence[TaylorForm]], m: Array
) -> tuple[TaylorForm, TaylorForm, TaylorForm]:
    a, b, d = m[:, 0, 0], m[:, 0, 1], m[:, 1, 1]
    uu, uv, vv = rows[0][0], rows[0][1], rows[1][1]
    return (
        (a * a) * uu,
        (a * b) * uu + (a * d) * uv,
        (b * b) * uu + (2 * b * d) * uv + (d * d) * vv,
    )


def _tiled(form: TaylorForm) -> TaylorForm:
    return TaylorForm(
        np.tile(form.centre, _DIRECTIONS),
        np.tile(form.linear, (_DIRECTIONS, 1)),
        np.tile(form.remainder, _DIRECTIONS),
    )


def _dot(a: Sequence[TaylorForm], b: Sequence[TaylorForm]) -> TaylorForm:
    terms: list[TaylorForm] = [np.square(x) if x is y else x * y for x, y in zip(a, b, strict=True)]
    return reduce(added, terms)


def _centres(a: Sequence[TaylorForm], b: Sequence[TaylorForm]) -> Array:
    return np.asarray(sum(x.centre * y.centre for x, y in zip(a, b, strict=True)))


def _ends(square: TaylorForm) -> tuple[Array, Array]:
    """Return upper bounds of the root, and lower ones of its value at the middle of the box."""
    with np.errstate(all="ignore"):
        known = np.isfinite(square.remainder)
        most = np.where(known, np.sqrt(np.maximum(square.upper, 0.0)) * _ROUNDING, np.inf)
        seen = np.sqrt(np.maximum(square.centre - square.remainder, 0.0))
    return most, np.where(known, seen, 0.0)
