"""Shorthand for the bounds that catalogue entries claim."""

from __future__ import annotations

from theory.bound import Bound

__all__ = ["at_least", "exact", "numerical"]


def exact(value: float, source: str = "closed-form") -> Bound:
    """Return a value known up to rounding, with a proof or formula behind it."""
    return Bound(value, "exact", True, source)


def at_least(value: float, source: str) -> Bound:
    """Return a proven lower bound."""
    return Bound(value, "lower", True, source)


def numerical(value: float, source: str = "numerical") -> Bound:
    """Return a value that was computed and not proved."""
    return Bound(value, "estimate", False, source)
