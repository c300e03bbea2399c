"""Which coordinate of a chart turns: it is defined on the whole manifold, up to its period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_faces import face_probes, other_preimages
from theory.chart_grid import widths
from theory.chart_projection import ChartProjection
from theory.lattice import Lattice, whole_lattice
from theory.same_point import room_on_chart

__all__ = ["turning_coordinate"]

_PER_AXIS = 8
_MOST_DIMENSIONS = 3
_SAME_POINT = 1e-9
_PROBES = 16
_SAME_COORDINATE = 1e-6


def turning_coordinate(
    chart: Chart, projection: ChartProjection, glued: NDArray[np.bool_]
) -> int | None:
    """Return a coordinate that, modulo the width of the box, is continuous on the manifold.

    Points of the box with one image have to agree in it. That is looked at on a lattice and at
    random points of the glued faces, and only answered where each of them has a partner: of a
    lattice point on the lattice, of a random point anywhere. Nothing is proved: faces that are
    glued with a shift in so small a part that no point meets it are not seen. Across a face that
    is not periodic the other coordinates may change (a reflection, on a Klein bottle); their
    middles have to stay.

    Parameters
    ----------
    chart : Chart
        Covers a connected manifold, one to one off its faces.
    projection : ChartProjection
        Of this chart.
    glued : array of bool, shape (2, k)
        Which lower and upper faces are glued or collapsed, and not mapped to a boundary.

    Returns
    -------
    int or None
        Of several a periodic one, and of these the longest; None where there is none.
    """
    if chart.dim > _MOST_DIMENSIONS:
        return None
    lattice = whole_lattice([chart], _PER_AXIS)
    seam = lattice.edges[lattice.seam]
    if not _every_face_is_matched(lattice, seam, glued, chart):
        return None
    agree = _coordinates_that_agree(chart, projection, glued)
    length = widths(chart) * (1.0 if chart.stretch is None else np.array(chart.stretch))
    order = sorted(range(chart.dim), key=lambda j: (not chart.periodic[j], -length[j]))
    for axis in order:
        steps = lattice.place[seam[:, 0], axis] - lattice.place[seam[:, 1], axis]
        on_lattice = not (steps % _PER_AXIS).any()
        if glued[:, axis].all() and on_lattice and agree[axis] and _closes(chart, axis):
            return axis
    return None


def _every_face_is_matched(
    lattice: Lattice, seam: NDArray[np.intp], glued: NDArray[np.bool_], chart: Chart
) -> bool:
    matched = np.zeros(len(lattice.points), dtype=bool)
    matched[seam.ravel()] = True
    on_glued = np.zeros(len(lattice.points), dtype=bool)
    for axis in np.flatnonzero(~np.array(chart.periodic)):
        for side, place in enumerate((0, _PER_AXIS)):
            if glued[side, axis]:
                on_glued |= lattice.place[:, axis] == place
    return bool(matched[on_glued].all())


def _coordinates_that_agree(
    chart: Chart, projection: ChartProjection, glued: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which coordinates (k,) are the same, up to a period, wherever one point is reached.

    At random points of the glued faces; none is where a point is reached only once.
    """
    agree = np.ones(chart.dim, dtype=bool)
    for axis in np.flatnonzero(~np.array(chart.periodic)):
        for side in np.flatnonzero(glued[:, axis]):
            probes = face_probes(chart, int(axis), int(side), _PROBES)
            found, other = other_preimages(chart, projection, probes)
            if not other.any(axis=1).all():
                return np.zeros(chart.dim, dtype=bool)
            turns = ((found - probes[:, None, :]) / widths(chart))[other]
            agree &= (np.abs(turns - np.rint(turns)) <= _SAME_COORDINATE).all(axis=0)
    return agree


def _closes(chart: Chart, axis: int) -> bool:
    """Tell whether the ends of a coordinate meet where the others are in the middle."""
    ends = np.tile(0.5 * np.add(chart.lower, chart.upper), (2, 1))
    ends[:, axis] = chart.lower[axis], chart.upper[axis]
    first, last = chart.evaluate(ends)
    room = room_on_chart(chart, _SAME_POINT)
    return bool(np.linalg.norm(first - last) <= room)
