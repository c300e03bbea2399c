"""What a run will cost before it is started: memory, time, and the sizes that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology.engines import delaunay_simplices
from theory.errors import InvalidInput
from theory.points import as_points, deduplicate, rank_reduce

__all__ = [
    "DEFAULT_SIMPLICES",
    "RIPS_POINTS",
    "RIPS_POINTS_EQUIDISTANT",
    "Cost",
    "alpha_cost",
    "choose_engine",
    "estimate_memory",
    "line_cost",
    "rips_cost",
]

# Simplices of a Delaunay complex computed by default: 3 to 5 seconds.
DEFAULT_SIMPLICES = 1_000_000
# Points of a Rips filtration computed by default, by largest degree (the last holds beyond):
# up to some seconds; and where the points are nearly equidistant, which costs ten times more.
RIPS_POINTS = (3000, 700, 300, 100, 60)
RIPS_POINTS_EQUIDISTANT = (3000, 500, 200, 80, 50)
# Measured peaks, from the complex through its persistence: 280 B (R^3), 330 B (R^4) a simplex.
_ALPHA_BYTES = {1: 300, 2: 300, 3: 300}
_ALPHA_BYTES_BEYOND = 360
_ALPHA_SECONDS = 5e-6
# Ripser: distances and edges grow as n^2, its columns more like n^3; by largest degree.
_RIPS_BYTES_SQUARED = 60.0
_RIPS_BYTES_CUBED = (0.0, 0.2, 0.4, 5.0, 20.0)
_RIPS_SECONDS_CUBED = (1e-10, 2.5e-9, 4e-8, 7e-7, 1e-5)
# An alpha complex is affordable up to so many points where it is not in R^4 or below.
_ALPHA_POINTS = {5: 100, 6: 40, 7: 24, 8: 16}
_ALPHA_POINTS_BEYOND = 10
_MAX_ALPHA_DIM = 8
_LARGEST_PILOT = 2000
_LEAST_PILOT = 32
_PILOT_SIMPLICES = 100_000  # a pilot of this size tells enough


@dataclass(frozen=True)
class Cost:
    """Predicted cost of a run as a function of the number of points.

    Parameters
    ----------
    memory, seconds : callable
        From the number of points to bytes and to seconds.
    default_points : int
        Number of points computed when nobody asks for another.
    """

    memory: Callable[[int], float]
    seconds: Callable[[int], float]
    default_points: int

    def largest(self, n: int, *, memory: float, seconds: float) -> int:
        """Return the largest size up to n that is predicted to stay within both limits."""
        low, high = 1, n
        while low < high:
            middle = (low + high + 1) // 2
            if self.memory(middle) <= memory and self.seconds(middle) <= seconds:
                low = middle
            else:
                high = middle - 1
        return low


def choose_engine(engine: str, n: int, affine_dim: int) -> str:
    """Return "line", "alpha" or "rips" for n points of this affine dimension."""
    if engine not in ("auto", "alpha", "rips"):
        raise InvalidInput("engine", engine, "'auto', 'alpha' or 'rips'")
    if affine_dim <= 1:
        return "line"
    if engine == "alpha" and affine_dim > _MAX_ALPHA_DIM and n > _ALPHA_POINTS_BEYOND:
        raise InvalidInput(
            "engine",
            "alpha",
            f"'rips' (or 'auto'): the points span {affine_dim} dimensions, and a Delaunay complex "
            f"is affordable up to {_MAX_ALPHA_DIM}",
        )
    if engine == "auto":
        most = _ALPHA_POINTS.get(affine_dim, _ALPHA_POINTS_BEYOND)
        return "alpha" if affine_dim <= 4 or n <= most else "rips"
    return engine


def line_cost() -> Cost:
    """Return the cost of sorting."""
    return Cost(lambda n: 64.0 * n, lambda n: 1e-6 * n, 10_000_000)


def rips_cost(points: NDArray[np.float64], max_degree: int) -> Cost:
    """Return the cost of the Rips engine."""
    k = min(max_degree, len(RIPS_POINTS) - 1)
    default = RIPS_POINTS_EQUIDISTANT if _nearly_equidistant(points) else RIPS_POINTS
    return Cost(
        lambda n: _RIPS_BYTES_SQUARED * n**2 + _RIPS_BYTES_CUBED[k] * n**3,
        lambda n: 1e-7 * n**2 + _RIPS_SECONDS_CUBED[k] * n**3,
        default[k],
    )


def _nearly_equidistant(points: NDArray[np.float64]) -> bool:
    """Tell whether neighbours are about as far from each other as from the middle.

    So they are in a cloud of high intrinsic dimension; Ripser then finds few pairs at once.
    """
    from scipy.spatial.distance import pdist, squareform

    rows = np.unique(np.linspace(0, points.shape[0] - 1, 200).astype(np.intp))
    some = points[rows] - points[rows].mean(axis=0)
    apart = squareform(pdist(some))
    np.fill_diagonal(apart, np.inf)
    middle = np.median(np.linalg.norm(some, axis=1))
    return bool(np.median(apart.min(axis=1)) > 0.8 * middle)


def alpha_cost(points: NDArray[np.float64], rng: np.random.Generator) -> Cost:
    """Return the cost of the alpha engine, from the growth seen on random pilots up to n / 4.

    The size of a Delaunay complex depends on the shape: n log n for points in the plane, n^2
    for points on two linked curves in R^3.

    Parameters
    ----------
    points : ndarray, shape (n, affine_dim)
        Distinct, of full affine rank.
    rng : numpy.random.Generator
        Draws the pilots.
    """
    n, dim = points.shape
    drawn = points[rng.permutation(n)[:_LARGEST_PILOT]]
    size = min(n, max(n // 4, dim + 3), _LARGEST_PILOT)
    sizes = [size]
    while sizes[0] // 2 >= max(_LEAST_PILOT, dim + 3):
        sizes.insert(0, sizes[0] // 2)
    large, many, power = sizes[0], 0, 2.0
    for size in sizes:
        small, few = large, many
        large, many = size, delaunay_simplices(_spanning(drawn[:size]))
        if few:
            power = float(np.log(many / few) / np.log(large / small))
        if many > _PILOT_SIMPLICES:
            break
    # Between a planar and a cyclic-polytope growth, whatever two small pilots suggest.
    power = float(np.clip(power, 1.0, np.ceil(dim / 2)))
    each = _ALPHA_BYTES.get(dim, _ALPHA_BYTES_BEYOND)

    def simplices(m: int) -> float:
        return float(many * (m / large) ** power)

    default = int(large * (DEFAULT_SIMPLICES / many) ** (1.0 / power))
    return Cost(
        lambda m: each * simplices(m), lambda m: _ALPHA_SECONDS * simplices(m), max(default, 1)
    )


def _spanning(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a pilot in coordinates of its own span: a part may lie flat where all do not."""
    reduced = rank_reduce(points)
    return reduced.points if reduced.rank >= 1 else np.zeros((1, 1))


