"""Claim: off a small exceptional set the error is small and each component stays in one piece."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from geomcheck.certify import Rest
from geomcheck.claims.certified import (
    across_certified,
    certified_rest,
    largest_pieces,
    rest_hypotheses,
    rest_values,
    rest_verdict,
    worst_certified,
)
from geomcheck.claims.common import (
    independence,
    large_error_limits,
    no_less,
    no_more,
    number,
    percent,
    plain,
    tear_unmet,
    training_advice,
)
from geomcheck.claims.torn_edges import torn_edge_values, torn_edges_in_words
from geomcheck.confidence import each_share_limits, level_of_each, share_limits
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from geomcheck.tear_pieces import Tear
from theory.statistics import Interval

__all__ = ["check"]

_ID = "exceptional-set"
_SOURCE = "kvalheim-sontag-1"
_LISTED = 12
_SPECK = 0.01
_LONG = 4.0
_MORE_SAMPLES = "Take more --samples."
_ADVICE_NARROW = "Give more --certificate-seconds, or take more --samples."


def check(study: Study) -> ClaimResult:
    """Locate {err > epsilon} and hold it, with all it cuts off, against delta.

    Certified over every point of K where that decides; else by the statistics of a sample.
    """
    found, settings = study.exceptional, study.settings
    limits = share_limits(found.stray, found.n, of="share cut off", confidence=settings.confidence)
    tears, rest = found.tears, certified_rest(study)
    apart = share_limits(
        found.stray_if_apart, found.n, of="share cut off", confidence=settings.confidence
    )
    result = _sampled(study, limits, apart.upper)
    if rest is not None:
        verdict = rest_verdict(rest, settings.delta)
        if verdict is not Verdict.INCONCLUSIVE:
            result = _certified(study, rest, verdict)
        elif result.verdict is Verdict.HOLDS and rest.upper_if_joined <= settings.delta:
            result = _kept_apart(study, rest, result)
    witness = result.witness or (_witness(tears[0]) if tears else None)
    # A certified verdict has no level of confidence; the limits of the sample have.
    level = {} if result.confidence else {"sampled_confidence": level_of_each(settings.confidence)}
    values = {
        "pieces": len(tears),
        "share_with_what_it_cuts_off": found.stray / found.n,
        "share_at_most": limits.upper,
        "share_at_least": limits.lower,
        "share_at_most_if_tears_run_on": apart.upper,
        **level,
        **({} if rest is None else rest_values(study, rest)),
        "points": found.n,
        "tears": _rows(study)[:_LISTED],
        "pieces_of_the_rest": {
            name: list(pieces[:_LISTED])
            for name, pieces in zip(study.ground.components, found.pieces, strict=True)
        },
        **torn_edge_values(study),
    }
    return replace(result, values=values, witness=witness)


def _sampled(study: Study, limits: Interval, if_apart: float) -> ClaimResult:
    found, settings = study.exceptional, study.settings
    verdict, summary, advice = _judged(study, limits, if_apart)
    hypotheses = (
        independence(study, found.n),
        Hypothesis(
            f"neighbours at most {number(found.spacing)} apart, and closer than twice the reach, "
            "join each component in one piece",
            "checked" if found.graph_connected and _reach_known(study) else "not met",
        ),
        Hypothesis("no tear hides where error and code look sound", "assumed"),
    )
    return ClaimResult(
        id=_ID,
        statement=(
            f"The tears met, where the error exceeds {number(settings.epsilon)}, and all that they "
            f"cut off have measure at most {percent(settings.delta)}."
        ),
        verdict=verdict,
        summary=summary,
        source=_SOURCE,
        threshold=settings.delta,
        confidence=level_of_each(settings.confidence),
        hypotheses=hypotheses,
        advice=advice,
    )


def _certified(study: Study, rest: Rest, verdict: Verdict) -> ClaimResult:
    epsilon, delta = number(study.settings.epsilon), study.settings.delta
    fails = verdict is Verdict.FAILS
    share = f"at least {no_less(rest.lower)}" if fails else f"at most {no_more(rest.upper)}"
    said = [f"{share} of K has to be left out, every point counted"]
    if fails and (apart := largest_pieces(study, rest.apart)):
        said.append(f"{apart} are apart")
    return ClaimResult(
        id=_ID,
        statement=(
            f"What has to be left out of {study.ground.name}, so that the error exceeds {epsilon} "
            f"nowhere and each component is in one piece, measures at most {percent(delta)}."
        ),
        verdict=verdict,
        summary="; ".join([*said, _where(study)]),
        source=_SOURCE,
        threshold=delta,
        hypotheses=rest_hypotheses(rest, verdict),
        witness=_certified_witness(study, rest) if fails else None,
        advice=training_advice(study) if fails else "",
    )


def _certified_witness(study: Study, rest: Rest) -> Witness | None:
    """Return what shows the failure: what a tear cuts off, or else a point of large error."""
    found = study.certificate
    if found is None or found.measure_lower > study.settings.delta:
        return None if study.exceptional.tears or found is None else worst_certified(study, found)
    return across_certified(study, rest) or worst_certified(study, found)


def _kept_apart(study: Study, rest: Rest, sampled: ClaimResult) -> ClaimResult:
    """Return the verdict where no point shows a tear, but the certificate does not exclude one."""
    return replace(
        sampled,
        verdict=Verdict.INCONCLUSIVE,
        summary=f"{_where(study)}; {largest_pieces(study, rest.pieces) or 'sound pieces'} are "
        "not seen to hang together, as far as the certificate got",
        advice="Give more --certificate-seconds: the certificate goes on dividing.",
    )


def _reach_known(study: Study) -> bool:
    reach = study.ground.reach
    return reach is not None and reach.holds_from_below()


def _judged(study: Study, limits: Interval, if_apart: float) -> tuple[Verdict, str, str]:
    """Return verdict, summary and advice."""
    found, delta = study.exceptional, study.settings.delta
    upper, lower = limits.upper, limits.lower
    alone = large_error_limits(study).lower
    where = _where(study)
    if study.ground.kind == "points":
        return (
            Verdict.INCONCLUSIVE,
            f"{where}{torn_edges_in_words(study)}; the measure of K is not known",
            "Give the set as a manifold to have its measure.",
        )
    if alone > delta:
        return Verdict.FAILS, f"{where}, at least {no_less(alone)} of K", training_advice(study)
    if not found.graph_connected or not _reach_known(study):
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; whether the rest hangs together is not seen",
            "Take more --samples, or state the reach.",
        )
    if upper <= delta and _too_narrow(study):
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; a tear too narrow to be met by any point may run on unseen",
            _ADVICE_NARROW if certified_rest(study) is not None else _MORE_SAMPLES,
        )
    if upper <= delta < if_apart:
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; what is left hangs together by no more than {found.across} edges that run "
            "among points of the tears",
            _MORE_SAMPLES,
        )
    if upper <= delta and not found.followed:
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; how far they reach was not seen to the end",
            _MORE_SAMPLES,
        )
    if upper <= delta and tear_unmet(study):
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; no point of the tear that is forced was met, nor how far it reaches",
            _MORE_SAMPLES,
        )
    if upper <= delta:
        return Verdict.HOLDS, f"{where}, at most {no_more(upper)} of K to leave out", ""
    pieces = _pieces(study)
    if lower > delta and study.ground.intrinsic_dim == 1:
        return Verdict.FAILS, f"{where}; {pieces}", training_advice(study)
    if lower > delta:
        return (
            Verdict.INCONCLUSIVE,
            f"{where}; {pieces}, unless they join where no point was met",
            training_advice(study),
        )
    return Verdict.INCONCLUSIVE, f"{where}; {pieces}", _MORE_SAMPLES


def _too_narrow(study: Study) -> bool:
    """Tell whether a tear was met only between points of a set that a curve can cut."""
    if study.ground.intrinsic_dim == 1:
        return False
    return any(tear.hits == 0 for tear in study.exceptional.tears)


def _pieces(study: Study) -> str:
    """Say into which pieces the components fall, specks counted together."""
    said = []
    for name, sizes in zip(study.ground.components, study.exceptional.pieces, strict=True):
        total = sum(sizes)
        large = [size for size in sizes if size > _SPECK * total]
        if len(large) > 1:
            shares = " and ".join(percent(size / total) for size in large[:4])
            said.append(f"{name} falls into pieces of {shares}")
    return "; ".join(said) or "specks are cut off"


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


def _rows(study: Study) -> list[dict[str, Any]]:
    found = study.exceptional
    hits = [tear.hits for tear in found.tears]
    limits = each_share_limits(hits, found.n, confidence=study.settings.confidence)
    return [_row(study, tear, at) for tear, at in zip(found.tears, limits, strict=True)]


def _row(study: Study, tear: Tear, interval: Interval) -> dict[str, Any]:
    n = study.exceptional.n
    return {
        "component": study.ground.components[tear.component],
        "measure": tear.hits / n,
        "measure_low": interval.lower,
        "measure_high": interval.upper,
        "diameter": tear.diameter,
        "shape": _shape(study, tear),
        "centre": plain(tear.centre),
        "largest_error": tear.largest_error,
    }


def _shape(study: Study, tear: Tear) -> str | None:
    """Return what a tear of a surface looks like: it is as wide as its area over its diameter.

    A curve is at least four times as long as wide; what is not is a point, if it is smaller than
    the reach, or else a patch.
    """
    manifold = study.ground.manifold
    volume = None if manifold is None else manifold.claims.volume
    reach = study.ground.reach
    if manifold is None or manifold.dim != 2 or volume is None or not tear.hits:
        return None
    area = tear.hits / study.exceptional.n * volume.value
    if tear.diameter**2 > _LONG * area:
        return "curve"
    return "point" if reach is not None and tear.diameter < reach.value else "patch"


def _witness(tear: Tear) -> Witness:
    return Witness(
        kind="point",
        says=f"the point of the largest error, {number(tear.largest_error)}, in the largest tear",
        data={"point": plain(tear.worst_point), "error": tear.largest_error},
    )
