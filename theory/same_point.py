"""How near two images of a chart have to be, to be taken for one point of the manifold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import widths

__all__ = ["ROUNDED", "room_for_one_point", "room_on_chart"]

Array = NDArray[np.float64]

ROUNDED = 64 * float(np.finfo(np.float64).eps)
"""Coordinates of equal points differ by less, relative to their size, after some rounding."""
_PROBES = 64


def room_for_one_point(points: Array, share: float) -> float:
    """Return the distance up to which two images are one point.

    It is the same wherever the set lies, but for the rounding of its coordinates.

    Parameters
    ----------
    points : array of shape (n, N)
        They show the extent of the set.
    share : float
        Of the largest extent along a coordinate.
    """
    extent = float(np.ptp(points, axis=0).max())
    return share * extent + ROUNDED * float(np.abs(points).max()) + 1e-300


def room_on_chart(chart: Chart, share: float) -> float:
    """Return the same for the image of a chart, of which random points show the extent."""
    inside = np.random.default_rng(9).uniform(0, 1, (_PROBES, chart.dim))
    return room_for_one_point(chart.evaluate(chart.lower + widths(chart) * inside), share)
