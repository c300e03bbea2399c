"""A certified lower bound of the reach of the image of a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from theory.bottleneck_bound import bottleneck_bound
from theory.bound import Bound
from theory.chart import Chart
from theory.chart_grid import unit_grid
from theory.chart_reach import chart_reach
from theory.curvature_bound import curvature_bound
from theory.errors import InvalidInput
from theory.seam import Seam, all_seams, closes_up

__all__ = ["best_chart_reach", "certified_reach"]

# How far below the truth a bound may lie, by dimension, as a share: where it takes little work,
# and where the set is all but as much bent, or as narrow, everywhere.
_PRECISION = {1: (2e-7, 2e-5), 2: (2e-3, 2e-2)}
# A bound that work has run out on may say next to nothing: then the estimate says more.
_WORTH = 0.5
_LOOK = 400


def best_chart_reach(
    chart: Chart, edges: Sequence[tuple[int, int]] = (), seams: Sequence[Seam] = ()
) -> Bound:
    """Return a certified lower bound of the reach of a chart's image, or else an estimate.

    Parameters
    ----------
    chart, edges, seams
        As `certified_reach` takes them.
    """
    estimate = chart_reach(chart, edges).reach
    size = float(np.ptp(chart.evaluate(unit_grid(chart, _LOOK)[0]), axis=0).max())
    near = estimate.value if math.isfinite(estimate.value) else size
    bound, seen = _bounded(chart, near, edges, seams)
    if bound is None or bound.value < _WORTH * min(seen, estimate.value):
        return estimate
    # Of a flat set rounding alone bounds the reach.
    return estimate if math.isinf(estimate.value) and bound.value >= _WORTH * size else bound


def certified_reach(
    chart: Chart,
    near: float,
    edges: Sequence[tuple[int, int]] = (),
    seams: Sequence[Seam] = (),
) -> Bound | None:
    """Bound the reach of the image of a chart from below, with all rounding counted.

    Parameters
    ----------
    chart : Chart
        Of dimension 1 or 2, built from numpy's universal functions; it is taken at its word
        that its periodic coordinates close up, as a function on the whole line.
    near : float
        About what the reach is; how near decides the work, and nothing about the bound.
    edges : sequence of (axis, side)
        The faces of the box that are mapped to the boundary.
    seams : sequence of Seam
        How the other faces are glued, where the coordinate is not periodic.

    Returns
    -------
    Bound or None
        Within 0.003 % of the reach for curves and 2 % for surfaces, unless work ran out. None
        where nothing is known: without Taylor forms, where a face collapses or is glued in an
        unknown way, where the set meets itself.

    Notes
    -----
    Let K be a compact manifold of class C^2, with boundary and corners as a box has them, and
    t > 0 its reach, the infimum of |q-p|^2 / (2 dist(q-p, Tan_p K)) over pairs (``federer``).

    If pairs that come ever nearer to t have distinct limits p and q, then some z with z - p and
    z - q normal to K is at distance t from both, and K does not meet the open ball round z with
    that radius. Either |p - q| = 2t: a chord that is normal at both ends. Or |p - q| < 2t, and
    p and q are joined in K by a path no longer than the arc of radius t over their chord
    (``boissonnat-lieutier-wintraecken``). Outside the ball there is no other such path than the
    arc itself, of a great circle, so K contains it; z is normal to K along it; and a piece of
    it lies within a face of K, where its curvature 1/t is that of K in its direction, or that
    of the boundary bending outwards.

    If the pairs have one limit, 1/t is at most such a curvature there: by Taylor's formula the
    chord is a tangent vector v of the cone plus half the second derivative in its direction, of
    which the part within K counts only where it leaves the cone, and then v runs along the
    boundary up to terms of second order.

    So t is at least the smaller of 1 / `curvature_bound` and `bottleneck_bound`. The second
    shows on its way that the chart is one-to-one up to seams, and the first that it is regular.
    """
    return _bounded(chart, near, edges, seams)[0]


def _bounded(
    chart: Chart, near: float, edges: Sequence[tuple[int, int]], seams: Sequence[Seam]
) -> tuple[Bound | None, float]:
    """Return the bound, and the smallest of `near` and of what was met that limits the reach."""
    nothing = None, near
    if chart.dim not in _PRECISION or chart.differences or not 0 < near < math.inf:
        return nothing
    glued = {int(axis) for axis in np.flatnonzero(chart.periodic)}
    glued |= {axis for seam in seams for axis in seam.crossed(chart)}
    faces = [(axis, side) for axis in range(chart.dim) if axis not in glued for side in (0, 1)]
    if set(faces) != set(edges):
        return nothing
    precision = _PRECISION[chart.dim]
    every = all_seams(chart, seams)
    try:
        with np.errstate(all="ignore"):
            if not closes_up(chart, every):
                return nothing
            curvature, bent = curvature_bound(chart, faces, 1 / near, precision)
            if not 0 < curvature < math.inf:
                return nothing
            near = min(near, 1 / bent)
            radius, near = bottleneck_bound(chart, every, faces, 1 / curvature, near, precision)
    except (InvalidInput, TypeError, AttributeError, ValueError):
        # A function that forms cannot be put into, or that ends at the box.
        return nothing
    return Bound(radius, "lower", True, "chart-reach") if radius > 0 else None, near
