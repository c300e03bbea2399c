"""The claims, one a file; each looks at a study and returns its verdict."""

from __future__ import annotations

from collections.abc import Callable

from geomcheck.claims import (
    certified_error,
    embedding,
    exceptional_set,
    generalisation,
    intrinsic_dimension,
    latent_topology,
    lower_bound,
    reconstruction_topology,
    sampling_density,
    small_error,
    witness,
)
from geomcheck.result import ClaimResult
from geomcheck.study import Study

__all__ = ["ALL_CLAIMS", "CLAIM_IDS"]

ALL_CLAIMS: tuple[Callable[[Study], ClaimResult], ...] = (
    lower_bound.check,
    small_error.check,
    certified_error.check,
    exceptional_set.check,
    embedding.check,
    latent_topology.check,
    reconstruction_topology.check,
    witness.check,
    generalisation.check,
    sampling_density.check,
    intrinsic_dimension.check,
)
"""In the order in which a report gives them: impossible, achieved, where, avoidable, grounds."""

CLAIM_IDS: tuple[str, ...] = (
    "lower-bound",
    "small-error",
    "certified-error",
    "exceptional-set",
    "embedding",
    "latent-topology",
    "reconstruction-topology",
    "witness",
    "generalisation",
    "sampling-density",
    "intrinsic-dimension",
)
"""Their ids, in the same order."""
