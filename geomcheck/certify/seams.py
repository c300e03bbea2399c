"""Cells at the boundary of a chart's box that lie at one place of the manifold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.boxes import meeting_pairs
from geomcheck.certify.error import cell_points
from theory.chart import Chart
from theory.same_point import ROUNDED, room_on_chart
from theory.taylor_form import ROUNDING

__all__ = ["Faces", "Touching", "boundary_faces", "glued", "places", "touching_cells"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

SAME_POINT = 1e-9
"""Points of a chart whose images agree this well, relative to the size of K, are one point."""
_STEPS = 8
_INSIDE = 1e-6


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of cells that lie in the boundary of the box of one chart.

    Parameters
    ----------
    cell : array of int, shape (f,)
    low, high : array of shape (f, k)
        The face: a box without extent along one coordinate.
    axis : array of int, shape (f,)
        That coordinate.
    image_low, image_high : array of shape (f, N)
        A box about its image, rounded outward, in units of that.
    unit : float
        `SAME_POINT` times the extent of the chart's image, and not less than rounding leaves of
        coordinates as large as these.
    collapsed : array of bool, shape (f,)
        Whether the image has no extent along one of the other coordinates.
    """

    cell: Indices
    low: Array
    high: Array
    axis: Indices
    image_low: Array
    image_high: Array
    unit: float
    collapsed: Flags


@dataclass(frozen=True, eq=False)
class Touching:
    """Which cells of a chart may meet on the manifold.

    Parameters
    ----------
    pairs : array of int, shape (p, 2)
        Cells that touch in the box, were it in a corner.
    faces : Faces
    place : array of int, shape (f,)
        The number of the image box of each face.
    meeting : array of int, shape (q, 2)
        Image boxes that meet.
    places : int
        How many there are.
    """

    pairs: Indices
    faces: Faces
    place: Indices
    meeting: Indices
    places: int


def touching_cells(chart: Chart, low: Array, high: Array) -> Touching | None:
    """Return which cells [low, high], of shape (B, k), may meet; None where far too many do."""
    faces = boundary_faces(chart, low, high)
    pairs, (place, meeting) = meeting_pairs(low, high), places(faces)
    if pairs is None or meeting is None:
        return None
    return Touching(pairs, faces, place, meeting, int(place.max(initial=-1)) + 1)


def boundary_faces(chart: Chart, low: Array, high: Array) -> Faces:
    """Return the faces of cells [low, high], of shape (B, k), in the boundary of the box."""
    at = np.concatenate([low == np.array(chart.lower), high == np.array(chart.upper)], axis=1)
    cell, place = np.nonzero(at)
    axis, upper = place % chart.dim, place >= chart.dim
    rows = np.arange(len(cell))
    first, last = low[cell], high[cell]
    value = np.where(upper, last[rows, axis], first[rows, axis])
    first[rows, axis] = last[rows, axis] = value
    image = cell_points(chart, first, last)
    extents = np.abs(image.generators)
    with np.errstate(all="ignore"):
        reach = extents.sum(axis=1) + image.remainder
        reach = reach * (1 + 16 * chart.dim * ROUNDING)
        reach = np.where(np.isfinite(reach), reach, np.inf)
        known = np.isfinite(reach).all(axis=1)
        size = np.abs(image.centre[known]).max(initial=0.0) + reach[known].max(initial=0.0)
        unit = max(room_on_chart(chart, SAME_POINT), ROUNDED * float(size), 1e-290)
        # One more either way: what is closer than a unit meets. Quotients are below 1 / ROUNDED,
        # so that they are rounded by far less than one.
        image_low = np.floor((image.centre - reach) / unit) - 1
        image_high = np.ceil((image.centre + reach) / unit) + 1
    along = extents.max(axis=2, initial=0.0)
    along[rows, axis] = np.inf
    return Faces(cell, first, last, axis, image_low, image_high, unit, (along <= unit).any(axis=1))


