"""Smooth functions of Taylor forms: value, slope and a bound of the second derivative.

Values of numpy's functions are trusted to eight units in the last place (sine and cosine to
as much of 1), which is twice what numpy's own vector routines allow themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.taylor_form import ROUNDING, TINY, TaylorForm, between, chosen, composed

__all__ = [
    "LIBRARY",
    "Function",
    "expm1",
    "exponential",
    "hyperbolic",
    "monotone",
    "smooth",
    "tangent",
    "unknown",
]

Array = NDArray[np.float64]
Function = Callable[[TaylorForm], TaylorForm]

LIBRARY = 16 * ROUNDING
"""Relative error that numpy's elementary functions may have."""


def _near(x: TaylorForm, second: Array, third: float, largest: float) -> tuple[Array, Array]:
    # phi'' moves from its value at the centre by at most third * spread, and never exceeds
    # the largest value it has anywhere.
    margin = third * x.spread + 1e-12
    return np.maximum(second - margin, -largest), np.minimum(second + margin, largest)


def smooth(
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


def monotone(
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
        form = chosen(inside, form, unknown(x))
        if not closed:
            return form
        v_low = value(np.clip(low, *domain))
        v_high = value(np.clip(high, *domain))
        width = LIBRARY * (np.abs(v_low) + np.abs(v_high)) + TINY
        interval = between(v_low - width, v_high + width, x)
        return chosen(form.spread < 2 * interval.spread, form, interval)

    return apply


def unknown(x: TaylorForm) -> TaylorForm:
    """Return the form that says nothing."""
    n = len(x.centre)
    return TaylorForm(np.zeros(n), np.zeros_like(x.linear), np.full(n, np.inf))


def exponential(x: TaylorForm) -> TaylorForm:
    """Return exp(x)."""
    v, low, high = np.exp(x.centre), np.exp(x.lower), np.exp(x.upper)
    error = LIBRARY * v + TINY
    return composed(x, v, error, v, error, low * (1 - LIBRARY), high * (1 + LIBRARY))


def expm1(x: TaylorForm) -> TaylorForm:
    """Return exp(x) - 1."""
    v, s, low, high = np.expm1(x.centre), np.exp(x.centre), np.exp(x.lower), np.exp(x.upper)
    low, high = low * (1 - LIBRARY), high * (1 + LIBRARY)
    return composed(x, v, LIBRARY * np.abs(v) + TINY, s, LIBRARY * s + TINY, low, high)


def hyperbolic(value: Callable[[Array], Array], first: Callable[[Array], Array]) -> Function:
    """Make sinh or cosh, each of which is its own second derivative."""

    def apply(x: TaylorForm) -> TaylorForm:
        v, s = value(x.centre), first(x.centre)
        ends = value(x.lower), value(x.upper)
        # sinh is monotone; cosh has its minimum 1 inside: 0 is a lower bound for both signs.
        margin = LIBRARY * np.maximum(np.abs(ends[0]), np.abs(ends[1])) + TINY
        low, high = np.minimum(np.minimum(*ends), 0.0) - margin, np.maximum(*ends) + margin
        error = LIBRARY * np.abs(v) + TINY
        return composed(x, v, error, s, LIBRARY * np.abs(s) + TINY, low, high)

    return apply


def tangent(x: TaylorForm) -> TaylorForm:
    """Return tan(x)."""
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
    return chosen(clear, form, unknown(x))
