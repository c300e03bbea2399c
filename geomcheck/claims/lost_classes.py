"""Which homology classes of K a map keeps, and which of those that it kills had to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geomcheck.collisions import Collisions
from geomcheck.graph import parts_of_graph
from geomcheck.kept import KeptOver
from geomcheck.limits import claimed_betti, limits_of
from geomcheck.study import Study
from geomcheck.topology import Loss, SeenHomology, losses

__all__ = [
    "Comparison",
    "certainly_kept",
    "certified_homotopic",
    "kept_classes",
    "lost_classes",
]


# Holes up to so many times as wide as those that a net may miss are looked at.
_WIDER = 1.5


@dataclass(frozen=True)
class Comparison:
    """A map out of K.

    Parameters
    ----------
    id : str
        Of the claim.
    map, image : str
        What to call the map and its image.
    kept : mapping of int to Kept
        For each field, the classes of K that the map does not kill, in the degrees below the
        latent dimension.
    seen : SeenHomology or None
        Homology of the image; None where the model returned no finite numbers.
    collisions : Collisions
        Points far apart that the map sends to one. Without any nothing is lost for certain: an
        injective map of a compact set loses nothing.
    winds : str
        What to call the set whose holes are looked at.
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
    winds: str
    extra: Mapping[str, Any]
    encoder_alone: bool = False


def certified_homotopic(study: Study) -> bool:
    """Tell whether sup err is certainly below the reach: then G(F(x)) deforms to x near K."""
    reach, certificate = study.ground.reach, study.certificate
    return (
        reach is not None
        and reach.holds_from_below()
        and certificate is not None
        and certificate.sup_upper < reach.value
    )


def certainly_kept(study: Study, comparison: Comparison) -> bool:
    """Tell whether what is kept is certain: the holes that classes go round, and limits of maps."""
    ground = study.ground
    # Betti numbers that are only seen make nothing certain.
    known = len(ground.components) == 1 and ground.betti is not None
    return known and all(each.certain for each in comparison.kept.values())


def kept_classes(
    study: Study, had: tuple[int, ...], comparison: Comparison, certified: bool
) -> dict[int, tuple[int | None, ...]]:
    """Return, over each field, how many classes of each degree are kept; None where unclear."""
    ground = study.ground
    if certified:
        return {
            field: had if field == 2 else claimed_betti(ground, field) for field in comparison.kept
        }
    kept = {field: list(each.on_net) for field, each in comparison.kept.items()}
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
    if comparison.seen is not None:
        for field, numbers in kept.items():
            count = had if field == 2 else claimed_betti(ground, field)
            each = comparison.kept[field]
            _doubt(numbers, count, comparison.seen, _WIDER * each.on_net.hole)
            kept[field] = each.bounded(numbers)
    return {field: tuple(numbers) for field, numbers in kept.items()}


def _doubt(
    numbers: list[int | None], had: tuple[int, ...], seen: SeenHomology, width: float
) -> None:
    """Take back that classes are lost where the image has holes too narrow for the net.

    What dies on a net too coarse to show narrow holes may be alive round one of those that the
    denser sample of the image has.
    """
    for degree in range(1, min(len(numbers), len(seen.diagrams.by_degree))):
        number = numbers[degree]
        if number is not None and number < had[degree] and seen.narrow_holes(degree, width):
            numbers[degree] = None


def _joined(study: Study, collisions: Collisions) -> int:
    """Return into how many pieces collisions join the components of K."""
    count = len(study.ground.components)
    if not len(collisions):
        return count
    ends = [study.ground.component_of(x.points) for x in (collisions.first, collisions.second)]
    return int(parts_of_graph(count, np.stack(ends, axis=1)).max()) + 1


def lost_classes(
    study: Study,
    had: tuple[int, ...],
    kept: Mapping[int, tuple[int | None, ...]],
    comparison: Comparison,
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Return the losses over two elements, and over three those that two do not show."""
    loops = _loops(study)
    ground, m = study.ground, study.model.latent_dim
    found: dict[int, Loss] = {}
    unclear: set[int] = set()
    for field, numbers in kept.items():
        betti = had if field == 2 else claimed_betti(ground, field)
        flat = comparison.kept[field].on_net.hole == 0
        limits = limits_of(ground, m, field)
        lost, undecided = losses(
            betti, numbers, limits, loops=loops, retracts=_carried_by_some(study, field), flat=flat
        )
        unclear.update(undecided)
        for x in lost:
            before = found.get(x.degree)
            if before is None or (before.mark == "forced" and x.mark != "forced"):
                found[x.degree] = x
    return tuple(found[degree] for degree in sorted(found)), tuple(sorted(unclear))


def _loops(study: Study) -> bool:
    """Tell whether H_1 of a component is known to have a class of infinite order."""
    manifold = study.ground.manifold
    if manifold is None:
        return False
    for part in manifold.components:
        betti = part.claims.betti or {}
        # A surface has no torsion but of order two: over three elements it does not show.
        if part.dim <= 2 and 3 in betti and len(betti[3]) > 1 and betti[3][1] > 0:
            return True
    return False


def _carried_by_some(study: Study, field: int) -> dict[int, int]:
    """Return, by degree, the classes that a retraction to a set that embeds in R^m keeps."""
    manifold, m = study.ground.manifold, study.model.latent_dim
    found: dict[int, int] = {}
    for retract in () if manifold is None else manifold.retracts:
        claims = retract.manifold.claims
        if claims.betti is None or claims.embedding_dim is None or claims.embedding_dim > m:
            continue
        for degree, count in enumerate(claims.betti.get(field, ())):
            found[degree] = max(found.get(degree, 0), count)
    return found
