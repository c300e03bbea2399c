"""Claim: errors on points that training did not see match those on the training points."""

from __future__ import annotations

import numpy as np

from geomcheck.claims.common import (
    independence,
    large_error_limits,
    large_errors,
    number,
    percent,
)
from geomcheck.confidence import level_of_each
from geomcheck.result import ClaimResult, Verdict
from geomcheck.study import Study

__all__ = ["check"]

_ID = "generalisation"


def check(study: Study) -> ClaimResult:
    """Hold the share of large errors off the training points against the share on them."""
    settings, training = study.settings, study.training
    epsilon, delta = settings.epsilon, settings.delta
    statement = (
        f"The share of K with error above {number(epsilon)} exceeds the share of the training "
        f"points by at most {percent(delta)}."
    )
    if training is None or study.held_out_basis == "training":
        return ClaimResult(
            id=_ID,
            statement=statement,
            verdict=Verdict.NOT_APPLICABLE,
            summary="the training points are not known"
            if training is None
            else "no points but the training points were given",
            source="clopper-pearson",
            advice="Pass training_points, and points held out, to verify.",
        )
    n, hits, limits = len(study.held_out), large_errors(study), large_error_limits(study)
    trained = float(np.mean(training.errors > epsilon))
    summary = (
        f"large errors on {percent(trained)} of the training points, on {percent(hits / n)} of "
        f"{n} others"
    )
    advice = ""
    if limits.upper <= trained + delta:
        verdict = Verdict.HOLDS
    elif limits.lower > trained + delta:
        verdict, advice = Verdict.FAILS, "Train on more points: these were learned by heart."
    else:
        verdict, advice = Verdict.INCONCLUSIVE, "Take more points that training did not see."
    return ClaimResult(
        id=_ID,
        statement=statement,
        verdict=verdict,
        summary=summary,
        source="clopper-pearson",
        values={
            "training_points": len(training),
            "training_share": trained,
            "share": hits / n,
            "share_at_most": limits.upper,
            "share_at_least": limits.lower,
            "training_mean_error": float(np.mean(training.errors)),
            "mean_error": float(np.mean(study.held_out.errors)),
        },
        threshold=delta,
        confidence=level_of_each(settings.confidence),
        hypotheses=(independence(study, n),),
        advice=advice,
    )
