"""Elementary functions of Taylor forms: value, slope and a bound of the second derivative.

Values of numpy's functions are trusted to eight units in the last place (sine and cosine to
as much of 1), which is twice what numpy's own vector routines allow themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.taylor_form import (
    ROUNDING,
    TINY,
    TaylorForm,
    added,
    between,
    chosen,
    composed,
    lifted,
    multiplied,
    negated,
    register,
)

__all__ = ["BINARY", "UNARY", "power"]

Array = NDArray[np.float64]
Function = Callable[[TaylorForm], TaylorForm]

LIBRARY = 16 * ROUNDING
"""Relative error that numpy's elementary functions may have."""


def _near(x: TaylorForm, second: Array, third: float, largest: float) -> tuple[Array, Array]:
    # phi'' moves from its value at the centre by at most third * spread, and never exceeds
    # the largest value it has anywhere.
    margin = third * x.spread + 1e-12
    return np.maximum(second - margin, -largest), np.minimum(second + margin, largest)


def _smooth(
    value: Callable[[Array], Array],
    first: Callable[[Array], Array],
    second: Callable[[Array], Array],
    third: float,
    largest: float,
    bounded: tuple[float, float] | None = None,
    absolute: float = 0.0,
) -> Function:
    """Make a function of the whole line from bounds of its second and third derivative."""

    def apply(x: TaylorForm) -> TaylorForm:
        c = x.centre
        v, s = value(c), first(c)
        low, high = _near(x, second(c), third, largest)
        error = LIBRARY * np.maximum(np.abs(v), absolute) + TINY
        form = composed(x, v, error, s, 4 * LIBRARY * np.maximum(np.abs(s), 1.0), low, high)
        if bounded is None:
            return form
        whole = np.full_like(c, bounded[0]), np.full_like(c, bounded[1])
        return chosen(form.spread < bounded[1] - bounded[0], form, between(*whole, x))

    return apply


def _monotone(
    value: Callable[[Array], Array],
    first: Callable[[Array], Array],
    second: Callable[[Array], Array],
    domain: tuple[float, float] = (-np.inf, np.inf),
    *,
    closed: bool = False,
) -> Function:
    """Make an increasing function whose second derivative is monotone on its open domain.

    Where the range reaches the end of a domain at which the function stays finite (`closed`),
    the values at both ends of the range enclose it.
    """

    def apply(x: TaylorForm) -> TaylorForm:
        low, high = x.lower, x.upper
        inside = (low > domain[0]) & (high < domain[1])
        ends = second(low), second(high)
        # The second derivative is evaluated by a few operations, each of a relative error of at
        # most LIBRARY (1 - x and 1 + x are rounded once, so there is no cancellation).
        margin = 1e-12 * np.maximum(np.abs(ends[0]), np.abs(ends[1])) + TINY
        v, s = value(x.centre), first(x.centre)
        form = composed(
            x,
            v,
            LIBRARY * np.abs(v) + TINY,
            s,
            1e-13 * np.abs(s) + TINY,
            np.minimum(*ends) - margin,
            np.maximum(*ends) + margin,
        )
        form = chosen(inside, form, _unknown(x))
        if not closed:
            return form
        v_low = value(np.clip(low, *domain))
        v_high = value(np.clip(high, *domain))
        width = LIBRARY * (np.abs(v_low) + np.abs(v_high)) + TINY
        interval = between(v_low - width, v_high + width, x)
        return chosen(form.spread < 2 * interval.spread, form, interval)

    return apply


def _unknown(x: TaylorForm) -> TaylorForm:
    n = len(x.centre)
    return TaylorForm(np.zeros(n), np.zeros_like(x.linear), np.full(n, np.inf))


def _exponential(x: TaylorForm) -> TaylorForm:
    v, low, high = np.exp(x.centre), np.exp(x.lower), np.exp(x.upper)
    error = LIBRARY * v + TINY
    return composed(x, v, error, v, error, low * (1 - LIBRARY), high * (1 + LIBRARY))


def _expm1(x: TaylorForm) -> TaylorForm:
    v, s, low, high = np.expm1(x.centre), np.exp(x.centre), np.exp(x.lower), np.exp(x.upper)
    low, high = low * (1 - LIBRARY), high * (1 + LIBRARY)
    return composed(x, v, LIBRARY * np.abs(v) + TINY, s, LIBRARY * s + TINY, low, high)


def _hyperbolic(value: Callable[[Array], Array], first: Callable[[Array], Array]) -> Function:
    def apply(x: TaylorForm) -> TaylorForm:
        v, s = value(x.centre), first(x.centre)
        ends = value(x.lower), value(x.upper)
        # sinh is monotone; cosh has its minimum 1 inside: 0 is a lower bound for both signs.
        margin = LIBRARY * np.maximum(np.abs(ends[0]), np.abs(ends[1])) + TINY
        low, high = np.minimum(np.minimum(*ends), 0.0) - margin, np.maximum(*ends) + margin
        error = LIBRARY * np.abs(v) + TINY
        return composed(x, v, error, s, LIBRARY * np.abs(s) + TINY, low, high)

    return apply


