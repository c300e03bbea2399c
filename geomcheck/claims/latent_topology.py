"""Claim: the encoder keeps every homology class that this bottleneck can keep."""

from __future__ import annotations

from geomcheck.claims.lost_classes import Comparison
from geomcheck.claims.topology_verdict import compare
from geomcheck.result import ClaimResult
from geomcheck.study import Study

__all__ = ["check"]


def check(study: Study) -> ClaimResult:
    """Find the classes of K that the encoder kills."""
    codes, kept, off = study.of_codes, study.of_kept_codes, study.of_kept
    return compare(
        study,
        Comparison(
            id="latent-topology",
            map="The encoder",
            image="the latent set",
            kept=study.kept_by_codes,
            seen=codes,
            collisions=study.collisions,
            encoder_alone=True,
            extra={
                "betti_latent": None if codes is None else list(codes.betti()),
                "betti_off_K0": None if off is None else list(off.betti()),
                "betti_latent_off_K0": None if kept is None else list(kept.betti()),
            },
        ),
    )
