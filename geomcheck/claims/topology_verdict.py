"""The verdict on a map out of K: which homology classes it kills, and whether it had to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from geomcheck.claims.common import classes, continuity, jump_of, number, plain, tear_unmet
from geomcheck.claims.lost_classes import (
    Comparison,
    certainly_kept,
    certified_homotopic,
    kept_classes,
    lost_classes,
)
from geomcheck.claims.topology_grounds import (
    carried,
    decided_without_net,
    given_of_set,
    resolution,
)
from geomcheck.collisions import Collisions
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from geomcheck.topology import Loss

__all__ = ["compare"]


def compare(study: Study, comparison: Comparison) -> ClaimResult:
    """Judge what a map out of K kills of K's homology: forced, avoidable or undecided."""
    ground, m, seen = study.ground, study.model.latent_dim, comparison.seen
    measured = study.of_input.betti()
    continuous = continuity(study, encoder_alone=comparison.encoder_alone)
    had = ground.betti if ground.betti is not None else _decided(measured)
    certified = certified_homotopic(study)
    reason = _obstacle(study, comparison, had, measured)
    sure = not reason and (certified or certainly_kept(study, comparison))
    # Of a map of degree 3 two elements show nothing.
    alone = m > 1 and not certified and len(comparison.kept) == 1
    statement = (
        f"{comparison.map} kills no homology class of K"
        + (" over two elements" if alone else "")
        + f" that latent dimension {m} lets pass"
        + (" (certified)." if sure else f", as {_shown_by(comparison)}.")
    )
    values: dict[str, Any] = {
        "betti_input": None if had is None else list(had),
        "betti_input_seen": list(measured),
        "classes_kept": None,
        "resolution_input": study.of_input.resolution.value,
        "resolution_image": None if seen is None else seen.resolution.value,
        "homology_coeff_field": study.of_input.diagrams.homology_coeff_field,
        **comparison.extra,
    }
    if reason or had is None or seen is None:
        return ClaimResult(
            id=comparison.id,
            statement=statement,
            verdict=Verdict.INCONCLUSIVE,
            summary=reason,
            source="homotopy-argument",
            values=values,
            hypotheses=(continuous,),
            advice=_ADVICE.get(reason, "Give more points, or the Betti numbers of the set."),
        )
    kept = kept_classes(study, had, comparison, certified)
    values["classes_kept"] = [n if count else 0 for n, count in zip(kept[2], had, strict=False)]
    values["classes_round_holes"] = comparison.kept[2].wound.number
    values["retractions"] = [asdict(each) for each in carried(comparison)]
    values["certified"] = sure
    lost, unclear = lost_classes(study, had, kept, comparison)
    values["losses"] = [asdict(x) for x in lost]
    for x in lost:
        if x.homology_coeff_field == 2 and x.degree < len(kept[2]):
            values["classes_kept"][x.degree] = x.kept
    verdict, summary = _judged(lost, unclear, comparison.image)
    sure_loss = any(x.mark == "avoidable" and decided_without_net(x, comparison) for x in lost)
    if verdict is Verdict.FAILS and not (sure_loss or len(comparison.collisions)):
        verdict = Verdict.INCONCLUSIVE
        summary += f"; but {comparison.image} may have holes too narrow to be seen"
    if verdict is Verdict.HOLDS and not sure and tear_unmet(study):
        verdict = Verdict.INCONCLUSIVE
        summary += "; but no point of the tear that is forced was met"
    if ground.kind == "points" and verdict is not Verdict.INCONCLUSIVE:
        verdict, summary = Verdict.INCONCLUSIVE, f"as the points show: {summary}"
    avoidable = [x for x in lost if x.mark == "avoidable"]
    return ClaimResult(
        id=comparison.id,
        statement=statement,
        verdict=verdict,
        summary=summary,
        source=lost[0].source if lost and lost[0].source else "homotopy-argument",
        values=values,
        hypotheses=(
            continuous,
            Hypothesis(
                "Betti numbers of K",
                "given" if ground.betti is not None else "estimated",
            ),
            *given_of_set(study, comparison, lost),
            *resolution(study, comparison, certified, lost),
        ),
        witness=_witness(study, avoidable[0], comparison.collisions)
        if avoidable
        else _goes_round(comparison, m),
        advice=_advice(verdict, unclear, study),
    )


def _shown_by(comparison: Comparison) -> str:
    settled = all(kept.settled for kept in comparison.kept.values())
    return "far as points show" if settled else "a net of points shows"


