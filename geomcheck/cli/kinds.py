"""What the values of options may be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from theory.errors import InvalidInput

__all__ = ["MEMORY", "POSITIVE", "SHAPE", "SHARE", "Kind", "one_of", "whole"]

if TYPE_CHECKING:
    Kind = click.ParamType[Any]
else:  # generic for type checkers alone
    Kind = click.ParamType

_UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", start=1):
    _UNITS |= {f"{_letter}b": 1000**_power, f"{_letter}ib": 1024**_power, _letter: 1024**_power}


_LEAST_MEMORY = 64 * 2**20


class _Kind(Kind):
    """A parser, and in words what it accepts."""

    def __init__(self, name: str, expected: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._expected = expected
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value of a text; defaults come as they are."""
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except ValueError:
            option = param.opts[0] if param is not None else self.name
            raise InvalidInput(option, value or "nothing", self._expected) from None


def whole(least: int, most: int) -> Kind:
    """Return the kind of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError
        return value

    return _Kind("number", f"a whole number from {least} to {most}", parse)


def one_of(*names: str) -> Kind:
    """Return the kind of a choice among names."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return _Kind("name", " or ".join(names), parse)


def _positive(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ValueError
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError
    return value


def _memory(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError
    size = int(float(match[1]) * _UNITS[match[2]])
    if size < _LEAST_MEMORY:
        raise ValueError
    return size


POSITIVE = _Kind("number", "a positive number", _positive)
SHARE = _Kind("number", "a number between 0 and 1, both excluded", _share)


def _shape(text: str) -> tuple[int, ...]:
    sides = tuple(int(side) for side in text.split(","))
    if min(sides) < 1:
        raise ValueError
    return sides


SHAPE = _Kind("shape", "whole numbers from 1 on, such as 1,28,28", _shape)
MEMORY = _Kind("size", "an amount of memory, 64MiB or more, such as 4GiB or 500MB", _memory)
