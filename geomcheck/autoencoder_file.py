"""Models on disk: one safetensors file, the architecture as JSON in its header."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from geomcheck.training_record import TrainingRecord
from theory.errors import InvalidInput

__all__ = ["StoredModel", "read_model", "write_model"]

Array = NDArray[np.float64]

FORMAT = "geomcheck-autoencoder"
VERSION = 2


@dataclass(frozen=True, eq=False)
class StoredModel:
    """The contents of a model file, as yet unchecked: the layers and the training record."""

    network: Network
    training: TrainingRecord | None


def write_model(path: str | Path, network: Network, *, training: TrainingRecord | None) -> None:
    """Write a model file, replacing an older one in a single step.

    Parameters
    ----------
    path : path of the file
    network : Network
        Weights are written as float64, whatever the precision.
    training : TrainingRecord or None
    """
    from safetensors.numpy import save

    tensors: dict[str, Array] = {}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "precision": network.precision,
        "encoder": _described("encoder", network.encoder, tensors),
        "decoder": _described("decoder", network.decoder, tensors),
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
        hint = "a state dict needs a factory (--factory) that builds its module"
        raise InvalidInput(str(path), "safetensors of another program", f"{expected}; {hint}")
    try:
        header = json.loads(metadata[FORMAT])
        if header["version"] != VERSION:
            raise InvalidInput(str(path), f"version {header['version']}", f"version {VERSION}")
        precision = header["precision"]
        if precision not in ("float32", "float64"):
            raise ValueError(f"precision {precision}")
        encoder, decoder = (_read(name, header[name], tensors) for name in ("encoder", "decoder"))
        stored = header["training"]
        training = None if stored is None else TrainingRecord.from_dict(stored)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(str(path), "a damaged header", f"{expected} ({error!r})") from error
    if tensors:
        raise InvalidInput(str(path), f"unknown tensors {sorted(tensors)}", expected)
    return StoredModel(Network(encoder, decoder, precision), training)


def _described(where: str, layers: tuple[Layer, ...], tensors: dict[str, Array]) -> list[Any]:
    """Describe layers for the header, and put their weights among the tensors."""
    described: list[Any] = []
    for number, layer in enumerate(layers):
        here = f"{where}.{number}"
        if isinstance(layer, Affine):
            tensors[f"{here}.weight"] = np.ascontiguousarray(layer.weight, dtype=np.float64)
            tensors[f"{here}.bias"] = np.ascontiguousarray(layer.bias, dtype=np.float64)
            described.append("affine")
        elif isinstance(layer, Activation):
            described.append({"activation": layer.name, "slope": layer.slope})
        else:
            described.append({"residual": _described(here, layer.block, tensors)})
    return described


def _read(where: str, described: list[Any], tensors: dict[str, Array]) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    for number, layer in enumerate(described):
        here = f"{where}.{number}"
        if layer == "affine":
            layers.append(Affine(_take(tensors, f"{here}.weight"), _take(tensors, f"{here}.bias")))
        elif "residual" in layer:
            layers.append(Residual(_read(here, layer["residual"], tensors)))
        else:
            layers.append(Activation(str(layer["activation"]), float(layer["slope"])))
    return tuple(layers)


def _take(tensors: dict[str, Array], name: str) -> Array:
    tensor = tensors.pop(name)
    if tensor.dtype != np.float64:
        raise ValueError(f"{name} has type {tensor.dtype}")
    return tensor
