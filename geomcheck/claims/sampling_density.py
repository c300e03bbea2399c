"""Claim: the sample is dense enough for what is said of the topology."""

from __future__ import annotations

from geomcheck.claims.common import number
from geomcheck.result import ClaimResult, Hypothesis, Verdict
from geomcheck.study import Study
from theory.sampling import DENSEST_RATIO, dense_enough

__all__ = ["check"]

_ID = "sampling-density"


def check(study: Study) -> ClaimResult:
    """Hold the covering radius of the sample against the reach of K."""
    covering, reach = study.covering, study.ground.reach
    n = len(study.homology_sample)
    values = {
        "points": n,
        **_chosen(study),
        "covering_radius": covering.value,
        "certified": covering.certified,
    }
    if reach is None:
        return ClaimResult(
            id=_ID,
            statement="The points resolve the topology of K.",
            verdict=Verdict.INCONCLUSIVE,
            summary=f"covering radius {number(covering.value)}, but the reach is not known",
            source="niyogi-smale-weinberger",
            values=values,
            hypotheses=(Hypothesis("the reach of K is known", "not met"), *_choice(study)),
            advice="State the reach of the set.",
        )
    limit = DENSEST_RATIO * reach.value
    dense = dense_enough(covering, reach)
    if not dense and _rests_on_no_sample(study):
        return ClaimResult(
            id=_ID,
            statement="What is said of the topology rests on a sample of K that is dense enough.",
            verdict=Verdict.NOT_APPLICABLE,
            summary=(
                f"no verdict on the topology needs a net; the one drawn, of covering radius "
                f"{number(covering.value)}, is coarser than {number(limit)}"
            ),
            source="niyogi-smale-weinberger",
            values=values,
            threshold=limit,
        )
    summary = f"covering radius {number(covering.value)}; at most {number(limit)} is needed"
    advice = ""
    if dense is None or not (covering.certified and reach.certified):
        verdict = Verdict.INCONCLUSIVE
        summary += ", but these are estimates or one-sided bounds"
        advice = "Give the set as a manifold with charts and a known reach."
    elif dense:
        verdict = Verdict.HOLDS
    else:
        verdict = Verdict.FAILS
        advice = f"A sample {covering.value / limit:.1f} times as dense is needed."
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
            *_choice(study),
        ),
        advice=advice,
    )


def _chosen(study: Study) -> dict[str, int]:
    given, looked_at = study.ground.points, study.ground.looked_at
    if given is None or looked_at is None or given == looked_at:
        return {}
    return {"points_given": given, "points_looked_at": looked_at}


def _choice(study: Study) -> tuple[Hypothesis, ...]:
    if not _chosen(study):
        return ()
    says = "of {points_given} points, {points_looked_at} drawn at random show the geometry"
    return (Hypothesis(says.format(**_chosen(study)), "assumed"),)


def _rests_on_no_sample(study: Study) -> bool:
    """Tell whether the topology was decided without a look at nets, K being in one piece."""
    maps = (study.kept_by_codes, study.kept_by_images)
    decided = all(kept.settled for each in maps for kept in each.values())
    return decided and len(study.ground.components) == 1 and study.ground.betti is not None
