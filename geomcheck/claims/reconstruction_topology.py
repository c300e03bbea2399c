"""Claim: G(F(x)) keeps every homology class of K that this bottleneck can keep."""

from __future__ import annotations

from dataclasses import replace

from geomcheck.claims.common import number
from geomcheck.claims.lost_classes import Comparison
from geomcheck.claims.topology_verdict import compare
from geomcheck.homology import bottleneck_distance
from geomcheck.result import ClaimResult, Hypothesis, Verdict
from geomcheck.study import Study

__all__ = ["check"]


def check(study: Study) -> ClaimResult:
    """Compare the Betti numbers of G(F(K)) with K's, and test the stability inequality."""
    result = compare(
        study,
        Comparison(
            id="reconstruction-topology",
            map="The autoencoder",
            image="the reconstruction",
            kept=study.kept_by_images,
            seen=study.of_images,
            collisions=study.image_collisions,
            winds="the reconstruction, encoded again or seen along axes of it,",
            extra={},
        ),
    )
    return _with_stability(study, result)


def _with_stability(study: Study, result: ClaimResult) -> ClaimResult:
    before, after = study.of_input, study.of_images
    if (
        after is None
        or study.ground.kind == "points"
        or before.diagrams.filtration != after.diagrams.filtration
    ):
        return result
    top = min(before.diagrams.max_degree, after.diagrams.max_degree)
    distances = [
        bottleneck_distance(before.diagrams, after.diagrams, degree=j) for j in range(top + 1)
    ]
    distance = max(d.value for d in distances)
    # The points used on either side are within their resolution of all that were evaluated, so
    # the two clouds are within this of each other. A violation would be a fault of the
    # homology, not of the autoencoder.
    largest = float(study.worst.errors[0])
    allowed = largest + max(before.resolution.value, after.resolution.value)
    allowed += before.diagrams.perturbation + after.diagrams.perturbation
    kept = distance <= allowed + max(d.error for d in distances)
    hypothesis = Hypothesis(
        f"stability: bottleneck distance {number(distance)} <= error and resolution "
        f"{number(allowed)}",
        "checked" if kept else "not met",
    )
    return replace(
        result,
        values={**result.values, "bottleneck_distance": distance, "stability_allows": allowed},
        verdict=result.verdict if kept else Verdict.INCONCLUSIVE,
        summary=result.summary if kept else "the diagrams violate stability: do not trust them",
        hypotheses=(*result.hypotheses, hypothesis),
    )
