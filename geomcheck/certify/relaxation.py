"""Linear enclosures of activations: phi(z) in slope z + offset +- radius for z in [low, high].

Whatever slope is chosen, g(z) = phi(z) - slope z is bounded from both sides without trusting
any search for its extremes: where phi is concave, g lies above its smaller end value and below
each of its tangents, whose slope phi'(p) - slope is nearly zero if p was chosen well; where phi
is convex, the other way round. A poorly chosen slope or point costs tightness, never truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geomcheck.layers import Activation
from theory.taylor_form import ROUNDING, TINY
from theory.taylor_smooth import LIBRARY

__all__ = ["RELAXATIONS", "Band", "Relaxation", "relaxation_of"]

Array = NDArray[np.float64]
Band = tuple[Array, Array, Array]
"""Slope, offset and radius, each of the shape of low and high."""
Relaxation = Callable[[Array, Array, float], Band]
"""Takes low, high and the relative rounding error with which the network is evaluated."""

# Torch's activations are a few operations on numbers no larger than |z|, |phi| and 1.
_EVALUATION = 8.0
_LEAK = 0.01
# torch.nn.Softplus returns z itself from 20 on; log1p(exp(-20)) is 2.0612e-9.
_THRESHOLD, _CUT = 20.0, 2.0612e-9
# The approximation of GELU is z (1 + tanh(scale (z + cube z^3))) / 2.
_GELU_SCALE, _GELU_CUBE = math.sqrt(2 / math.pi), 0.044715


def _tanh(low: Array, high: Array, unit: float) -> Band:
    at_low, at_high = np.tanh(low), np.tanh(high)
    slope = _chord(at_low, at_high, low, high, 0.0, 1.0)
    touch = np.arctanh(np.sqrt(np.minimum(1.0 - slope, 1.0 - 1e-15)))
    bottom = at_low - slope * low
    top = at_high - slope * high
    bottom, top = np.minimum(bottom, top), np.maximum(bottom, top)
    # Convex on the left, concave on the right.
    for sign in (-1.0, 1.0):
        first, last = (low, np.minimum(high, 0.0)) if sign < 0 else (np.maximum(low, 0.0), high)
        p = np.minimum(np.maximum(sign * touch, first), last)
        value = np.tanh(p)
        tilt = (1.0 - value * value) - slope
        at_p = value - slope * p
        one, other = tilt * (first - p), tilt * (last - p)
        if sign < 0:
            least = at_p + np.minimum(one, other)
            np.minimum(bottom, least, out=bottom, where=low < 0)
        else:
            most = at_p + np.maximum(one, other)
            np.maximum(top, most, out=top, where=high > 0)
    size = np.maximum(np.abs(low), np.abs(high))
    pad = 8 * LIBRARY * size + _EVALUATION * unit * np.minimum(size, 1.0)
    return _band(slope, bottom, top, pad)


def _chord(
    at_low: Array, at_high: Array, low: Array, high: Array, least: float, most: float
) -> Array:
    width = np.maximum(high - low, TINY)
    return np.asarray(np.minimum(np.maximum((at_high - at_low) / width, least), most))


def _band(slope: Array, bottom: Array, top: Array, pad: Array) -> Band:
    offset = 0.5 * (bottom + top)
    radius = np.maximum(top - offset, offset - bottom)
    return slope, offset, radius * (1 + 4 * ROUNDING) + 4 * ROUNDING * np.abs(offset) + pad + TINY


def _sigmoid(low: Array, high: Array, unit: float) -> Band:
    # sigmoid(z) = 1/2 + tanh(z/2)/2; halving is exact.
    slope, offset, radius = _tanh(0.5 * low, 0.5 * high, 0.0)
    return 0.25 * slope, 0.5 + 0.5 * offset, 0.5 * radius + LIBRARY + 2 * _EVALUATION * unit


def _piecewise_linear(leak: float) -> Relaxation:
    def relax(low: Array, high: Array, unit: float) -> Band:
        at_low, at_high = np.maximum(low, leak * low), np.maximum(high, leak * high)
        slope = _chord(at_low, at_high, low, high, leak, 1.0)
        # Exact slopes on either side, so that nothing is lost where nothing bends.
        slope = np.where(low >= 0, 1.0, np.where(high <= 0, leak, slope))
        one, other = at_low - slope * low, at_high - slope * high
        bottom, top = np.minimum(one, other), np.maximum(one, other)
        inside = (low < 0) & (high > 0)
        bottom = np.where(inside, np.minimum(bottom, 0.0), bottom)
        top = np.where(inside, np.maximum(top, 0.0), top)
        size = np.maximum(np.abs(low), np.abs(high))
        return _band(slope, bottom, top, 8 * ROUNDING * size + 2 * unit * size)

    return relax


def _softplus(low: Array, high: Array, unit: float) -> Band:
    at_low, at_high = _soft(low), _soft(high)
    slope = _chord(at_low, at_high, low, high, 0.0, 1.0)
    # Convex: its slope, the sigmoid, is that of the chord at log(s / (1 - s)).
    p = np.log(np.maximum(slope, 1e-300)) - np.log(np.maximum(1.0 - slope, 1e-17))
    p = np.minimum(np.maximum(p, low), high)
    tilt = 0.5 + 0.5 * np.tanh(0.5 * p) - slope
    one, other = at_low - slope * low, at_high - slope * high
    bottom = _soft(p) - slope * p + np.minimum(tilt * (low - p), tilt * (high - p))
    size = np.maximum(np.abs(low), np.abs(high))
    pad = 8 * LIBRARY * (size + 1.0) + _EVALUATION * unit * (size + 1.0)
    pad = pad + np.where(high >= _THRESHOLD, _CUT, 0.0)
    return _band(slope, np.minimum(bottom, np.minimum(one, other)), np.maximum(one, other), pad)


def _soft(z: Array) -> Array:
    return np.asarray(np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))))


def _silu_parts(z: Array) -> tuple[Array, Array]:
    # Either side of zero from exp(-|z|), so that nothing cancels.
    t = np.exp(-np.abs(z))
    share, rest = 1.0 / (1.0 + t), t / (1.0 + t)
    sigmoid = np.where(z >= 0, share, rest)
    return z * sigmoid, sigmoid + z * (share * rest)


def _gelu_parts(z: Array) -> tuple[Array, Array]:
    from scipy.special import erfc

    share = 0.5 * erfc(-z * math.sqrt(0.5))
    return z * share, share + z * np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _gelu_tanh_parts(z: Array) -> tuple[Array, Array]:
    # (1 + tanh u) / 2 is the sigmoid of 2u. Where |z| exceeds 30 it is 0 or 1 to any accuracy.
    near = np.clip(z, -30.0, 30.0)
    square = near * near
    t = np.exp(-2 * _GELU_SCALE * np.abs(near) * (1.0 + _GELU_CUBE * square))
    share, rest = 1.0 / (1.0 + t), t / (1.0 + t)
    sigmoid = np.where(z >= 0, share, rest)
    slope = 2 * _GELU_SCALE * (1.0 + 3 * _GELU_CUBE * square)
    return z * sigmoid, sigmoid + near * slope * (share * rest)


class _Swish:
    """z times a distribution function: convex between -knee and knee, concave outside.

    All kinds satisfy phi(z) - phi(-z) = z, hence phi'(-z) = 1 - phi'(z).
    """

    def __init__(self, parts: Callable[[Array], tuple[Array, Array]], knee: float) -> None:
        self.parts = parts
        self.knee = knee
        inner, outer = np.linspace(-knee, knee, 4001), np.linspace(knee, 4 * knee + 4, 2001)
        self.inner = parts(inner)[1], inner
        self.outer = parts(outer)[1][::-1], outer[::-1]
        self.steepest = float(self.inner[0][-1])

    def __call__(self, low: Array, high: Array, unit: float) -> Band:
        at_low, at_high = self.parts(low)[0], self.parts(high)[0]
        slope = _chord(at_low, at_high, low, high, 1.0 - self.steepest, self.steepest)
        bottom, top = at_low - slope * low, at_high - slope * high
        bottom, top = np.minimum(bottom, top), np.maximum(bottom, top)
        k = self.knee
        # Inner ends of pieces need no separate look: the bound of the neighbouring piece
        # covers them from the one side, its own from the other.
        pieces = (
            (low, np.minimum(high, -k), low < -k, -np.interp(1.0 - slope, *self.outer), False),
            (np.maximum(low, -k), np.minimum(high, k), (low < k) & (high > -k), None, True),
            (np.maximum(low, k), high, high > k, np.interp(slope, *self.outer), False),
        )
        for first, last, present, guess, convex in pieces:
            if not present.any():
                continue
            touch = np.interp(slope, *self.inner) if guess is None else guess
            p = np.where(present, np.minimum(np.maximum(touch, first), last), low)
            value, derivative = self.parts(p)
            tilt, at_p = derivative - slope, value - slope * p
            one, other = tilt * (first - p), tilt * (last - p)
            if convex:
                np.minimum(bottom, at_p + np.minimum(one, other), out=bottom, where=present)
            else:
                np.maximum(top, at_p + np.maximum(one, other), out=top, where=present)
        size = np.maximum(np.abs(low), np.abs(high))
        # phi' is below 1.2 and good to a few units of 1, and the interval no wider than 2 size.
        pad = 16 * LIBRARY * size + _EVALUATION * unit * size
        return _band(slope, bottom, top, pad)


RELAXATIONS: Mapping[str, Relaxation] = MappingProxyType(
    {
        "tanh": _tanh,
        "sigmoid": _sigmoid,
        "relu": _piecewise_linear(0.0),
        "leaky_relu": _piecewise_linear(_LEAK),
        "softplus": _softplus,
        "silu": _Swish(_silu_parts, 2.3993572805154393),
        "gelu": _Swish(_gelu_parts, math.sqrt(2.0)),
        "gelu_tanh": _Swish(_gelu_tanh_parts, 1.4185040087908283),
    }
)
"""By the names of `geomcheck.layers.ACTIVATION_NAMES`, `leaky_relu` with torch's own slope."""


def relaxation_of(activation: Activation) -> Relaxation:
    """Return the relaxation of an activation with its own slope."""
    if activation.name == "leaky_relu" and activation.slope != _LEAK:
        return _piecewise_linear(activation.slope)
    return RELAXATIONS[activation.name]
