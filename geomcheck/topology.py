"""Betti numbers of a set seen through a sample, and whether a loss of classes was forced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.diagram import PersistenceDiagrams

__all__ = ["Loss", "SeenHomology", "losses", "most_kept"]

Array = NDArray[np.float64]
_ESTIMATE_MARGIN = 1.25
_COARSER = 1.5

Mark = Literal["forced", "undecided", "avoidable"]


@dataclass(frozen=True, eq=False)
class SeenHomology:
    """The diagrams of a sample X of a set S, and how well X resolves S.

    Parameters
    ----------
    diagrams : PersistenceDiagrams
        Of points of S.
    resolution : Bound
        Covering radius, in S, of the points the diagrams were computed on.
    diameter : float
        An upper bound of the diameter of S as X shows it; infinite where it was not looked at.
    """

    diagrams: PersistenceDiagrams
    resolution: Bound
    diameter: float = np.inf

    def betti(self) -> tuple[int | None, ...]:
        """Return the Betti numbers of S, degree by degree; None where X does not decide.

        Notes
        -----
        With eta the resolution, S lies in X^eta, so a class of S is seen from eta on. The
        number of bars born by eta and alive beyond 2 eta is the rank of H(X^eta) in
        H(X^(2 eta)), the Betti number of S whenever its reach exceeds 2 eta (for Rips bars
        beyond (1 + theta) eta, theta = sqrt(2n/(n+1))). A resolution that is only estimated is
        taken a quarter larger, being a sample maximum. A number counts as decided if it is the
        same at one and a half times the resolution.
        """
        first = 1.0 if self.resolution.certified else _ESTIMATE_MARGIN
        fine, coarse = self._at(first), self._at(_COARSER * first)
        return tuple(a if a == b else None for a, b in zip(fine, coarse, strict=True))

    def narrow_holes(self, degree: int, width: float) -> int:
        """Return how many classes may run round holes no wider than a share of the diameter.

        Every bar that outlives the noise counts, wherever it is born.
        """
        first = 1.0 if self.resolution.certified else _ESTIMATE_MARGIN
        noise = 2 * (first * self.resolution.value + self.diagrams.perturbation)
        ends = self.diagrams.by_degree[degree][:, 1]
        return int(np.count_nonzero((ends > noise) & (2 * ends <= width * self.diameter)))

    def _at(self, factor: float) -> list[int]:
        return [len(self._bars(degree, factor)) for degree in range(len(self.diagrams.by_degree))]

    def _bars(self, degree: int, factor: float) -> Array:
        d = self.diagrams
        n = d.affine_dim
        theta = 1.0 if d.filtration == "alpha" else float(np.sqrt(2 * n / (n + 1)))
        eta = factor * self.resolution.value + d.perturbation
        bars = d.by_degree[degree]
        seen = (bars[:, 0] <= eta + 1e-9 * eta) & (bars[:, 1] > (1 + theta) * eta)
        return bars[seen]


@dataclass(frozen=True)
class Loss:
    """Homology classes of one degree that a map out of K kills.

    Parameters
    ----------
    degree : int
    had, kept : int
        Betti number of K, and how many of its classes the map does not kill.
    mark : {"forced", "undecided", "avoidable"}
        Whether every continuous encoder that keeps as many of the other degrees kills as many.
    source : str
        Key into `theory.sources` of the argument behind `mark`; empty if undecided.
    homology_coeff_field : int
        Number of elements of the field.
    """

    degree: int
    had: int
    kept: int
    mark: Mark
    source: str
    homology_coeff_field: int = 2


def losses(
    had: tuple[int, ...],
    kept: tuple[int | None, ...],
    *,
    latent_dim: int,
    embedding_dim: int | None,
    closed: Sequence[Sequence[int]] = (),
    loops: bool = False,
    loop_power: int = 0,
    homology_coeff_field: int = 2,
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Hold what a map that passes a bottleneck keeps against what it could have kept.

    Parameters
    ----------
    had : tuple of int
        Betti numbers of K over two elements, from degree 0.
    kept : tuple of int or None
        Classes that survive, from degree 0; None, or missing, where that is not decided.
    latent_dim : int
    embedding_dim : int or None
        Smallest m such that K embeds in R^m, where known.
    closed : sequence of sequences of int
        Betti numbers of the components of K, if each is a closed manifold of dimension
        ``len(had) - 1`` with Poincaré duality over the field; empty otherwise.
    loops : bool
        Whether H_1 of K is known to have a class of infinite order.
    loop_power : int
        Over two elements, every class x of H^1 but 0 has x^loop_power other than 0.
    homology_coeff_field : int

    Returns
    -------
    tuple of Loss
        One for each degree that lost classes.
    tuple of int
        Degrees below latent_dim that are not decided.

    Notes
    -----
    In degrees j >= latent_dim every class is lost (``open-subsets``). Below, nothing need be
    lost when K embeds in R^latent_dim (``no-obstruction``), nor components ever, since an
    interval can be laid beside another in R^1. On a closed k-manifold with k >= latent_dim the
    classes of H^j and of H^(k-j) that come from the latent space annihilate one another under
    the cup product, so no more than the j-th Betti number of them come from both together, and
    for k = 2j at least half of H_j is lost (``intersection-form``). Over two elements a class of
    H^1 whose power of degree latent_dim is not 0 comes from none (``cup-product``). A loss is
    called forced only where it is no larger than that; where it is larger, it is undecided. Of
    the loss of all loops it is known that with m >= 2 a class of infinite order could be kept
    (``circle-map``); but that none is kept, round however narrow a hole, a net does not show.
    """
    found: list[Loss] = []
    open_degrees: list[int] = []
    embeds = embedding_dim is not None and latent_dim >= embedding_dim
    for degree, count in enumerate(had):
        if count == 0:
            continue
        if degree >= latent_dim:
            found.append(Loss(degree, count, 0, "forced", "open-subsets"))
            continue
        number = kept[degree] if degree < len(kept) else None
        if degree == 1 and homology_coeff_field == 2 and latent_dim <= loop_power:
            found.append(Loss(degree, count, 0, "forced", "cup-product"))
        elif degree and not embeds and most_kept(degree, count, kept, latent_dim, closed) == 0:
            # No map keeps any: that needs no looking.
            found.append(Loss(degree, count, 0, *_FORCED))
        elif number is None:
            open_degrees.append(degree)
        elif number < count:
            if embeds or degree == 0:
                mark, source = _AVOIDABLE
            elif number >= most_kept(degree, count, kept, latent_dim, closed):
                mark, source = _FORCED
            elif degree == 1 and number == 0 and loops:
                mark, source = _IN_PART
            else:
                mark, source = _UNDECIDED
            found.append(Loss(degree, count, number, mark, source))
    field = homology_coeff_field
    return tuple(replace(x, homology_coeff_field=field) for x in found), tuple(open_degrees)


_AVOIDABLE: tuple[Mark, str] = ("avoidable", "no-obstruction")
_IN_PART: tuple[Mark, str] = ("undecided", "circle-map")
_FORCED: tuple[Mark, str] = ("forced", "intersection-form")
_UNDECIDED: tuple[Mark, str] = ("undecided", "")


def most_kept(
    degree: int,
    count: int,
    kept: Sequence[int | None],
    latent_dim: int,
    closed: Sequence[Sequence[int]],
) -> int:
    """Return the most classes of a degree that can be kept, given those kept in its dual.

    Parameters
    ----------
    degree, count : int
        And how many classes K has of it.
    kept : tuple of int or None
    latent_dim : int
        Less than that K embeds in.
    closed : sequence of sequences of int
        As in `losses`.
    """
    if not closed or len(closed[0]) - 1 < latent_dim:
        return count
    dual = len(closed[0]) - 1 - degree
    if dual == degree:
        return sum(part[degree] // 2 for part in closed)
    other = kept[dual] if dual < min(len(kept), latent_dim) else 0
    return count if other is None or len(closed) > 1 else count - other
