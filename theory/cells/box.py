"""The open cell of a chart: the inside of its box, the faces that are glued being the cut."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound, Direction
from theory.cells.record import OpenCell
from theory.cells.turns import turning_coordinate
from theory.chart import Chart
from theory.chart_faces import glued_faces
from theory.chart_grid import widths
from theory.chart_projection import ChartProjection
from theory.chart_volume import chart_volume, largest_volume_element

__all__ = ["box_cell"]

Array = NDArray[np.float64]
_SAME = 1e-12
_SAFETY = 1.01


def box_cell(
    chart: Chart, *, boundary: bool, volume: Bound | None, avoid: Array, turning: bool = False
) -> OpenCell:
    """Return the cell of the one chart of a manifold.

    Faces are glued (periodic coordinates, seams), collapsed (poles), or mapped to the boundary.
    Those of the first two kinds make up the cut; in a periodic coordinate it is moved into the
    widest gap between the points to avoid.

    Parameters
    ----------
    chart : Chart
        Covers the manifold, one to one off its faces.
    boundary : bool
        Whether the manifold has one; if so, the faces are probed.
    volume : Bound or None
    avoid : array of shape (s, N)
    turning : bool
        Whether a coordinate that turns is left closed up, where there is one.
    """
    projection = ChartProjection(chart)
    inverse = chart.inverse or projection.coordinates
    low, side, periodic = np.array(chart.lower), widths(chart), np.array(chart.periodic)
    half = side / 2
    centre = low + half
    # A face of which some part is glued gets a collar all over: one too many does no harm.
    glued = glued_faces(chart, projection) if boundary else np.ones((2, chart.dim), dtype=bool)
    turns = turning_coordinate(chart, projection, glued) if turning else None
    if turns is not None and (periodic[turns] or chart.dim == 1):
        glued[:, turns] = False
    if len(avoid) and periodic.any():
        at = inverse(avoid)
        # A seam across which a coordinate turns fixes the middles of the others as they are.
        free = periodic & (turns is None or bool(periodic[turns]))
        for axis in np.flatnonzero(free):
            centre[axis] = _widest_gap(at[:, axis], low[axis], side[axis]) + half[axis]
    stretch = np.ones(chart.dim) if chart.stretch is None else np.array(chart.stretch)
    # A collar as wide everywhere as the stretches tell: depth counts lengths, not coordinates.
    unit = float((half * stretch)[glued.any(axis=0)].min(initial=math.inf))

    def coordinates(points: Array) -> Array:
        offset = inverse(points) - centre
        wrapped = np.mod(offset + half, side) - half
        return np.asarray(np.clip(np.where(periodic, wrapped, offset), -half, half))

    def point(v: Array) -> Array:
        at = centre + np.clip(v, -half, half)
        return chart.evaluate(np.where(periodic, low + np.mod(at - low, side), at))

    def depth(v: Array) -> Array:
        below = np.where(glued[0], (half + v) * stretch, np.inf).min(axis=1)
        above = np.where(glued[1], (half - v) * stretch, np.inf).min(axis=1)
        return np.asarray(np.clip(np.minimum(below, above) / unit, 0.0, 1.0))

    def share(t: float) -> Bound:
        inner = side - t * unit / stretch * glued.sum(axis=0)
        part = 1 - float(np.prod(np.maximum(inner, 0.0) / side))
        return Bound(min(part * density, 1.0), direction, certified, source)

    cut = bool(glued.any())
    if cut:
        density, direction, certified, source = _density(chart, volume, float(side.prod()))
    else:
        unit, density, direction, certified, source = 1.0, 1.0, "exact", True, "closed-form"
    return OpenCell(
        dim=chart.dim,
        coordinates=coordinates,
        point=point,
        depth=depth,
        share=share,
        extent=half,
        cut=cut,
        turning=turns,
    )


def _density(chart: Chart, volume: Bound | None, box: float) -> tuple[float, Direction, bool, str]:
    """Return a bound of (share of the volume) / (share of the box), and what it is worth.

    The volume element is at most the product of the stretches (Hadamard).
    """
    total = chart_volume(chart) if volume is None else volume
    if chart.stretch is None:
        largest = _SAFETY * largest_volume_element(chart)
        return largest * box / total.value, "estimate", False, "numerical"
    ratio = math.prod(chart.stretch) * box / total.value
    if not total.holds_from_below():
        return ratio, "estimate", False, total.source
    if total.direction == "exact" and abs(ratio - 1) < _SAME:
        return 1.0, "exact", True, "closed-form"
    return ratio, "upper", True, "closed-form"


def _widest_gap(values: Array, low: float, period: float) -> float:
    """Return the middle of the widest gap between values on a circle of this length."""
    ordered = np.sort(np.mod(values - low, period))
    gaps = np.diff(ordered, append=ordered[0] + period)
    widest = int(gaps.argmax())
    return float(low + (ordered[widest] + gaps[widest] / 2) % period)
