"""A retraction of a manifold: a map to a simpler one that has a section."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

if TYPE_CHECKING:
    from theory.manifold import Manifold

__all__ = ["Retract"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Retract:
    """A map r of a manifold K to another, L, with a section: K retracts to a copy of L.

    Then r is onto in homology, over every field, and whatever keeps r up to homotopy keeps as
    many classes of K as L has (``retract-argument``).

    Parameters
    ----------
    name : str
        What r takes a point to: ``"its first column"``.
    manifold : Manifold
        L, its reach and Betti numbers claimed.
    map : callable
        r: points (n, N) to points (n, M). Continuous on all of R^N, and onto L from K.
    section : callable
        Points (n, M) of L to points (n, N) of K that r takes back to them. Continuous.

    Raises
    ------
    InvalidInput
        If `map` or `section` is no function.
    """

    name: str
    manifold: Manifold
    map: Callable[[Array], Array]
    section: Callable[[Array], Array]

    def __post_init__(self) -> None:
        for name in ("map", "section"):
            if not callable(getattr(self, name)):
                raise InvalidInput(name, getattr(self, name), "a function of points")
