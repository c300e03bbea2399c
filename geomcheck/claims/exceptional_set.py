"""Claim: off a small exceptional set the error is small and each component stays in one piece."""

from __future__ import annotations

from collections import Counter
from typing import Any

from geomcheck.claims.common import independence, number, percent, plain, training_advice
from geomcheck.exceptional import Tear
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from theory.statistics import clopper_pearson

__all__ = ["check"]

_ID = "exceptional-set"
_LISTED = 12


def check(study: Study) -> ClaimResult:
    """Locate {err > epsilon} and hold it, with all it cuts off, against delta."""
    found, settings = study.exceptional, study.settings
    level = settings.confidence
    upper = clopper_pearson(found.stray, found.n, confidence=level, side="upper").upper
    lower = clopper_pearson(found.stray, found.n, confidence=level, side="lower").lower
    several = [
        name
        for name, pieces in zip(study.ground.components, found.pieces, strict=False)
        if len(pieces) > 1
    ]
    hypotheses = [
        independence(study),
        Hypothesis(
            f"neighbours at most {number(found.spacing)} apart join each component in one piece",
            "checked" if found.graph_connected else "not met",
        ),
        Hypothesis(
            "no tear hides between neighbours at which error and code look sound", "assumed"
        ),
    ]
    where = _where(study)
    if study.ground.kind == "points":
        verdict = Verdict.INCONCLUSIVE
        summary = f"{where}; on bare points the measure of K is not known"
        advice = "Give the set as a manifold to have its measure."
    elif not found.graph_connected:
        verdict = Verdict.INCONCLUSIVE
        summary = f"{where}; too few points to see whether the rest hangs together"
        advice = "Take more --samples."
    elif upper <= settings.delta:
        verdict, advice, summary = Verdict.HOLDS, "", where
    elif lower > settings.delta:
        verdict, advice = Verdict.FAILS, training_advice(study)
        cut = f"; {' and '.join(several)} torn into several pieces" if several else ""
        summary = f"{where}{cut}; with what it cuts off, {percent(lower)} of K at least"
    else:
        verdict, advice = Verdict.INCONCLUSIVE, "Take more --samples."
        summary = f"{where}; with what it cuts off, up to {percent(upper)} of K"
    tears = found.tears
    return ClaimResult(
        id=_ID,
        statement=(
            f"Off a set of measure at most {percent(settings.delta)} the error is at most "
            f"{number(settings.epsilon)} and every component stays in one piece."
        ),
        verdict=verdict,
        summary=summary,
        source="kvalheim-sontag-1",
        values={
            "pieces": len(tears),
            "share_with_what_it_cuts_off": found.stray / found.n,
            "share_at_most": upper,
            "share_at_least": lower,
            "points": found.n,
            "tears": [_row(study, tear) for tear in tears[:_LISTED]],
            "pieces_of_the_rest": {
                name: list(pieces[:_LISTED])
                for name, pieces in zip(study.ground.components, found.pieces, strict=False)
            },
        },
        threshold=settings.delta,
        confidence=level,
        hypotheses=tuple(hypotheses),
        witness=_witness(tears[0]) if tears else None,
        advice=advice,
    )


def _where(study: Study) -> str:
    tears = study.exceptional.tears
    if not tears:
        return "no point of larger error was met"
    counts = Counter(study.ground.components[tear.component] for tear in tears)
    share = sum(tear.hits for tear in tears) / study.exceptional.n
    pieces = ", ".join(
        f"{count} {'tear' if count == 1 else 'tears'} on {name}"
        for name, count in sorted(counts.items())
    )
    return f"{pieces}; {percent(share)} of the points"


def _row(study: Study, tear: Tear) -> dict[str, Any]:
    n, level = study.exceptional.n, study.settings.confidence
    interval = clopper_pearson(tear.hits, n, confidence=level)
    return {
        "component": study.ground.components[tear.component],
        "measure": tear.hits / n,
        "measure_low": interval.lower,
        "measure_high": interval.upper,
        "diameter": tear.diameter,
        "centre": plain(tear.centre),
        "largest_error": tear.largest_error,
    }


def _witness(tear: Tear) -> Witness:
    return Witness(
        kind="point",
        says=f"the point of the largest error, {number(tear.largest_error)}, in the largest tear",
        data={"point": plain(tear.worst_point), "error": tear.largest_error},
    )
