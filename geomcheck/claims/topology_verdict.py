"""The verdict on a map out of K: which homology classes it kills, and whether it had to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from geomcheck.claims.common import classes, continuity, jump_of, number, plain
from geomcheck.collisions import Collisions
from geomcheck.graph import parts_of_graph
from geomcheck.induced import KeptOver
from geomcheck.result import ClaimResult, Hypothesis, Verdict, Witness
from geomcheck.study import Study
from geomcheck.topology import Loss, SeenHomology, losses

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """A map out of K.

    Parameters
    ----------
    id : str
        Of the claim.
    map, image : str
        What to call the map and its image.
    kept : mapping of int to KeptClasses
        For each field, the classes of K that the map does not kill, in the degrees below the
        latent dimension.
    seen : SeenHomology or None
        Homology of the image; None where the model returned no finite numbers.
    collisions : Collisions
        Points far apart that the map sends to one. Without any nothing is lost for certain: an
        injective map of a compact set loses nothing.
    extra : mapping
        More values to report.
    encoder_alone : bool
        Whether the map is the encoder: a decoder that jumps does not matter then.
    """

    id: str
    map: str
    image: str
    kept: KeptOver
    seen: SeenHomology | None
    collisions: Collisions
    extra: Mapping[str, Any]
    encoder_alone: bool = False


def compare(study: Study, comparison: Comparison) -> ClaimResult:
    """Judge what a map out of K kills of K's homology: forced, avoidable or undecided."""
    ground, m, seen = study.ground, study.model.latent_dim, comparison.seen
    measured = study.of_input.betti()
    continuous = continuity(study, encoder_alone=comparison.encoder_alone)
    had = ground.betti if ground.betti is not None else _decided(measured)
    certified = _certified(study)
    statement = (
        f"{comparison.map} kills no homology class of K that latent dimension {m} lets pass"
        + (" (certified)." if certified else ", as a net of points shows.")
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
    reason = _obstacle(study, comparison, had, measured)
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
    kept = _kept(study, had, comparison, certified)
    values["classes_kept"] = list(kept[2])
    lost, unclear = _losses(study, had, kept)
    values["losses"] = [asdict(x) for x in lost]
    verdict, summary = _judged(lost, unclear, comparison.image)
    if verdict is Verdict.FAILS and not len(comparison.collisions):
        verdict = Verdict.INCONCLUSIVE
        summary += f"; but {comparison.image} may have holes too narrow to be seen"
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
            *_resolution(study, comparison, certified),
        ),
        witness=_witness(study, avoidable[0], comparison.collisions) if avoidable else None,
        advice=_advice(verdict, unclear, study),
    )


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
    if had is None or not _resolved(study):
        return f"the points, {resolution} apart at worst, do not resolve the topology of K"
    if any(b is not None and b != a for a, b in zip(had, measured, strict=False)):
        return f"points {resolution} apart at worst do not show the Betti numbers given for K"
    return ""


def _decided(betti: tuple[int | None, ...]) -> tuple[int, ...] | None:
    numbers = tuple(b for b in betti if b is not None)
    return numbers if len(numbers) == len(betti) else None


def _resolved(study: Study) -> bool:
    """Tell whether the sample of K can show Betti numbers that are not given."""
    reach = study.ground.reach
    if study.ground.betti is not None:
        return True
    return reach is not None and 2 * study.of_input.resolution.value < reach.value


def _certified(study: Study) -> bool:
    """Tell whether sup err is certainly below the reach: then G(F(x)) deforms to x near K."""
    reach, certificate = study.ground.reach, study.certificate
    return (
        reach is not None
        and reach.holds_from_below()
        and certificate is not None
        and certificate.sup_upper < reach.value
    )