_JUMPS = "the model jumps, so nothing is forced on it"
_NOT_FINITE = "the model did not return finite numbers everywhere"
_ADVICE = {
    _JUMPS: "The theorems are about continuous maps.",
    _NOT_FINITE: "Mend the model where it returns no number.",
}


def _obstacle(
    study: Study,
    comparison: Comparison,
    had: tuple[int, ...] | None,
    measured: tuple[int | None, ...],
) -> str:
    if jump_of(study, encoder_alone=comparison.encoder_alone) is not None:
        return _JUMPS
    if comparison.seen is None:
        return _NOT_FINITE
    resolution = number(study.of_input.resolution.value)
    fine = _fine_enough(study)
    if had is None or not (fine or study.ground.betti is not None):
        return f"the points, {resolution} apart at worst, do not resolve the topology of K"
    # Points too coarse for the reach show no Betti numbers, and so contradict none.
    coarse = study.ground.reach is not None and not fine
    if not coarse and any(b is not None and b != a for a, b in zip(had, measured, strict=False)):
        return f"points {resolution} apart at worst do not show the Betti numbers given for K"
    return ""


def _decided(betti: tuple[int | None, ...]) -> tuple[int, ...] | None:
    numbers = tuple(b for b in betti if b is not None)
    return numbers if len(numbers) == len(betti) else None


def _fine_enough(study: Study) -> bool:
    """Tell whether the sample of K shows its Betti numbers, as far as its reach is known."""
    reach = study.ground.reach
    return reach is not None and 2 * study.of_input.resolution.value < reach.value


def _judged(lost: tuple[Loss, ...], unclear: tuple[int, ...], image: str) -> tuple[Verdict, str]:
    marks = {x.mark for x in lost}
    if "avoidable" in marks:
        verdict = Verdict.FAILS
    elif "undecided" in marks or unclear:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.HOLDS
    said = [
        f"{classes(x.had - x.kept, x.degree)}{_OVER[x.homology_coeff_field]} lost, {_marked(x)}"
        for x in lost
    ]
    said.extend(f"{image} is too sparse to decide H{degree}" for degree in unclear)
    return verdict, "; ".join(said) or "every class of K is kept"


def _marked(loss: Loss) -> str:
    if loss.mark == "forced" and loss.source == "intersection-form":
        return "forced: no code of this dimension carries more beside what is kept"
    if loss.source == "retract-argument":
        how = "avoidable" if loss.mark == "avoidable" else "as far as is seen"
        return f"{how}: a retraction of K would keep some"
    if loss.source == "circle-map":
        how = "avoidable" if loss.mark == "avoidable" else "as far as is seen"
        return f"{how}: a map to a circle would keep one"
    return _MARKS[loss.mark].format("it" if loss.had - loss.kept == 1 else "them")


_OVER = {2: "", 3: " over three elements"}
_MARKS = {
    "forced": "forced: no code of this dimension can carry {}",
    "avoidable": "avoidable: this dimension can carry {}",
    "undecided": "not known whether that had to be",
}


def _witness(study: Study, loss: Loss, collisions: Collisions) -> Witness:
    bars = study.of_input.diagrams.longest(loss.degree, loss.had)
    data: dict[str, Any] = {
        "degree": loss.degree,
        "bars": [[float(b), float(d) if d < float("inf") else None] for b, d in bars],
    }
    says = f"the bars of K in degree {loss.degree}, of which only {loss.kept} are kept"
    if len(collisions):
        says += "; and two points that are sent to one"
        data["collision"] = [plain(x.points[0]) for x in (collisions.first, collisions.second)]
    return Witness(kind="bar", says=says, data=data)


def _goes_round(comparison: Comparison, latent_dim: int) -> Witness | None:
    about = comparison.kept[2].wound.about
    if not about:
        return None
    classes_of = f"{classes(comparison.kept[2].wound.number, latent_dim - 1)} of K"
    says = f"points that {comparison.image} misses: {classes_of} go round them"
    return Witness(kind="point", says=says, data={"codes": [list(point) for point in about]})


def _advice(verdict: Verdict, unclear: tuple[int, ...], study: Study) -> str:
    if verdict is Verdict.FAILS:
        return "The bottleneck is wide enough: train longer, or with other seeds."
    if study.ground.kind == "points":
        return "Give the set as a manifold, with its Betti numbers, to have a verdict."
    if unclear:
        return "A smoother network leaves fewer sparse stretches in its image."
    return ""
