"""Betti numbers of a set seen through a sample, and whether a loss of classes was forced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.limits import Limits
from theory.bound import Bound
from theory.diagram import PersistenceDiagrams

__all__ = ["Loss", "SeenHomology", "losses"]

Array = NDArray[np.float64]
_ESTIMATE_MARGIN = 1.25
_COARSER = 1.5

_NOTHING: Mapping[int, int] = MappingProxyType({})
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

        A class of S is seen from the resolution on, so bars that outlive the noise count up to a
        birth of twice that: what is born later is a class of an offset of S alone.
        """
        first = 1.0 if self.resolution.certified else _ESTIMATE_MARGIN
        noise = 2 * (first * self.resolution.value + self.diagrams.perturbation)
        births, ends = self.diagrams.by_degree[degree].T
        early = births <= noise
        return int(np.count_nonzero(early & (ends > noise) & (2 * ends <= width * self.diameter)))

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
    kept: Sequence[int | None],
    limits: Limits,
    *,
    loops: bool = False,
    retracts: Mapping[int, int] = _NOTHING,
    flat: bool = False,
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Hold what a map that passes a bottleneck keeps against what it could have kept.

    Parameters
    ----------
    had : tuple of int
        Betti numbers of K over the field, from degree 0.
    kept : sequence of int or None
        Classes that survive, from degree 0; None, or missing, where that is not decided.
    limits : Limits
        Of what any map keeps.
    loops : bool
        Whether H_1 of K is known to have a class of infinite order.
    retracts : mapping of int to int
        By degree, how many classes are kept by a retraction of K to a set that embeds in
        R^latent_dim.
    flat : bool
        Whether the image has no hole that a loop could run round unseen, being a point or on a
        line.

    Returns
    -------
    tuple of Loss
        One for each degree that lost classes.
    tuple of int
        Degrees below the latent dimension that are not decided.

    Notes
    -----
    Nothing need be lost when K embeds in R^latent_dim (``no-obstruction``), nor components ever,
    since an interval can be laid beside another in R^1. A loss is called forced only where it is
    no larger than the limits (`Limits.most`) make it; where it is larger, it is undecided. Of the
    loss of all loops it is known that with m >= 2 a class of infinite order could be kept
    (``circle-map``), and where nothing is kept, that what K retracts to could be
    (``retract-argument``); but that none is kept, round however narrow a hole, a net does not
    show, unless the image is flat.
    """
    found: list[Loss] = []
    open_degrees: list[int] = []
    mark: Mark
    nothing = all(n == 0 for n, count in zip(kept[1:], had[1:], strict=False) if count)
    for degree, count in enumerate(had):
        if count == 0:
            continue
        number = kept[degree] if degree < len(kept) else None
        most, why = limits.most(degree, count, kept)
        alone = limits.most(degree, count, ())[0]
        if alone == 0 or (most == 0 and not number):
            # No map keeps any, or none beside what is kept: that needs no looking.
            mark, source, number = "forced", why, 0
        elif number is None or number > most:
            # More than is possible was seen by a net that deceives.
            open_degrees.append(degree)
            continue
        elif number == count:
            continue
        elif limits.embeds or degree == 0:
            mark, source = "avoidable", "no-obstruction"
        elif number >= most:
            mark, source = "forced", why
        elif degree == 1 and number == 0 and loops:
            mark, source = "avoidable" if flat else "undecided", "circle-map"
        elif number == 0 and retracts.get(degree) and nothing:
            mark, source = "avoidable" if flat else "undecided", "retract-argument"
        else:
            mark, source = "undecided", ""
        field = limits.homology_coeff_field
        found.append(Loss(degree, count, number, mark, source, field))
    return tuple(found), tuple(open_degrees)
