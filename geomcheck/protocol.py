"""What counts as an autoencoder: two maps on arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Autoencoder", "FunctionAutoencoder"]

Array = NDArray[np.float64]


@runtime_checkable
class Autoencoder(Protocol):
    """A pair of maps R^ambient_dim -> R^latent_dim -> R^ambient_dim."""

    @property
    def ambient_dim(self) -> int:
        """Dimension of the points."""
        ...

    @property
    def latent_dim(self) -> int:
        """Dimension of the codes."""
        ...

    @property
    def continuous(self) -> bool:
        """Whether both maps are known to be continuous by construction."""
        ...

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        ...

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        ...


@dataclass(frozen=True)
class FunctionAutoencoder:
    """An autoencoder made of two functions on arrays.

    Parameters
    ----------
    encoder, decoder : callable
        (n, ambient_dim) to (n, latent_dim), and back.
    ambient_dim, latent_dim : int
    continuous : bool
        State it only if both functions are continuous; no lower bound binds one that jumps.
    """

    encoder: Callable[[Array], Array]
    decoder: Callable[[Array], Array]
    ambient_dim: int
    latent_dim: int
    continuous: bool = False

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        return self.encoder(points)

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        return self.decoder(codes)