def _square(x: TaylorForm) -> TaylorForm:
    c, zero, two = x.centre, np.zeros_like(x.centre), np.full_like(x.centre, 2.0)
    return composed(x, c * c, 2 * ROUNDING * c * c + TINY, 2 * c, zero, two, two)


def _root(x: TaylorForm) -> TaylorForm:
    # Chord slope: the square root lies above its chord and below the parallel tangent, which
    # stays finite down to 0 where the second derivative does not.
    low, high = np.maximum(x.lower, 0.0), x.upper
    a, b = np.sqrt(low), np.sqrt(np.maximum(high, 0.0))
    slope = 1.0 / np.maximum(a + b, TINY)
    at_low, at_high = a - slope * low, b - slope * high
    tangent = 0.25 / slope
    # max of sqrt(z) - slope z over all z >= 0 is 1 / (4 slope).
    bottom, top = np.minimum(at_low, at_high), np.maximum(tangent, np.maximum(at_low, at_high))
    offset, half = 0.5 * (bottom + top), 0.5 * (top - bottom)
    rounding = 16 * ROUNDING * (b + slope * x.magnitude + tangent)
    k = x.linear.shape[1]
    centre = slope * x.centre + offset
    rest = x.remainder * slope + half + rounding + k * ROUNDING * slope * x.spread + TINY
    form = TaylorForm(centre, slope[:, None] * x.linear, rest * (1 + 8 * ROUNDING))
    form = chosen(form.spread <= 2 * b, form, between(a, b * (1 + 4 * ROUNDING), x))
    return chosen(high >= 0, form, _unknown(x))


def _reciprocal(x: TaylorForm) -> TaylorForm:
    low, high, c = x.lower, x.upper, x.centre
    v = 1.0 / c
    ends = 2.0 / low**3, 2.0 / high**3
    margin = LIBRARY * np.maximum(np.abs(ends[0]), np.abs(ends[1]))
    error = 8 * ROUNDING
    form = composed(
        x,
        v,
        error * np.abs(v),
        -v * v,
        error * v * v,
        np.minimum(*ends) - margin,
        np.maximum(*ends) + margin,
    )
    return chosen((low > 0) | (high < 0), form, _unknown(x))


def _absolute(x: TaylorForm) -> TaylorForm:
    low, high = x.lower, x.upper
    sided = chosen(low >= 0, x, negated(x))
    # |z| lies between 0 and the chord over [low, high] where 0 is inside.
    crossing = between(np.zeros_like(low), np.maximum(-low, high), x)
    return chosen((low >= 0) | (high <= 0), sided, crossing)


def _tangent(x: TaylorForm) -> TaylorForm:
    t, low, high = np.tan(x.centre), np.tan(x.lower), np.tan(x.upper)
    slope = 1 + t * t
    curved = [2 * a * (1 + a * a) for a in (low, high)]
    margin = 1e-9 * np.maximum(np.abs(curved[0]), np.abs(curved[1])) + TINY
    error = 4 * LIBRARY * slope
    form = composed(
        x, t, error, slope, 4 * error * (1 + np.abs(t)), curved[0] - margin, curved[1] + margin
    )
    # Within one branch: the distance of the centre from its nearest pole exceeds the spread.
    pole = math.pi / 2 - np.abs(x.centre - math.pi * np.round(x.centre / math.pi))
    clear = pole - 1e-12 * (1 + np.abs(x.centre)) > x.spread
    return chosen(clear, form, _unknown(x))


def _arccos(x: TaylorForm) -> TaylorForm:
    return added(lifted(math.pi / 2, x), negated(_widened(_ARCSIN(x), 2 * ROUNDING)))


def _widened(x: TaylorForm, amount: float) -> TaylorForm:
    return TaylorForm(x.centre, x.linear, x.remainder + amount)


def _cube_root(x: TaylorForm) -> TaylorForm:
    positive = _CUBE_ROOT(x)
    negative = negated(_CUBE_ROOT(negated(x)))
    ends = np.cbrt(x.lower), np.cbrt(x.upper)
    width = LIBRARY * (np.abs(ends[0]) + np.abs(ends[1])) + TINY
    crossing = between(ends[0] - width, ends[1] + width, x)
    return chosen(x.lower > 0, positive, chosen(x.upper < 0, negative, crossing))


