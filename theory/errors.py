"""Errors whose message names the argument, the value and what was expected."""

from __future__ import annotations

__all__ = ["GeomcheckError", "InvalidInput", "NoConvergence"]

_LONGEST_VALUE = 80


class GeomcheckError(Exception):
    """Base class of every error that geomcheck and theory raise on purpose."""


class InvalidInput(GeomcheckError, ValueError):
    """An argument that cannot be used.

    Parameters
    ----------
    argument : str
        Name of the argument, or of the file, that is at fault.
    value : object
        What was given; shortened in the message.
    expected : str
        What would have been accepted.
    """

    def __init__(self, argument: str, value: object, expected: str) -> None:
        shown = value if isinstance(value, str) else repr(value)
        shown = " ".join(shown.split()) or "''"
        if len(shown) > _LONGEST_VALUE:
            shown = shown[: _LONGEST_VALUE - 3] + "..."
        super().__init__(f"{argument}: got {shown}, expected {expected}")
        self.argument = argument
        self.value = value
        self.expected = expected

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, object, str]]:
        return type(self), (self.argument, self.value, self.expected)


class NoConvergence(GeomcheckError, RuntimeError):
    """An iteration ended without an answer that can be vouched for."""
