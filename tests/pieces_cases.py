"""Networks whose error is large on a band, or that tear along it, for the tests of pieces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.layers import Activation, Affine, Layer, Network, Residual

Array = NDArray[np.float64]


def identity(n: int) -> MLPAutoencoder:
    """The identity of R^n."""
    return _network(n)


def walled(n: int, *bands: tuple[int, float, float], height: float = 1.0) -> MLPAutoencoder:
    """The identity, but for tents of error over bands: axis, middle, half of the width.

    The error over a band is height (1 - |x - middle| / half), along another axis.
    """
    return _network(n, decoder=tuple(_tent(n, *band, height) for band in bands))


def half_walled(n: int, *bands: tuple[int, float, float, int, float]) -> MLPAutoencoder:
    """Tents of error over those halves of bands where another coordinate has a sign.

    Each: axis, middle, half of the width, the other axis, its sign.
    """
    return _network(n, decoder=tuple(_half_tent(n, *band) for band in bands))


def torn(n: int, axis: int, level: float, width: float, *, far: float = 50.0) -> MLPAutoencoder:
    """An encoder that draws what lies beyond a level far away, and a decoder that undoes it.

    One to one, and right but for a band of the width given, where the decoder goes all the way
    back through empty space.
    """
    across = np.eye(n)[(axis + 1) % n]
    up = (np.outer(np.eye(2)[0] + np.eye(2)[1], np.eye(n)[axis]), -np.array([level, level + width]))
    drawn = np.outer(across, np.array([far, -far]) / width)
    # Between -10 and 10 codes stay; from far - 10 on they come back by far; linear between.
    knots = np.array([10.0, far - 10.0])
    back = np.outer(across, np.array([-far, far]) / (far - 20.0))
    return _network(
        n,
        encoder=(_block(*up, drawn),),
        decoder=(_block(np.outer(np.ones(2), across), -knots, back),),
    )


def _network(
    n: int, encoder: tuple[Layer, ...] = (), decoder: tuple[Layer, ...] = ()
) -> MLPAutoencoder:
    last = Affine(np.eye(n), np.zeros(n))
    return MLPAutoencoder.from_network(Network((last, *encoder, last), (last, *decoder, last)))


def _block(weight: Array, bias: Array, out: Array) -> Residual:
    first, last = Affine(weight, bias), Affine(out, np.zeros(len(out)))
    return Residual((first, Activation("relu"), last))


def _tent(n: int, axis: int, middle: float, half: float, height: float) -> Residual:
    weight = np.outer(np.ones(3), np.eye(n)[axis])
    bias = -np.array([middle - half, middle, middle + half])
    out = np.outer(np.eye(n)[(axis + 1) % n], np.array([1.0, -2.0, 1.0]) * height / half)
    return _block(weight, bias, out)


def _half_tent(n: int, axis: int, middle: float, half: float, where: int, sign: float) -> Residual:
    tent = _tent(n, axis, middle, half, 1.0).block
    weight, bias = tent[0].weight, tent[0].bias
    # Where the other coordinate has the wrong sign and is at least 1/4, nothing is left.
    weight = np.concatenate([weight, -4.0 * sign * np.eye(n)[where : where + 1]])
    gate = np.array([[1.0, -2.0, 1.0, 0.0]]) / half - np.array([[0.0, 0.0, 0.0, 1.0]])
    out = np.eye(n)[:, (axis + 1) % n : (axis + 1) % n + 1]
    relu = Activation("relu")
    first, second = Affine(weight, np.append(bias, 0.0)), Affine(gate, np.zeros(1))
    return Residual((first, relu, second, relu, Affine(out, np.zeros(n))))
