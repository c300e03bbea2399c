"""What a model makes of a few points: the dimensions of its codes and images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput, ModelRaised

__all__ = ["check_width", "probed"]

Array = NDArray[np.float64]
Map = Callable[[Array], Array]


def probed(encode: Map, decode: Map, points: Array) -> int:
    """Send a few points through and return the latent dimension.

    Parameters
    ----------
    encode, decode : callable
        Arrays to arrays.
    points : array of shape (n, ambient_dim)

    Raises
    ------
    InvalidInput
        If the model does not take the points, or does not bring them back to their space.
    """
    n, ambient_dim = points.shape
    codes = _sent("encode", encode, points, f"a map of points of dimension {ambient_dim}")
    if codes.ndim != 2 or len(codes) != n or codes.shape[1] < 1:
        raise InvalidInput(
            "model.encode", f"shape {codes.shape} for {n} points", f"shape ({n}, latent_dim)"
        )
    latent_dim = codes.shape[1]
    images = _sent("decode", decode, codes, f"a map of codes of dimension {latent_dim}")
    if images.shape != points.shape:
        raise InvalidInput("model.decode", f"shape {images.shape}", f"shape {points.shape}")
    return int(latent_dim)


def check_width(name: str, width: int, points: Array) -> None:
    """Raise InvalidInput if a model takes points of another dimension."""
    if width != points.shape[1]:
        raise InvalidInput(
            name,
            f"a model for points of dimension {width}",
            f"dimension {points.shape[1]}, as the subject's",
        )


def _sent(name: str, function: Map, argument: Array, expected: str) -> Array:
    try:
        return function(argument.copy())
    except InvalidInput:
        raise
    except Exception as error:
        says = f"{type(error).__name__}: {error}".rstrip(": ")
        raise ModelRaised(f"model.{name}", says, expected) from error
