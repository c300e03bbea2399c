"""The verdict on an image of K whose Betti numbers are held against K's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geomcheck.claims.common import classes, continuity, number
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from geomcheck.topology import Loss, SeenHomology, losses

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What is compared with K.

    Parameters
    ----------
    id, statement : str
        Of the claim.
    image : str
        What to call the image of K.
    seen : SeenHomology or None
        Its homology; None where the model returned no finite numbers.
    extra : mapping
        More values to report.
    """

    id: str
    statement: str
    image: str
    seen: SeenHomology | None
    extra: Mapping[str, Any]


def compare(study: Study, comparison: Comparison) -> ClaimResult:
    """Judge what an image of K lost of K's homology: forced, avoidable or undecided."""
    ground, m, seen = study.ground, study.model.latent_dim, comparison.seen
    measured = study.of_input.betti()
    had = ground.betti if ground.betti is not None else _decided(measured)
    values: dict[str, Any] = {
        "betti_input": None if had is None else list(had),
        "betti_input_seen": list(measured),
        "betti_image": None if seen is None else list(seen.betti()),
        "resolution_input": study.of_input.resolution.value,
        "resolution_image": None if seen is None else seen.resolution.value,
        "homology_coeff_field": study.of_input.diagrams.homology_coeff_field,
        **comparison.extra,
    }
    if had is None or seen is None or not _agrees(had, measured) or not _resolved(study):
        return ClaimResult(
            id=comparison.id,
            statement=comparison.statement,
            verdict=Verdict.INCONCLUSIVE,
            summary=_why_not(had is not None, seen is not None),
            source="stability",
            values=values,
            hypotheses=(Hypothesis("the sample shows the Betti numbers of K", "not met"),),
            advice="Give more points, or the Betti numbers of the set.",
        )
    largest = float(study.worst.errors[0])
    below_reach = ground.reach is not None and largest < ground.reach.value
    lost, unclear = losses(
        had,
        seen.betti(),
        latent_dim=m,
        embedding_dim=ground.embedding_dim,
        below_reach=below_reach,
    )
    values["losses"] = [
        {"degree": x.degree, "had": x.had, "kept": x.kept, "mark": x.mark, "source": x.source}
        for x in lost
    ]
    marks = {x.mark for x in lost}
    if "avoidable" in marks:
        verdict = Verdict.FAILS
    elif "undecided" in marks or unclear:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.HOLDS
    avoidable = [x for x in lost if x.mark == "avoidable"]
    return ClaimResult(
        id=comparison.id,
        statement=comparison.statement,
        verdict=verdict,
        summary=_summary(comparison.image, lost, unclear, below_reach),
        source="open-subsets" if lost and verdict is Verdict.HOLDS else "no-obstruction",
        values=values,
        hypotheses=(
            continuity(study),
            Hypothesis(
                "Betti numbers of K over two elements",
                "given" if ground.betti is not None else "estimated",
            ),
            Hypothesis(
                f"{comparison.image} is resolved at {number(seen.resolution.value)}",
                "estimated",
            ),
            *_error_hypothesis(study, below_reach),
        ),
        witness=_witness(study, avoidable[0]) if avoidable else None,
        advice=_advice(verdict, unclear),
    )


def _error_hypothesis(study: Study, below_reach: bool) -> tuple[Hypothesis, ...]:
    if not below_reach:
        return ()
    largest = number(float(study.worst.errors[0]))
    return (Hypothesis(f"sup err, {largest} as searched, is below the reach", "estimated"),)


def _decided(betti: tuple[int | None, ...]) -> tuple[int, ...] | None:
    numbers = tuple(b for b in betti if b is not None)
    return numbers if len(numbers) == len(betti) else None


def _agrees(had: tuple[int, ...], measured: tuple[int | None, ...]) -> bool:
    return all(b is None or b == a for a, b in zip(had, measured, strict=False))


def _resolved(study: Study) -> bool:
    """Tell whether the sample of K can show Betti numbers that are not given."""
    reach = study.ground.reach
    if study.ground.betti is not None:
        return True
    return reach is not None and 2 * study.of_input.resolution.value < reach.value


def _why_not(known: bool, finite: bool) -> str:
    if not finite:
        return "the model did not return finite numbers"
    if not known:
        return "the points do not resolve the Betti numbers of K"
    return "the sample does not show the Betti numbers that K is said to have"


def _summary(
    image: str, lost: tuple[Loss, ...], unclear: tuple[int, ...], below_reach: bool
) -> str:
    said = [f"{classes(x.had - x.kept, x.degree)} lost, {_MARKS[x.mark]}" for x in lost]
    said.extend(f"H{degree} not resolved" for degree in unclear)
    if not said and below_reach:
        return f"{image} keeps all of it: the largest error found is below the reach"
    if not said:
        return f"{image} has the Betti numbers of K"
    return "; ".join(said)


_MARKS = {
    "forced": "forced: no code of this dimension can carry them",
    "avoidable": "avoidable: this dimension can carry them",
    "undecided": "not known whether it had to be",
}


def _witness(study: Study, loss: Loss) -> Witness:
    bars = study.of_input.diagrams.longest(loss.degree, loss.had)
    return Witness(
        kind="bar",
        says=f"the bars of K in degree {loss.degree}, of which only {loss.kept} are kept",
        data={
            "degree": loss.degree,
            "bars": [[float(b), float(d) if d < float("inf") else None] for b, d in bars],
        },
    )


def _advice(verdict: Verdict, unclear: tuple[int, ...]) -> str:
    if verdict is Verdict.FAILS:
        return "The bottleneck is wide enough: train longer, or with other seeds."
    if unclear:
        return "Give more points, or train until the image has no sparse stretches."
    return ""
