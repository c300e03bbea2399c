"""Exact first and second derivatives of a numpy function, by evaluating it on jets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

__all__ = ["Jet", "jets"]

Array = NDArray[np.float64]

_BY_PRODUCTS = 8


class Jet(NDArrayOperatorsMixin):
    """A value with its gradient and Hessian in k variables, at n points at once.

    Numpy's universal functions accept jets, so a chart that is written once for arrays also
    yields its derivatives. The points come last: numpy is quick along the longest axis.

    Parameters
    ----------
    value : array of shape (n,)
    slope : array of shape (k, n)
    bend : array of shape (k, k, n)
    """

    __slots__ = ("bend", "slope", "value")

    def __init__(self, value: Array, slope: Array, bend: Array) -> None:
        self.value = value
        self.slope = slope
        self.bend = bend

    @property
    def gradient(self) -> Array:
        """First derivatives, of shape (n, k)."""
        return self.slope.T

    @property
    def hessian(self) -> Array:
        """Second derivatives, of shape (n, k, k)."""
        return self.bend.transpose(2, 0, 1)

    def compose(self, value: Array, first: Array, second: Array) -> Jet:
        """Return the jet of phi(self), given phi, phi' and phi'' at the value."""
        turned = (second * self.slope)[:, None] * self.slope
        return Jet(value, first * self.slope, first * self.bend + turned)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        if ufunc in _BINARY:
            left, right = inputs
            if not isinstance(right, Jet) and ufunc in _BY_NUMBER:
                return _BY_NUMBER[ufunc](left, np.asarray(right, dtype=np.float64))
            if not isinstance(left, Jet) and ufunc in _COMMUTES:
                return _BY_NUMBER[ufunc](right, np.asarray(left, dtype=np.float64))
            return _BINARY[ufunc](_lift(left, self), _lift(right, self))
        if ufunc in _UNARY:
            with np.errstate(divide="ignore", invalid="ignore"):
                return self.compose(*_UNARY[ufunc](self.value))
        if ufunc is np.power:
            return _power(inputs[0], inputs[1])
        return NotImplemented


def jets(points: Array) -> tuple[Jet, ...]:
    """Return one jet per coordinate function at `points` of shape (n, k)."""
    n, k = points.shape
    units, flat = np.eye(k)[:, :, None], np.zeros((k, k, 1))
    return tuple(
        Jet(
            np.ascontiguousarray(points[:, i]),
            np.broadcast_to(units[i], (k, n)),
            np.broadcast_to(flat, (k, k, n)),
        )
        for i in range(k)
    )


def _lift(x: Any, like: Jet) -> Jet:
    if isinstance(x, Jet):
        return x
    k, n = like.slope.shape
    return Jet(
        np.broadcast_to(np.asarray(x, dtype=np.float64), (n,)),
        np.zeros((k, n)),
        np.zeros((k, k, n)),
    )


def _add(a: Jet, b: Jet) -> Jet:
    return Jet(a.value + b.value, a.slope + b.slope, a.bend + b.bend)


def _subtract(a: Jet, b: Jet) -> Jet:
    return Jet(a.value - b.value, a.slope - b.slope, a.bend - b.bend)


def _multiply(a: Jet, b: Jet) -> Jet:
    cross = a.slope[:, None] * b.slope
    return Jet(
        a.value * b.value,
        a.value * b.slope + b.value * a.slope,
        a.value * b.bend + b.value * a.bend + cross + cross.swapaxes(0, 1),
    )


def _divide(a: Jet, b: Jet) -> Jet:
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / b.value
        return _multiply(a, b.compose(inverse, -(inverse**2), 2 * inverse**3))


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(base, Jet) or isinstance(exponent, Jet) or np.ndim(exponent) > 0:
        return np.exp(np.log(base) * exponent)
    p, x = float(exponent), base.value
    if 2 <= p <= _BY_PRODUCTS and p.is_integer():
        # Products take a tenth of the time of a power.
        low = np.ones_like(x)
        for _ in range(int(p) - 2):
            low = low * x
        return base.compose(low * x * x, p * low * x, p * (p - 1) * low)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = p * x ** (p - 1) if p != 0 else np.zeros_like(x)
        second = p * (p - 1) * x ** (p - 2) if p not in (0, 1) else np.zeros_like(x)
        return base.compose(x**p, first, second)


