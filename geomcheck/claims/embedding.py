"""Claim: off a small set, points farther apart than 2 epsilon have different codes."""

from __future__ import annotations

from typing import Any

import numpy as np

from geomcheck.claims.common import (
    independence,
    large_error_limits,
    no_less,
    no_more,
    number,
    percent,
    plain,
    training_advice,
)
from geomcheck.collisions import Collisions
from geomcheck.confidence import level_of_each, share_limits
from geomcheck.evaluation import Evaluation
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study

__all__ = ["check"]

_ID = "embedding"
_SOURCE = "code-collision"


def check(study: Study) -> ClaimResult:
    """Decide whether some set of measure at most delta contains an end of every collision.

    Notes
    -----
    It does if some decoder errs by more than epsilon on a set K0 of measure at most delta only:
    F(x) = F(y) then means |x - y| <= 2 epsilon off K0. The model's own decoder will do, and so
    will the nearest code in a table. It does not if collisions lie beside more disjoint pairs
    of sample points than such a set can hold.
    """
    delta, found = study.settings.delta, study.collisions
    at_most, why, hypotheses = _at_most(study)
    least = share_limits(
        found.matched, found.n, of="share of colliding pairs", confidence=study.settings.confidence
    ).lower
    pair = _pair_says(found)
    advice = ""
    if at_most <= delta:
        verdict, summary = Verdict.HOLDS, why
    elif study.ground.kind == "points" or study.held_out_basis != "fresh":
        verdict = Verdict.INCONCLUSIVE
        summary = f"codes are told apart for sure off {no_more(at_most)} only; {pair}"
        advice = "Give the set as a manifold, so that collisions can be followed along it."
    elif least > delta:
        verdict = Verdict.FAILS
        summary = f"{pair}; no set below {no_less(least)} of K meets all such pairs"
        hypotheses = _of_failure(study)
        advice = _advice(study)
    else:
        verdict = Verdict.INCONCLUSIVE
        summary = f"codes are told apart for sure off {no_more(at_most)} only; {pair}"
        advice = "A decoder with a smaller error, or more --samples, would show more."
    return ClaimResult(
        id=_ID,
        statement=(
            f"Off a set of measure at most {percent(delta)}, points of K farther apart than "
            f"{number(found.gap)} have different codes."
        ),
        verdict=verdict,
        summary=summary,
        source=_SOURCE,
        values=_values(study, at_most, least),
        threshold=delta,
        confidence=level_of_each(study.settings.confidence),
        hypotheses=tuple(hypotheses),
        witness=_witness(found),
        advice=advice,
    )


def _at_most(study: Study) -> tuple[float, str, list[Hypothesis]]:
    """Return an upper limit of the measure to leave out, what it rests on, and hypotheses."""
    settings, certificate = study.settings, study.certificate
    epsilon, gap = settings.epsilon, number(study.collisions.gap)
    says = f"points with one code lie within {gap} of one another off at most"
    certain = Hypothesis("points with one code have one reconstruction", "checked")
    best, why = 1.0, ""
    if certificate is not None:
        best, why = certificate.measure_upper, "certified"
    if best <= settings.delta:
        on = Hypothesis(f"error at most {number(epsilon)} off {no_more(best)} of K", "certified")
        return best, f"{says} {no_more(best)} of K, {why}", [certain, on]
    hypotheses = [certain, independence(study, len(study.held_out))]
    if study.held_out_basis == "training":
        return best, "", hypotheses
    tried = [("its own decoder", large_error_limits(study))]
    if study.nearest_code_errors is not None:
        hits = int(np.count_nonzero(~(study.nearest_code_errors <= epsilon)))
        limits = share_limits(
            hits,
            len(study.held_out),
            of="share that the nearest code decodes",
            confidence=settings.confidence,
        )
        tried.append(("the nearest of known codes", limits))
    for name, limits in tried:
        if limits.upper < best:
            best, why = limits.upper, f"as {name} shows"
    return best, f"{says} {no_more(best)} of K, {why}", hypotheses


def _advice(study: Study) -> str:
    dim, m = study.ground.intrinsic_dim, study.model.latent_dim
    if dim is not None and m < dim:
        return training_advice(study)
    return "No decoder can tell these points apart: the encoder has to change."


def _of_failure(study: Study) -> list[Hypothesis]:
    found = study.collisions
    return [
        independence(study, found.n),
        Hypothesis(
            f"what is left out is no finer than {number(found.moved)}, the distance from the "
            "sample points to the collisions",
            "assumed",
        ),
    ]


def _values(study: Study, at_most: float, least: float) -> dict[str, Any]:
    found = study.collisions
    return {
        "gap": found.gap,
        "left_out_at_most": at_most,
        "left_out_at_least": least,
        "collisions": len(found),
        "disjoint_pairs": found.matched,
        "points": found.n,
        "lower_lipschitz_at_most": study.lipschitz.lower,
        "lower_lipschitz_beyond": study.lipschitz.far,
        "upper_lipschitz_at_least": study.lipschitz.upper,
    }


def _pair_says(found: Collisions) -> str:
    if not len(found):
        return "no collision was found"
    distance = float(np.linalg.norm(found.first.points[0] - found.second.points[0]))
    return f"two points {number(distance)} apart share a code"


def _witness(found: Collisions) -> Witness | None:
    if not len(found) and found.nearest is None:
        return None
    if len(found):
        x, y = found.first.where(np.arange(1)), found.second.where(np.arange(1))
        says = "two points with one code: one of them comes back wrong by half their distance"
    else:
        assert found.nearest is not None
        x, y = (found.nearest.where(np.array([i])) for i in (0, 1))
        says = "of the points looked at, the two far apart whose codes are nearest"
    return Witness(kind="pair", says=says, data=_pair(x, y))


def _pair(x: Evaluation, y: Evaluation) -> dict[str, Any]:
    distance = float(np.linalg.norm(x.points[0] - y.points[0]))
    images = float(np.linalg.norm(x.images[0] - y.images[0]))
    return {
        "points": [plain(x.points[0]), plain(y.points[0])],
        "codes": [plain(x.codes[0]), plain(y.codes[0])],
        "reconstructions": [plain(x.images[0]), plain(y.images[0])],
        "distance": distance,
        "code_distance": float(np.linalg.norm(x.codes[0] - y.codes[0])),
        # |x - y| <= err(x) + |G(F(x)) - G(F(y))| + err(y).
        "error_forced": max(0.0, (distance - images) / 2),
        "errors": [float(x.errors[0]), float(y.errors[0])],
    }
