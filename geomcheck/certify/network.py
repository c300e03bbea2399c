"""A stack of linear layers, activations and residual blocks, enclosed on many zonotopes at once.

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
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.steps import Skip, Step, extent, steps_of
from geomcheck.layers import Layer
from theory.taylor_form import ROUNDING, TINY

__all__ = ["AffineBounds", "Stack", "Zonotope"]

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

    def where(self, rows: slice) -> Zonotope:
        """Return some of the sets."""
        return Zonotope(self.centre[rows], self.generators[rows], self.remainder[rows])

    @property
    def magnitude(self) -> Array:
        """Bound of |x|, rounded up, of shape (B, n)."""
        total = np.abs(self.centre) + np.abs(self.generators).sum(axis=1) + self.remainder
        return np.asarray(total * (1 + (self.generators.shape[1] + 3) * ROUNDING) + TINY)


@dataclass(frozen=True, eq=False)
class AffineBounds:
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
class _Values:
    """Hidden values: row 0 of `forms` (B, p + 1, n) is the centre, the others are generators.

    Row 0 of `sizes` (B, 2, n) bounds the rest, row 1 the absolute values.
    """

    forms: Array
    sizes: Array


@dataclass(frozen=True, eq=False)
class _StepTrace:
    # phi(W x + b) = slope (W x) + shift +- radius, rounding of the backward step included.
    weight: Array | None
    slope: Array | None
    shift: Array | None
    radius: Array


@dataclass(frozen=True, eq=False)
class _SkipTrace:
    block: list[_Trace]
    radius: Array
    magnitude: Array


_Trace: TypeAlias = _StepTrace | _SkipTrace


class Stack:
    """Layers to be enclosed.

    Parameters
    ----------
    layers : sequence of Layer
    unit : float
        Relative rounding error of the arithmetic in which the network is evaluated.
    """

    def __init__(self, layers: Sequence[Layer], unit: float = ROUNDING) -> None:
        self.steps = steps_of(layers)
        self.unit = unit
        # What underflow and overflow are in single precision.
        single = unit > ROUNDING
        self.tiny, self.huge = (1e-36, 1e38) if single else (TINY, 1e300)
        self.depth, self.widest = extent(self.steps)

    def enclose(self, inputs: Zonotope) -> AffineBounds:
        """Enclose the outputs as affine functions of the inputs.

        Where numbers overflow the remainder is infinite.
        """
        batch, _, n = inputs.generators.shape
        forms = np.concatenate([inputs.centre[:, None], inputs.generators], axis=1)
        sizes = np.stack([inputs.remainder, inputs.magnitude], axis=1)
        with np.errstate(all="ignore"):
            traces, values, sound = self._forward(self.steps, _Values(forms, sizes))
            nothing = np.zeros((batch, values.forms.shape[2]))
            matrix, offset, remainder = self._backward(traces, None, nothing, nothing)
            grown = 1 + _gamma(self.widest + 4 * self.depth + 8, ROUNDING)
            remainder = remainder * grown + TINY
        matrix = np.broadcast_to(np.eye(n), (batch, n, n)) if matrix is None else matrix
        finite = sound[:, None] & np.isfinite(remainder) & np.isfinite(offset)
        finite &= np.isfinite(matrix).all(axis=2)
        if finite.all():
            return AffineBounds(matrix, offset, remainder)
        return AffineBounds(
            np.where(finite[:, :, None], matrix, 0.0),
            np.where(finite, offset, 0.0),
            np.where(finite, remainder, np.inf),
        )

    def _forward(
        self, steps: Sequence[Step | Skip], x: _Values
    ) -> tuple[list[_Trace], _Values, NDArray[np.bool_]]:
        # A NaN or an overflow anywhere in a set shows in its sizes.
        sound = x.sizes[:, 1].max(axis=1) < self.huge
        traces: list[_Trace] = []
        trace: _Trace
        for step in steps:
            if isinstance(step, Step):
                trace, x, size = self._through(step, x)
            else:
                trace, x, size, within = self._around(step, x)
                sound &= within
            sound &= size.max(axis=1) < self.huge
            traces.append(trace)
        return traces, x, sound

    def _through(self, step: Step, x: _Values) -> tuple[_StepTrace, _Values, Array]:
        batch, rows, n = x.forms.shape
        p = rows - 1
        forms, remainder, size = x.forms, x.sizes[:, 0], x.sizes[:, 1]
        linear = step.linear
        error: Array | float = 0.0
        if linear is not None:
            gamma = _gamma(n + p + 8, ROUNDING)
            # One product for the centre and all generators.
            forms = (forms.reshape(-1, n) @ linear.weight.T).reshape(batch, rows, -1)
            sizes = (x.sizes.reshape(-1, n) @ linear.absolute.T).reshape(batch, 2, -1)
            forms[:, 0] += linear.bias
            size = sizes[:, 1] + linear.absolute_bias
            error = (gamma + _gamma(n + 8, self.unit)) * size + self.tiny
            remainder = sizes[:, 0] * (1 + gamma) + error
        wide = size.shape[1]
        bias = None if linear is None else linear.bias
        weight = None if linear is None else linear.weight
        back = _gamma(wide + 16, ROUNDING)
        if step.relax is None:
            trace = _StepTrace(weight, None, bias, (back * size + error) * (1 + 8 * ROUNDING))
            return trace, _measured(forms, remainder), size
        centre = forms[:, 0]
        spread = np.abs(forms[:, 1]) if p == 1 else np.abs(forms[:, 1:]).sum(axis=1)
        spread = (spread + remainder) * (1 + (p + 4) * ROUNDING) + 2 * ROUNDING * np.abs(centre)
        slope, offset, radius = step.relax(centre - spread, centre + spread, self.unit)
        steep = np.abs(slope)
        # One term for this step forward, with its few roundings, and for the products
        # (matrix * slope) @ weight and matrix @ shift of the step back.
        radius = radius + back * (steep * size + np.abs(offset)) + self.tiny
        shift = offset if bias is None else offset + slope * bias
        trace = _StepTrace(weight, slope, shift, (radius + steep * error) * (1 + 8 * ROUNDING))
        forms = forms * slope[:, None]
        forms[:, 0] += offset
        return trace, _measured(forms, (steep * remainder + radius) * (1 + 8 * ROUNDING)), size

    def _around(
        self, skip: Skip, x: _Values
    ) -> tuple[_SkipTrace, _Values, Array, NDArray[np.bool_]]:
        traces, inner, sound = self._forward(skip.block, x)
        size = x.sizes[:, 1] + inner.sizes[:, 1]
        # Rounding of the sum, here and in the network.
        error = (4 * ROUNDING + 2 * self.unit) * size
        remainder = (x.sizes[:, 0] + inner.sizes[:, 0] + error) * (1 + 8 * ROUNDING)
        trace = _SkipTrace(traces, error, x.sizes[:, 1])
        return trace, _measured(x.forms + inner.forms, remainder), size, sound

    def _backward(
        self, traces: Sequence[_Trace], matrix: Array | None, offset: Array, remainder: Array
    ) -> tuple[Array | None, Array, Array]:
        # No matrix stands for the identity.
        for trace in reversed(traces):
            if isinstance(trace, _SkipTrace):
                remainder = remainder + _applied_absolute(matrix, trace.radius)
                inner, offset, remainder = self._backward(trace.block, matrix, offset, remainder)
                width = trace.magnitude.shape[1]
                inner = np.eye(width) if inner is None else inner
                outer = np.eye(width) if matrix is None else matrix
                matrix = np.broadcast_to(outer + inner, (len(offset), offset.shape[1], width))
                rounded = _applied_absolute(matrix, trace.magnitude)
                remainder = remainder + 2 * ROUNDING * rounded
                continue
            remainder = remainder + _applied_absolute(matrix, trace.radius)
            if trace.shift is not None:
                offset = offset + _applied(matrix, trace.shift)
                remainder = remainder + 2 * ROUNDING * np.abs(offset)
            if trace.slope is not None:
                matrix = _scaled(matrix, trace.slope)
            if trace.weight is not None:
                matrix = _times(matrix, trace.weight, len(offset))
        return matrix, offset, remainder


def _measured(forms: Array, remainder: Array) -> _Values:
    magnitude = (np.abs(forms).sum(axis=1) + remainder) * (1 + (forms.shape[1] + 4) * ROUNDING)
    return _Values(forms, np.stack([remainder, magnitude], axis=1))


def _times(matrix: Array | None, weight: Array, batch: int) -> Array:
    if matrix is None:
        return np.broadcast_to(weight, (batch, *weight.shape))
    wide, n = weight.shape
    return (matrix.reshape(-1, wide) @ weight).reshape(batch, -1, n)


def _scaled(matrix: Array | None, slope: Array) -> Array:
    if matrix is None:
        return np.asarray(slope[:, :, None] * np.eye(slope.shape[1]))
    return matrix * slope[:, None]


def _applied(matrix: Array | None, vector: Array) -> Array:
    # A vector alone is that of every set.
    if matrix is None:
        return vector
    if vector.ndim == 1:
        return matrix @ vector
    return np.asarray(np.matmul(matrix, vector[:, :, None])[:, :, 0])


def _applied_absolute(matrix: Array | None, vector: Array) -> Array:
    return vector if matrix is None else _applied(np.abs(matrix), vector)


def _gamma(n: int, unit: float) -> float:
    return n * unit / (1 - n * unit) * (1 + 8 * ROUNDING)
