"""Taylor forms with the forms of their partial derivatives: for the volume element of a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

import theory.taylor_functions  # noqa: F401 (numpy's functions learn about forms)
from theory.taylor_form import NoTaylorForm, TaylorForm, box_forms, lifted

__all__ = ["TaylorDual", "box_duals"]

Array = NDArray[np.float64]
Part = TaylorForm | float
"""A form, or 0.0 or 1.0 where a partial derivative is constant."""


class TaylorDual(NDArrayOperatorsMixin):
    """The form of a function and those of its k partial derivatives.

    Parameters
    ----------
    value : TaylorForm
    partials : tuple of k TaylorForm or float
        By the coordinates themselves, not by those that run over [-1, 1].
    """

    __slots__ = ("partials", "value")

    def __init__(self, value: TaylorForm, partials: tuple[Part, ...]) -> None:
        self.value = value
        self.partials = partials

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            raise NoTaylorForm(ufunc.__name__)
        if ufunc in _BINARY:
            return _BINARY[ufunc](*inputs)
        if ufunc in _UNARY:
            return self.compose(*_UNARY[ufunc](self.value))
        if ufunc is np.power:
            return _power(inputs[0], inputs[1])
        raise NoTaylorForm(ufunc.__name__)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise NoTaylorForm(func.__name__)

    def compose(self, value: TaylorForm, slope: Any) -> TaylorDual:
        """Return the dual of phi(self), given phi and phi' of the value."""
        return TaylorDual(value, tuple(_times(slope, p) for p in self.partials))


def box_duals(lower: Array, upper: Array) -> tuple[TaylorDual, ...]:
    """Return one dual per coordinate on the boxes [lower, upper], given as arrays (n, k)."""
    forms = box_forms(lower, upper)
    return tuple(
        TaylorDual(form, tuple(float(i == j) for j in range(len(forms))))
        for i, form in enumerate(forms)
    )


def _times(a: Any, b: Any) -> Any:
    # Exact zeros and ones stay numbers, which keeps most products from being formed at all.
    if isinstance(a, float) and a in (0.0, 1.0):
        return b if a else 0.0
    if isinstance(b, float) and b in (0.0, 1.0):
        return a if b else 0.0
    return a * b


def _plus(a: Any, b: Any) -> Any:
    if isinstance(a, float) and a == 0.0:
        return b
    return a if isinstance(b, float) and b == 0.0 else a + b


def _value(x: Any) -> Any:
    return x.value if isinstance(x, TaylorDual) else x


def _partials(x: Any, other: Any) -> tuple[Any, ...]:
    if isinstance(x, TaylorDual):
        return x.partials
    return (0.0,) * len(other.partials)


def _linear(a: Any, b: Any, da: Any, db: Any, value: TaylorForm) -> TaylorDual:
    pairs = zip(_partials(a, b), _partials(b, a), strict=True)
    return TaylorDual(value, tuple(_plus(_times(da, p), _times(db, q)) for p, q in pairs))


def _divide(a: Any, b: Any) -> TaylorDual:
    if not isinstance(b, TaylorDual):
        return _linear(a, b, 1.0 / b, 0.0, _value(a) / b)
    inverse = np.reciprocal(b.value)
    quotient = _value(a) * inverse
    return _linear(a, b, inverse, -quotient * inverse, quotient)


def _arctan2(a: Any, b: Any) -> TaylorDual:
    y, x = _value(a), _value(b)
    # There is no derivative across the cut, where the angle jumps.
    square = y * y + x * x + _at_cut(y, x)
    return _linear(a, b, x / square, -y / square, np.arctan2(y, x))


def _at_cut(y: Any, x: Any) -> Any:
    """Return 0, with an infinite remainder on boxes that the angle may jump in."""
    up, right = _form(y), _form(x)
    like = up if isinstance(up, TaylorForm) else right
    up, right = lifted(up, like), lifted(right, like)
    jumps = (right.lower <= 0) & (up.lower <= 0) & (up.upper >= 0)
    return TaylorForm(
        np.zeros_like(like.centre), np.zeros_like(like.linear), np.where(jumps, np.inf, 0.0)
    )