def _arctan2(a: Jet, b: Jet) -> Jet:
    # d atan2(a, b) = (b da - a db) / (a^2 + b^2), and its mixed second derivatives.
    square = _add(_multiply(a, a), _multiply(b, b)).value
    p, q = b.value / square, -a.value / square
    pa, pb = -2 * a.value * b.value / square**2, (a.value**2 - b.value**2) / square**2
    outer = a.slope[:, None] * b.slope
    bend = (
        p * a.bend
        + q * b.bend
        + pa * (a.slope[:, None] * a.slope)
        - pa * (b.slope[:, None] * b.slope)
        + pb * (outer + outer.swapaxes(0, 1))
    )
    return Jet(np.arctan2(a.value, b.value), p * a.slope + q * b.slope, bend)


def _hypot(a: Jet, b: Jet) -> Jet:
    square = _add(_multiply(a, a), _multiply(b, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        return square.compose(*_sqrt(square.value))


def _tan(x: Array) -> tuple[Array, Array, Array]:
    t = np.tan(x)
    return t, 1 + t**2, 2 * t * (1 + t**2)


def _tanh(x: Array) -> tuple[Array, Array, Array]:
    t = np.tanh(x)
    return t, 1 - t**2, -2 * t * (1 - t**2)


def _sqrt(x: Array) -> tuple[Array, Array, Array]:
    s = np.sqrt(x)
    return s, 0.5 / s, -0.25 / (s * x)


def _arcsin(x: Array) -> tuple[Array, Array, Array]:
    first = 1 / np.sqrt(1 - x**2)
    return np.arcsin(x), first, x * first**3


def _arccos(x: Array) -> tuple[Array, Array, Array]:
    value, first, second = np.arccos(x), *_arcsin(x)[1:]
    return value, -first, -second


def _arcsinh(x: Array) -> tuple[Array, Array, Array]:
    first = 1 / np.sqrt(1 + x**2)
    return np.arcsinh(x), first, -x * first**3


def _arccosh(x: Array) -> tuple[Array, Array, Array]:
    first = 1 / np.sqrt(x**2 - 1)
    return np.arccosh(x), first, -x * first**3


def _arctanh(x: Array) -> tuple[Array, Array, Array]:
    first = 1 / (1 - x**2)
    return np.arctanh(x), first, 2 * x * first**2


def _cbrt(x: Array) -> tuple[Array, Array, Array]:
    c = np.cbrt(x)
    return c, 1 / (3 * c**2), -2 / (9 * c**5)


_BINARY: dict[np.ufunc, Callable[[Jet, Jet], Jet]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.divide: _divide,
    np.arctan2: _arctan2,
    np.hypot: _hypot,
}
# What a plain number, or one for each point, does to a jet.
_BY_NUMBER: dict[np.ufunc, Callable[[Jet, Array], Jet]] = {
    np.add: lambda a, x: Jet(a.value + x, a.slope, a.bend),
    np.subtract: lambda a, x: Jet(a.value - x, a.slope, a.bend),
    np.multiply: lambda a, x: Jet(a.value * x, a.slope * x, a.bend * x),
    np.divide: lambda a, x: Jet(a.value / x, a.slope / x, a.bend / x),
}
_COMMUTES = (np.add, np.multiply)
_UNARY: dict[np.ufunc, Callable[[Array], Sequence[Array]]] = {
    np.negative: lambda x: (-x, -np.ones_like(x), np.zeros_like(x)),
    np.positive: lambda x: (x, np.ones_like(x), np.zeros_like(x)),
    np.absolute: lambda x: (np.abs(x), np.sign(x), np.zeros_like(x)),
    np.square: lambda x: (x**2, 2 * x, np.full_like(x, 2.0)),
    np.reciprocal: lambda x: (1 / x, -1 / x**2, 2 / x**3),
    np.sqrt: _sqrt,
    np.sin: lambda x: (np.sin(x), np.cos(x), -np.sin(x)),
    np.cos: lambda x: (np.cos(x), -np.sin(x), -np.cos(x)),
    np.tan: _tan,
    np.exp: lambda x: (np.exp(x), np.exp(x), np.exp(x)),
    np.log: lambda x: (np.log(x), 1 / x, -1 / x**2),
    np.sinh: lambda x: (np.sinh(x), np.cosh(x), np.sinh(x)),
    np.cosh: lambda x: (np.cosh(x), np.sinh(x), np.cosh(x)),
    np.tanh: _tanh,
    np.expm1: lambda x: (np.expm1(x), np.exp(x), np.exp(x)),
    np.log1p: lambda x: (np.log1p(x), 1 / (1 + x), -1 / (1 + x) ** 2),
    np.arcsin: _arcsin,
    np.arccos: _arccos,
    np.arcsinh: _arcsinh,
    np.arccosh: _arccosh,
    np.arctanh: _arctanh,
    np.cbrt: _cbrt,
    np.arctan: lambda x: (np.arctan(x), 1 / (1 + x**2), -2 * x / (1 + x**2) ** 2),
}
