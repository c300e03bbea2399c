"""Which coordinate of a chart turns: it is defined on the whole manifold, up to its period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import widths
from theory.lattice import Lattice, whole_lattice

__all__ = ["turning_coordinate"]

_PER_AXIS = 8
_MOST_DIMENSIONS = 3
_SAME_POINT = 1e-9


def turning_coordinate(chart: Chart, glued: NDArray[np.bool_]) -> int | None:
    """Return a coordinate that, modulo the width of the box, is continuous on the manifold.

    Points of the box with one image have to agree in it. That is looked at on a lattice, and
    only answered where every lattice point of every glued face has its partner there. Across a
    face that is not periodic the other coordinates may change (a reflection, on a Klein bottle);
    their middles have to stay.

    Parameters
    ----------
    chart : Chart
        Covers a connected manifold, one to one off its faces.
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
    length = widths(chart) * (1.0 if chart.stretch is None else np.array(chart.stretch))
    order = sorted(range(chart.dim), key=lambda j: (not chart.periodic[j], -length[j]))
    for axis in order:
        steps = lattice.place[seam[:, 0], axis] - lattice.place[seam[:, 1], axis]
        if glued[:, axis].all() and not (steps % _PER_AXIS).any() and _closes(chart, axis):
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


def _closes(chart: Chart, axis: int) -> bool:
    """Tell whether the ends of a coordinate meet where the others are in the middle."""
    ends = np.tile(0.5 * np.add(chart.lower, chart.upper), (2, 1))
    ends[:, axis] = chart.lower[axis], chart.upper[axis]
    first, last = chart.evaluate(ends)
    size = float(np.abs(first).max() + np.abs(last).max())
    return bool(np.linalg.norm(first - last) <= _SAME_POINT * size)
