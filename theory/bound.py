"""A number that knows in which direction it may be wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from theory.errors import InvalidInput

__all__ = ["Bound", "Direction"]

Direction = Literal["exact", "lower", "upper", "estimate"]


@dataclass(frozen=True)
class Bound:
    """A value with the direction of its error and what vouches for it.

    Parameters
    ----------
    value : float
        The number, in the units of the coordinates.
    direction : {"exact", "lower", "upper", "estimate"}
        ``"lower"``: the truth is at least `value`; ``"upper"``: at most; ``"exact"``: equal up
        to rounding; ``"estimate"``: near it, on either side.
    certified : bool
        Whether a proof stands behind `direction`. An estimate is never certified.
    source : str
        Key into `theory.sources`.
    """

    value: float
    direction: Direction
    certified: bool
    source: str

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise InvalidInput("direction", self.direction, f"one of {get_args(Direction)}")
        if math.isnan(self.value):
            raise InvalidInput("value", self.value, "a number")
        if self.certified and self.direction == "estimate":
            raise InvalidInput("certified", True, "False for an estimate")

    def scaled(self, factor: float) -> Bound:
        """Return the bound of the same quantity after scaling lengths by `factor` > 0."""
        return Bound(self.value * factor, self.direction, self.certified, self.source)

    def holds_from_below(self) -> bool:
        """Tell whether the truth is certainly at least `value`."""
        return self.certified and self.direction in ("exact", "lower")
