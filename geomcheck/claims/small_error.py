"""Claim: the error exceeds epsilon on at most a share delta of K."""

from __future__ import annotations

import numpy as np

from geomcheck.claims.common import (
    independence,
    large_error_limits,
    large_errors,
    no_less,
    no_more,
    number,
    percent,
    training_advice,
)
from geomcheck.confidence import level_of_each, points_needed
from geomcheck.result import ClaimResult, Hypothesis, Verdict
from geomcheck.study import Study

__all__ = ["check"]

_ID = "small-error"


def check(study: Study) -> ClaimResult:
    """Hold the share of held-out points with a large error against delta."""
    settings = study.settings
    errors = study.errors
    n, hits, limits = len(errors), large_errors(study), large_error_limits(study)
    epsilon = number(settings.epsilon)
    seen = f"error above {epsilon} on {percent(hits / n)} of {n} points"
    if study.held_out_basis == "training":
        verdict, advice = Verdict.INCONCLUSIVE, "Hold out points: pass held_out."
        summary = f"{seen}, all of them training points"
    elif limits.upper <= settings.delta:
        verdict, advice = Verdict.HOLDS, ""
        summary = f"{seen}, so on at most {no_more(limits.upper)} of K"
    elif limits.lower > settings.delta:
        verdict, advice = Verdict.FAILS, training_advice(study)
        summary = f"{seen}, so on at least {no_less(limits.lower)} of K"
    else:
        needed = points_needed(settings.delta, hits, confidence=settings.confidence)
        verdict = Verdict.INCONCLUSIVE
        summary = f"{seen}, so on {no_less(limits.lower)} to {no_more(limits.upper)} of K"
        advice = f"With {hits} large errors, {needed} points would be needed to decide."
        if needed is None:
            advice = f"No number of points shows a share of {settings.delta:g}: ask for more."
        elif n >= needed or hits > settings.delta * n:
            advice = "The share is too near delta to tell: take more points once, or train longer."
    finite = errors[np.isfinite(errors)]
    hypotheses = [independence(study, n)]
    bound = study.obstructions[0].bound.value if study.obstructions else 0.0
    if 0 < bound <= settings.epsilon:
        hypotheses.append(
            Hypothesis(
                f"epsilon is below the error {number(bound)} that is forced anyway", "not met"
            )
        )
    if len(finite) < n:
        hypotheses.append(Hypothesis("the model returns finite numbers", "not met"))
    return ClaimResult(
        id=_ID,
        statement=(
            f"The error exceeds {epsilon} on at most {percent(settings.delta)} of "
            f"{study.ground.name} (joint confidence {settings.confidence:g})."
        ),
        verdict=verdict,
        summary=summary,
        source="clopper-pearson",
        values={
            "points": n,
            "exceedances": hits,
            "share": hits / n,
            "share_at_most": limits.upper,
            "share_at_least": limits.lower,
            "median_error": float(np.median(finite)) if len(finite) else None,
            "mean_error": float(finite.mean()) if len(finite) else None,
            "largest_error_sampled": float(finite.max()) if len(finite) else None,
        },
        threshold=settings.delta,
        confidence=level_of_each(settings.confidence),
        hypotheses=tuple(hypotheses),
        advice=advice,
    )
