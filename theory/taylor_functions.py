"""What numpy's universal functions do to Taylor forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from theory.taylor_algebra import (
    absolute,
    cube_root,
    divided,
    hypot,
    power,
    reciprocal,
    root,
    square,
)
from theory.taylor_form import (
    ROUNDING,
    TaylorForm,
    added,
    between,
    chosen,
    lifted,
    multiplied,
    negated,
    register,
    scaled,
    shifted,
)
from theory.taylor_smooth import (
    LIBRARY,
    Function,
    expm1,
    exponential,
    hyperbolic,
    monotone,
    smooth,
    tangent,
)

__all__ = ["BINARY", "UNARY", "power"]


def arccos(x: TaylorForm) -> TaylorForm:
    return added(lifted(math.pi / 2, x), negated(_widened(_ARCSIN(x), 2 * ROUNDING)))


def _widened(x: TaylorForm, amount: float) -> TaylorForm:
    return TaylorForm(x.centre, x.linear, x.remainder + amount)


def arctan2(y: TaylorForm, x: TaylorForm) -> TaylorForm:
    # The angle from the centre's own direction is arctan(across / along), wherever the box
    # stays in the half-plane around that direction and does not meet the cut.
    a, b = lifted(x.centre, x), lifted(y.centre, x)
    along = added(multiplied(x, a), multiplied(y, b))
    across = added(multiplied(y, a), negated(multiplied(x, b)))
    turned = _ARCTAN(divided(across, along))
    angle = np.arctan2(y.centre, x.centre)
    form = _widened(added(turned, lifted(angle, x)), 4 * LIBRARY)
    clear = (along.lower > 0) & ((x.lower > 0) | (y.lower > 0) | (y.upper < 0))
    whole = np.full_like(angle, 3.2)
    return chosen(clear, form, between(-whole, whole, x))


_ARCTAN = smooth(
    np.arctan,
    lambda x: 1 / (1 + x * x),
    lambda x: -2 * x / (1 + x * x) ** 2,
    third=2.0,
    largest=0.65,
    bounded=(-1.6, 1.6),
)
_ARCSIN = monotone(
    np.arcsin,
    lambda x: 1 / np.sqrt((1 - x) * (1 + x)),
    lambda x: x / ((1 - x) * (1 + x)) ** 1.5,
    (-1.0, 1.0),
    closed=True,
)

UNARY: dict[np.ufunc, Function] = {
    np.positive: lambda x: x,
    np.negative: negated,
    np.absolute: absolute,
    np.square: square,
    np.sqrt: root,
    np.reciprocal: reciprocal,
    np.sin: smooth(
        np.sin, np.cos, lambda x: -np.sin(x), 1.0, 1.0, bounded=(-1.0, 1.0), absolute=1.0
    ),
    np.cos: smooth(
        np.cos,
        lambda x: -np.sin(x),
        lambda x: -np.cos(x),
        1.0,
        1.0,
        bounded=(-1.0, 1.0),
        absolute=1.0,
    ),
    np.tan: tangent,
    np.exp: exponential,
    np.expm1: expm1,
    np.log: monotone(np.log, lambda x: 1 / x, lambda x: -1 / (x * x), (0.0, np.inf)),
    np.log1p: monotone(
        np.log1p, lambda x: 1 / (1 + x), lambda x: -1 / ((1 + x) * (1 + x)), (-1.0, np.inf)
    ),
    np.sinh: hyperbolic(np.sinh, np.cosh),
    np.cosh: hyperbolic(np.cosh, np.sinh),
    np.tanh: smooth(
        np.tanh,
        lambda x: 1 - np.tanh(x) ** 2,
        lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
        third=2.0,
        largest=0.77,
        bounded=(-1.0, 1.0),
    ),
    np.arcsin: _ARCSIN,
    np.arccos: arccos,
    np.arctan: _ARCTAN,
    np.arcsinh: smooth(
        np.arcsinh,
        lambda x: 1 / np.sqrt(1 + x * x),
        lambda x: -x / (1 + x * x) ** 1.5,
        third=1.0,
        largest=0.385,
    ),
    np.arccosh: monotone(
        np.arccosh,
        lambda x: 1 / np.sqrt((x - 1) * (x + 1)),
        lambda x: -x / ((x - 1) * (x + 1)) ** 1.5,
        (1.0, np.inf),
        closed=True,
    ),
    np.arctanh: monotone(
        np.arctanh,
        lambda x: 1 / ((1 - x) * (1 + x)),
        lambda x: 2 * x / ((1 - x) * (1 + x)) ** 2,
        (-1.0, 1.0),
    ),
    np.cbrt: cube_root,
}
BINARY: dict[np.ufunc, Callable[[TaylorForm, TaylorForm], TaylorForm]] = {
    np.add: added,
    np.subtract: lambda a, b: added(a, negated(b)),
    np.multiply: multiplied,
    np.divide: divided,
    np.arctan2: arctan2,
    np.hypot: hypot,
}


def _lifting(function: Callable[[TaylorForm, TaylorForm], TaylorForm]) -> Callable[..., TaylorForm]:
    def of_either(a: Any, b: Any) -> TaylorForm:
        like = a if isinstance(a, TaylorForm) else b
        return function(lifted(a, like), lifted(b, like))

    return of_either


def _with_number(ufunc: np.ufunc, a: Any, b: Any) -> TaylorForm:
    """Return a form and a number added, subtracted or multiplied, without lifting the number."""
    if isinstance(a, TaylorForm) and isinstance(b, TaylorForm):
        return BINARY[ufunc](a, b)
    form, number = (a, b) if isinstance(a, TaylorForm) else (b, a)
    x = np.asarray(number, dtype=np.float64)
    if ufunc is np.multiply:
        return scaled(form, x)
    if ufunc is np.subtract:
        return shifted(form, -x) if form is a else shifted(negated(form), x)
    return shifted(form, x)


def _quotient(a: Any, b: Any) -> TaylorForm:
    if isinstance(b, TaylorForm):
        return divided(lifted(a, b), b)
    return scaled(a, np.asarray(b, dtype=np.float64), np.divide)


register(
    {
        **UNARY,
        **{key: _lifting(value) for key, value in BINARY.items()},
        **{key: partial(_with_number, key) for key in (np.add, np.subtract, np.multiply)},
        np.divide: _quotient,
        np.power: power,
    }
)
