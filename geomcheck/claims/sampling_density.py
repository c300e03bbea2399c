"""Claim: the sample is dense enough for what is said of the topology."""

from __future__ import annotations

import math

from geomcheck.claims.common import number
from geomcheck.result import ClaimResult, Hypothesis, Verdict
from geomcheck.study import Study

__all__ = ["check"]

_ID = "sampling-density"
# Niyogi, Smale and Weinberger: points (eps / 2)-dense with eps < sqrt(3/5) reach.
_DENSE_ENOUGH = math.sqrt(3 / 5) / 2


def check(study: Study) -> ClaimResult:
    """Hold the covering radius of the sample against the reach of K."""
    covering, reach = study.covering, study.ground.reach
    n = len(study.homology_sample)
    values = {"points": n, "covering_radius": covering.value, "certified": covering.certified}
    if reach is None:
        return ClaimResult(
            id=_ID,
            statement="The points resolve the topology of K.",
            verdict=Verdict.INCONCLUSIVE,
            summary=f"covering radius {number(covering.value)}, but the reach is not known",
            source="niyogi-smale-weinberger",
            values=values,
            hypotheses=(Hypothesis("the reach of K is known", "not met"),),
            advice="State the reach of the set.",
        )
    limit = _DENSE_ENOUGH * reach.value
    certain = covering.certified and reach.certified
    dense = covering.value <= limit
    comparison = f"covering radius {number(covering.value)} against {number(limit)}"
    advice = ""
    if certain:
        verdict = Verdict.HOLDS if dense else Verdict.FAILS
        summary = comparison
    else:
        verdict = Verdict.INCONCLUSIVE
        summary = f"{comparison}, both estimated" if not reach.certified else comparison
        advice = "Estimates cannot certify density; give the set as a manifold with charts."
    if not dense:
        advice = f"About {math.ceil(covering.value / limit)} times as dense a sample is needed."
    return ClaimResult(
        id=_ID,
        statement=(
            f"Every point of K has one of {n} sample points within sqrt(3/5)/2 of the reach, "
            f"{number(limit)}."
        ),
        verdict=verdict,
        summary=summary,
        source="niyogi-smale-weinberger",
        values={**values, "reach": reach.value, "reach_direction": reach.direction},
        threshold=limit,
        hypotheses=(
            Hypothesis(f"reach {number(reach.value)}", "given" if reach.certified else "estimated"),
            Hypothesis(
                f"covering radius {number(covering.value)}",
                "certified" if covering.certified else "estimated",
            ),
        ),
        advice=advice,
    )
