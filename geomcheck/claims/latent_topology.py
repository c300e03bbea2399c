"""Claim: the latent set keeps every homology class that this bottleneck can keep."""

from __future__ import annotations

from geomcheck.claims.topology_verdict import Comparison, compare
from geomcheck.result import ClaimResult
from geomcheck.study import Study

__all__ = ["check"]


def check(study: Study) -> ClaimResult:
    """Compare the Betti numbers of F(K), and of F(K minus K0), with K's."""
    m = study.model.latent_dim
    kept = study.of_kept_codes
    return compare(
        study,
        Comparison(
            id="latent-topology",
            statement=(
                f"F(K) in R^{m} keeps every homology class of K that latent dimension {m} lets "
                "pass."
            ),
            image="the latent set",
            seen=study.of_codes,
            extra={"betti_latent_off_K0": None if kept is None else list(kept.betti())},
        ),
    )
