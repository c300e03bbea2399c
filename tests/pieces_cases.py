"""Networks whose error is large on a band, or that tear along it, for the tests of pieces."""

from __future__ import annotations

import numpy as np

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.layers import Activation, Affine, Residual
from geomcheck.planted.layered import tear_of_layers, tent, with_blocks


def identity(n: int) -> MLPAutoencoder:
    """The identity of R^n."""
    return with_blocks(n)


def walled(n: int, axis: int, middle: float, half: float) -> MLPAutoencoder:
    """The identity, but for a tent of error 1 - |x - middle| / half, along the next axis."""
    return with_blocks(n, decoder=(_tent(n, axis, middle, half),))


def half_walled(
    n: int, axis: int, middle: float, half: float, where: int, sign: float
) -> MLPAutoencoder:
    """The same, but only where another coordinate has a sign."""
    first, bend, last = _tent(n, axis, middle, half).block
    assert isinstance(first, Affine)
    assert isinstance(last, Affine)
    # Where the other coordinate has the wrong sign and is at least 1/4, nothing is left.
    weight = np.concatenate([first.weight, -4.0 * sign * np.eye(n)[where : where + 1]])
    across = np.eye(n)[(axis + 1) % n]
    gate = np.append(across @ last.weight, -1.0)[None]
    block = (
        Affine(weight, np.append(first.bias, 0.0)),
        bend,
        Affine(gate, np.zeros(1)),
        Activation("relu"),
        Affine(across[:, None], np.zeros(n)),
    )
    return with_blocks(n, decoder=(Residual(block),))


def torn(n: int, axis: int, level: float, width: float) -> MLPAutoencoder:
    """One to one, and right but for a band where the decoder goes back through empty space."""
    return tear_of_layers(np.eye(n)[axis], np.eye(n)[(axis + 1) % n], (level, level + width), 5.0)


def _tent(n: int, axis: int, middle: float, half: float) -> Residual:
    return tent(np.eye(n)[axis], np.eye(n)[(axis + 1) % n], middle, half, 1.0)
