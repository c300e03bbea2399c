"""Claim: a small error is possible on this set: an autoencoder made by hand reaches it."""

from __future__ import annotations

import numpy as np

from geomcheck.claims.common import no_less, no_more, number, percent, plain
from geomcheck.confidence import level_of_each, share_limits
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from geomcheck.witness import obstacle, witness
from geomcheck.witness_autoencoder import WitnessAutoencoder
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.statistics import Interval

__all__ = ["check"]

_ID = "witness"
_SOURCE = "kvalheim-sontag-1"
_POINTS = 4_000
# The collar is given this share of delta, so that a sample can confirm a measure that is estimated.
_OF_DELTA = 0.5
_ROUNDING = 1e-9
# Of the largest coordinate: several roundings of it.
_FINEST = 1e-14


def check(study: Study) -> ClaimResult:
    """Build the theorem's own autoencoder for K and hold it against epsilon and delta."""
    manifold, m = study.ground.manifold, study.model.latent_dim
    why = "bare points cannot be cut open" if manifold is None else obstacle(manifold, m)
    if manifold is None or why:
        return ClaimResult(
            id=_ID,
            statement=f"No autoencoder can be made by hand for {study.ground.name}.",
            verdict=Verdict.NOT_APPLICABLE,
            summary=why,
            source=_SOURCE,
        )
    model = _built(study, manifold, m)
    held = None
    if study.training is not None:
        held = int(model.in_exceptional_set(study.training.points).sum())
    points = study.held_out.points[:_POINTS]
    at = evaluate(model, manifold.project(points) if manifold.noise else points)
    return _judged(study, model, held, at, model.in_exceptional_set(at.points))


def _built(study: Study, manifold: Manifold, m: int) -> WitnessAutoencoder:
    """Return the autoencoder, K0 clear of the training points unless they lie on the cut."""
    measure = _OF_DELTA * study.settings.delta
    if study.training is not None:
        try:
            avoid = study.training.points
            return witness(manifold, measure=measure, latent_dim=m, avoid=avoid)
        except InvalidInput:
            pass
    return witness(manifold, measure=measure, latent_dim=m)


def _judged(
    study: Study,
    model: WitnessAutoencoder,
    held: int | None,
    at: Evaluation,
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> ClaimResult:
    settings, name = study.settings, study.ground.name
    n, hits = len(at), int(inside.sum())
    sampled = share_limits(
        hits, n, of="share of the witness's collar", confidence=settings.confidence
    )
    off = at.where(~inside)
    size = float(np.linalg.norm(np.ptp(at.points, axis=0)))
    worst = float(off.errors.max(initial=0.0))
    bounded = model.measure.certified
    share = model.measure.value if bounded else sampled.upper
    rounding = max(_ROUNDING * size, _FINEST * float(np.abs(at.points).max()))
    exact = worst <= rounding
    refuted = sampled.lower > settings.delta
    hand = f"made by hand, an autoencoder has no error off {percent(share)} of K"
    if held is not None:
        hand += f", a set that holds {held or 'none'} of the training points"
    advice = ""
    if exact and worst > settings.epsilon:
        verdict = Verdict.INCONCLUSIVE
        summary = f"the chart is inverted but for rounding, {number(worst)}: epsilon is below it"
    elif worst > settings.epsilon:
        verdict = Verdict.FAILS
        summary = f"the chart and its inverse differ by {number(worst)}"
        advice = "Check the manifold: geomcheck manifold SUBJECT."
    elif refuted:
        verdict = Verdict.FAILS
        summary = f"the collar has at least {no_less(sampled.lower)} of K, not {percent(share)}"
        advice = "Check volume and sampling of the manifold: geomcheck manifold SUBJECT."
    elif not exact:
        verdict = Verdict.INCONCLUSIVE
        summary = f"the chart is inverted only to {number(worst)}, on the points looked at"
    elif share > settings.delta:
        verdict, summary = Verdict.INCONCLUSIVE, f"{hand}, more than {percent(settings.delta)}"
        advice = "Take more --samples."
    else:
        verdict, summary = Verdict.HOLDS, hand
    return ClaimResult(
        id=_ID,
        statement=(
            f"Some continuous autoencoder of latent dimension {model.latent_dim} errs by at most "
            f"{number(settings.epsilon)} off a set K0 of measure at most "
            f"{percent(settings.delta)} of {name}, and this is one."
        ),
        verdict=verdict,
        summary=summary,
        source=_SOURCE,
        values={
            "largest_error_off_K0": worst,
            "measure_of_K0": model.measure.value,
            "measure_certified": bounded,
            "measure_direction": model.measure.direction,
            "points": n,
            "points_in_K0": hits,
            "measure_sampled_at_most": sampled.upper,
            "components": [disc.part.name for disc in model.discs],
            "training_points_in_K0": held,
        },
        threshold=settings.delta,
        confidence=None if bounded and not refuted else level_of_each(settings.confidence),
        hypotheses=(
            Hypothesis(f"decoding undoes encoding off K0, as on {n - hits} points", "checked"),
            _size(study, model, hits, n, sampled),
            Hypothesis(_pieces(model), "given"),
        ),
        witness=_worst(at.where(inside)) if hits else None,
        advice=advice,
    )


def _size(
    study: Study, model: WitnessAutoencoder, hits: int, n: int, sampled: Interval
) -> Hypothesis:
    """State the measure of K0: a bound of it, or what the sample allows at its confidence."""
    if model.measure.certified:
        says = f"measure of K0 at most {percent(model.measure.value)}"
        refuted = sampled.lower > study.settings.delta
        return Hypothesis(says, "not met" if refuted else "certified")
    level = level_of_each(study.settings.confidence)
    return Hypothesis(
        f"measure of K0 at most {no_more(sampled.upper)} with confidence {level:.6g}, as it holds "
        f"{hits} of {n} points drawn uniformly in volume",
        "checked",
    )


def _pieces(model: WitnessAutoencoder) -> str:
    if not model.discs:
        return "K0 is empty: each component is whole"
    shapes = dict.fromkeys(disc.shape for disc in model.discs)
    return f"each component less K0 is one piece: {' or '.join(shapes)}"


def _worst(collar: Evaluation) -> Witness:
    row = int(collar.errors.argmax())
    error = float(collar.errors[row])
    return Witness(
        kind="point",
        says=f"a point of K0, across which the code runs back: it comes back {number(error)} away",
        data={
            "point": plain(collar.points[row]),
            "code": plain(collar.codes[row]),
            "reconstruction": plain(collar.images[row]),
            "error": error,
        },
    )
