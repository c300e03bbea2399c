"""Maps of the whole space that are linear, or nearly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.protocol import FunctionAutoencoder

__all__ = ["constant", "flattened", "identity", "shrunk", "through"]

Array = NDArray[np.float64]


def identity(dim: int) -> FunctionAutoencoder:
    """Return what changes nothing."""
    return FunctionAutoencoder(lambda x: x, lambda z: z, dim, dim, continuous=True)


def shrunk(dim: int, factor: float) -> FunctionAutoencoder:
    """Return what multiplies every point by a factor."""
    return FunctionAutoencoder(lambda x: x, lambda z: factor * z, dim, dim, continuous=True)


def flattened(ambient_dim: int, keep: int) -> FunctionAutoencoder:
    """Return what keeps the first coordinates and sets the others to zero."""

    def decode(z: Array) -> Array:
        return np.concatenate([z, np.zeros((len(z), ambient_dim - keep))], axis=1)

    return FunctionAutoencoder(lambda x: x[:, :keep], decode, ambient_dim, keep, continuous=True)


def constant(point: Array, latent_dim: int = 1) -> FunctionAutoencoder:
    """Return what sends everything to one point."""
    return FunctionAutoencoder(
        lambda x: np.zeros((len(x), latent_dim)),
        lambda z: np.tile(point, (len(z), 1)),
        len(point),
        latent_dim,
        continuous=True,
    )


def through(frame: Array, scale: float = 1.0) -> FunctionAutoencoder:
    """Return the exact autoencoder whose code of x is scale * frame @ x.

    Parameters
    ----------
    frame : array of shape (m, N)
        Orthonormal columns.
    scale : float
    """
    m, width = frame.shape
    return FunctionAutoencoder(
        lambda x: scale * x @ frame.T, lambda z: z @ frame / scale, width, m, continuous=True
    )
