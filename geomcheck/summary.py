"""Subject and autoencoder as plain values for the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from geomcheck.ground import Ground
from geomcheck.protocol import Autoencoder

__all__ = ["describe_model", "describe_subject"]


def describe_subject(ground: Ground) -> dict[str, Any]:
    """Return what the report says of the set."""
    counts = {"points": ground.points, "looked_at": ground.looked_at}
    return {
        "name": ground.name,
        "kind": ground.kind,
        "intrinsic_dim": ground.intrinsic_dim,
        "ambient_dim": ground.ambient_dim,
        **(counts if ground.kind == "points" else {}),
        "components": list(ground.components),
        "reach": None if ground.reach is None else asdict(ground.reach),
        "betti": None if ground.betti is None else list(ground.betti),
        "embedding_dim": ground.embedding_dim,
    }


def describe_model(model: Autoencoder) -> dict[str, Any]:
    """Return what the report says of the autoencoder."""
    described: dict[str, Any] = {
        "kind": getattr(model, "kind", type(model).__name__),
        "ambient_dim": model.ambient_dim,
        "latent_dim": model.latent_dim,
        "continuous": model.continuous,
    }
    for name in ("continuity", "hidden", "activation", "parameters"):
        value = getattr(model, name, None)
        if value is not None:
            described[name] = list(value) if isinstance(value, tuple) else value
    record = getattr(model, "training", None)
    if record is not None:
        described["training"] = {
            name: value for name, value in record.to_dict().items() if name != "seeds"
        }
    return described