def _divided(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    return multiplied(a, _reciprocal(b))


def _hypot(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    return _root(added(_square(a), _square(b)))


def _arctan2(y: TaylorForm, x: TaylorForm) -> TaylorForm:
    # The angle from the centre's own direction is arctan(across / along), wherever the box
    # stays in the half-plane around that direction and does not meet the cut.
    a, b = lifted(x.centre, x), lifted(y.centre, x)
    along = added(multiplied(x, a), multiplied(y, b))
    across = added(multiplied(y, a), negated(multiplied(x, b)))
    turned = _ARCTAN(_divided(across, along))
    angle = np.arctan2(y.centre, x.centre)
    form = _widened(added(turned, lifted(angle, x)), 4 * LIBRARY)
    clear = (along.lower > 0) & ((x.lower > 0) | (y.lower > 0) | (y.upper < 0))
    whole = np.full_like(angle, 3.2)
    return chosen(clear, form, between(-whole, whole, x))


def power(base: Any, exponent: Any) -> Any:
    """Return base ** exponent for a form and a number, or exp(log(base) exponent)."""
    if not isinstance(base, TaylorForm) or isinstance(exponent, TaylorForm):
        return np.exp(np.log(base) * exponent)
    if np.ndim(exponent) > 0:
        return np.exp(np.log(base) * exponent)
    p = float(exponent)
    if p == int(p) and abs(p) <= 64:
        result = _integer_power(base, abs(int(p)))
        return _reciprocal(result) if p < 0 else result
    if p == 0.5:
        return _root(base)
    return np.exp(np.log(base) * p)


def _integer_power(base: TaylorForm, p: int) -> TaylorForm:
    if p == 0:
        return lifted(1.0, base)
    if p % 2:
        return base if p == 1 else multiplied(base, _integer_power(base, p - 1))
    return _square(_integer_power(base, p // 2))


_ARCTAN = _smooth(
    np.arctan,
    lambda x: 1 / (1 + x * x),
    lambda x: -2 * x / (1 + x * x) ** 2,
    third=2.0,
    largest=0.65,
    bounded=(-1.6, 1.6),
)
_ARCSIN = _monotone(
    np.arcsin,
    lambda x: 1 / np.sqrt((1 - x) * (1 + x)),
    lambda x: x / ((1 - x) * (1 + x)) ** 1.5,
    (-1.0, 1.0),
    closed=True,
)
_CUBE_ROOT = _monotone(
    np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2), lambda x: -2 / (9 * np.cbrt(x) ** 5), (0, np.inf)
)

UNARY: dict[np.ufunc, Function] = {
    np.positive: lambda x: x,
    np.negative: negated,
    np.absolute: _absolute,
    np.square: _square,
    np.sqrt: _root,
    np.reciprocal: _reciprocal,
    np.sin: _smooth(
        np.sin, np.cos, lambda x: -np.sin(x), 1.0, 1.0, bounded=(-1.0, 1.0), absolute=1.0
    ),
    np.cos: _smooth(
        np.cos,
        lambda x: -np.sin(x),
        lambda x: -np.cos(x),
        1.0,
        1.0,
        bounded=(-1.0, 1.0),
        absolute=1.0,
    ),
    np.tan: _tangent,
    np.exp: _exponential,
    np.expm1: _expm1,
    np.log: _monotone(np.log, lambda x: 1 / x, lambda x: -1 / (x * x), (0.0, np.inf)),
    np.log1p: _monotone(
        np.log1p, lambda x: 1 / (1 + x), lambda x: -1 / ((1 + x) * (1 + x)), (-1.0, np.inf)
    ),
    np.sinh: _hyperbolic(np.sinh, np.cosh),
    np.cosh: _hyperbolic(np.cosh, np.sinh),
    np.tanh: _smooth(
        np.tanh,
        lambda x: 1 - np.tanh(x) ** 2,
        lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
        third=2.0,
        largest=0.77,
        bounded=(-1.0, 1.0),
    ),
    np.arcsin: _ARCSIN,
    np.arccos: _arccos,
    np.arctan: _ARCTAN,
    np.arcsinh: _smooth(
        np.arcsinh,
        lambda x: 1 / np.sqrt(1 + x * x),
        lambda x: -x / (1 + x * x) ** 1.5,
        third=1.0,
        largest=0.385,
    ),
    np.arccosh: _monotone(
        np.arccosh,
        lambda x: 1 / np.sqrt((x - 1) * (x + 1)),
        lambda x: -x / ((x - 1) * (x + 1)) ** 1.5,
        (1.0, np.inf),
        closed=True,
    ),
    np.arctanh: _monotone(
        np.arctanh,
        lambda x: 1 / ((1 - x) * (1 + x)),
        lambda x: 2 * x / ((1 - x) * (1 + x)) ** 2,
        (-1.0, 1.0),
    ),
    np.cbrt: _cube_root,
}
BINARY: dict[np.ufunc, Callable[[TaylorForm, TaylorForm], TaylorForm]] = {
    np.add: added,
    np.subtract: lambda a, b: added(a, negated(b)),
    np.multiply: multiplied,
    np.divide: _divided,
    np.arctan2: _arctan2,
    np.hypot: _hypot,
}


def _lifting(function: Callable[[TaylorForm, TaylorForm], TaylorForm]) -> Callable[..., TaylorForm]:
    def of_either(a: Any, b: Any) -> TaylorForm:
        like = a if isinstance(a, TaylorForm) else b
        return function(lifted(a, like), lifted(b, like))

    return of_either


register({**UNARY, **{key: _lifting(value) for key, value in BINARY.items()}, np.power: power})