def places(faces: Faces) -> tuple[Indices, Indices | None]:
    """Return the number (f,) of the image box of each face, and the pairs of boxes that meet.

    Of the faces that run into one point there are many, and their boxes are one.
    """
    both = np.concatenate([faces.image_low, faces.image_high], axis=1)
    boxes, number = np.unique(both, axis=0, return_inverse=True)
    n = faces.image_low.shape[1]
    return np.asarray(number.ravel(), dtype=np.intp), meeting_pairs(boxes[:, :n], boxes[:, n:])


def glued(chart: Chart, faces: Faces, wanted: Flags, number: Indices, meeting: Indices) -> Indices:
    """Return pairs of cells that a seam joins, of those whose faces (f,) are wanted.

    The middle of a face of one and a point inside a face of the other are found to be one point
    of the manifold. Faces that collapse are left out: what meets in less than a face is no seam.

    Parameters
    ----------
    chart : Chart
    faces : Faces
    wanted : array of bool, shape (f,)
    number, meeting : array of int, shape (f,) and (p, 2)
        As `places` returns them.
    """
    kept = np.flatnonzero(wanted & ~faces.collapsed)
    first, second = _face_pairs(number[kept], meeting)
    first, second = kept[first], kept[second]
    apart = ~_touch(faces, first, second)
    first, second = first[apart], second[apart]
    if not len(first):
        return np.zeros((0, 2), dtype=np.intp)
    middle = 0.5 * (faces.low[first] + faces.high[first])
    one = _over_one_point(chart, faces, middle, second)
    return np.stack([faces.cell[first[one]], faces.cell[second[one]]], axis=1)


def _face_pairs(number: Indices, meeting: Indices) -> tuple[Indices, Indices]:
    """Return the ordered pairs of different faces whose boxes are one or meet."""
    order = np.argsort(number, kind="stable")
    n = int(max(number.max(initial=-1), meeting.max(initial=-1))) + 1
    count = np.bincount(number, minlength=n)
    start = np.cumsum(count) - count
    same = np.repeat(np.arange(n)[:, None], 2, axis=1)
    boxes = np.concatenate([same, meeting, meeting[:, ::-1]])
    each = count[boxes[:, 0]] * count[boxes[:, 1]]
    of = np.repeat(np.arange(len(boxes)), each)
    turn = np.arange(len(of)) - np.repeat(np.cumsum(each) - each, each)
    wide = count[boxes[of, 1]]
    first = order[start[boxes[of, 0]] + turn // wide]
    second = order[start[boxes[of, 1]] + turn % wide]
    different = first != second
    return first[different], second[different]


def _touch(faces: Faces, first: Indices, second: Indices) -> Flags:
    """Tell which pairs of faces meet in the box itself."""
    reached = faces.low[first] <= faces.high[second]
    return np.asarray((reached & (faces.low[second] <= faces.high[first])).all(axis=1))


def _over_one_point(chart: Chart, faces: Faces, at: Array, rows: Indices) -> Flags:
    """Tell whether the image of a point is found inside the image of a face."""
    target, low, high = chart.evaluate(at), faces.low[rows], faces.high[rows]
    free = (high > low).astype(float)
    here = 0.5 * (low + high)
    for _ in range(_STEPS if chart.dim > 1 else 0):
        # At a face the derivatives may be infinite, as those of a square root are.
        jacobian = np.nan_to_num(chart.jacobian(here) * free[:, None, :], posinf=0.0, neginf=0.0)
        step = np.linalg.pinv(jacobian) @ (target - chart.evaluate(here))[:, :, None]
        here = np.clip(here + step[:, :, 0] * free, low, high)
    gap = np.linalg.norm(chart.evaluate(here) - target, axis=1)
    room = _INSIDE * (high - low)
    inside = ((here >= low + room) & (here <= high - room)).all(axis=1)
    return np.asarray(inside & (gap <= faces.unit))
