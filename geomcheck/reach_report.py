"""Dimension, reach, covering radius and sample size of a set: all that sampling it needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import clusters
from geomcheck.ground import Subject
from geomcheck.point_reach import reach_of_points
from geomcheck.reach_result import FAILURE, ReachReport, best_reach
from theory.covering import covering_radius, estimate_covering_radius
from theory.dimension import estimate_dimension
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import deduplicate
from theory.reach import estimate_reach
from theory.sampling import points_needed

__all__ = ["reach_report"]

Array = NDArray[np.float64]
Progress = Callable[[str, float | None, float | None], None]


def reach_report(
    subject: Subject,
    *,
    n: int = 10_000,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> ReachReport:
    """Estimate dimension, reach and covering radius, and advise on the size of a sample.

    Parameters
    ----------
    subject : Manifold or PointSet
    n : int
        Points to draw from a manifold; of a point set all are used.
    rng : int or numpy.random.Generator
        Draws the points, and chooses some where there are many.
    progress : callable, optional
        Receives the stage, the fraction done and None.

    Returns
    -------
    ReachReport

    Raises
    ------
    InvalidInput
        If there are too few points, or a manifold has dimension 0 or maps that cannot be used.

    Notes
    -----
    Sources ``federer``, ``aamari-2019``, ``chart-covering``, ``niyogi-smale-weinberger``.
    """
    generator = np.random.default_rng(rng)
    show = progress if progress is not None else _silent
    if isinstance(subject, Manifold):
        return _of_manifold(subject, n, generator, show)
    return _of_points(subject, generator, show)


def _of_manifold(
    manifold: Manifold, n: int, rng: np.random.Generator, progress: Progress
) -> ReachReport:
    if manifold.dim == 0:
        raise InvalidInput("subject", f"{manifold.name}, of dimension 0", "dimension 1 or more")
    progress("sample", None, None)
    points, frames = _drawn(manifold, n, rng)
    progress("dimension", 0.1, None)
    dimension = estimate_dimension(points, rng=rng)
    progress("reach", 0.2, None)
    reach = estimate_reach(points, tangents=frames, rng=rng)
    notes = []
    if manifold.boundary:
        notes.append("reach: at the boundary it may be smaller than tangent spaces show")
    progress("covering radius", 0.8, None)
    covering = covering_radius(points, manifold)
    volume, known = manifold.claims.volume, best_reach(manifold.claims.reach, reach)
    needed = None
    if manifold.boundary:
        notes.append("sample size: the theorem is about sets without boundary")
    elif any(part.dim < manifold.dim for part in manifold.components):
        notes.append("sample size: points are drawn from the parts of the largest dimension alone")
    elif volume is None:
        notes.append("sample size: the volume is not known")
    elif known is not None and np.isfinite(known.value):
        needed = points_needed(
            volume=volume.value, intrinsic_dim=manifold.dim, reach=known.value, delta=FAILURE
        )
        above = volume.certified and volume.direction in ("exact", "upper")
        if not (known.holds_from_below() and above):
            notes.append("sample size: as certain as the reach and the volume that it rests on")
    return ReachReport(
        subject=manifold.name,
        kind="manifold",
        n=len(points),
        ambient_dim=manifold.ambient_dim,
        given_dim=manifold.dim,
        dimension=dimension,
        reach=reach,
        claimed=manifold.claims.reach,
        covering=covering,
        volume=volume,
        points_needed=needed,
        notes=tuple(notes),
    )


def _of_points(subject: PointSet, rng: np.random.Generator, progress: Progress) -> ReachReport:
    progress("dimension", None, None)
    points = subject.points[deduplicate(subject.points)]
    dimension = estimate_dimension(points, rng=rng)
    # Where the estimators disagree the larger guess makes the covering radius larger: safer.
    guess = dimension.value or max(1, round(max(dimension.estimates.values())))
    progress("covering radius", 0.1, None)
    covering = estimate_covering_radius(points, intrinsic_dim=guess, rng=rng)
    labels = clusters(points, 2 * covering.value)
    progress("reach", 0.3, None)
    notes = ["sample size: the volume is not known"]
    reach = None
    if dimension.value is None:
        notes.append("reach: the estimates of the dimension disagree")
        notes.append(f"covering radius: taken as that of a set of dimension {guess}")
    else:
        try:
            reach = reach_of_points(points, labels, dimension.value, rng=rng)
        except InvalidInput as error:
            notes.append(f"reach: {error}")
    if labels.max() > 0:
        notes.append(f"clusters: {labels.max() + 1}, farther apart than twice the covering radius")
    return ReachReport(
        subject=subject.name,
        kind="points",
        n=len(points),
        ambient_dim=subject.ambient_dim,
        given_dim=None,
        dimension=dimension,
        reach=reach,
        claimed=None,
        covering=covering,
        volume=None,
        points_needed=None,
        notes=tuple(notes),
    )


def _drawn(manifold: Manifold, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return distinct points of the set itself, and their tangents."""
    try:
        points = manifold.sample(n, rng=rng)
        if manifold.noise:
            points = manifold.project(points)
        points = points[deduplicate(points)]
        return points, manifold.tangent(points)
    except (InvalidInput, MemoryError):
        raise
    except Exception as error:
        says = f"{type(error).__name__}: {error}"
        raise InvalidInput("subject", manifold.name, f"maps that run; {says}") from error


def _silent(stage: str, fraction: float | None, seconds_left: float | None) -> None:
    del stage, fraction, seconds_left
