"""Linear forms with a remainder that enclose a numpy function on boxes, rounding included.

A form stands for a function f on the box [-1, 1]^k and promises, for exact real numbers,
|f(xi) - centre - linear . xi| <= remainder. Every operation adds to the remainder what it
neglects and what its own rounding may amount to. Numpy's universal functions accept forms, so a
chart that is written once for arrays is enclosed by being evaluated on them.

Where an argument may leave the domain of a function the remainder is infinite: nothing is known.
A function is taken to be defined everywhere on the box, so that a square root of [-1e-9, 1] is
one of [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

__all__ = ["ROUNDING", "TINY", "NoTaylorForm", "TaylorForm", "box_forms"]

Array = NDArray[np.float64]

ROUNDING = 2.0**-53
"""Half the distance from 1 to the next number: the relative error of one operation."""
TINY = 1e-290
"""Added wherever a relative bound would miss an underflow."""


class NoTaylorForm(TypeError):
    """A function, named in the message, was given a form and has none itself."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no Taylor form")


class TaylorForm(NDArrayOperatorsMixin):
    """A linear function with a remainder, on n boxes at once.

    Parameters
    ----------
    centre : array of shape (n,)
    linear : array of shape (n, k)
        Coefficients of the k coordinates, each of which runs over [-1, 1].
    remainder : array of shape (n,)
        Not negative; infinite where nothing is known.
    """

    __slots__ = ("centre", "linear", "remainder")

    def __init__(self, centre: Array, linear: Array, remainder: Array) -> None:
        if not all(np.isfinite(part).all() for part in (centre, linear, remainder)):
            sound = np.isfinite(centre) & np.isfinite(linear).all(axis=1) & np.isfinite(remainder)
            centre = np.where(sound, centre, 0.0)
            linear = np.where(sound[:, None], linear, 0.0)
            remainder = np.where(sound, remainder, np.inf)
        self.centre = centre
        self.linear = linear
        self.remainder = remainder

    @property
    def spread(self) -> Array:
        """Bound of |f - centre|, rounded up, of shape (n,)."""
        k = self.linear.shape[1]
        total = _lengths(self.linear) + self.remainder
        return np.asarray(total * (1 + (k + 2) * ROUNDING) + TINY)

    @property
    def magnitude(self) -> Array:
        """Bound of |f|, rounded up, of shape (n,)."""
        return np.asarray((np.abs(self.centre) + self.spread) * (1 + 4 * ROUNDING))

    @property
    def lower(self) -> Array:
        """Lower bound of f, of shape (n,)."""
        return np.asarray(np.nextafter(self.centre - self.spread, -np.inf))

    @property
    def upper(self) -> Array:
        """Upper bound of f, of shape (n,)."""
        return np.asarray(np.nextafter(self.centre + self.spread, np.inf))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options or ufunc not in _FUNCTIONS:
            raise NoTaylorForm(_called(ufunc, method))
        with np.errstate(all="ignore"):
            return _FUNCTIONS[ufunc](*inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise NoTaylorForm(func.__name__)


def _called(ufunc: np.ufunc, method: str) -> str:
    return ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"


_FUNCTIONS: dict[np.ufunc, Callable[..., TaylorForm]] = {}


def register(functions: Mapping[np.ufunc, Callable[..., TaylorForm]]) -> None:
    """Say what numpy's functions do to forms; `theory.taylor_functions` does on import."""
    _FUNCTIONS.update(functions)


def box_forms(lower: Array, upper: Array) -> tuple[TaylorForm, ...]:
    """Return one form per coordinate on the boxes [lower, upper], given as arrays (n, k).

    The boxes on which the forms hold may be larger by a rounding.
    """
    n, k = lower.shape
    centre = 0.5 * (lower + upper)
    half = np.nextafter(np.maximum(upper - centre, centre - lower), np.inf)
    forms = []
    for j in range(k):
        linear = np.zeros((n, k))
        linear[:, j] = half[:, j]
        forms.append(TaylorForm(centre[:, j], linear, np.zeros(n)))
    return tuple(forms)


def lifted(x: Any, like: TaylorForm) -> TaylorForm:
    """Return a constant as a form on the boxes of another."""
    if isinstance(x, TaylorForm):
        return x
    n, k = like.linear.shape
    centre = np.broadcast_to(np.asarray(x, dtype=np.float64), (n,))
    return TaylorForm(centre, np.zeros((n, k)), np.zeros(n))


def added(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    """Return a + b."""
    centre, linear = a.centre + b.centre, a.linear + b.linear
    rounding = np.abs(centre) + _lengths(linear)
    return TaylorForm(centre, linear, _up(a.remainder + b.remainder + 2 * ROUNDING * rounding, a))


def shifted(a: TaylorForm, x: Array) -> TaylorForm:
    """Return a + x for numbers x, one or n."""
    centre = a.centre + x
    return TaylorForm(centre, a.linear, _up(a.remainder + 2 * ROUNDING * np.abs(centre), a))


def scaled(a: TaylorForm, x: Array, by: np.ufunc = np.multiply) -> TaylorForm:
    """Return a * x for numbers x, one or n; with `np.divide` a / x."""
    centre, linear = by(a.centre, x), by(a.linear, x if np.ndim(x) == 0 else x[:, None])
    rounding = 2 * ROUNDING * (np.abs(centre) + _lengths(linear))
    return TaylorForm(centre, linear, _up(by(a.remainder, np.abs(x)) + rounding, a))


def negated(a: TaylorForm) -> TaylorForm:
    """Return -a."""
    return TaylorForm(-a.centre, -a.linear, a.remainder)


def multiplied(a: TaylorForm, b: TaylorForm) -> TaylorForm:
    """Return a * b.

    The product of the linear parts is a quadratic form in xi: xi_j^2 lies in [0, 1], which
    gives half of the diagonal to the centre, and xi_i xi_j in [-1, 1].
    """
    k = a.linear.shape[1]
    diagonal = 0.5 * a.linear * b.linear
    centre = a.centre * b.centre
    for i in range(k):
        centre = centre + diagonal[:, i]
    linear = a.centre[:, None] * b.linear + b.centre[:, None] * a.linear
    quadratic = _lengths(diagonal)
    for i in range(k):
        for j in range(i):
            quadratic = quadratic + np.abs(
                a.linear[:, i] * b.linear[:, j] + a.linear[:, j] * b.linear[:, i]
            )
    rest = _product(a.remainder, b.magnitude) + _product(b.remainder, a.magnitude)
    rounding = (k + 8) * ROUNDING * a.magnitude * b.magnitude
    return TaylorForm(centre, linear, _up(quadratic + rest + rounding, a))


def composed(
    x: TaylorForm,
    value: Array,
    value_error: Array,
    slope: Array,
    slope_error: Array,
    second_low: Array,
    second_high: Array,
) -> TaylorForm:
    """Return phi(x), given phi and phi' at the centre and bounds of phi'' over the range.

    phi(z) = phi(c) + phi'(c) (z - c) + phi''(.) (z - c)^2 / 2, and (z - c)^2 is in [0, d^2].
    """
    k = x.linear.shape[1]
    d = x.spread
    square = 0.5 * d * d
    low, high = np.minimum(second_low, 0.0) * square, np.maximum(second_high, 0.0) * square
    shift, curved = 0.5 * (low + high), 0.5 * (high - low)
    steep = np.abs(slope)
    rounding = (k + 8) * ROUNDING * (np.abs(value) + steep * d + np.abs(low) + np.abs(high))
    rest = _product(x.remainder, steep) + curved + value_error + slope_error * d + rounding
    return TaylorForm(value + shift, slope[:, None] * x.linear, _up(rest, x))


def between(low: Array, high: Array, like: TaylorForm) -> TaylorForm:
    """Return the form that only knows an interval."""
    centre = 0.5 * (low + high)
    half = np.maximum(high - centre, centre - low)
    half = half * (1 + 4 * ROUNDING) + 2 * ROUNDING * np.abs(centre)
    return TaylorForm(centre, np.zeros_like(like.linear), _up(half, like))


def chosen(first: NDArray[np.bool_], a: TaylorForm, b: TaylorForm) -> TaylorForm:
    """Return a where `first` is true and b elsewhere."""
    return TaylorForm(
        np.where(first, a.centre, b.centre),
        np.where(first[:, None], a.linear, b.linear),
        np.where(first, a.remainder, b.remainder),
    )


def _lengths(linear: Array) -> Array:
    # By columns: numpy sums over a short last axis one row at a time.
    total = np.abs(linear[:, 0])
    for j in range(1, linear.shape[1]):
        total = total + np.abs(linear[:, j])
    return np.asarray(total)


def _product(a: Array, b: Array) -> Array:
    # A remainder of zero times an infinite bound is zero, not NaN.
    return np.asarray(np.where(a == 0, 0.0, a * b))


def _up(remainder: Array, like: TaylorForm) -> Array:
    return np.asarray(remainder * (1 + (like.linear.shape[1] ** 2 + 16) * ROUNDING) + TINY)
