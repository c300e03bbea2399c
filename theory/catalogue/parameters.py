"""Checks of the parameters of catalogue families."""

from __future__ import annotations

import math

from theory.errors import InvalidInput

__all__ = ["count", "nonnegative", "positive", "spec"]


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or say that it is not a positive number."""
    number = _number(value)
    if not (math.isfinite(number) and number > 0):
        raise InvalidInput(name, value, "a positive number")
    return number


def nonnegative(name: str, value: float) -> float:
    """Return `value` as a float, or say that it is not a number from 0 on."""
    number = _number(value)
    if not (math.isfinite(number) and number >= 0):
        raise InvalidInput(name, value, "a number >= 0")
    return number


def count(name: str, value: float, least: int, most: int) -> int:
    """Return `value` as an int between `least` and `most`."""
    number = _number(value)
    if not (math.isfinite(number) and number == int(number) and least <= number <= most):
        raise InvalidInput(name, value, f"a whole number from {least} to {most}")
    return int(number)


def _number(value: float) -> float:
    if isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def spec(family: str, **parameters: float) -> str:
    """Return the name of a member of a family: ``spec("torus", R=2, r=1)`` is "torus:R=2,r=1".

    The name says every parameter in full: the same set is built from it.
    """
    listed = ",".join(f"{key}={_in_full(value)}" for key, value in parameters.items())
    return f"{family}:{listed}" if listed else family


def _in_full(value: float) -> str:
    short = f"{value:g}"
    if float(short) == value:
        return short
    return str(value) if isinstance(value, int) else repr(float(value))
