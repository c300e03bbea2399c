"""From an object of whatever kind to an autoencoder."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters.functions import function_autoencoder
from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput

__all__ = ["as_autoencoder"]

_FORMS = (
    "an object with encode and decode, a torch module with encoder and decoder, a pair of "
    "modules or functions, or a transformer with transform and inverse_transform"
)


def as_autoencoder(
    model: object,
    points: NDArray[np.float64],
    *,
    shape: tuple[int, ...] | None = None,
    continuous: bool | None = None,
) -> Autoencoder:
    """Make an autoencoder of a model of any kind.

    Parameters
    ----------
    model : object
        A torch module with methods ``encode`` and ``decode`` or with submodules ``encoder`` and
        ``decoder``; a pair (encoder, decoder) of torch modules; an object with ``encode`` and
        ``decode``, or a pair of functions, on arrays of shape (n, d); a scikit-learn
        transformer with ``transform`` and ``inverse_transform``. An `Autoencoder` comes back
        as it is.
    points : array of shape (n, ambient_dim)
        A few points of the set, to find out what the model makes of them.
    shape : tuple of int, optional
        In which a torch module takes a point, ``(1, 28, 28)`` for an image of 784 numbers.
    continuous : bool, optional
        State that encoder and decoder are continuous, or that they are not. By default they
        are known to be only where a torch module consists of known continuous operations, or
        a transformer of affine maps.

    Returns
    -------
    Autoencoder

    Raises
    ------
    InvalidInput
        If the model is none of these, or does not take the points.
    """
    few = np.array(points[:2], dtype=np.float64)
    halves = model if isinstance(model, tuple) and len(model) == 2 else None
    if any(_is_module(part) for part in halves or (model,)):
        from geomcheck.adapters.torch_module import torch_autoencoder

        return torch_autoencoder(model, few, shape=shape, continuous=continuous)
    if shape is not None:
        raise InvalidInput("shape", shape, f"none: {_shown(model)} is no torch module")
    if halves is not None and all(callable(half) for half in halves):
        return function_autoencoder("functions", *halves, few, continuous=continuous)
    if isinstance(model, Autoencoder) and continuous is None:
        return model
    for kind, names in (
        ("functions", ("encode", "decode")),
        ("transformer", ("transform", "inverse_transform")),
    ):
        encode, decode = (getattr(model, name, None) for name in names)
        if callable(encode) and callable(decode):
            name = kind if kind == "functions" else type(model).__name__
            transformer = None if kind == "functions" else model
            return function_autoencoder(
                name, encode, decode, few, continuous=continuous, transformer=transformer
            )
    raise InvalidInput("model", _shown(model), _FORMS)


def _is_module(model: object) -> bool:
    # Looked up, not imported: who has no such module need not wait for torch.
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def _shown(model: object) -> str:
    if isinstance(model, tuple):
        return f"a tuple of {len(model)}"
    return f"a {type(model).__name__}"
