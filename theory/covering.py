"""The covering radius of a sample: how far a point of the set can be from the nearest sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.covering_estimate import estimate_covering_radius
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.points import as_points

__all__ = ["covering_radius", "estimate_covering_radius"]

Array = NDArray[np.float64]
_FIRST_CELLS = 256
_BATCH = 200_000
_ROUNDING = 1e-13
_FRESH_POINTS = 20_000


def covering_radius(
    points: Array, manifold: Manifold, *, relative: float = 0.02, max_cells: int = 1_000_000
) -> Bound:
    """Bound the largest distance of a point of the manifold from the nearest sample point.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        The sample; it need not lie on the manifold exactly.
    manifold : Manifold
    relative : float
        The refinement stops once the bound exceeds a distance really attained by at most this
        fraction.
    max_cells : int
        Most cells examined; when they are used up the bound is still valid, but wider.

    Returns
    -------
    Bound
        Certified from above where every chart knows its `stretch`; otherwise an estimate, from
        the charts if there are any and from fresh points of the manifold, whichever is smaller.
        In the units of the coordinates.

    Raises
    ------
    InvalidInput
        If `points` are not in the manifold's ambient space or `relative` is not positive.

    Notes
    -----
    Source ``chart-covering``: over a cell with centre c and half sides h the distance to the
    sample is at most that of the image of c plus the sum of h_i * stretch_i, since a distance
    to a set is 1-Lipschitz. Cells that could still hold the maximum are split.
    """
    from scipy.spatial import cKDTree

    cloud = as_points(points)
    if cloud.shape[1] != manifold.ambient_dim:
        raise InvalidInput("points", f"shape {cloud.shape}", f"(n, {manifold.ambient_dim})")
    if not (np.isfinite(relative) and relative > 0):
        raise InvalidInput("relative", relative, "a positive number")
    tree = cKDTree(cloud)

    def distance(images: Array) -> Array:
        return np.asarray(tree.query(images)[0], dtype=np.float64)

    charts = _charts(manifold)
    if charts is None:
        return _from_fresh_points(distance, manifold)
    certified = all(chart.stretch is not None for chart in charts)
    attained, bound = 0.0, 0.0
    for chart in charts:
        low, high = _over_chart(chart, distance, attained, relative, max_cells // len(charts))
        attained, bound = max(attained, low), max(bound, high)
    bound += _ROUNDING * (float(np.abs(cloud).max()) + bound)
    if certified:
        return Bound(bound, "upper", True, "chart-covering")
    return Bound(
        min(bound, _from_fresh_points(distance, manifold).value), "estimate", False, "numerical"
    )


def _charts(manifold: Manifold) -> list[Chart] | None:
    """Return the charts of all components, or None if one has none."""
    charts: list[Chart] = []
    for part in manifold.components:
        if not part.charts:
            return None
        charts.extend(part.charts)
    return charts


def _over_chart(
    chart: Chart,
    distance: Callable[[Array], Array],
    attained: float,
    relative: float,
    max_cells: int,
) -> tuple[float, float]:
    """Return the largest distance met and an upper bound of the distance over the chart."""
    k = chart.dim
    per_axis = max(2, round(_FIRST_CELLS ** (1 / k)))
    centres, side = chart.cell_centres([per_axis] * k)
    halves = np.broadcast_to(side, centres.shape).copy()
    settled, used = 0.0, 0
    upper = np.empty(0)
    extents = np.empty((0, k))
    waiting: tuple[Array, Array, Array, Array] = (centres[:0], halves[:0], extents, upper)
    while True:
        images = chart.evaluate(centres)
        extents = _extents(chart, centres, halves, images)
        near = distance(images)
        used += len(centres)
        attained = max(attained, float(near.max()))
        fresh = (centres, halves, extents, near + extents.sum(axis=1))
        centres, halves, extents, upper = (
            np.concatenate(pair) for pair in zip(waiting, fresh, strict=True)
        )
        limit = (1 + relative) * attained
        open_ = upper > limit
        settled = max(settled, float(upper[~open_].max(initial=0.0)))
        centres, halves, extents, upper = (
            array[open_] for array in (centres, halves, extents, upper)
        )
        if len(upper) == 0:
            return attained, settled
        room = min(_BATCH, (max_cells - used) // 2)
        if room < 1:
            return attained, max(settled, float(upper.max()))
        chosen = np.argsort(-upper, kind="stable")[:room]
        rest = np.ones(len(upper), dtype=bool)
        rest[chosen] = False
        waiting = (centres[rest], halves[rest], extents[rest], upper[rest])
        centres, halves = _split(centres[chosen], halves[chosen], extents[chosen])


def _extents(chart: Chart, centres: Array, halves: Array, images: Array) -> Array:
    """Return how far the image of each cell can reach along each coordinate, shape (n, k)."""
    if chart.stretch is not None:
        return np.asarray(halves * np.array(chart.stretch))
    # Unknown stretch: the lengths of the chords from the centre to the faces. No bound.
    extents = np.zeros_like(halves)
    for axis in range(chart.dim):
        step = np.zeros_like(halves)
        step[:, axis] = halves[:, axis]
        for sign in (1.0, -1.0):
            chord = np.linalg.norm(chart.evaluate(centres + sign * step) - images, axis=1)
            extents[:, axis] = np.fmax(extents[:, axis], chord)
    return extents


def _split(centres: Array, halves: Array, extents: Array) -> tuple[Array, Array]:
    """Halve every cell across its longest extent."""
    rows = np.arange(len(centres))
    axis = extents.argmax(axis=1)
    halves = halves.copy()
    halves[rows, axis] /= 2
    shift = np.zeros_like(centres)
    shift[rows, axis] = halves[rows, axis]
    return np.concatenate([centres - shift, centres + shift]), np.concatenate([halves, halves])


def _from_fresh_points(distance: Callable[[Array], Array], manifold: Manifold) -> Bound:
    # A fresh sample misses the worst point by at most its own covering radius.
    fresh = manifold.sample(_FRESH_POINTS, rng=0)
    slack = estimate_covering_radius(fresh, intrinsic_dim=manifold.dim).value
    return Bound(float(distance(fresh).max()) + slack, "estimate", False, "numerical")
