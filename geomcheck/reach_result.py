"""What a sample of a set says of its dimension, reach and covering radius, as a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from theory.bound import Bound
from theory.dimension import DimensionEstimate
from theory.reach import ReachEstimate
from theory.sampling import DENSEST_RATIO, dense_enough

__all__ = ["FAILURE", "ReachReport", "best_reach"]

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
        return best_reach(self.claimed, self.reach)

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


def best_reach(claimed: Bound | None, estimate: ReachEstimate | None) -> Bound | None:
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
