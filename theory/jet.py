"""Exact first and second derivatives of a numpy function, by evaluating it on jets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

__all__ = ["Jet", "jets"]

Array = NDArray[np.float64]


class Jet(NDArrayOperatorsMixin):
    """A value with its gradient and Hessian in k variables, at n points at once.

    Numpy's universal functions accept jets, so a chart that is written once for arrays also
    yields its derivatives.

    Parameters
    ----------
    value : array of shape (n,)
    gradient : array of shape (n, k)
    hessian : array of shape (n, k, k)
    """

    __slots__ = ("gradient", "hessian", "value")

    def __init__(self, value: Array, gradient: Array, hessian: Array) -> None:
        self.value = value
        self.gradient = gradient
        self.hessian = hessian

    def compose(self, value: Array, first: Array, second: Array) -> Jet:
        """Return the jet of phi(self), given phi, phi' and phi'' at the value."""
        outer = self.gradient[:, :, None] * self.gradient[:, None, :]
        return Jet(
            value,
            first[:, None] * self.gradient,
            first[:, None, None] * self.hessian + second[:, None, None] * outer,
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        if ufunc in _BINARY:
            left, right = (_lift(x, self) for x in inputs)
            return _BINARY[ufunc](left, right)
        if ufunc in _UNARY:
            with np.errstate(divide="ignore", invalid="ignore"):
                return self.compose(*_UNARY[ufunc](self.value))
        if ufunc is np.power:
            return _power(inputs[0], inputs[1])
        return NotImplemented


def jets(points: Array) -> tuple[Jet, ...]:
    """Return one jet per coordinate function at `points` of shape (n, k)."""
    n, k = points.shape
    units = np.eye(k)
    return tuple(
        Jet(points[:, i], np.broadcast_to(units[i], (n, k)), np.zeros((n, k, k))) for i in range(k)
    )


def _lift(x: Any, like: Jet) -> Jet:
    if isinstance(x, Jet):
        return x
    n, k = like.gradient.shape
    return Jet(
        np.broadcast_to(np.asarray(x, dtype=np.float64), (n,)),
        np.zeros((n, k)),
        np.zeros((n, k, k)),
    )


def _add(a: Jet, b: Jet) -> Jet:
    return Jet(a.value + b.value, a.gradient + b.gradient, a.hessian + b.hessian)


def _subtract(a: Jet, b: Jet) -> Jet:
    return Jet(a.value - b.value, a.gradient - b.gradient, a.hessian - b.hessian)


def _multiply(a: Jet, b: Jet) -> Jet:
    u, v = a.value[:, None], b.value[:, None]
    cross = a.gradient[:, :, None] * b.gradient[:, None, :]
    return Jet(
        a.value * b.value,
        u * b.gradient + v * a.gradient,
        u[..., None] * b.hessian + v[..., None] * a.hessian + cross + cross.transpose(0, 2, 1),
    )


def _divide(a: Jet, b: Jet) -> Jet:
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / b.value
        return _multiply(a, b.compose(inverse, -(inverse**2), 2 * inverse**3))


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(base, Jet) or isinstance(exponent, Jet) or np.ndim(exponent) > 0:
        return np.exp(np.log(base) * exponent)
    p, x = float(exponent), base.value
    with np.errstate(divide="ignore", invalid="ignore"):
        first = p * x ** (p - 1) if p != 0 else np.zeros_like(x)
        second = p * (p - 1) * x ** (p - 2) if p not in (0, 1) else np.zeros_like(x)
        return base.compose(x**p, first, second)


def _arctan2(a: Jet, b: Jet) -> Jet:
    # d atan2(a, b) = (b da - a db) / (a^2 + b^2), and its mixed second derivatives.
    square = _add(_multiply(a, a), _multiply(b, b)).value
    p, q = b.value / square, -a.value / square
    pa, pb = -2 * a.value * b.value / square**2, (a.value**2 - b.value**2) / square**2
    outer = a.gradient[:, :, None] * b.gradient[:, None, :]
    hessian = (
        p[:, None, None] * a.hessian
        + q[:, None, None] * b.hessian
        + pa[:, None, None] * (a.gradient[:, :, None] * a.gradient[:, None, :])
        - pa[:, None, None] * (b.gradient[:, :, None] * b.gradient[:, None, :])
        + pb[:, None, None] * (outer + outer.transpose(0, 2, 1))
    )
    gradient = p[:, None] * a.gradient + q[:, None] * b.gradient
    return Jet(np.arctan2(a.value, b.value), gradient, hessian)


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
