"""Checks of the parameters of catalogue families."""

from __future__ import annotations

import math

from theory.errors import InvalidInput

__all__ = ["count", "positive", "spec"]


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or say that it is not a positive number."""
    if isinstance(value, bool) or not (math.isfinite(value) and value > 0):
        raise InvalidInput(name, value, "a positive number")
    return float(value)


def count(name: str, value: float, least: int, most: int) -> int:
    """Return `value` as an int between `least` and `most`."""
    if isinstance(value, bool) or value != int(value) or not least <= value <= most:
        raise InvalidInput(name, value, f"a whole number from {least} to {most}")
    return int(value)


def spec(family: str, **parameters: float) -> str:
    """Return the name of a member of a family: ``spec("torus", R=2, r=1)`` is "torus:R=2,r=1"."""
    listed = ",".join(f"{key}={value:g}" for key, value in parameters.items())
    return f"{family}:{listed}" if listed else family
