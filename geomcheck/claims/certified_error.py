"""Claim: certified over every point of K, the error exceeds epsilon on at most a share delta."""

from __future__ import annotations

import math

from geomcheck.certify import Enclosure
from geomcheck.claims.certified import certificate_hypotheses, worst_certified
from geomcheck.claims.common import (
    large_error_limits,
    no_less,
    no_more,
    number,
    percent,
    training_advice,
)
from geomcheck.confidence import level_of_each
from geomcheck.result import ClaimResult, Verdict
from geomcheck.study import Study

__all__ = ["check"]

_ID = "certified-error"
_SOURCE = "certificate"
# Where less of K than this is undecided a little more time may decide.
_HOPEFUL = 0.25


def check(study: Study) -> ClaimResult:
    """Enclose sup err and mu(err > epsilon), and hold the latter against delta."""
    settings, found = study.settings, study.certificate
    epsilon = number(settings.epsilon)
    if found is None:
        return ClaimResult(
            id=_ID,
            statement=f"No certificate can be had for {study.ground.name}.",
            verdict=Verdict.NOT_APPLICABLE,
            summary=f"{study.no_certificate}; {_statistics(study)}",
            source=_SOURCE,
        )
    verdict, advice = _judged(study, found)
    share = f"{no_less(found.measure_lower)} to {no_more(found.measure_upper)}"
    return ClaimResult(
        id=_ID,
        statement=(
            f"Over every point of {study.ground.name} the worst error is between "
            f"{number(found.sup_lower)} and {number(found.sup_upper)}, and it exceeds {epsilon} "
            f"on at most {percent(settings.delta)}."
        ),
        verdict=verdict,
        summary=(
            f"worst error {number(found.sup_lower)} to {number(found.sup_upper)}; "
            f"above {epsilon} on {share} of K, every point counted"
        ),
        source=_SOURCE,
        values={
            "sup_at_least": found.sup_lower,
            "sup_at_most": found.sup_upper if math.isfinite(found.sup_upper) else None,
            "share_at_least": found.measure_lower,
            "share_at_most": found.measure_upper,
            "cells": found.cells,
            "stopped": found.reason_stopped,
        },
        threshold=settings.delta,
        hypotheses=certificate_hypotheses(),
        witness=worst_certified(study, found),
        advice=advice,
    )


def _statistics(study: Study) -> str:
    """What is known instead: for the reader alone, no value of this claim."""
    if study.held_out_basis == "training":
        return "statistics are all there could be, and no points were held out"
    limits, level = large_error_limits(study), level_of_each(study.settings.confidence)
    return (
        f"by statistics alone the error exceeds {number(study.settings.epsilon)} on "
        f"{no_less(limits.lower)} to {no_more(limits.upper)} of K (confidence {level:.4g})"
    )


def _judged(study: Study, found: Enclosure) -> tuple[Verdict, str]:
    if found.measure_upper <= study.settings.delta:
        return Verdict.HOLDS, ""
    if found.measure_lower > study.settings.delta:
        return Verdict.FAILS, training_advice(study)
    undecided = found.measure_upper - found.measure_lower
    if found.reason_stopped in ("reached", "smallest cells"):
        if found.reason_stopped == "reached" and undecided == 1.0:
            return Verdict.INCONCLUSIVE, (
                "Several charts of one part may overlap, so only the worst error is enclosed."
            )
        return Verdict.INCONCLUSIVE, "The share is too near delta to be told from it."
    spent = f"{found.cells} cells in {found.seconds:.0f} seconds were too few to decide"
    if found.reason_stopped == "cell limit":
        return Verdict.INCONCLUSIVE, (
            f"{spent}, and more would not fit: train a smoother network (narrower, or with fewer "
            f"layers). Until then, {_statistics(study)}."
        )
    if undecided < _HOPEFUL:
        return Verdict.INCONCLUSIVE, f"{spent}; give more --certificate-seconds."
    # Bounds tell anything only where cells are so small that the network is nearly linear.
    parts = 2 ** (study.ground.intrinsic_dim or 1)
    return Verdict.INCONCLUSIVE, (
        f"{spent}: the network bends too much within them. Cells half as wide are {parts} times "
        f"as many, so give many times the --certificate-seconds, or train a smoother network "
        f"(narrower, or with fewer layers). Until then, {_statistics(study)}."
    )
