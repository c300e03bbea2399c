"""Claim: the worst-case error is at least the bound, and here is a point where it is."""

from __future__ import annotations

import numpy as np

from geomcheck.claims.common import ROUNDING, continuity, number, point_data
from geomcheck.claims.torn_edges import torn_edge_values, torn_edges_in_words
from geomcheck.result import Basis, ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from theory.obstruction import Obstruction

__all__ = ["check"]

_ID = "lower-bound"
_LISTED = 8


def check(study: Study) -> ClaimResult:
    """Hold the largest error found on K against the strongest lower bound."""
    m = study.model.latent_dim
    known = study.obstructions
    if known and known[0].argument == "embedding":
        return ClaimResult(
            id=_ID,
            statement=f"{study.ground.name} embeds in R^{m}, so no error is forced.",
            verdict=Verdict.NOT_APPLICABLE,
            summary=f"nothing is forced: the set embeds in R^{m}",
            source="no-obstruction",
            values={"bound": 0.0},
            hypotheses=(Hypothesis("smallest embedding dimension is known", "given"),),
        )
    if not known:
        return ClaimResult(
            id=_ID,
            statement=f"No lower bound is known for latent dimension {m}.",
            verdict=Verdict.NOT_APPLICABLE,
            summary="nothing is known to be forced: no class of the sample obstructs this dimension"
            + torn_edges_in_words(study),
            source="homotopy-argument",
            values={"bound": None, **torn_edge_values(study)},
            hypotheses=(continuity(study),),
        )
    return _judged(study, known)


def _judged(study: Study, known: tuple[Obstruction, ...]) -> ClaimResult:
    best = known[0]
    bound, error = best.bound.value, float(study.worst.errors[0])
    reached = error >= bound * (1 - ROUNDING)
    certain = best.bound.certified
    kind = "certified" if certain else "estimated"
    certificate = study.certificate
    refuted = certain and certificate is not None and certificate.sup_upper < bound
    if refuted and certificate is not None:
        verdict = Verdict.FAILS
        summary = (
            f"no point errs by more than {number(certificate.sup_upper)}, below the bound "
            f"{number(bound)}: what is stated of {best.part} is false"
        )
    elif study.exceptional.jump is not None:
        verdict = Verdict.INCONCLUSIVE
        summary = f"the model jumps: the bound {number(bound)} does not bind it"
    elif not np.isfinite(error):
        verdict = Verdict.INCONCLUSIVE
        summary = (
            f"the model returns no number somewhere, where it is not continuous: the bound "
            f"{number(bound)} does not bind it"
        )
    elif reached and certain:
        verdict = Verdict.HOLDS
        summary = (
            f"every continuous network errs by {number(bound)} or more somewhere; "
            f"this one by {number(error)}"
        )
    elif reached:
        verdict = Verdict.INCONCLUSIVE
        summary = f"bound {number(bound)} is only estimated; error {number(error)} was found"
    else:
        verdict = Verdict.INCONCLUSIVE
        summary = f"the largest error found, {number(error)}, is below {number(bound)}"
    return ClaimResult(
        id=_ID,
        statement=(
            f"Every continuous autoencoder with latent dimension {best.latent_dim} has an error "
            f"of at least {number(bound)} somewhere on K, by the argument on {best.part} ({kind})."
        ),
        verdict=verdict,
        summary=summary + torn_edges_in_words(study),
        source=best.bound.source,
        values={
            "bound": bound,
            "certified": certain,
            "largest_error_found": error,
            "part": best.part,
            "attained": best.attained,
            "bounds": _rows(known),
            **torn_edge_values(study),
        },
        threshold=bound,
        hypotheses=(continuity(study), *_ground_hypotheses(study, best)),
        witness=_witness(study, bound),
        advice=_advice(study, bound, reached, certain),
    )


def _ground_hypotheses(study: Study, best: Obstruction) -> tuple[Hypothesis, ...]:
    if study.ground.kind == "points":
        return (
            Hypothesis("K is a compact set near which the points lie densely", "assumed"),
            Hypothesis("covering radius and reach of K", "estimated"),
        )
    how: Basis = "given" if best.bound.certified else "estimated"
    manifold = study.ground.manifold
    if manifold is not None and manifold.noise > 0:
        # The set lies in the closure of what is sampled: its bound is a bound there as well.
        said = f"K is {manifold.name} itself; samples lie within {manifold.noise:g} of it"
        return (Hypothesis(said, "given"), *_of_argument(study, best, how))
    return _of_argument(study, best, how)


def _of_argument(study: Study, best: Obstruction, how: Basis) -> tuple[Hypothesis, ...]:
    if best.argument == "linking":
        manifold = study.ground.manifold
        charted = manifold is not None and all(part.charts for part in manifold.components)
        said = "the charts lie in K and close up where their images agree"
        return (Hypothesis(said if charted else "reach of K", how),)
    if best.birth is not None:
        return (
            Hypothesis(f"reach of {best.part}", how),
            Hypothesis(
                "covering radius of the sample, through the charts",
                "certified" if best.bound.certified else "estimated",
            ),
        )
    known = "reach" if best.argument in ("reach", "torsion") else "closed form"
    return (Hypothesis(f"{known} of {best.part}", how),)


def _rows(known: tuple[Obstruction, ...]) -> list[dict[str, object]]:
    """Return the strongest bound of each argument on each part."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for obstruction in known:
        rows.setdefault((obstruction.argument, obstruction.part), _row(obstruction))
    return list(rows.values())[:_LISTED]


def _row(obstruction: Obstruction) -> dict[str, object]:
    return {
        "bound": obstruction.bound.value,
        "certified": obstruction.bound.certified,
        "argument": obstruction.argument,
        "part": obstruction.part,
        "degree": obstruction.degree,
        "birth": obstruction.birth,
        "death": obstruction.death,
        "source": obstruction.bound.source,
    }


def _witness(study: Study, bound: float) -> Witness:
    worst = study.worst
    error = float(worst.errors[0])
    manifold = study.ground.manifold
    on = "a point of K" if manifold is not None else "one of the points given"
    if manifold is not None and manifold.noise > 0:
        on = f"a point within {manifold.noise:g} of K"
    return Witness(
        kind="point",
        says=f"{on} that comes back {number(error)} away; the bound is {number(bound)}",
        data=point_data(worst),
    )


def _advice(study: Study, bound: float, reached: bool, certain: bool) -> str:
    if study.certificate is not None and certain and study.certificate.sup_upper < bound:
        return "Check the claims of the manifold: geomcheck manifold SUBJECT."
    if reached and certain:
        return ""
    if study.exceptional.jump is not None:
        return "The bound is about continuous maps: this model is none."
    if not study.model.continuous:
        return "If the model has a jump, no bound applies to it: check that it is continuous."
    if not certain:
        return "Give the set as a manifold with charts and a known reach to certify the bound."
    return (
        "A point of such an error exists all the same, unless what is stated of K is false: "
        "search with more --samples, and see geomcheck manifold."
    )
