"""Whether a chart is one to one: parts covered twice, and places where the image crosses itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.chart_grid import apart, confine, unit_grid, widths
from theory.errors import InvalidInput
from theory.zoom import zoom

__all__ = ["check_injective"]

Array = NDArray[np.float64]
_MARGIN = 0.02
_GRID, _NEIGHBOURS, _POLYGON, _STARTS = 3000, 24, 9, 8
_FAR, _SHORT_CUT = 0.05, 0.3
_CROSSING = 1e-6


def check_injective(chart: Chart) -> None:
    """Raise InvalidInput if the image is seen to meet itself away from the faces of the box.

    Points of a grid that are near one another, with a long way between them along the image,
    are moved together: where the image crosses itself or is covered twice, and only there, the
    gap closes.
    """
    from scipy.spatial import cKDTree

    k = chart.dim
    grid, spacing = unit_grid(chart, _GRID, faces=False)
    grid = grid[_depth(chart, grid) > 2 * _MARGIN]
    points = chart.evaluate(grid)
    count = min(_NEIGHBOURS, len(points))
    near = np.asarray(cKDTree(points).query(points, count)[1]).reshape(len(points), count)
    one, other = np.repeat(grid, count, axis=0), grid[near.ravel()]
    far = apart(chart, one, other) > _FAR
    pairs = np.concatenate([one[far], other[far]], axis=1)
    if not len(pairs):
        return

    def gap(pairs: Array) -> Array:
        here, there = pairs[:, :k], pairs[:, k:]
        length = np.linalg.norm(chart.evaluate(there) - chart.evaluate(here), axis=1)
        edge = np.minimum(_depth(chart, here), _depth(chart, there)) < _MARGIN
        return np.asarray(np.where(edge, np.inf, length))

    def confined(pairs: Array) -> Array:
        return np.concatenate([confine(chart, pairs[:, :k]), confine(chart, pairs[:, k:])], axis=1)

    gaps = gap(pairs)
    share = gaps / _way(chart, pairs)
    starts = pairs[np.argsort(share)[:_STARTS]]
    if share.min() > _SHORT_CUT:
        return
    pair, least = zoom(gap, starts, np.tile(spacing, 2), confined)
    here, there = pair.reshape(2, k)
    size = float(np.ptp(points, axis=0).max())
    if least < _CROSSING * size and apart(chart, here, there) > _FAR / 2:
        first, second = (np.array2string(end, precision=4) for end in (here, there))
        said = f"the same point at {first} and at {second}"
        raise InvalidInput("map", said, "a map that is one to one inside the box")


def _way(chart: Chart, pairs: Array) -> Array:
    """Return the lengths of the images of straight lines between the coordinates of pairs."""
    k, side = chart.dim, widths(chart)
    step = pairs[:, k:] - pairs[:, :k]
    step = np.where(chart.periodic, (step / side + 0.5) % 1.0 - 0.5, step / side) * side
    share = np.linspace(0, 1, _POLYGON)
    line = pairs[:, None, :k] + share[:, None] * step[:, None]
    images = chart.evaluate(confine(chart, line.reshape(-1, k))).reshape(*line.shape[:2], -1)
    return np.asarray(np.linalg.norm(np.diff(images, axis=1), axis=2).sum(axis=1))


def _depth(chart: Chart, coordinates: Array) -> Array:
    """Return how far coordinates (n, k) are from the faces that do not close up, in sides."""
    low, high = np.array(chart.lower), np.array(chart.upper)
    depth = np.minimum(coordinates - low, high - coordinates) / widths(chart)
    return np.asarray(np.where(chart.periodic, 1.0, depth).min(axis=1))
