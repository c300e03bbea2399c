"""Persistence diagrams of a cloud: engine, subsample and jitter chosen, every error recorded."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology.attempts import Job, until_done
from geomcheck.homology.reduce import reduced_cloud
from geomcheck.homology.size import alpha_cost, choose_engine, line_cost, rips_cost
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.points import as_points

__all__ = ["persistence"]

_MEMORY_SHARE = 0.8  # predictions are not exact


def persistence(
    points: NDArray[np.float64],
    *,
    max_degree: int | None = None,
    homology_coeff_field: int = 2,
    engine: str = "auto",
    memory_limit: int = 4 * 2**30,
    time_limit: float | None = None,
    max_points: int | None = None,
    max_radius: float = float("inf"),
    rng: int | np.random.Generator = 0,
    progress: Callable[[str], None] | None = None,
) -> PersistenceDiagrams:
    """Return the persistence diagrams of a cloud in radius units.

    The cloud is written in coordinates of its affine span. Up to dimension 4 (or for few
    points) the alpha complex gives the exact diagrams of the union of balls; above, the
    Vietoris-Rips filtration stands in. When the work predicted is too much, the farthest-point
    subsample that fits is used instead and its covering radius is recorded: compare with
    ``result.error_radius``. Cospherical clouds of 256 points or more are jittered by 1e-6 of
    their extent, which is recorded as well.

    Parameters
    ----------
    points : ndarray, shape (n, ambient_dim)
    max_degree : int, optional
        Largest homology degree; by default 2, or one less than the affine dimension where
        that is 4.
    homology_coeff_field : int
        A prime p; coefficients are integers modulo p.
    engine : "auto", "alpha" or "rips"
    memory_limit : int
        Bytes. A run predicted to take more than a quarter of it works in a child process that
        cannot take more; if it tries, a smaller subsample is computed.
    time_limit : float, optional
        Seconds to aim at. A run is stopped for a smaller subsample when it takes too long.
    max_points : int, optional
        Largest number of points used. By default as many as give about a million simplices
        (alpha: 3 to 5 seconds), and 3000, 700, 300, 100 or 60 for largest degree 0, 1, 2, 3
        or more (Rips; fewer where the points are nearly equidistant).
    max_radius : float
        Follow the filtration up to this radius only.
    rng : int or numpy.random.Generator
        Draws pilots and jitter.
    progress : callable, optional
        Receives a sentence now and then.

    Returns
    -------
    PersistenceDiagrams

    Raises
    ------
    InvalidInput
        If an argument cannot be used.
    RuntimeError
        If the child process ends for a reason other than memory or time.
    """
    begun = time.monotonic()
    cloud = as_points(points)
    _check(max_degree, homology_coeff_field, memory_limit, time_limit, max_points, max_radius)
    say = progress if progress is not None else _silent
    generator = np.random.default_rng(rng)
    whole = reduced_cloud(cloud)
    n = whole.points.shape[0]
    chosen = choose_engine(engine, n, whole.affine_dim)
    if max_degree is None:
        max_degree = 3 if chosen == "alpha" and whole.affine_dim == 4 else 2
    if chosen == "line":
        cost = line_cost()
    elif chosen == "alpha":
        cost = alpha_cost(whole.points, generator)
    else:
        cost = rips_cost(whole.points, max_degree)
    seconds = math.inf if time_limit is None else 0.4 * time_limit
    size = cost.largest(n, memory=_MEMORY_SHARE * memory_limit, seconds=seconds)
    size = min(size, cost.default_points if max_points is None else max_points)
    job = Job(
        engine=chosen,
        max_degree=max_degree,
        field=homology_coeff_field,
        threshold=float(max_radius),
        memory_limit=int(memory_limit),
        deadline=math.inf if time_limit is None else begun + time_limit,
        progress=say,
    )
    used, bars, moved = until_done(job, whole, size, cost, generator)
    return PersistenceDiagrams(
        by_degree=tuple(bars),
        homology_coeff_field=homology_coeff_field,
        filtration="rips" if chosen == "rips" or engine == "rips" else "alpha",
        n_points=used.points.shape[0],
        ambient_dim=cloud.shape[1],
        affine_dim=used.affine_dim,
        threshold=float(max_radius),
        subsample_radius=used.covering_radius,
        subsample_indices=used.rows if used.points.shape[0] < n else None,
        perturbation=used.residual + moved,
    )


def _silent(message: str) -> None:
    """Say nothing."""


def _check(
    max_degree: int | None,
    field: int,
    memory_limit: int,
    time_limit: float | None,
    max_points: int | None,
    max_radius: float,
) -> None:
    """Refuse options that make no sense."""
    if max_degree is not None and max_degree < 0:
        raise InvalidInput("max_degree", max_degree, "zero or positive")
    # gudhi and Ripser hold coefficients in 16 bits.
    if not 2 <= field < 46337 or any(field % k == 0 for k in range(2, math.isqrt(field) + 1)):
        raise InvalidInput("homology_coeff_field", field, "a prime below 46337")
    if memory_limit <= 0:
        raise InvalidInput("memory_limit", memory_limit, "a positive number of bytes")
    if time_limit is not None and not time_limit > 0.0:
        raise InvalidInput("time_limit", time_limit, "a positive number of seconds")
    if max_points is not None and max_points < 1:
        raise InvalidInput("max_points", max_points, "at least 1")
    if not max_radius > 0.0:
        raise InvalidInput("max_radius", max_radius, "a positive radius")
