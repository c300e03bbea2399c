"""What of the homology of K over one field a map keeps, seen in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geomcheck.induced import KeptClasses

__all__ = ["Carried", "Kept", "KeptOver", "Wound"]


@dataclass(frozen=True)
class Wound:
    """So many classes of degree m - 1 go round holes over one field, as is seen and for certain.

    `about` are the middles of the holes, if they are holes of the latent set.
    """

    number: int = 0
    certain: int = 0
    about: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Carried:
    """A retraction r of K that the autoencoder does not disturb (``retract-argument``).

    Parameters
    ----------
    name : str
        What r takes a point to.
    onto : str
        What K retracts to.
    betti : mapping of int to tuple of int
        Its Betti numbers, by field: so many classes of K are kept.
    points : int
        At how many x it was looked at.
    strays : float
        Largest distance of r(G(F(x))) from r(x) that was met.
    reach : float
        Of what K retracts to.
    itself : bool
        Whether that is K, and r the identity.
    """

    name: str
    onto: str
    betti: Mapping[int, tuple[int, ...]]
    points: int
    strays: float
    reach: float
    itself: bool = False


@dataclass(frozen=True, eq=False)
class Kept:
    """Classes of K that survive a map over one field.

    Parameters
    ----------
    on_net : KeptClasses
        By degree, as a net shows it; all None where it was not looked at.
    at_least : tuple of int
        By degree, how many survive as holes and retractions show.
    at_most : tuple of int
        By degree, how many any map keeps through as many dimensions as the codes span.
    sources : tuple of str
        Keys into `theory.sources` of the arguments behind `at_most`, by degree; empty for none.
    span : int
        So many, as points show; 0 where they span all of the latent space.
    wound : Wound
    carried : tuple of Carried
        Retractions that `at_least` rests on.
    settled : bool
        Whether `at_least` and `at_most` decide every degree from 1 on, so that no net need be
        looked at.
    """

    on_net: KeptClasses
    at_least: tuple[int, ...] = ()
    at_most: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    span: int = 0
    wound: Wound = Wound()
    carried: tuple[Carried, ...] = ()
    settled: bool = False

    @property
    def certain(self) -> bool:
        """Whether every degree from 1 on is decided for certain."""
        seen = self.carried or self.span
        return self.settled and not seen and self.wound.number == self.wound.certain

    def decided(self, degree: int) -> bool:
        """Tell whether `at_least` and `at_most` leave one number in a degree."""
        inside = degree < len(self.at_least)
        return inside and self.at_least[degree] >= self.at_most[degree]

    def bounded(self, numbers: list[int | None]) -> list[int | None]:
        """Return numbers of survivors, by degree, within the bounds; None where undecided."""
        found = list(numbers)
        for degree, (least, most) in enumerate(zip(self.at_least, self.at_most, strict=True)):
            number = found[degree]
            if self.decided(degree):
                found[degree] = least
            elif number is not None and not least <= number <= most:
                found[degree] = None
        return found


KeptOver = Mapping[int, Kept]
"""By the number of elements of the coefficient field."""
