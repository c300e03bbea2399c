"""Functions on arrays, and scikit-learn's transformers, as autoencoders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters.probe import check_width, probed
from geomcheck.adapters.transformer_layers import transformer_network
from geomcheck.layers import Network, UnsupportedLayer

__all__ = ["FunctionHalves", "function_autoencoder"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FunctionHalves:
    """Two functions on arrays.

    Parameters
    ----------
    kind : str
        What the report calls it.
    encoder, decoder : callable
        (n, ambient_dim) to (n, latent_dim), and back.
    ambient_dim, latent_dim : int
    continuous : bool
    continuity : str
        What that rests on.
    transformer : object, optional
        What the two are methods of.
    """

    kind: str
    encoder: Callable[[Array], Any]
    decoder: Callable[[Array], Any]
    ambient_dim: int
    latent_dim: int
    continuous: bool
    continuity: str = ""
    transformer: object = None

    def as_network(self) -> Network:
        """Return the layers of a transformer that is an affine map.

        Raises
        ------
        UnsupportedLayer
            If it is none: nothing is known of what functions evaluate.
        """
        if self.transformer is None:
            raise UnsupportedLayer("the model is a pair of functions, and what they do is unseen")
        return transformer_network(self.transformer)

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        return as_array(self.encoder(points))

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        return as_array(self.decoder(codes))


def function_autoencoder(
    kind: str,
    encoder: Callable[[Array], Any],
    decoder: Callable[[Array], Any],
    points: Array,
    *,
    continuous: bool | None,
    transformer: object = None,
) -> FunctionHalves:
    """Find the dimensions of two functions on a few points, or raise InvalidInput."""
    ambient_dim = points.shape[1]
    width = getattr(getattr(encoder, "__self__", None), "n_features_in_", None)
    if isinstance(width, int):
        check_width("model", width, points)
    latent_dim = probed(lambda x: as_array(encoder(x)), lambda z: as_array(decoder(z)), points)
    known, says = bool(continuous), "stated"
    if continuous is None:
        known, says = _affine(transformer)
    return FunctionHalves(kind, encoder, decoder, ambient_dim, latent_dim, known, says, transformer)


def _affine(transformer: object) -> tuple[bool, str]:
    try:
        if transformer is not None:
            transformer_network(transformer)
            return True, "every step is an affine map"
    except (UnsupportedLayer, AttributeError):
        pass
    return False, "not known of functions"


def as_array(values: Any) -> Array:
    """Return numbers, a data frame or a sparse matrix as an array."""
    if hasattr(values, "toarray"):
        values = values.toarray()
    return np.asarray(values)
