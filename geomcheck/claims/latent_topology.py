"""Claim: the encoder keeps every homology class that this bottleneck can keep."""

from __future__ import annotations

from geomcheck.claims.lost_classes import Comparison
from geomcheck.claims.topology_verdict import compare
from geomcheck.result import ClaimResult
from geomcheck.study import Study

__all__ = ["check"]


def check(study: Study) -> ClaimResult:
    """Find the classes of K that the encoder kills."""
    codes, kept = study.of_codes, study.of_kept_codes
    return compare(
        study,
        Comparison(
            id="latent-topology",
            map="The encoder",
            image="the latent set",
            kept=study.kept_by_codes,
            seen=codes,
            collisions=study.collisions,
            winds="the latent set",
            encoder_alone=True,
            extra={
                "betti_latent": None if codes is None else list(codes.betti()),
                "betti_off_K0": _off_tears(study),
                "betti_latent_off_K0": None if kept is None else list(kept.betti()),
            },
        ),
    )


def _off_tears(study: Study) -> list[int | None] | None:
    """Return the Betti numbers of K less K0; None where a net does not see how wide tears are.

    A closed curve less some arcs is as many arcs.
    """
    found, off, manifold = study.exceptional, study.of_kept, study.ground.manifold
    if off is None:
        return None
    if not found.tears:
        return list(off.betti())
    if manifold is None or manifold.dim != 1 or not found.graph_connected:
        return None
    torn = {tear.component for tear in found.tears}
    loops = sum(part.closed for index, part in enumerate(manifold.components) if index not in torn)
    return [sum(len(pieces) for pieces in found.pieces), loops]
