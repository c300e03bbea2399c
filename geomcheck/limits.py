"""How many homology classes of K a map that passes a bottleneck can keep at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geomcheck.ground import Ground

__all__ = ["Limits", "claimed_betti", "limits_of"]

# Open subsets of R^m up to this m have no torsion in H_1.
_FREE_LOOPS = 3


@dataclass(frozen=True)
class Limits:
    """What is known of K that limits what a map through R^latent_dim keeps.

    Parameters
    ----------
    latent_dim : int
    embedding_dim : int or None
        Smallest m such that K embeds in R^m, where known.
    closed : tuple of tuple of int
        Betti numbers of the components of K, if each is a closed manifold of the dimension of K
        with Poincaré duality over the field; empty otherwise.
    loop_power : int
        Over two elements, every class x of H^1 but 0 has x^loop_power other than 0.
    integral_loops : int or None
        An upper bound of the rank of H^1(K; Z), where one is known.
    homology_coeff_field : int
        Number of elements of the field.
    """

    latent_dim: int
    embedding_dim: int | None = None
    closed: tuple[tuple[int, ...], ...] = ()
    loop_power: int = 0
    integral_loops: int | None = None
    homology_coeff_field: int = 2

    @property
    def embeds(self) -> bool:
        """Whether nothing need be lost (``no-obstruction``)."""
        return self.embedding_dim is not None and self.latent_dim >= self.embedding_dim

    def most(self, degree: int, count: int, kept: Sequence[int | None]) -> tuple[int, str]:
        """Return the most classes of a degree that any map keeps, and the source of that.

        Parameters
        ----------
        degree, count : int
            And how many classes K has of it.
        kept : sequence of int or None
            How many are kept from degree 0 on: those of the dual degree count.

        Notes
        -----
        In degrees j >= latent_dim none is (``open-subsets``). On a closed k-manifold with
        k >= latent_dim the classes of H^j and of H^(k-j) that come from the latent space
        annihilate one another under the cup product, so no more than the j-th Betti number of
        them come from both together, and for k = 2j at most half (``intersection-form``). Over
        two elements a class of H^1 whose power of degree latent_dim is not 0 comes from none
        (``cup-product``). For latent_dim <= 3 those of H^1 are reductions of integer classes
        (``free-loops``).
        """
        m = self.latent_dim
        if degree >= m:
            return 0, "open-subsets"
        if self.embeds or degree == 0:
            return count, "no-obstruction"
        known = []
        if degree == 1 and self.homology_coeff_field == 2 and m <= self.loop_power:
            known.append((0, "cup-product"))
        if degree == 1 and m <= _FREE_LOOPS and self.integral_loops is not None:
            known.append((min(count, self.integral_loops), "free-loops"))
        known.append(self._dual_to(degree, count, kept))
        # Of equal limits the one that asks least of the other degrees.
        return min(known, key=lambda pair: pair[0])

    def _dual_to(self, degree: int, count: int, kept: Sequence[int | None]) -> tuple[int, str]:
        m = self.latent_dim
        if not self.closed or len(self.closed[0]) - 1 < m:
            return count, ""
        dual = len(self.closed[0]) - 1 - degree
        if dual == degree:
            return sum(part[degree] // 2 for part in self.closed), "intersection-form"
        other = kept[dual] if dual < min(len(kept), m) else 0
        if other is None or len(self.closed) > 1:
            return count, ""
        return count - other, "intersection-form"


def limits_of(ground: Ground, latent_dim: int, field: int) -> Limits:
    """Return what is known of K that limits maps through R^latent_dim, over a field."""
    manifold = ground.manifold
    power = None if manifold is None else manifold.claims.loop_power
    closed = tuple(_closed_components(ground, field))
    return Limits(
        latent_dim, ground.embedding_dim, closed, power or 0, _integral_loops(ground), field
    )


def _integral_loops(ground: Ground) -> int | None:
    """Return the least first Betti number over the fields for which it is known."""
    betti = None if ground.manifold is None else ground.manifold.claims.betti
    known = [numbers[1] for numbers in (betti or {}).values() if len(numbers) > 1]
    return min(known, default=None)


def claimed_betti(ground: Ground, field: int) -> tuple[int, ...]:
    """Return the Betti numbers of K that are given for a field."""
    manifold = ground.manifold
    assert manifold is not None
    assert manifold.claims.betti is not None
    return manifold.claims.betti[field]


def _closed_components(ground: Ground, field: int) -> list[tuple[int, ...]]:
    manifold = ground.manifold
    if manifold is None:
        return []
    numbers = []
    for part in manifold.components:
        betti = None if part.claims.betti is None else part.claims.betti.get(field)
        if part is manifold and betti is None and field == 2:
            betti = ground.betti
        if not part.closed or betti is None or part.dim != manifold.dim:
            return []
        if field != 2 and part.orientable is not True:
            return []
        numbers.append(tuple(betti))
    return numbers
