"""Whether a user's function is a chart at all; errors say what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import confine, unit_grid, widths
from theory.errors import InvalidInput
from theory.zoom import zoom

__all__ = ["checked_chart"]

Array = NDArray[np.float64]
_DEGENERATE = 1e-7
_FACE = 1e-4
_PROBES = 257
_SMALLEST = 1e-100
# So many points spread over the box, in blocks: a patch of some 1e-5 of it is met.
_SPREAD, _BLOCK = 1 << 18, 1 << 16


def checked_chart(
    map: Callable[..., Sequence[Any]],
    box: Sequence[tuple[float, float]],
    periodic: bool | Sequence[bool],
    stretch: Sequence[float] | None,
) -> Chart:
    """Return the chart, with difference derivatives where it cannot be evaluated on jets.

    Raises
    ------
    InvalidInput
        If the box is empty or upside down, the map fails, returns numbers that are not finite,
        the wrong number of coordinates or arrays of the wrong shape, or if its Jacobian is
        degenerate inside the box.
    """
    sides = _checked_box(box)
    flags = (periodic,) * len(sides) if isinstance(periodic, bool) else tuple(periodic)
    if len(flags) != len(sides):
        raise InvalidInput("periodic", flags, f"a bool or {len(sides)} of them")
    lower, upper = tuple(low for low, _ in sides), tuple(high for _, high in sides)
    chart = Chart(
        map,
        lower,
        upper,
        tuple(bool(flag) for flag in flags),
        None if stretch is None else tuple(float(s) for s in stretch),
    )
    _check_values(chart)
    chart = _with_derivatives(chart)
    _check_rank(chart)
    return chart


def _checked_box(box: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    try:
        sides = [(float(low), float(high)) for low, high in box]
    except (TypeError, ValueError):
        raise InvalidInput("box", box, "a pair (lower, upper) for each coordinate") from None
    if not sides:
        raise InvalidInput("box", box, "at least one coordinate")
    for i, (low, high) in enumerate(sides):
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InvalidInput(f"box[{i}]", (low, high), "finite with lower < upper")
    return sides


def _probes(chart: Chart) -> Array:
    rng = np.random.default_rng(3)
    inside = np.array(chart.lower) + widths(chart) * rng.uniform(0, 1, (_PROBES, chart.dim))
    corners = np.array(np.meshgrid(*zip(chart.lower, chart.upper, strict=True))).reshape(
        chart.dim, -1
    )
    return np.concatenate([inside, corners.T[:64]])


def _check_values(chart: Chart) -> None:
    probes = _probes(chart)
    columns = _columns(chart.map, probes)
    if len(columns) < chart.dim:
        raise InvalidInput(
            "map", f"{len(columns)} coordinates", f"at least as many as the box has: {chart.dim}"
        )
    for i, column in enumerate(columns):
        if np.shape(column) not in ((), (len(probes),)):
            raise InvalidInput(
                "map",
                f"coordinate {i} of shape {np.shape(column)} for arrays of shape {(len(probes),)}",
                "arrays of the shape that was passed in",
            )
    if len(_columns(chart.map, probes[:5])) != len(columns):
        raise InvalidInput(
            "map", "as many coordinates as points", "the sequence of the ambient coordinates"
        )
    for start in range(0, _SPREAD, _BLOCK):
        chart.evaluate(_spread(chart, start, start + _BLOCK))
    extent = float(np.ptp(chart.evaluate(probes), axis=0).max())
    if 0 < extent < _SMALLEST or extent > 1 / _SMALLEST:
        expected = f"between {_SMALLEST:g} and {1 / _SMALLEST:g}; choose other units"
        raise InvalidInput("map", f"a set of size {extent:.2g}", expected)


def _spread(chart: Chart, start: int, stop: int) -> Array:
    """Return points of a sequence that fills the box evenly however far it is taken.

    They are multiples, modulo 1, of powers of 1/g, g the root of g^(k+1) = g + 1: for k = 1 the
    golden ratio.
    """
    ratio = 2.0
    for _ in range(60):
        ratio = (1 + ratio) ** (1 / (chart.dim + 1))
    steps = ratio ** -np.arange(1.0, chart.dim + 1)
    shares = np.mod(0.5 + np.arange(start, stop)[:, None] * steps, 1.0)
    return np.asarray(np.array(chart.lower) + widths(chart) * shares)


def _columns(map: Callable[..., Sequence[Any]], probes: Array) -> list[Any]:
    try:
        with np.errstate(all="ignore"):
            columns = list(map(*probes.T))
        kinds = {np.asarray(column).dtype.kind for column in columns}
        if "c" in kinds:
            raise InvalidInput("map", "complex numbers", "real coordinates")
        [np.asarray(column, dtype=np.float64) for column in columns]
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput(
            "map",
            f"{type(error).__name__}: {error}",
            f"a function of {probes.shape[1]} coordinate arrays that returns the coordinates",
        ) from error
    return columns


def _with_derivatives(chart: Chart) -> Chart:
    probes = _probes(chart)[:_PROBES]
    inside = np.array(chart.lower) + 0.5 * (probes - chart.lower) + 0.25 * widths(chart)
    fallback = replace(chart, differences=True)
    try:
        points, first, second = chart.derivatives(inside)
        known = np.isfinite(first).all() and np.isfinite(second).all()
        usable = known and np.allclose(points, chart.evaluate(inside), rtol=1e-9, atol=1e-12)
    except (TypeError, ValueError, AttributeError):
        usable = False
    return chart if usable else fallback


def _check_rank(chart: Chart) -> None:
    """Raise where the Jacobian loses rank inside the box; faces may collapse (a pole)."""
    low, side = np.array(chart.lower), widths(chart)
    grid, spacing = unit_grid(chart, 1024)
    jacobian = chart.jacobian(grid) * side
    wild = ~np.isfinite(jacobian).all(axis=(1, 2))
    if wild.any():
        where = np.array2string(grid[int(wild.argmax())], precision=6)
        raise InvalidInput(
            "map", f"an infinite derivative at {where}", "one smooth up to the faces of the box"
        )
    largest = np.linalg.svd(jacobian, compute_uv=False).max()
    if not largest > 0:
        raise InvalidInput("map", "a constant function", "an immersion inside the box")
    free = ~np.array(chart.periodic)

    def smallest(coordinates: Array) -> Array:
        return np.asarray(
            np.linalg.svd(chart.jacobian(coordinates) * side, compute_uv=False).min(axis=1)
        )

    def inside(coordinates: Array) -> Array:
        part = (confine(chart, coordinates) - low) / side
        return np.asarray(low + side * np.where(free, np.clip(part, _FACE, 1 - _FACE), part))

    values = smallest(inside(grid))
    # The collapsed faces are small too: look for the lowest away from each of them as well.
    depth = np.where(free, np.minimum(grid - low, low + side - grid) / side, 1.0).min(axis=1)
    starts = grid[np.argsort(values / np.maximum(depth, _FACE))[:6]]
    starts = np.concatenate([starts, grid[np.argsort(values)[:6]]])

    def relative(coordinates: Array) -> Array:
        away = np.where(free, np.minimum(coordinates - low, low + side - coordinates) / side, 1.0)
        return np.asarray(smallest(coordinates) / np.minimum(away.min(axis=1) * 4, 1.0))

    lowest, value = zoom(relative, starts, spacing, inside, rounds=40)
    if value < _DEGENERATE * largest:
        shown = np.array2string(lowest, precision=6)
        raise InvalidInput("map", f"a degenerate Jacobian at {shown}", "an immersion in the box")
