"""Whether an object is an autoencoder at all, before any point is sent through it."""

from __future__ import annotations

import numbers

import numpy as np

from theory.errors import InvalidInput

__all__ = ["check_protocol"]

_MAPS = {
    "encode": "a function of points (n, ambient_dim) to codes (n, latent_dim)",
    "decode": "a function of codes (n, latent_dim) to points (n, ambient_dim)",
}


def check_protocol(model: object, ambient_dim: int) -> None:
    """Refuse a model that lacks a map or a dimension, or was made for other points.

    Parameters
    ----------
    model : object
        What was given as an autoencoder.
    ambient_dim : int
        Of the subject.

    Raises
    ------
    InvalidInput
        If `encode`, `decode`, `ambient_dim`, `latent_dim` or `continuous` is missing or of the
        wrong kind, or `ambient_dim` differs from the subject's.
    """
    kind = f"a {type(model).__name__} that has none"
    for name, expected in _MAPS.items():
        if not callable(getattr(model, name, None)):
            shown = kind if not hasattr(model, name) else repr(getattr(model, name))
            raise InvalidInput(f"model.{name}", shown, expected)
    for name in ("ambient_dim", "latent_dim"):
        value = getattr(model, name, kind)
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
            raise InvalidInput(f"model.{name}", value, "a whole number, at least 1")
    continuous = getattr(model, "continuous", kind)
    if not isinstance(continuous, bool | np.bool_):
        raise InvalidInput(
            "model.continuous", continuous, "True if both maps are continuous, False if unknown"
        )
    width = getattr(model, "ambient_dim", None)
    if width != ambient_dim:
        raise InvalidInput("model.ambient_dim", width, f"{ambient_dim}, as the subject")
