"""Geometry-focused verification of autoencoders.

The public names are looked up when they are first used: importing the package imports neither
numpy nor torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.lazy import make_lazy

if TYPE_CHECKING:
    from geomcheck.adapters import as_autoencoder, load_model
    from geomcheck.autoencoder import MLPAutoencoder
    from geomcheck.bounds import bounds
    from geomcheck.check_manifold import check_manifold
    from geomcheck.data import read_points
    from geomcheck.homology import bottleneck_distance, estimate_memory, persistence
    from geomcheck.protocol import Autoencoder, FunctionAutoencoder
    from geomcheck.result import (
        ClaimResult,
        Hypothesis,
        Report,
        Verdict,
        Witness,
    )
    from geomcheck.run import RunResult, run
    from geomcheck.training import fit
    from geomcheck.transformer import AutoencoderTransformer
    from geomcheck.verify import verify
    from geomcheck.version import __version__
    from geomcheck.witness import witness
    from geomcheck.witness_autoencoder import WitnessAutoencoder

__all__ = [
    "Autoencoder",
    "AutoencoderTransformer",
    "ClaimResult",
    "FunctionAutoencoder",
    "Hypothesis",
    "MLPAutoencoder",
    "Report",
    "RunResult",
    "Verdict",
    "Witness",
    "WitnessAutoencoder",
    "__version__",
    "as_autoencoder",
    "bottleneck_distance",
    "bounds",
    "check_manifold",
    "estimate_memory",
    "fit",
    "load_model",
    "persistence",
    "read_points",
    "run",
    "verify",
    "witness",
]

make_lazy(
    __name__,
    {
        "adapters": ["as_autoencoder", "load_model"],
        "autoencoder": ["MLPAutoencoder"],
        "bounds": ["bounds"],
        "check_manifold": ["check_manifold"],
        "data": ["read_points"],
        "homology": ["bottleneck_distance", "estimate_memory", "persistence"],
        "protocol": ["Autoencoder", "FunctionAutoencoder"],
        "result": ["ClaimResult", "Hypothesis", "Report", "Verdict", "Witness"],
        "run": ["RunResult", "run"],
        "training": ["fit"],
        "transformer": ["AutoencoderTransformer"],
        "verify": ["verify"],
        "version": ["__version__"],
        "witness": ["witness"],
        "witness_autoencoder": ["WitnessAutoencoder"],
    },
)
