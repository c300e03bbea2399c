"""Walls and tears of surfaces and curves as networks of layers, so that they can be certified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from geomcheck.planted.cap import LARGEST
from geomcheck.planted.case import Case, Plot
from geomcheck.planted.truth import Truth, about, within

if TYPE_CHECKING:
    from geomcheck.autoencoder import MLPAutoencoder

__all__ = ["layered", "tear_of_layers", "tent", "with_blocks"]

Array = NDArray[np.float64]

_HEIGHT = 1.6
_NARROW = 1e-4


def layered(plot: Plot) -> Iterator[Case]:
    """Part a fifth of K from the rest by a band that errs, or along which codes are torn."""
    cap, n = plot.cap, plot.ambient_dim
    if cap is None:
        return
    share = plot.delta / 4
    low, high = cap.level(LARGEST), cap.level(LARGEST - share)
    # Above epsilon between the two levels.
    half = (high - low) / 2 / (1 - 1 / _HEIGHT)
    height = _HEIGHT * plot.epsilon
    wall = tent(cap.direction, cap.across, (low + high) / 2, half, height)
    truth = Truth(
        about(share),
        about(LARGEST),
        kept_by_codes=plot.betti,
        kept_by_images=plot.betti,
        collide=(0.0, 0.0),
        fine_images=not plot.shows(height),
    )
    yield Case("wall of layers", with_blocks(n, decoder=(wall,)), truth, "a shear, made of layers")
    reach = 1.001 * float(np.abs(plot.rule.points @ cap.across).max())
    truth = replace(truth, kept_by_images=None, fine_codes=True, fine_images=True)
    for name, width in (("tear of layers", 1.0), ("narrow tear of layers", _NARROW)):
        band = (low, low + width * (high - low))
        model = tear_of_layers(cap.direction, cap.across, band, reach)
        torn = width * share
        truth = replace(truth, share=within(0.0, torn), cut_off=within(LARGEST - torn, LARGEST))
        yield Case(name, model, truth, "a homeomorphic encoder; the decoder closes a gap")


def with_blocks(
    n: int, encoder: tuple[Layer, ...] = (), decoder: tuple[Layer, ...] = ()
) -> MLPAutoencoder:
    """Return the identity of R^n with blocks put in."""
    from geomcheck.autoencoder import MLPAutoencoder

    same = Affine(np.eye(n), np.zeros(n))
    return MLPAutoencoder.from_network(Network((same, *encoder, same), (same, *decoder, same)))


def tent(direction: Array, across: Array, middle: float, half: float, height: float) -> Residual:
    """Return the block that moves x along `across` by a tent in its height.

    The tent has its peak where x . direction is `middle`, and is 0 from `half` away on.
    """
    knots = middle + half * np.array([-1.0, 0.0, 1.0])
    return _bent(direction, across, knots, np.array([1.0, -2.0, 1.0]) * height / half)


def tear_of_layers(
    direction: Array, across: Array, band: tuple[float, float], reach: float
) -> MLPAutoencoder:
    """Return a network that draws what lies beyond a band of heights far away, and back again.

    Within the band the way back is continuous, and errs. No point of K may be farther along
    `across` than `reach`.
    """
    low, high = band
    far = 4 * reach
    away = _bent(direction, across, np.array([low, high]), np.array([1, -1]) * far / (high - low))
    slope = np.array([-1.0, 1.0]) * far / (far - 2 * reach)
    back = _bent(across, across, np.array([reach, far - reach]), slope)
    return with_blocks(len(direction), encoder=(away,), decoder=(back,))


def _bent(direction: Array, across: Array, knots: Array, slopes: Array) -> Residual:
    """Return x to x + f(x . direction) across; the slope of f, at first 0, changes at knots."""
    first = Affine(np.asarray(np.outer(np.ones(len(knots)), direction)), np.negative(knots))
    last = Affine(np.asarray(np.outer(across, slopes)), np.zeros(len(direction)))
    return Residual((first, Activation("relu"), last))
