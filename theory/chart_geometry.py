"""Everything that follows numerically from one chart: maps, boundary, volume, reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.chart_checks import checked_chart
from theory.chart_embedding import check_injective
from theory.chart_faces import check_periods, inspect_faces
from theory.chart_projection import ChartProjection
from theory.chart_stretch import with_stretch
from theory.chart_volume import chart_volume, uniform_sampler
from theory.reach_certificate import best_chart_reach

__all__ = ["ChartGeometry", "chart_geometry"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChartGeometry:
    """The pieces of a manifold covered by one chart; see `theory.Manifold` for the fields."""

    chart: Chart
    ambient_dim: int
    sampler: Callable[[int, np.random.Generator], Array]
    tangents: Callable[[Array], Array]
    projection: Callable[[Array], Array]
    boundary: bool
    orientable: bool | None
    reach: Bound | None
    volume: Bound | None


def chart_geometry(
    map: Callable[..., Sequence[Any]],
    box: Sequence[tuple[float, float]],
    *,
    periodic: bool | Sequence[bool] = False,
    stretch: Sequence[float] | None = None,
    boundary: bool | None = None,
    estimate: bool = True,
) -> ChartGeometry:
    """Derive the pieces of a manifold from one chart; the arguments are `from_chart`'s."""
    chart = with_stretch(checked_chart(map, box, periodic, stretch))
    check_periods(chart)
    projection = ChartProjection(chart)
    check_injective(chart)
    faces = inspect_faces(chart, projection)
    edges = () if boundary is False else faces.edges
    # Seams that the user says close a face which no probe could match: nobody knows how.
    unexplained = boundary is False and bool(faces.edges)
    return ChartGeometry(
        chart=chart,
        ambient_dim=chart.evaluate(np.array([chart.lower])).shape[1],
        sampler=uniform_sampler(chart),
        tangents=projection.tangents,
        projection=projection,
        boundary=bool(faces.edges) if boundary is None else boundary,
        orientable=None if unexplained else faces.orientable,
        reach=best_chart_reach(chart, edges) if estimate else None,
        volume=chart_volume(chart) if estimate else None,
    )
