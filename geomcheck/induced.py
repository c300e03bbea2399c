"""Which homology classes of K survive a map, at the resolution of a net."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology import flag_persistence
from theory.points import farthest_point_subsample

__all__ = ["KeptClasses", "affine_dim", "kept_classes"]

Array = NDArray[np.float64]

# Flag complexes of more points than this are too many simplices, by highest degree.
_SIZES = {0: 1000, 1: 800, 2: 500}
# Nor are complexes with more than this share of all edges.
_DENSEST = {0: 1.0, 1: 0.8, 2: 0.5}
_SCALES = np.linspace(1.0, 3.0, 21)
_MARGIN = 1.25
_COARSER = 1.25
# A class is called lost only at scales up to this share of the image's diameter: what is dead at
# a coarse scale may be alive at a finer one.
_COARSEST = 0.15
# Codes flatter than that have lost what was there to rounding.
_FLAT = 32 * float(np.finfo(np.float64).eps)
# A ring of radius 1 is filled in at this scale, and one in more dimensions later.
_FILLED_AT = float(np.sqrt(3) / 2)


class KeptClasses(tuple[int | None, ...]):
    """How many classes of each degree survive; None where the net does not decide.

    `hole` is the width, as a share of the diameter of the image, of the widest hole round which
    a class that is called lost might still run unseen.
    """

    hole: float = 0.0

    def __new__(cls, numbers: Iterable[int | None], hole: float = 0.0) -> KeptClasses:
        """Take the numbers, degree by degree from 0."""
        kept = super().__new__(cls, numbers)
        kept.hole = hole
        return kept


def kept_classes(
    points: Array,
    values: Array,
    every_point: Array,
    every_value: Array,
    had: tuple[int, ...],
    *,
    covering: float,
    homology_coeff_field: int = 2,
    covering_of: Callable[[Array], float] | None = None,
) -> KeptClasses:
    """Return the rank of the map that f: K -> R^d induces on homology, as a net shows it.

    Parameters
    ----------
    points : array of shape (n, N)
        A net of K.
    values : array of shape (n, d)
        f at the points.
    every_point, every_value : array of shape (l, N), array of shape (l, d)
        Many more points of K and f at them, those where f is steepest among them: they show how
        far f strays between points of the net.
    had : tuple of int
        Betti numbers of K over the field, from the degree 0, in the degrees asked for.
    covering : float
        Covering radius of the net in K.
    homology_coeff_field : int
        A prime.
    covering_of : callable, optional
        Takes some of the net's points to their covering radius in K. By default it is no better
        known than as that of the net and that of these points in the net, added.

    Notes
    -----
    Take the flag complex of all pairs of points within 2 r, with r the smallest radius at which
    its Betti numbers are those of K, then let in the pairs whose values are within 2 t, t
    growing. Once 2 t exceeds the distance of the values of every pair near on K, this is the
    Rips complex of the values, and the classes present at the start that are alive at t are
    those that the map Rips_r(K) -> Rips_t(f(K)), x -> f(x), does not kill.

    A class that f kills bounds a chain in f(K). Send each point f(p) of a fine subdivision of
    that chain to f(x), x the point of the net nearest to p: if f(p) is never farther than t
    from f(x), this bounds the class in the complex at t. So what is alive at a t that exceeds
    all these distances is kept; that they are seen on points only is what makes it an estimate.
    What is dead at t need not be lost: f(K) may have a hole of a radius up to 2 t / sqrt(3), so t
    has to be small beside the diameter of f(K), and the width is given. Equality of Betti
    numbers is neither needed nor enough (a circle wound twice has those of a circle).

    Where all values lie in an affine subspace of dimension d >= 1, f passes through R^d, whose
    open sets have no homology in the degrees from d on (``open-subsets``): nothing of K's is
    kept there, however coarse the net.
    """
    finite = bool(np.isfinite(values).all() and np.isfinite(every_value).all())
    if not finite:
        return KeptClasses([None] * len(had))
    span = max(1, affine_dim(len(had), values, every_value))

    def seen_below(top: int) -> KeptClasses:
        some, chosen, radius = _thinned(points, _SIZES.get(top - 1, 120), covering, covering_of)
        return _alive_beyond(
            some, values[chosen], every_point, every_value, had[:top], radius, homology_coeff_field
        )

    first = seen_below(len(had))
    seen, hole = list(first), first.hole
    for top in range(len(had) - 1, 0, -1):
        if None not in seen[:top]:
            break
        # Without the highest degree more points can be looked at.
        below = seen_below(top)
        seen[:top] = [a if b is None else b for a, b in zip(seen[:top], below, strict=True)]
        hole = max(hole, below.hole)
    numbers = (0 if j >= span else number for j, number in enumerate(seen))
    # Round what lies on a line nothing runs.
    return KeptClasses(numbers, hole if span > 1 else 0.0)


def _thinned(
    points: Array, size: int, covering: float, covering_of: Callable[[Array], float] | None
) -> tuple[Array, NDArray[np.intp], float]:
    """Return at most `size` points of a net, their rows, and their covering radius in K."""
    if len(points) <= size:
        return points, np.arange(len(points)), covering
    chosen = farthest_point_subsample(points, size)
    some, radius = points[chosen.indices], covering + chosen.covering_radius
    if covering_of is not None:
        radius = min(radius, covering_of(some))
    return some, chosen.indices, radius


def affine_dim(most: int, *clouds: Array) -> int:
    """Return the dimension of the affine span of points (n, d), or one beyond `most`."""
    first = clouds[0][:1]
    for some in clouds:
        sizes = np.linalg.svd(some - first, compute_uv=False)
        dim = int(np.count_nonzero(sizes > _FLAT * sizes[0]))
        if dim > most:
            return most + 1
    return dim


def _alive_beyond(
    points: Array,
    values: Array,
    every_point: Array,
    every_value: Array,
    had: tuple[int, ...],
    covering: float,
    field: int,
) -> KeptClasses:
    """Return how many classes are alive once every value is within reach of its net point's."""
    from scipy.spatial import cKDTree
    from scipy.spatial.distance import pdist, squareform

    top = len(had) - 1
    near = squareform(pdist(points))
    widest = min(1.01 * _SCALES[-1] * covering, _widest(near, top))
    bars = flag_persistence(near, max_degree=top, max_radius=widest, homology_coeff_field=field)
    radius = _radius_of(bars, had, covering, widest)
    if radius is None:
        return KeptClasses([None] * len(had))
    gap = float(np.max(cKDTree(values).query(every_value)[0]))
    nearest = cKDTree(points).query(every_point)[1]
    strays = float(np.linalg.norm(every_value - values[nearest], axis=1).max())
    apart = squareform(pdist(values))
    close = near <= 2 * radius
    joined = near <= 2 * radius + covering
    reached = max(float(apart[joined].max(initial=0.0)) / 2, _MARGIN * gap, strays)
    spread = float(apart.max())
    if spread == 0.0:
        return KeptClasses(min(count, 1) if j == 0 else 0 for j, count in enumerate(had))
    if _COARSER * reached > _widest(apart, top):
        return KeptClasses([None] * len(had))
    alive = flag_persistence(
        np.where(close, 0.0, apart),
        max_degree=top,
        max_radius=1.01 * _COARSER * reached,
        homology_coeff_field=field,
    )
    counts = [
        [_alive(degree_bars, factor * reached) for degree_bars in alive]
        for factor in (1.0, _COARSER)
    ]
    scale = max(float(apart[close].max()) / 2, _last_death(alive, reached))
    fine = scale <= _COARSEST * spread
    return KeptClasses(
        [
            a if a == b and (a >= count or j == 0 or fine) else None
            for j, (a, b, count) in enumerate(zip(*counts, had, strict=True))
        ],
        hole=2 * scale / (_FILLED_AT * spread),
    )


def _last_death(bars: Sequence[Array], radius: float) -> float:
    """Return the scale at which the last of the classes that die up to a radius does so."""
    ends = [b[(b[:, 0] <= 1e-12 * radius) & (b[:, 1] <= radius), 1] for b in bars[1:]]
    return max((float(end.max(initial=0.0)) for end in ends), default=0.0)


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
