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
from theory.same_point import room_for_one_point, room_on_chart

__all__ = [
    "Faces",
    "check_periods",
    "face_probes",
    "glued_faces",
    "inspect_faces",
    "other_preimages",
]

Array = NDArray[np.float64]
_PROBES = 24
_MANY_PROBES = 96
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
        low, high = (face_probes(chart, int(axis), side, _PROBES) for side in (0, 1))
        jump = np.linalg.norm(chart.evaluate(high) - chart.evaluate(low), axis=1)
        images = chart.evaluate(np.concatenate([low, high, middle]))
        worst = int(jump.argmax())
        if jump[worst] > room_for_one_point(images, _JUMP):
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
        probes = face_probes(chart, axis, side, _PROBES)
        first = chart.jacobian(probes)
        if _collapsed(first, axis).all():
            continue
        found, other = other_preimages(chart, projection, probes)
        rows = np.flatnonzero(other.any(axis=1))
        if _PROBES - len(rows) > _PROBES // 2:
            edges.append((axis, side))
        elif not _keep_orientation(chart, first[rows], found[rows, other[rows].argmax(axis=1)]):
            orientable = False
    return Faces(tuple(edges), orientable)


def glued_faces(chart: Chart, projection: ChartProjection) -> NDArray[np.bool_]:
    """Return which lower and upper faces, (2, k), are glued or collapsed, were it in part.

    Periodic coordinates have both. Parts of a face that no probe meets are not seen.
    """
    glued = np.ones((2, chart.dim), dtype=bool)
    for axis, side in _open_faces(chart):
        probes = face_probes(chart, axis, side, _MANY_PROBES)
        glued[side, axis] = (
            _collapsed(chart.jacobian(probes), axis).any()
            or other_preimages(chart, projection, probes)[1].any()
        )
    return glued


def other_preimages(
    chart: Chart, projection: ChartProjection, probes: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Look for coordinates elsewhere over the points that probes (p, k) are mapped to.

    Returns
    -------
    coordinates : array of shape (p, c, k)
        Solutions, nearest to the point first.
    other : array of bool, shape (p, c)
        Which of them are over the same point, and not at the probe.
    """
    found, gaps = projection.candidates(chart.evaluate(probes), _PREIMAGES)
    away = apart(chart, found, probes[:, None, :]) > _OTHER_COORDINATES
    return found, away & (gaps <= room_on_chart(chart, _SAME_POINT))


def _open_faces(chart: Chart) -> Iterator[tuple[int, int]]:
    for axis, periodic in enumerate(chart.periodic):
        if not periodic:
            yield axis, 0
            yield axis, 1


def face_probes(chart: Chart, axis: int, side: int, count: int) -> Array:
    """Return random coordinates (count, k) on a face; side 0 is the lower one."""
    rng = np.random.default_rng(7)
    probes = np.array(chart.lower) + widths(chart) * rng.uniform(0.01, 0.99, (count, chart.dim))
    probes[:, axis] = (chart.lower, chart.upper)[side][axis]
    return probes


def _collapsed(jacobian: Array, axis: int) -> NDArray[np.bool_]:
    """Tell where the image of a face has a smaller dimension: a pole, a circle of poles."""
    along = np.delete(jacobian, axis, axis=2)
    if not along.shape[2]:
        return np.zeros(len(jacobian), dtype=bool)
    size = np.linalg.norm(jacobian, axis=1).max()
    return np.asarray(smallest_singular(along)[0] < _COLLAPSED * size)


def _keep_orientation(chart: Chart, jacobian: Array, others: Array) -> bool:
    """Tell whether the chart changes from probes, of these Jacobians, to others (p, k) do."""
    changes = [
        np.linalg.lstsq(there, here, rcond=None)[0]
        for there, here in zip(chart.jacobian(others), jacobian, strict=True)
    ]
    return all(np.linalg.det(change) > 0 for change in changes)