def estimate_memory(
    points: NDArray[np.float64],
    engine: str = "auto",
    *,
    max_degree: int | None = None,
    rng: int | np.random.Generator = 0,
) -> int:
    """Predict the memory that `persistence` would need on all of a cloud.

    Parameters
    ----------
    points : ndarray, shape (n, ambient_dim)
    engine : "auto", "alpha" or "rips"
    max_degree : int, optional
        Largest homology degree; 2 if not given (it matters to the Rips engine only).
    rng : int or numpy.random.Generator
        Draws the pilots of the alpha engine.

    Returns
    -------
    int
        Bytes: an estimate. It comes from pilots at an eighth and a quarter of the points
        (at most 2000) for alpha, and from the number of points for Rips.

    Raises
    ------
    InvalidInput
        If the points or the engine cannot be used.
    """
    cloud = as_points(points)
    reduced = rank_reduce(cloud[deduplicate(cloud)])
    n = reduced.points.shape[0]
    chosen = choose_engine(engine, n, reduced.rank)
    if chosen == "line":
        cost = line_cost()
    elif chosen == "alpha":
        cost = alpha_cost(reduced.points, np.random.default_rng(rng))
    else:
        cost = rips_cost(reduced.points, 2 if max_degree is None else max_degree)
    return int(np.ceil(cost.memory(n)))