def _kept(
    study: Study, had: tuple[int, ...], comparison: Comparison, certified: bool
) -> dict[int, tuple[int | None, ...]]:
    if certified:
        return {field: had if field == 2 else _claimed(study, field) for field in comparison.kept}
    kept = {field: list(numbers) for field, numbers in comparison.kept.items()}
    if kept[2] and comparison.seen is not None:
        # An image has no more components than K; if it has as many, the map keeps them apart.
        pieces = comparison.seen.betti()[0]
        joined = _joined(study, comparison.collisions)
        if joined < len(study.ground.components):
            pieces = joined
        elif had[0] == 1:
            # The image of a connected set is connected, however sparse it looks.
            pieces = 1
        elif pieces is None or pieces < had[0]:
            # That no two components share a value is not seen, nor that two do.
            pieces = None
        for numbers in kept.values():
            numbers[0] = pieces if pieces is not None and pieces <= had[0] else None
    return {field: tuple(numbers) for field, numbers in kept.items()}


def _joined(study: Study, collisions: Collisions) -> int:
    """Return into how many pieces collisions join the components of K."""
    count = len(study.ground.components)
    if not len(collisions):
        return count
    ends = [study.ground.component_of(x.points) for x in (collisions.first, collisions.second)]
    return int(parts_of_graph(count, np.stack(ends, axis=1)).max()) + 1


def _claimed(study: Study, field: int) -> tuple[int, ...]:
    manifold = study.ground.manifold
    assert manifold is not None
    assert manifold.claims.betti is not None
    return manifold.claims.betti[field]


def _losses(
    study: Study, had: tuple[int, ...], kept: Mapping[int, tuple[int | None, ...]]
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Return the losses over two elements, and over three those that two do not show."""
    ground, m = study.ground, study.model.latent_dim
    found: dict[int, Loss] = {}
    unclear: set[int] = set()
    for field, numbers in kept.items():
        lost, undecided = losses(
            had if field == 2 else _claimed(study, field),
            numbers,
            latent_dim=m,
            embedding_dim=ground.embedding_dim,
            closed=_closed(study, field),
            homology_coeff_field=field,
        )
        unclear.update(undecided)
        for x in lost:
            before = found.get(x.degree)
            if before is None or (before.mark == "forced" and x.mark != "forced"):
                found[x.degree] = x
    return tuple(found[degree] for degree in sorted(found)), tuple(sorted(unclear))


def _closed(study: Study, field: int) -> list[tuple[int, ...]]:
    """Return the Betti numbers of the components, if Poincaré duality holds on each."""
    manifold = study.ground.manifold
    if manifold is None:
        return []
    numbers = []
    for part in manifold.components:
        betti = None if part.claims.betti is None else part.claims.betti.get(field)
        if part is manifold and betti is None and field == 2:
            betti = study.ground.betti
        if not part.closed or betti is None or part.dim != manifold.dim:
            return []
        if field != 2 and part.orientable is not True:
            return []
        numbers.append(tuple(betti))
    return numbers


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
    return _MARKS[loss.mark].format("it" if loss.had - loss.kept == 1 else "them")


_OVER = {2: "", 3: " over three elements"}
_MARKS = {
    "forced": "forced: no code of this dimension can carry {}",
    "avoidable": "avoidable: this dimension can carry {}",
    "undecided": "not known whether that had to be",
}


def _resolution(study: Study, comparison: Comparison, certified: bool) -> tuple[Hypothesis, ...]:
    if certified and study.certificate is not None and study.ground.reach is not None:
        reach = number(study.ground.reach.value)
        most = number(study.certificate.sup_upper)
        return (
            Hypothesis(f"reach at least {reach}", "given"),
            Hypothesis(f"sup err, at most {most}, is below {reach}", "certified"),
        )
    assert comparison.seen is not None
    finest = number(comparison.seen.resolution.value)
    return (
        Hypothesis(
            f"{comparison.image} has no feature finer than {finest}, and the map none finer than "
            "the net",
            "estimated",
        ),
    )


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


def _advice(verdict: Verdict, unclear: tuple[int, ...], study: Study) -> str:
    if verdict is Verdict.FAILS:
        return "The bottleneck is wide enough: train longer, or with other seeds."
    if study.ground.kind == "points":
        return "Give the set as a manifold, with its Betti numbers, to have a verdict."
    if unclear:
        return "Train until the image has no sparse stretches, or sup err is below the reach."
    return ""
