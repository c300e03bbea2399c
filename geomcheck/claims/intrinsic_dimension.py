"""Claim: the intrinsic dimension is what it should be, and fits the bottleneck."""

from __future__ import annotations

from geomcheck.claims.common import number
from geomcheck.result import ClaimResult, Hypothesis, Verdict
from geomcheck.study import Study

__all__ = ["check"]

_ID = "intrinsic-dimension"


def check(study: Study) -> ClaimResult:
    """Hold the estimated dimension against the manifold's, and both against the bottleneck."""
    ground, m = study.ground, study.model.latent_dim
    estimate = ground.dimension
    values = {
        "latent_dim": m,
        "estimated": None if estimate is None else estimate.value,
        "estimates": {} if estimate is None else dict(estimate.estimates),
    }
    statement = f"The estimated intrinsic dimension of K is at most {m}, the latent dimension."
    seen = "" if estimate is None else ", ".join(number(v) for v in estimate.estimates.values())
    if estimate is None or estimate.value is None:
        verdict, advice = Verdict.INCONCLUSIVE, "Give more points."
        summary = f"the estimators disagree: {seen}"
    elif ground.kind == "manifold" and estimate.value != ground.intrinsic_dim:
        verdict, advice = Verdict.INCONCLUSIVE, "Estimators fall short in high dimension."
        summary = f"estimated {estimate.value}, stated {ground.intrinsic_dim}"
    elif estimate.value > m and ground.kind == "points":
        verdict = Verdict.INCONCLUSIVE
        summary = f"dimension {estimate.value} (estimated) does not fit latent dimension {m}"
        advice = "Noise thicker than the spacing of the points counts as dimension."
    elif estimate.value > m:
        verdict = Verdict.FAILS
        summary = f"dimension {estimate.value} does not fit latent dimension {m}"
        advice = f"Theorem 1 speaks of latent dimension {estimate.value} and above."
    else:
        verdict, advice = Verdict.HOLDS, ""
        how = "stated and estimated" if ground.kind == "manifold" else "estimated"
        summary = f"dimension {estimate.value} ({how}) fits latent dimension {m}"
    return ClaimResult(
        id=_ID,
        statement=statement,
        verdict=verdict,
        summary=summary,
        source="kvalheim-sontag-1",
        values=values,
        threshold=float(m),
        hypotheses=(
            Hypothesis(
                "the points come from a smooth manifold, evenly and without noise", "assumed"
            ),
        ),
        advice=advice,
    )
