"""Errors whose message names the argument, the value and what was expected."""

from __future__ import annotations

__all__ = ["GeomcheckError", "InvalidInput", "ModelRaised", "NoConvergence"]

_LONGEST_VALUE = 80
_LONGEST_MESSAGE = 400


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
        shown = _one_line(value, _LONGEST_VALUE)
        super().__init__(f"{argument}: got {shown}, expected {expected}")
        self.argument = argument
        self.value = value
        self.expected = expected

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, object, str]]:
        return type(self), (self.argument, self.value, self.expected)


class ModelRaised(InvalidInput):
    """A model that raised an exception of its own, told with the message of that exception.

    Parameters
    ----------
    argument : str
        ``"model.encode"`` or ``"model.decode"``.
    value : object
        Type and message of the exception.
    expected : str
        What should have been returned.
    """

    def __init__(self, argument: str, value: object, expected: str) -> None:
        super().__init__(argument, value, expected)
        says = _one_line(value, _LONGEST_MESSAGE)
        self.args = (f"{argument} raised {says}; expected {expected}",)


class NoConvergence(GeomcheckError, RuntimeError):
    """An iteration ended without an answer that can be vouched for."""


def _one_line(value: object, longest: int) -> str:
    shown = value if isinstance(value, str) else repr(value)
    shown = " ".join(shown.split()) or "''"
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."
