"""The covering radius of a bare sample, from the law of random coverings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.dimension import estimate_dimension
from theory.errors import InvalidInput
from theory.points import as_points, deduplicate, spanning

__all__ = ["estimate_covering_radius"]

Array = NDArray[np.float64]
_MOST_QUERIES = 20_000
_LEAST_POINTS = 10
_NEIGHBOURS = 30
_LEAST_NEIGHBOURS = 9
# A curve may bend more within a gap than the points on both sides show.
_BEND_MARGIN, _LEAST_MARGIN = 2.0, 1.01
# A curve ends where the other side is farther off than this times what the law says.
_WIDEST = 4.0
_SIDE_NEIGHBOURS = 40
_BISECTIONS = 60


def estimate_covering_radius(
    points: Array,
    *,
    confidence: float = 0.99,
    intrinsic_dim: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Bound:
    """Estimate the covering radius of a sample in the unknown set that it was drawn from.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Independent points with a density on a set of dimension `intrinsic_dim`; duplicates are
        dropped. At least 10 distinct ones.
    confidence : float
        Aimed at: how often, over samples, the value is not below the truth.
    intrinsic_dim : int, optional
        By default estimated from the points.
    rng : int or numpy.random.Generator
        Chooses the points at which the density is looked at when there are many.

    Returns
    -------
    Bound
        An estimate, never certified: the set may have a part that the sample missed. In the
        units of the coordinates.

    Raises
    ------
    InvalidInput
        If there are too few distinct points, `confidence` is out of range, or the dimension is
        not given and its estimators disagree.

    Notes
    -----
    S. Janson, Random coverings in several dimensions, Acta Math. 156 (1986): the number of
    holes that balls of radius r around n random points leave in a k-dimensional set is nearly
    Poisson, with mean alpha_k * sum over the points of v^(k-1) exp(-v), where v is n times the
    mass of such a ball. The mass is taken from the distances to the nearest neighbours, so
    that sparse regions and boundaries count; its noise makes the estimate somewhat too large.
    On a curve without ends the gaps between consecutive points are visible, and the widest
    one, taken for an arc, replaces the law unless it is far wider than the law says.
    From a few hundred points on, the confidence is reached (benchmarks/coverage.py).
    """
    from scipy.spatial import cKDTree

    if not 0.0 < confidence < 1.0:
        raise InvalidInput("confidence", confidence, "between 0 and 1, both excluded")
    cloud = as_points(points)
    cloud = cloud[deduplicate(cloud)]
    n = len(cloud)
    if n < _LEAST_POINTS:
        raise InvalidInput("points", f"{n} distinct points", f"at least {_LEAST_POINTS}")
    generator = np.random.default_rng(rng)
    k = intrinsic_dim
    if k is None:
        estimate = estimate_dimension(cloud, rng=generator)
        if estimate.value is None:
            raise InvalidInput(
                "intrinsic_dim", f"None, with estimates {dict(estimate.estimates)}", "a dimension"
            )
        k = estimate.value
    spanning(cloud, k)
    queries = cloud
    if n > _MOST_QUERIES:
        queries = cloud[generator.choice(n, _MOST_QUERIES, replace=False)]
    m = min(_NEIGHBOURS, max(_LEAST_NEIGHBOURS, n // 10))
    distances = np.asarray(cKDTree(cloud).query(queries, m + 1)[0])
    # In a ball that reaches to the m-th neighbour, (m - 1) points are expected per point.
    scale = distances[:, -1]
    weight = n / len(queries) * _shape(k)
    holes = -math.log(confidence)

    def expected(radius: float) -> float:
        mass = (m - 1) * (radius / scale) ** k
        return float(weight * np.sum(mass ** (k - 1) * np.exp(-mass)))

    # The expected number of holes falls with the radius only beyond its mode.
    low = float(scale.max()) * (max(k - 1, 1) / (m - 1)) ** (1 / k)
    high = low
    while expected(high) > holes:
        high *= 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) > holes else (low, middle)
    if k == 1:
        visible = _widest_gap(cloud, _WIDEST * high)
        if visible is not None:
            return Bound(visible, "estimate", False, "numerical")
    # A point whose neighbours are farther than this lies beyond what the law describes.
    return Bound(max(high, float(distances[:, 1].max()) / 2), "estimate", False, "numerical")


def _shape(k: int) -> float:
    """Return Janson's constant alpha_k for balls."""
    ratio = math.sqrt(math.pi) * math.gamma(k / 2 + 1) / math.gamma((k + 1) / 2)
    return ratio ** (k - 1) / math.factorial(k)


def _widest_gap(cloud: Array, limit: float) -> float | None:
    """Return how far the middle of a gap is from its ends, at most; None if the curve has ends.

    Of each point, the nearest neighbour and the nearest one on the other side of it count; a
    point that has none on the other side within `limit` is an end. The gap is taken for the arc
    of a circle through the three.
    """
    from scipy.spatial import cKDTree

    found = cKDTree(cloud).query(cloud, min(_SIDE_NEIGHBOURS, len(cloud) - 1) + 1)
    distances, indices = np.asarray(found[0])[:, 1:], np.asarray(found[1])[:, 1:]
    away = cloud[indices] - cloud[:, None]
    opposite = np.einsum("nkd,nd->nk", away, away[:, 0]) < 0
    across = np.where(opposite, distances, np.inf)
    choice = across.argmin(axis=1)
    every = np.arange(len(cloud))
    gap = across[every, choice]
    if gap.max() > limit:
        return None
    # The angle at p between the circle's chords to a and b is pi - (arc a to b) / 2.
    cosine = np.einsum("nd,nd->n", away[:, 0], away[every, choice]) / (distances[:, 0] * gap)
    turn = _BEND_MARGIN * np.arccos(np.clip(-cosine, -1.0, 1.0))
    # Of the whole arc of 2 turn the gap has a share; its middle sees the ends at half of that.
    quarter = np.minimum(turn * gap / (gap + distances[:, 0]) / 2, math.pi / 4)
    return float((_LEAST_MARGIN * gap / 2 / np.cos(quarter)).max())
