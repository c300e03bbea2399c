"""Records of the lower bounds on the worst-case error, and of what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.diagram import PersistenceDiagrams
from theory.linking import Flat

__all__ = [
    "Argument",
    "LinkedLoop",
    "Obstruction",
    "PartHomology",
    "strongest",
]

Argument = Literal["closed form", "reach", "homology", "linking", "torsion", "embedding"]


@dataclass(frozen=True)
class PartHomology:
    """The persistence diagrams of a sample of one closed part L of K, and how dense it is.

    Parameters
    ----------
    part : str
        Name of L.
    diagrams : PersistenceDiagrams
        Of points on L.
    covering : Bound
        Covering radius, in L, of the points the diagrams were computed on.
    reach : Bound or None
        Reach of L. Without it no birth can be judged and nothing is certified.
    over_three : PersistenceDiagrams or None
        Those of the same points over the field with three elements, where they were computed.
    """

    part: str
    diagrams: PersistenceDiagrams
    covering: Bound
    reach: Bound | None
    over_three: PersistenceDiagrams | None = None


@dataclass(frozen=True, eq=False)
class LinkedLoop:
    """A closed curve in a part of K and a flat of codimension 2 that it links.

    Parameters
    ----------
    part : str
        Name of the part.
    bound : Bound
        Lower bound of the distance of the curve to the flat.
    points : array of shape (p, N)
        On the curve, in order; the last is joined to the first.
    flat : Flat
    """

    part: str
    bound: Bound
    points: NDArray[np.float64]
    flat: Flat


@dataclass(frozen=True)
class Obstruction:
    """One lower bound on sup err, with the part of K and the class it comes from.

    Parameters
    ----------
    latent_dim : int
    bound : Bound
        Certified from below, or an estimate.
    part : str
        Component or cycle of K on which the argument runs.
    argument : str
        Which argument.
    degree : int or None
        Homology degree of the class that cannot pass the bottleneck.
    birth, death : float or None
        Radii between which the class was seen to live.
    attained : bool or None
        Whether some autoencoder attains the bound; None if not known.
    loop : LinkedLoop or None
        The loop that cannot pass, where one was found.
    """

    latent_dim: int
    bound: Bound
    part: str
    argument: Argument
    degree: int | None = None
    birth: float | None = None
    death: float | None = None
    attained: bool | None = None
    loop: LinkedLoop | None = None


def strongest(obstructions: Sequence[Obstruction]) -> Obstruction | None:
    """Return the one to rely on: the largest certified bound, else the largest estimate."""
    if not obstructions:
        return None
    return max(obstructions, key=lambda o: (o.bound.certified, o.bound.value, o.degree is not None))
