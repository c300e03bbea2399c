"""A stack of linear layers and activations, enclosed on many zonotopes at once.

One pass forward with linear forms bounds every hidden value; one pass backward then expresses
the outputs through the inputs, with what all relaxations may add up to.

Rounding. A dot product of n terms in any order is off by at most gamma_n = n u / (1 - n u)
times the sum of absolute values. Every layer adds that much for the arithmetic here, and as
much again, with the unit of the network's own type, for the evaluation of the network: the
enclosure holds for the exact network and for the one that is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.relaxation import RELAXATIONS, Relaxation
from theory.taylor_form import ROUNDING, TINY

__all__ = ["Affine", "Stack", "Zonotope"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Zonotope:
    """Sets {centre + generators^T xi + rest : |xi_j| <= 1, |rest_i| <= remainder_i}.

    Parameters
    ----------
    centre : array of shape (B, n)
    generators : array of shape (B, p, n)
    remainder : array of shape (B, n)
    """

    centre: Array
    generators: Array
    remainder: Array

    @property
    def magnitude(self) -> Array:
        """Bound of |x|, rounded up, of shape (B, n)."""
        total = np.abs(self.centre) + np.abs(self.generators).sum(axis=1) + self.remainder
        return np.asarray(total * (1 + (self.generators.shape[1] + 3) * ROUNDING) + TINY)


@dataclass(frozen=True, eq=False)
class Affine:
    """Outputs = matrix @ inputs + offset +- remainder, on each of B sets of inputs.

    Parameters
    ----------
    matrix : array of shape (B, q, n)
    offset, remainder : array of shape (B, q)
    """

    matrix: Array
    offset: Array
    remainder: Array


@dataclass(frozen=True, eq=False)
class _Layer:
    weight: Array
    bias: Array
    absolute: Array
    absolute_bias: Array


@dataclass(frozen=True, eq=False)
class _Trace:
    # phi(W x + b) = slope (W x) + shift +- radius, rounding of the backward step included.
    slope: Array
    shift: Array
    radius: Array


class Stack:
    """Linear layers with one activation between them.

    Parameters
    ----------
    layers : sequence of (weight (out, in), bias (out,))
    activation : str
        A key of `RELAXATIONS`.
    unit : float
        Relative rounding error of the arithmetic in which the network is evaluated.
    """

    def __init__(
        self, layers: Sequence[tuple[Array, Array]], activation: str, unit: float = ROUNDING
    ) -> None:
        self.layers = [_Layer(w, b, np.abs(w), np.abs(b)) for w, b in layers]
        self.relax: Relaxation = RELAXATIONS[activation]
        self.unit = unit
        # What underflow and overflow are in single precision.
        single = unit > ROUNDING
        self.tiny, self.huge = (1e-36, 1e38) if single else (TINY, 1e300)
        self.depth = len(layers)

    def enclose(self, inputs: Zonotope) -> Affine:
        """Enclose the outputs as affine functions of the inputs.

        Where numbers overflow the remainder is infinite.
        """
        with np.errstate(all="ignore"):
            traces, last_error, sound = self._forward(inputs)
            result = self._backward(traces, last_error, len(inputs.centre))
        finite = sound & np.isfinite(result.remainder) & np.isfinite(result.offset)
        finite &= np.isfinite(result.matrix).all(axis=2)
        if finite.all():
            return result
        return Affine(
            np.where(finite[:, :, None], result.matrix, 0.0),
            np.where(finite, result.offset, 0.0),
            np.where(finite, result.remainder, np.inf),
        )

    def _forward(self, inputs: Zonotope) -> tuple[list[_Trace], Array, NDArray[np.bool_]]:
        batch, p, n = inputs.generators.shape
        # Row 0 is the centre, the others the generators: one product for all.
        forms = np.concatenate([inputs.centre[:, None], inputs.generators], axis=1)
        both = np.stack([inputs.remainder, inputs.magnitude], axis=1)
        sound = np.ones((batch, 1), dtype=bool)
        traces: list[_Trace] = []
        for number, layer in enumerate(self.layers):
            n = layer.weight.shape[1]
            gamma = _gamma(n + p + 8, ROUNDING)
            forms = (forms.reshape(-1, n) @ layer.weight.T).reshape(batch, p + 1, -1)
            both = (both.reshape(2 * batch, n) @ layer.absolute.T).reshape(batch, 2, -1)
            forms[:, 0] += layer.bias
            size = both[:, 1] + layer.absolute_bias
            error = (gamma + _gamma(n + 8, self.unit)) * size + self.tiny
            # A NaN or an overflow anywhere in a set shows in its sizes.
            sound &= size.max(axis=1, keepdims=True) < self.huge
            if number == self.depth - 1:
                return traces, error, sound
            remainder = both[:, 0] * (1 + gamma) + error
            centre = forms[:, 0]
            spread = np.abs(forms[:, 1]) if p == 1 else np.abs(forms[:, 1:]).sum(axis=1)
            spread = (spread + remainder) * (1 + (p + 4) * ROUNDING) + 2 * ROUNDING * np.abs(centre)
            slope, offset, radius = self.relax(centre - spread, centre + spread, self.unit)
            # One term for this step forward, with its few roundings, and for the products
            # (matrix * slope) @ weight and matrix @ shift of the step back.
            wide = layer.weight.shape[0]
            step = _gamma(wide + 16, ROUNDING) * (slope * size + np.abs(offset))
            radius = radius + step + self.tiny
            traces.append(
                _Trace(
                    slope,
                    offset + slope * layer.bias,
                    (radius + slope * error) * (1 + 8 * ROUNDING),
                )
            )
            forms *= slope[:, None]
            forms[:, 0] += offset
            both = np.empty((batch, 2, wide))
            both[:, 0] = (slope * remainder + radius) * (1 + 8 * ROUNDING)
            both[:, 1] = np.abs(forms).sum(axis=1)
            both[:, 1] += both[:, 0]
            both[:, 1] *= 1 + (p + 4) * ROUNDING
        raise AssertionError("a stack has at least one layer")

    def _backward(self, traces: list[_Trace], last_error: Array, batch: int) -> Affine:
        last = self.layers[-1]
        q = len(last.bias)
        matrix = np.broadcast_to(last.weight, (batch, *last.weight.shape))
        offset = np.broadcast_to(last.bias, (batch, q))
        remainder = last_error
        for layer, trace in zip(reversed(self.layers[:-1]), reversed(traces), strict=True):
            offset = offset + _applied(matrix, trace.shift)
            remainder = remainder + _applied(np.abs(matrix), trace.radius)
            remainder = remainder + 2 * ROUNDING * np.abs(offset)
            matrix = matrix * trace.slope[:, None]
            wide, n = layer.weight.shape
            matrix = (matrix.reshape(-1, wide) @ layer.weight).reshape(batch, q, n)
        widest = max(len(layer.bias) for layer in self.layers)
        grown = 1 + _gamma(widest + 4 * self.depth + 8, ROUNDING)
        return Affine(matrix, offset, remainder * grown + TINY)


def _applied(matrix: Array, vector: Array) -> Array:
    return np.asarray(np.matmul(matrix, vector[:, :, None])[:, :, 0])


def _gamma(n: int, unit: float) -> float:
    return n * unit / (1 - n * unit) * (1 + 8 * ROUNDING)
