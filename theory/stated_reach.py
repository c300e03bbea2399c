"""Reaches that are claimed of a manifold although two of its own points contradict them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.manifold import Manifold
from theory.points import deduplicate
from theory.reach_federer import as_cloud
from theory.reach_search import best_partners

__all__ = ["RefutedReach", "refuted_reaches", "with_reaches_seen"]

Array = NDArray[np.float64]

_POINTS = 600
# Tangents that are a little off show in short chords, and make their quotients too small.
_SHORTEST, _SHORTEST_OF_REACH = 0.03, 0.2
_SLACK = 0.01


@dataclass(frozen=True, eq=False)
class RefutedReach:
    """A claimed reach, and two points that show it to be smaller.

    Parameters
    ----------
    part : str
        Name of the manifold, or of the component or cycle of it.
    claimed : float
    at_most : float
        Federer's quotient of the pair (``federer``), an upper bound of the reach as far as the
        tangents are exact.
    pair : array of shape (2, ambient_dim)
        The tangent space is that at the first.
    """

    part: str
    claimed: float
    at_most: float
    pair: Array


def refuted_reaches(manifold: Manifold) -> tuple[RefutedReach, ...]:
    """Return the reaches, of a manifold, its parts and cycles, that points of it contradict.

    Nothing is certain of those not returned: a few hundred points of each are looked at.
    """
    found = (_refuted(part) for part in _all(manifold))
    return tuple(refuted for refuted in found if refuted is not None)


def with_reaches_seen(manifold: Manifold) -> Manifold:
    """Return a manifold with what the points show in the place of reaches that they contradict."""
    refuted, claims = _refuted(manifold), manifold.claims
    if refuted is not None:
        claims = replace(claims, reach=Bound(refuted.at_most, "upper", False, "federer"))
    parts, cycles = (
        tuple(with_reaches_seen(piece) for piece in pieces)
        for pieces in (manifold.parts, manifold.cycles)
    )
    kept = all(
        new is old
        for new, old in zip((*parts, *cycles), (*manifold.parts, *manifold.cycles), strict=True)
    )
    if refuted is None and kept:
        return manifold
    return replace(manifold, claims=claims, parts=parts, cycles=cycles)


def _all(manifold: Manifold) -> Iterator[Manifold]:
    yield manifold
    for piece in (*manifold.parts, *manifold.cycles):
        yield from _all(piece)


def _refuted(part: Manifold) -> RefutedReach | None:
    claim = part.claims.reach
    if claim is None or not claim.holds_from_below() or part.dim == 0:
        return None
    points = part.project(part.sample(_POINTS, rng=0))
    points = points[deduplicate(points)]
    size = float(np.ptp(points, axis=0).max())
    if len(points) < 2 or not size > 0:
        return None
    shortest = min(_SHORTEST * size, _SHORTEST_OF_REACH * claim.value)
    cloud = as_cloud(points, part.tangent(points), np.full(len(points), shortest))
    every = np.arange(len(cloud.points))
    best = best_partners(cloud, every, every).best(1)
    if not best.radius[0] < (1 - _SLACK) * claim.value:
        return None
    pair = cloud.points[[best.first[0], best.second[0]]] + cloud.origin
    return RefutedReach(part.name, claim.value, float(best.radius[0]), pair)
