"""Roots, quotients, powers and absolute values of Taylor forms."""

from __future__ import annotations

from typing import Any

import numpy as np

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
)
from theory.taylor_smooth import LIBRARY, monotone, unknown

__all__ = ["absolute", "cube_root", "divided", "hypot", "power", "reciprocal", "root", "square"]


def square(x: TaylorForm) -> TaylorForm:
    """Return x^2."""
    c, zero, two = x.centre, np.zeros_like(x.centre), np.full_like(x.centre, 2.0)
    return composed(x, c * c, 2 * ROUNDING * c * c + TINY, 2 * c, zero, two, two)


def root(x: TaylorForm) -> TaylorForm:
    """Return the square root of x."""
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
    return chosen(high >= 0, form, unknown(x))


def reciprocal(x: TaylorForm) -> TaylorForm:
    """Return 1 / x."""
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
    return chosen((low > 0) | (high < 0), form, unknown(x))


def absolute(x: TaylorForm) -> TaylorForm:
    """Return |x|."""
    low, high = x.lower, x.upper
    sided = chosen(low >= 0, x, negated(x))
    # |z| lies between 0 and the chord over [low, high] where 0 is inside.
    crossing = between(np.zeros_like(low), np.maximum(-low, high), x)
    return chosen((low >= 0) | (high <= 0), sided, crossing)


def cube_root(x: TaylorForm) -> TaylorForm:
    """Return the cube root of x."""
    positive = _CUBE_ROOT(x)
    negative = negated(_CUBE_ROOT(negated(x)))
    ends = np.cbrt(x.lower), np.cbrt(x.upper)
    width = LIBRARY * (np.abs(ends[0]) + np.abs(ends[1])) + TINY
    crossing = between(ends[0] - width, ends[1] + width, x)
    return chosen(x.lower > 0, positive, chosen(x.upper < 0, negative, crossing))


_CUBE_ROOT = monotone(
    np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2), lambda x: -2 / (9 * np.cbrt(x) ** 5), (0, np.inf)
)


def divided(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    """Return a / b."""
    return multiplied(a, reciprocal(b))


def hypot(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    """Return sqrt(a^2 + b^2)."""
    return root(added(square(a), square(b)))


def power(base: Any, exponent: Any) -> Any:
    """Return base ** exponent for a form and a number, or exp(log(base) exponent)."""
    if not isinstance(base, TaylorForm) or isinstance(exponent, TaylorForm):
        return np.exp(np.log(base) * exponent)
    if np.ndim(exponent) > 0:
        return np.exp(np.log(base) * exponent)
    p = float(exponent)
    if p == int(p) and abs(p) <= 64:
        result = _integer_power(base, abs(int(p)))
        return reciprocal(result) if p < 0 else result
    if p == 0.5:
        return root(base)
    return np.exp(np.log(base) * p)


def _integer_power(base: TaylorForm, p: int) -> TaylorForm:
    if p == 0:
        return lifted(1.0, base)
    if p % 2:
        return base if p == 1 else multiplied(base, _integer_power(base, p - 1))
    return square(_integer_power(base, p // 2))
