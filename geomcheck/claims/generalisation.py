"""Claim: errors on points that training did not see match those on the training points."""

from __future__ import annotations

import numpy as np

from geomcheck.claims.common import (
    independence,
    large_error_limits,
    large_errors,
    number,
    percent,
    plain,
)
from geomcheck.confidence import level_of_each
from geomcheck.nearness import Nearness, Pair, nearness
from geomcheck.result import ClaimResult, Verdict, Witness
from geomcheck.study import Study

__all__ = ["check"]

_ID = "generalisation"
_LISTED = 12
_BETWEEN = "Train on more points: the error is large between those it saw."
_BY_HEART = "Train on more points: these were learned by heart."


def check(study: Study) -> ClaimResult:
    """Hold the share of large errors off the training points against the share on them."""
    settings, training = study.settings, study.training
    epsilon, delta = settings.epsilon, settings.delta
    statement = (
        f"The share of K with error above {number(epsilon)} exceeds the share of the training "
        f"points by at most {percent(delta)}."
    )
    all_errors = study.training_errors
    if training is None or all_errors is None or study.held_out_basis == "training":
        return ClaimResult(
            id=_ID,
            statement=statement,
            verdict=Verdict.NOT_APPLICABLE,
            summary="the training points are not known"
            if training is None or all_errors is None
            else "no points but the training points were given",
            source="clopper-pearson",
            advice="Pass training_points, and points held out, to verify.",
        )
    n, hits, limits = len(study.errors), large_errors(study), large_error_limits(study)
    trained = float(np.mean(all_errors > epsilon))
    near, inside = nearness(study, training), int(np.count_nonzero(all_errors > epsilon))
    summary = (
        f"large errors on {percent(trained)} of {len(all_errors)} training points, on "
        f"{percent(hits / n)} of {n} others; {_where(near, inside)}"
    )
    advice = ""
    if limits.upper <= trained + delta:
        verdict = Verdict.HOLDS
    elif limits.lower > trained + delta:
        verdict, advice = Verdict.FAILS, _BETWEEN if near.says == "farther" else _BY_HEART
    else:
        verdict, advice = Verdict.INCONCLUSIVE, "Take more points that training did not see."
    return ClaimResult(
        id=_ID,
        statement=statement,
        verdict=verdict,
        summary=summary,
        source="clopper-pearson",
        values={
            "training_points": len(all_errors),
            "training_share": trained,
            "share": hits / n,
            "share_at_most": limits.upper,
            "share_at_least": limits.lower,
            "training_mean_error": float(np.mean(all_errors)),
            "mean_error": float(np.mean(study.errors)),
            "training_points_in_K0": inside,
            "K0_to_training_points": near.distance,
            "K_to_training_points": near.spacing,
            "K0_farther_than_the_rest": near.farther_share,
            "K0_compared_with_the_rest": near.says,
            "tears_to_training_points": list(near.tear_distances[:_LISTED]),
        },
        threshold=delta,
        confidence=level_of_each(settings.confidence),
        hypotheses=(independence(study, n),),
        witness=None if near.worst is None else _witness(near.worst),
        advice=advice,
    )


def _where(near: Nearness, inside: int) -> str:
    """Say how K0 lies to the training points."""
    held = f"{inside} of them" if inside else "none of them"
    said = f"K0 holds {held}"
    if near.distance is None or near.says == "unseen":
        return said
    if near.says == "alike":
        return f"{said} and lies as far from them as K does"
    times = near.distance / near.spacing if near.spacing > 0 else float("inf")
    return f"{said} and lies {times:.2g} times as far from them as K does"


def _witness(pair: Pair) -> Witness:
    return Witness(
        kind="pair",
        says=(
            f"a point of error {number(pair.error)} and the training point nearest to it, "
            f"{number(pair.distance)} away and of error {number(pair.training_error)}"
        ),
        data={
            "point": plain(pair.point),
            "error": pair.error,
            "training_point": plain(pair.training_point),
            "training_error": pair.training_error,
            "distance": pair.distance,
        },
    )
