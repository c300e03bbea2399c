"""Models on disk: one safetensors file, the architecture as JSON in its header."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomcheck.training_record import TrainingRecord
from theory.errors import InvalidInput

__all__ = ["StoredModel", "read_model", "write_model"]

Array = NDArray[np.float64]
Layers = Sequence[tuple[Array, Array]]

FORMAT = "geomcheck-autoencoder"
VERSION = 1


@dataclass(frozen=True, eq=False)
class StoredModel:
    """The contents of a model file: (weight, bias) pairs, activation, training record."""

    encoder: tuple[tuple[Array, Array], ...]
    decoder: tuple[tuple[Array, Array], ...]
    activation: str
    training: TrainingRecord | None


def write_model(
    path: str | Path,
    encoder: Layers,
    decoder: Layers,
    *,
    activation: str,
    training: TrainingRecord | None,
) -> None:
    """Write a model file, replacing an older one in a single step.

    Parameters
    ----------
    path : path of the file
    encoder, decoder : sequence of (weight, bias)
        Float64 weights of shape (out, in) and biases of shape (out,).
    activation : str
    training : TrainingRecord or None
    """
    from safetensors.numpy import save

    tensors: dict[str, Array] = {}
    for part, layers in (("encoder", encoder), ("decoder", decoder)):
        for number, (weight, bias) in enumerate(layers):
            tensors[f"{part}.{number}.weight"] = np.ascontiguousarray(weight, dtype=np.float64)
            tensors[f"{part}.{number}.bias"] = np.ascontiguousarray(bias, dtype=np.float64)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "activation": activation,
        "encoder_layers": len(encoder),
        "decoder_layers": len(decoder),
        "training": None if training is None else training.to_dict(),
    }
    data = save(tensors, metadata={FORMAT: json.dumps(header)})
    target = Path(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_model(path: str | Path) -> StoredModel:
    """Read a model file without running anything that is in it.

    Parameters
    ----------
    path : path of the file

    Returns
    -------
    StoredModel

    Raises
    ------
    InvalidInput
        If the file cannot be read, or is no model file, or a damaged one.
    """
    from safetensors import SafetensorError, safe_open

    expected = "a model written by geomcheck"
    if not Path(path).is_file():
        raise InvalidInput(str(path), "no such file", expected)
    try:
        with safe_open(str(path), framework="np") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(str(path), "not a safetensors file", f"{expected} ({error})") from error
    if FORMAT not in metadata:
        raise InvalidInput(str(path), "safetensors of another program", expected)
    try:
        header = json.loads(metadata[FORMAT])
        if header["version"] != VERSION:
            raise InvalidInput(str(path), f"version {header['version']}", f"version {VERSION}")
        parts = [
            tuple(
                (_take(tensors, f"{part}.{number}.weight"), _take(tensors, f"{part}.{number}.bias"))
                for number in range(int(header[f"{part}_layers"]))
            )
            for part in ("encoder", "decoder")
        ]
        stored = header["training"]
        training = None if stored is None else TrainingRecord.from_dict(stored)
        activation = str(header["activation"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(str(path), "a damaged header", f"{expected} ({error!r})") from error
    if tensors:
        raise InvalidInput(str(path), f"unknown tensors {sorted(tensors)}", expected)
    return StoredModel(parts[0], parts[1], activation, training)


def _take(tensors: dict[str, Array], name: str) -> Array:
    tensor = tensors.pop(name)
    if tensor.dtype != np.float64:
        raise ValueError(f"{name} has type {tensor.dtype}")
    return tensor
