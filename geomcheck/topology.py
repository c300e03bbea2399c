"""Betti numbers of a set seen through a sample, and whether their loss was forced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.diagram import PersistenceDiagrams

__all__ = ["Loss", "SeenHomology", "losses"]

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
    """

    diagrams: PersistenceDiagrams
    resolution: Bound

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

    def _at(self, factor: float) -> list[int]:
        d = self.diagrams
        n = d.affine_dim
        theta = 1.0 if d.filtration == "alpha" else float(np.sqrt(2 * n / (n + 1)))
        eta = factor * self.resolution.value + d.perturbation
        slack = 1e-9 * eta
        return [
            int(np.count_nonzero((bars[:, 0] <= eta + slack) & (bars[:, 1] > (1 + theta) * eta)))
            for bars in d.by_degree
        ]


@dataclass(frozen=True)
class Loss:
    """Homology classes of one degree that K has and its image has not.

    Parameters
    ----------
    degree : int
    had, kept : int
        Betti number of K, and how many of its classes the image can still carry.
    mark : {"forced", "undecided", "avoidable"}
        Whether every continuous encoder would have lost them.
    source : str
        Key into `theory.sources` of the argument behind `mark`.
    """

    degree: int
    had: int
    kept: int
    mark: Mark
    source: str


def losses(
    had: tuple[int, ...],
    seen: tuple[int | None, ...],
    *,
    latent_dim: int,
    embedding_dim: int | None,
    below_reach: bool = False,
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Compare Betti numbers of K with those of an image that passed the bottleneck.

    Parameters
    ----------
    had : tuple of int
        Betti numbers of K, from degree 0.
    seen : tuple of int or None
        Betti numbers of the image; None where the sample does not decide.
    latent_dim : int
    embedding_dim : int or None
        Smallest m such that K embeds in R^m, where known.
    below_reach : bool
        Whether the largest error found on K is below the reach of K.

    Returns
    -------
    tuple of Loss
        One for each degree that lost classes.
    tuple of int
        Degrees that the sample does not decide.

    Notes
    -----
    Degrees j >= latent_dim are lost whatever the encoder (``open-subsets``). Below, nothing
    is forced when K embeds in R^latent_dim (``no-obstruction``); connectedness is never forced
    to be lost, since an interval can be laid beside another in R^1. Where sup err < reach(K),
    G(F(x)) is homotopic to x within an offset that retracts to K, so no class is lost
    (``homotopy-argument``): a degree the sample does not decide then counts as kept, and one
    in which it shows a loss as undecided.
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
        number = seen[degree] if degree < len(seen) else None
        if number is None:
            if not below_reach:
                open_degrees.append(degree)
        elif number < count and below_reach:
            open_degrees.append(degree)
        elif number < count:
            avoidable = embeds or degree == 0
            mark: Mark = "avoidable" if avoidable else "undecided"
            found.append(Loss(degree, count, number, mark, "no-obstruction"))
    return tuple(found), tuple(open_degrees)
