"""The total Gaussian curvature of a surface from its charts: an Euler characteristic of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import orthonormal_frames
from theory.chart_volume import integral

__all__ = ["euler_of_curvature"]

Array = NDArray[np.float64]
# Where two sheets all but touch, coarse grids agree with one another and not with the truth.
_PRECISION = 1e-6
_UNCERTAIN = 0.05


def euler_of_curvature(charts: Sequence[Chart]) -> int | None:
    """Return the Euler characteristic of a closed surface, by its total curvature.

    Parameters
    ----------
    charts : sequence of Chart
        Two-dimensional; their images cover the surface once, up to measure zero.

    Returns
    -------
    int or None
        `None` if the integral did not settle near a whole number.

    Notes
    -----
    Theorem of Gauss and Bonnet: the integral of the curvature is 2 pi times the Euler
    characteristic. It is the number K_2 of Weyl's formula for the volume of the tube (``weyl``).
    """
    total = 0.0
    for chart in charts:
        value, change = integral(chart, _curvature(chart), precision=_PRECISION, least=1.0)
        if not change < 1:
            return None
        total += value / (2 * math.pi)
    nearest = round(total)
    return nearest if abs(total - nearest) < _UNCERTAIN else None


def _curvature(chart: Chart) -> Callable[[Array], Array]:
    """Return the Gaussian curvature times the area element, as a function of coordinates."""

    def density(coordinates: Array) -> Array:
        _, first, second = chart.derivatives(coordinates)
        frames = orthonormal_frames(first)
        normal = second - np.einsum("nia,nja,njbc->nibc", frames, frames, second)
        form = np.einsum("nibc,nide->nbcde", normal, normal)
        gram = np.einsum("nia,nib->nab", first, first)
        area = np.sqrt(np.maximum(np.linalg.det(gram), 0.0))
        # Gauss: <II(u,u), II(v,v)> - |II(u,v)|^2, over the square of the area of u and v.
        bend = form[:, 0, 0, 1, 1] - form[:, 0, 1, 0, 1]
        return np.asarray(np.divide(bend, area, out=np.zeros_like(bend), where=area > 0))

    return density
