"""Geometry-focused verification of autoencoders.

The public names are looked up when they are first used: importing the package imports neither
numpy nor torch.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomcheck.autoencoder import Autoencoder, MLPAutoencoder
    from geomcheck.bounds import bounds
    from geomcheck.data import read_points
    from geomcheck.homology import bottleneck_distance, estimate_memory, persistence
    from geomcheck.result import ClaimResult, Hypothesis, Report, Verdict, Witness
    from geomcheck.run import RunResult, run
    from geomcheck.training import fit
    from geomcheck.verify import verify

__all__ = [
    "Autoencoder",
    "ClaimResult",
    "Hypothesis",
    "MLPAutoencoder",
    "Report",
    "RunResult",
    "Verdict",
    "Witness",
    "bottleneck_distance",
    "bounds",
    "estimate_memory",
    "fit",
    "persistence",
    "read_points",
    "run",
    "verify",
]

_HOMES = {
    "Autoencoder": "geomcheck.autoencoder",
    "ClaimResult": "geomcheck.result",
    "Hypothesis": "geomcheck.result",
    "MLPAutoencoder": "geomcheck.autoencoder",
    "Report": "geomcheck.result",
    "RunResult": "geomcheck.run",
    "Verdict": "geomcheck.result",
    "Witness": "geomcheck.result",
    "bottleneck_distance": "geomcheck.homology",
    "bounds": "geomcheck.bounds",
    "estimate_memory": "geomcheck.homology",
    "fit": "geomcheck.training",
    "persistence": "geomcheck.homology",
    "read_points": "geomcheck.data",
    "run": "geomcheck.run",
    "verify": "geomcheck.verify",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("geomcheck")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """A package whose functions win over the modules of the same name (run, verify, bounds)."""

    def __setattr__(self, name: str, value: object) -> None:
        # Importing geomcheck.run would set this attribute to the module.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