def _form(x: Any) -> Any:
    while isinstance(x, TaylorDual):
        x = x.value
    return x


def _hypot(a: Any, b: Any) -> TaylorDual:
    y, x = _value(a), _value(b)
    length = np.hypot(y, x)
    return _linear(a, b, y / length, x / length, length)


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(base, TaylorDual) or isinstance(exponent, TaylorDual):
        return np.exp(np.log(base) * exponent)
    if np.ndim(exponent) > 0:
        return np.exp(np.log(base) * exponent)
    p = float(exponent)
    if p in (0.0, 1.0):
        return base if p else base * 0.0 + 1.0
    if p == int(p) or p == 0.5:
        return base.compose(base.value**p, p * base.value ** (p - 1))
    # Lowering a fractional exponent by one is not exact: |p - 1| is written as a quotient.
    value = base.value**p
    return base.compose(value, p * value / base.value)


def _tan(x: TaylorForm) -> tuple[Any, Any]:
    t = np.tan(x)
    return t, 1 + t * t


def _tanh(x: TaylorForm) -> tuple[Any, Any]:
    t = np.tanh(x)
    return t, 1 - t * t


def _sqrt(x: TaylorForm) -> tuple[Any, Any]:
    s = np.sqrt(x)
    return s, 0.5 / s


def _exp(x: TaylorForm) -> tuple[Any, Any]:
    e = np.exp(x)
    return e, e


def _cbrt(x: TaylorForm) -> tuple[Any, Any]:
    c = np.cbrt(x)
    return c, 1 / (3 * np.square(c))


def _sign(x: TaylorForm) -> TaylorForm:
    n = len(x.centre)
    sign = np.where(x.lower >= 0, 1.0, np.where(x.upper <= 0, -1.0, 0.0))
    return TaylorForm(sign, np.zeros_like(x.linear), np.where(sign == 0, 1.0, np.zeros(n)))


_BINARY: dict[np.ufunc, Callable[[Any, Any], TaylorDual]] = {
    np.add: lambda a, b: _linear(a, b, 1.0, 1.0, _value(a) + _value(b)),
    np.subtract: lambda a, b: _linear(a, b, 1.0, -1.0, _value(a) - _value(b)),
    np.multiply: lambda a, b: _linear(a, b, _value(b), _value(a), _value(a) * _value(b)),
    np.divide: _divide,
    np.arctan2: _arctan2,
    np.hypot: _hypot,
}
_UNARY: dict[np.ufunc, Callable[[TaylorForm], tuple[Any, Any]]] = {
    np.positive: lambda x: (x, 1.0),
    np.negative: lambda x: (-x, -1.0),
    np.absolute: lambda x: (np.absolute(x), _sign(x)),
    np.square: lambda x: (np.square(x), 2 * x),
    np.reciprocal: lambda x: (1 / x, -1 / np.square(x)),
    np.sqrt: _sqrt,
    np.sin: lambda x: (np.sin(x), np.cos(x)),
    np.cos: lambda x: (np.cos(x), -np.sin(x)),
    np.tan: _tan,
    np.exp: _exp,
    np.expm1: lambda x: (np.expm1(x), np.exp(x)),
    np.log: lambda x: (np.log(x), 1 / x),
    np.log1p: lambda x: (np.log1p(x), 1 / (1 + x)),
    np.sinh: lambda x: (np.sinh(x), np.cosh(x)),
    np.cosh: lambda x: (np.cosh(x), np.sinh(x)),
    np.tanh: _tanh,
    np.arcsin: lambda x: (np.arcsin(x), 1 / np.sqrt((1 - x) * (1 + x))),
    np.arccos: lambda x: (np.arccos(x), -1 / np.sqrt((1 - x) * (1 + x))),
    np.arctan: lambda x: (np.arctan(x), 1 / (1 + np.square(x))),
    np.arcsinh: lambda x: (np.arcsinh(x), 1 / np.sqrt(1 + np.square(x))),
    np.arccosh: lambda x: (np.arccosh(x), 1 / np.sqrt((x - 1) * (x + 1))),
    np.arctanh: lambda x: (np.arctanh(x), 1 / ((1 - x) * (1 + x))),
    np.cbrt: _cbrt,
}
