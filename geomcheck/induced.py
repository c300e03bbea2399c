"""Which homology classes of K survive a map, at the resolution of a net."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology import flag_persistence
from theory.points import farthest_point_subsample

__all__ = ["KeptClasses", "kept_classes"]

Array = NDArray[np.float64]

# Flag complexes of more points than this are too many simplices, by highest degree.
_SIZES = {0: 1000, 1: 800, 2: 500}
# Nor are complexes with more than this share of all edges.
_DENSEST = {0: 1.0, 1: 0.8, 2: 0.5}
_SCALES = np.linspace(1.0, 3.0, 21)
_MARGIN = 1.25
_COARSER = 1.25


class KeptClasses(tuple[int | None, ...]):
    """How many classes of each degree survive; None where the net does not decide."""


def kept_classes(
    points: Array, values: Array, every_value: Array, had: tuple[int, ...], *, covering: float
) -> KeptClasses:
    """Return the rank of the map that f: K -> R^d induces on homology, as a net shows it.

    Parameters
    ----------
    points : array of shape (n, N)
        A net of K.
    values : array of shape (n, d)
        f at the points.
    every_value : array of shape (l, d)
        f at many more points, to see how well the values at the net cover f(K).
    had : tuple of int
        Betti numbers of K, from the degree 0, in the degrees asked for.
    covering : float
        Covering radius of the net in K.

    Notes
    -----
    Take the flag complex of all pairs of points within 2 r, with r the smallest radius at which
    its Betti numbers are those of K, then let in the pairs whose values are within 2 t, t
    growing. Once 2 t exceeds the distance of the values of every pair near on K, this is the
    Rips complex of the values, so the classes present at the start that are alive at t are
    those that the map Rips_r(K) -> Rips_t(f(K)), x -> f(x), does not kill. A class that f kills
    bounds in f(K), and so dies by the covering radius of the values. Equality of Betti numbers
    is neither needed nor enough for this (a circle wound twice has those of a circle).
    """
    from scipy.spatial import cKDTree
    from scipy.spatial.distance import pdist, squareform

    top = len(had) - 1
    size = _SIZES.get(top, 120)
    if len(points) > size:
        chosen = farthest_point_subsample(points, size)
        points, values = points[chosen.indices], values[chosen.indices]
        covering = covering + chosen.covering_radius
    near = squareform(pdist(points))
    widest = min(1.01 * _SCALES[-1] * covering, _widest(near, top))
    bars = flag_persistence(near, max_degree=top, max_radius=widest)
    radius = _radius_of(bars, had, covering, widest)
    if radius is None or not (np.isfinite(values).all() and np.isfinite(every_value).all()):
        return KeptClasses([None] * len(had))
    gap = float(np.max(cKDTree(values).query(every_value)[0]))
    apart = squareform(pdist(values))
    close = near <= 2 * radius
    reached = max(float(apart[close].max(initial=0.0)) / 2, _MARGIN * gap)
    spread = float(apart.max())
    if spread == 0.0:
        return KeptClasses([min(count, 1) if j == 0 else 0 for j, count in enumerate(had)])
    if _COARSER * reached > _widest(apart, top):
        return KeptClasses([None] * len(had))
    alive = flag_persistence(
        np.where(close, 0.0, apart), max_degree=top, max_radius=1.01 * _COARSER * reached
    )
    counts = [
        [_alive(degree_bars, factor * reached) for degree_bars in alive]
        for factor in (1.0, _COARSER)
    ]
    return KeptClasses([a if a == b else None for a, b in zip(*counts, strict=True)])


def _alive(bars: Array, radius: float) -> int:
    return int(np.count_nonzero((bars[:, 0] <= 1e-12 * radius) & (bars[:, 1] > radius)))


def _widest(matrix: Array, top: int) -> float:
    """Return the radius at which a flag complex has too many simplices to be looked at."""
    share = _DENSEST.get(top, 0.1)
    return float(np.quantile(matrix, share)) / 2 if share < 1 else np.inf


def _radius_of(
    bars: tuple[Array, ...], had: tuple[int, ...], covering: float, widest: float
) -> float | None:
    for scale in _SCALES:
        radius = scale * covering
        if radius > widest:
            break
        betti = tuple(int(np.count_nonzero((b[:, 0] <= radius) & (radius < b[:, 1]))) for b in bars)
        if betti == had:
            return float(radius)
    return None
