"""Claim: G(F(K)) keeps every significant class of K that this bottleneck can keep."""

from __future__ import annotations

import math
from dataclasses import replace

from geomcheck.claims.common import number
from geomcheck.claims.topology_verdict import Comparison, compare
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
            statement=(
                "G(F(K)) keeps every homology class of K that latent dimension "
                f"{study.model.latent_dim} lets pass."
            ),
            image="the reconstruction",
            seen=study.of_images,
            extra={},
        ),
    )
    return _with_stability(study, result)


def _with_stability(study: Study, result: ClaimResult) -> ClaimResult:
    before, after = study.of_input, study.of_images
    if after is None:
        return result
    # The diagrams of a finite set and of its image differ by at most the largest displacement:
    # a violation would be a fault of the homology, not of the autoencoder.
    rips = "rips" in (before.diagrams.filtration, after.diagrams.filtration)
    same = before.diagrams.filtration == after.diagrams.filtration
    top = min(before.diagrams.max_degree, after.diagrams.max_degree)
    distances = [
        bottleneck_distance(before.diagrams, after.diagrams, degree=j) for j in range(top + 1)
    ]
    distance = max(d.value for d in distances)
    allowed = float(study.homology_sample.errors.max()) + sum(
        d.diagrams.error_radius for d in (before, after)
    )
    slack = max(d.error for d in distances) + 1e-9 * (1 + allowed)
    values = {
        **result.values,
        "bottleneck_distance": distance if math.isfinite(distance) else None,
        "largest_error_of_sample": allowed,
    }
    if not same or not math.isfinite(distance):
        return replace(result, values=values)
    kept = distance <= allowed + slack
    hypothesis = Hypothesis(
        f"stability: bottleneck distance {number(distance)} <= largest error {number(allowed)}"
        + (" (Rips, as radii)" if rips else ""),
        "checked" if kept else "not met",
    )
    verdict = result.verdict if kept else Verdict.INCONCLUSIVE
    return replace(
        result, values=values, verdict=verdict, hypotheses=(*result.hypotheses, hypothesis)
    )
