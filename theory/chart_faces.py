"""What the faces of a chart's box become: boundary, a point or curve, or a seam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import apart, smallest_singular, widths
from theory.chart_projection import ChartProjection
from theory.errors import InvalidInput

__all__ = ["Faces", "check_periods", "inspect_faces"]

Array = NDArray[np.float64]
_PROBES = 24
_PREIMAGES = 16
_SAME_POINT = 1e-8
_OTHER_COORDINATES = 1e-3
_COLLAPSED = 1e-7
_JUMP = 1e-8


@dataclass(frozen=True)
class Faces:
    """How the faces of the box that are not periodic lie on the manifold, as probes show it.

    Parameters
    ----------
    edges : tuple of (axis, side)
        Faces mapped to the boundary; side 0 is the lower one.
    orientable : bool or None
        Whether the seams keep orientation; `None` where that could not be told.
    """

    edges: tuple[tuple[int, int], ...]
    orientable: bool | None


def check_periods(chart: Chart) -> None:
    """Raise InvalidInput unless the map really closes up in its periodic coordinates."""
    rng = np.random.default_rng(8)
    middle = np.array(chart.lower) + widths(chart) * rng.uniform(0, 1, (_PROBES, chart.dim))
    for axis in np.flatnonzero(chart.periodic):
        low, high = _face_probes(chart, int(axis), 0), _face_probes(chart, int(axis), 1)
        jump = np.linalg.norm(chart.evaluate(high) - chart.evaluate(low), axis=1)
        size = max(np.abs(chart.evaluate(probes)).max() for probes in (low, high, middle))
        worst = int(jump.argmax())
        if jump[worst] > _JUMP * size:
            where = np.array2string(low[worst], precision=4)
            raise InvalidInput(
                "periodic",
                f"coordinate {axis}",
                f"one that closes up: the map jumps by {jump[worst]:.2g} at {where}",
            )


def inspect_faces(chart: Chart, projection: ChartProjection) -> Faces:
    """Tell boundary faces from collapsed ones and from seams, by probing them.

    A face is a seam where its points are also reached from coordinates elsewhere; the chart
    change across it keeps orientation when its determinant is positive.
    """
    edges: list[tuple[int, int]] = []
    orientable: bool | None = True
    for axis, side in _open_faces(chart):
        probes = _face_probes(chart, axis, side)
        first = chart.jacobian(probes)
        along = np.delete(first, axis, axis=2)
        size = np.linalg.norm(first, axis=1).max()
        # The image of a collapsed face has a smaller dimension: a pole, a circle of poles.
        if along.shape[2] and (smallest_singular(along)[0] < _COLLAPSED * size).all():
            continue
        keeps = [
            _across(chart, projection, probe, jac) for probe, jac in zip(probes, first, strict=True)
        ]
        if sum(answer is None for answer in keeps) > _PROBES // 2:
            edges.append((axis, side))
        elif any(answer is False for answer in keeps):
            orientable = False
    return Faces(tuple(edges), orientable)


def _open_faces(chart: Chart) -> Iterator[tuple[int, int]]:
    for axis, periodic in enumerate(chart.periodic):
        if not periodic:
            yield axis, 0
            yield axis, 1


def _face_probes(chart: Chart, axis: int, side: int) -> Array:
    rng = np.random.default_rng(7)
    probes = np.array(chart.lower) + widths(chart) * rng.uniform(0.01, 0.99, (_PROBES, chart.dim))
    probes[:, axis] = (chart.lower, chart.upper)[side][axis]
    return probes


def _across(
    chart: Chart, projection: ChartProjection, probe: Array, jacobian: Array
) -> bool | None:
    """Return whether the chart change at a seam keeps orientation; None where there is none."""
    point = chart.evaluate(probe[None])
    found, gaps = projection.candidates(point, _PREIMAGES)
    gap = apart(chart, found[0], probe)
    size = np.abs(point).max() + np.abs(jacobian).max() + 1e-300
    others = found[0][(gaps[0] < _SAME_POINT * size) & (gap > _OTHER_COORDINATES)]
    if not len(others):
        return None
    change = np.linalg.lstsq(chart.jacobian(others[:1])[0], jacobian, rcond=None)[0]
    return bool(np.linalg.det(change) > 0)
