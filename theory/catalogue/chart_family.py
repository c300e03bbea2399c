"""Catalogue entries that are given by one chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_projection import ChartProjection
from theory.chart_volume import uniform_sampler
from theory.manifold import Claims, Manifold
from theory.retract import Retract

__all__ = ["from_known_chart"]

Array = NDArray[np.float64]


def from_known_chart(
    name: str,
    chart: Chart,
    ambient_dim: int,
    claims: Claims,
    *,
    largest_volume_element: float,
    boundary: bool = False,
    orientable: bool = True,
    cycles: tuple[Manifold, ...] = (),
    retracts: tuple[Retract, ...] = (),
    coordinates: Callable[[Array], Array] | None = None,
    projection: Callable[[Array], Array] | None = None,
) -> Manifold:
    """Return the manifold covered by one chart that needs no checking.

    Parameters
    ----------
    name : str
    chart : Chart
    ambient_dim : int
    claims : Claims
    largest_volume_element : float
        An upper bound of the chart's volume element.
    boundary, orientable : bool
    cycles : tuple of Manifold
    retracts : tuple of Retract
    coordinates : callable, optional
        Points (n, N) of the manifold to their coordinates (n, k), where they are known in
        closed form; otherwise they are found by projection.
    projection : callable, optional
        Points (n, N) to the nearest ones, where there is a shorter way than through the chart.
    """
    through_chart = ChartProjection(chart)

    def tangents(points: Array) -> Array:
        if coordinates is None:
            return through_chart.tangents(points)
        return through_chart.frames(coordinates(points))

    return Manifold(
        name=name,
        dim=chart.dim,
        ambient_dim=ambient_dim,
        sampler=uniform_sampler(chart, largest_volume_element),
        tangents=tangents,
        projection=through_chart if projection is None else projection,
        boundary=boundary,
        orientable=orientable,
        charts=(replace(chart, inverse=coordinates),),
        cycles=cycles,
        retracts=retracts,
        claims=claims,
    )
