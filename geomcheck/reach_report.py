"""Dimension, reach, covering radius and sample size of a set: all that sampling it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import clusters
from geomcheck.ground import Subject
from geomcheck.point_reach import reach_of_points
from theory.bound import Bound
from theory.covering import covering_radius, estimate_covering_radius
from theory.dimension import DimensionEstimate, estimate_dimension
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import deduplicate
from theory.reach import ReachEstimate, estimate_reach
from theory.sampling import DENSEST_RATIO, dense_enough, points_needed

__all__ = ["FAILURE", "ReachReport", "reach_report"]

Array = NDArray[np.float64]
Progress = Callable[[str, float | None, float | None], None]

# How often a random sample of the advised size may have another homology than the set.
FAILURE = 0.01
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class ReachReport:
    """What a sample of a set says of its reach, beside what is claimed.

    Parameters
    ----------
    subject : str
    kind : {"manifold", "points"}
    n : int
        Number of distinct points.
    ambient_dim : int
    given_dim : int or None
        Dimension of a manifold.
    dimension : DimensionEstimate
        By three estimators.
    reach : ReachEstimate or None
        From the sample, with exact tangents for a manifold; None where it cannot be estimated.
    claimed : Bound or None
        The reach that a manifold claims.
    covering : Bound
        Covering radius of the sample.
    volume : Bound or None
        That a manifold claims.
    points_needed : int or None
        How many random points have the homology of the set with probability 1 - `FAILURE`;
        None where the volume is not known or there is a boundary.
    notes : tuple of str
        What is not known, and why.
    """

    subject: str
    kind: Literal["manifold", "points"]
    n: int
    ambient_dim: int
    given_dim: int | None
    dimension: DimensionEstimate
    reach: ReachEstimate | None
    claimed: Bound | None
    covering: Bound
    volume: Bound | None
    points_needed: int | None
    notes: tuple[str, ...]

    @property
    def intrinsic_dim(self) -> int | None:
        """The dimension given, else the one that the estimators agree on."""
        return self.given_dim if self.given_dim is not None else self.dimension.value

    @property
    def tube(self) -> Bound | None:
        """Radius of the widest tube whose points have one nearest point: the reach."""
        return _best(self.claimed, self.reach)

    @property
    def contradicts(self) -> bool:
        """Whether the sample shows a smaller reach than the one claimed."""
        if self.reach is None or self.claimed is None or self.claimed.direction == "upper":
            return False
        limit = self.reach.upper
        # An estimated claim need not be met to the last digit.
        slack = _ROUNDING if self.claimed.direction != "estimate" else 0.03
        return limit is not None and limit < self.claimed.value * (1 - slack)

    @property
    def covering_needed(self) -> Bound | None:
        """Covering radius below which unions of balls around the sample retract to the set."""
        return None if self.tube is None else self.tube.scaled(DENSEST_RATIO)

    @property
    def dense(self) -> bool | None:
        """Whether the sample is that dense; None where it cannot be said."""
        return None if self.tube is None else dense_enough(self.covering, self.tube)

    def to_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        needed, tube = self.covering_needed, self.tube
        return {
            "subject": self.subject,
            "kind": self.kind,
            "n": self.n,
            "ambient_dim": self.ambient_dim,
            "intrinsic_dim": self.intrinsic_dim,
            "dimension": {
                "given": self.given_dim,
                "estimated": self.dimension.value,
                "estimates": dict(self.dimension.estimates),
                "agreement": self.dimension.agreement,
            },
            "reach": None if self.reach is None else _estimate(self.reach),
            "claimed_reach": None if self.claimed is None else asdict(self.claimed),
            "contradicts_claim": self.contradicts,
            "tube_radius": None if tube is None else asdict(tube),
            "covering_radius": asdict(self.covering),
            "sampling": {
                "covering_radius_needed": None if needed is None else needed.value,
                "dense_enough": self.dense,
                "volume": None if self.volume is None else asdict(self.volume),
                "points_needed": self.points_needed,
                "confidence": 1 - FAILURE,
                "source": "niyogi-smale-weinberger",
            },
            "notes": list(self.notes),
        }


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
    volume, known = manifold.claims.volume, _best(manifold.claims.reach, reach)
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


def _best(claimed: Bound | None, estimate: ReachEstimate | None) -> Bound | None:
    """Return the claim, or an estimate in its place."""
    if claimed is not None:
        return claimed
    return None if estimate is None else estimate.bound


def _estimate(reach: ReachEstimate) -> Mapping[str, Any]:
    return {
        "value": reach.value,
        "direction": reach.direction,
        "certified": reach.certified,
        "method": reach.method,
        "curvature_radius": reach.curvature_radius,
        "half_bottleneck": reach.half_bottleneck,
        "governs": reach.governs,
        "where": reach.where,
        "note": reach.note,
        "error": reach.error,
        "error_basis": reach.error_basis,
        "upper": reach.upper,
        "upper_at": reach.upper_at,
    }


def _silent(stage: str, fraction: float | None, seconds_left: float | None) -> None:
    del stage, fraction, seconds_left
