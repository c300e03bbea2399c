"""What is claimed of a manifold: values in closed form, each with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from types import MappingProxyType

from theory.bound import Bound
from theory.errors import InvalidInput
from theory.sources import SOURCES

__all__ = ["Claims"]

_NOTHING: Mapping[int, Bound] = MappingProxyType({})


@dataclass(frozen=True)
class Claims:
    """What is known of a manifold in closed form; `None` where it is not known.

    Parameters
    ----------
    reach : Bound, optional
        Federer's reach.
    volume : Bound, optional
        k-dimensional volume.
    betti : mapping of int to tuple of int, optional
        Betti numbers of degrees 0..k over the field with 2 and with 3 elements.
    embedding_dim : int, optional
        Smallest m such that the set embeds in R^m.
    loop_power : int, optional
        Every class x of H^1 over F2 other than 0 has a power x^loop_power other than 0.
    optimal_error : mapping of int to Bound
        e*(m): the smallest worst-case error of any continuous autoencoder of latent dimension
        m, where known (``"exact"``) or bounded from below (``"lower"``).

    Raises
    ------
    InvalidInput
        If a value is of the wrong kind or out of range, or the Betti numbers over several
        fields contradict one another.
    """

    reach: Bound | None = None
    volume: Bound | None = None
    betti: Mapping[int, tuple[int, ...]] | None = None
    embedding_dim: int | None = None
    loop_power: int | None = None
    optimal_error: Mapping[int, Bound] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self) -> None:
        for name, bound in (("reach", self.reach), ("volume", self.volume)):
            if bound is not None and not _checked(name, bound).value > 0:
                raise InvalidInput(name, bound.value, "a positive number")
        if self.volume is not None and math.isinf(self.volume.value):
            raise InvalidInput("volume", self.volume.value, "a finite number")
        if self.embedding_dim is not None and not _whole(self.embedding_dim, 0):
            raise InvalidInput("embedding_dim", self.embedding_dim, "a whole number from 0 on")
        if self.loop_power is not None and not _whole(self.loop_power, 1):
            raise InvalidInput("loop_power", self.loop_power, "a whole number from 1 on")
        if not isinstance(self.optimal_error, Mapping):
            raise InvalidInput("optimal_error", self.optimal_error, "a mapping {m: Bound}")
        for m, bound in self.optimal_error.items():
            if not _whole(m, 1):
                raise InvalidInput("optimal_error", m, "latent dimensions from 1 on as keys")
            if not 0 <= _checked(f"optimal_error[{m}]", bound).value < math.inf:
                raise InvalidInput(f"optimal_error[{m}]", bound.value, "a finite number >= 0")
        if self.betti is not None:
            _check_betti(self.betti)

    def error_at(self, latent_dim: int) -> Bound | None:
        """Return e*(latent_dim), 0 where the set embeds; `None` where nothing is known.

        The optimal error does not increase with the latent dimension, so a lower bound that
        is known for a larger one holds as well.
        """
        if latent_dim in self.optimal_error:
            return self.optimal_error[latent_dim]
        if self.embedding_dim is not None and latent_dim >= self.embedding_dim:
            return Bound(0.0, "exact", True, "no-obstruction")
        above = [
            bound
            for m, bound in self.optimal_error.items()
            if m > latent_dim and bound.direction in ("exact", "lower")
        ]
        if not above:
            return None
        best = max(above, key=lambda bound: bound.value)
        return Bound(best.value, "lower", best.certified, best.source)


def _checked(name: str, bound: object) -> Bound:
    if not isinstance(bound, Bound):
        raise InvalidInput(
            name, bound, 'a theory.Bound, as in Bound(1.0, "exact", True, "closed-form")'
        )
    if bound.source not in SOURCES:
        raise InvalidInput(
            f"{name}.source", bound.source, 'a key of theory.SOURCES: "given" for your own word'
        )
    return bound


def _whole(value: object, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def _check_betti(betti: Mapping[int, tuple[int, ...]]) -> None:
    if not isinstance(betti, Mapping):
        raise InvalidInput("betti", betti, "a mapping {prime: Betti numbers}, as in {2: (1, 1)}")
    for p, numbers in betti.items():
        if not (_whole(p, 2) and all(p % q for q in range(2, math.isqrt(p) + 1))):
            raise InvalidInput("betti", p, "primes as keys: 2 and 3")
        if isinstance(numbers, str) or not hasattr(numbers, "__len__"):
            raise InvalidInput(f"betti[{p}]", numbers, "a tuple of whole numbers")
        if not all(_whole(b, 0) for b in numbers) or not numbers or numbers[0] < 1:
            expected = "whole numbers from 0 on, the first of them (the components) at least 1"
            raise InvalidInput(f"betti[{p}]", numbers, expected)
    lengths = {len(numbers) for numbers in betti.values()}
    euler = {sum(numbers[::2]) - sum(numbers[1::2]) for numbers in betti.values()}
    if len(lengths) > 1 or len(euler) > 1:
        expected = "as many numbers and the same Euler characteristic over every field"
        raise InvalidInput("betti", dict(betti), expected)
