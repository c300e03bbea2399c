"""Lower bounds on the worst-case error of every autoencoder of a given latent dimension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from theory.bound import Bound
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = [
    "Argument",
    "Obstruction",
    "PartHomology",
    "closed_form_obstructions",
    "homological_obstruction",
    "strongest",
]

# Filtration values are computed to a relative precision of 1e-5 of their squares.
_COMPLEX_PRECISION = 1e-5

Argument = Literal["closed form", "reach", "homology", "torsion", "embedding"]


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
    """

    part: str
    diagrams: PersistenceDiagrams
    covering: Bound
    reach: Bound | None


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
    """

    latent_dim: int
    bound: Bound
    part: str
    argument: Argument
    degree: int | None = None
    birth: float | None = None
    death: float | None = None
    attained: bool | None = None


def closed_form_obstructions(manifold: Manifold, latent_dim: int) -> tuple[Obstruction, ...]:
    """Return what the claims of a manifold, of its parts and of its cycles say about sup err.

    Parameters
    ----------
    manifold : Manifold
    latent_dim : int
        At least 1.

    Returns
    -------
    tuple of Obstruction
        In no order; see `strongest`. One of value zero where K embeds in R^latent_dim.

    Notes
    -----
    Sources: ``kvalheim-sontag-2`` (the reach of a closed part of dimension >= latent_dim),
    ``torsion-argument``, ``homotopy-argument`` in closed form, ``no-obstruction``.
    """
    m = _checked_latent_dim(latent_dim)
    if m >= manifold.embeds_from:
        nothing = Bound(0.0, "exact", True, "no-obstruction")
        return (Obstruction(m, nothing, manifold.name, "embedding", attained=True),)
    found: list[Obstruction] = []
    for whole in _closed_parts(manifold):
        found.extend(_from_reach(whole, m))
    for part in (manifold, *manifold.components):
        optimal = part.claims.optimal_error.get(m)
        if optimal is not None:
            certain = optimal.holds_from_below()
            lower = Bound(
                optimal.value, "lower" if certain else "estimate", certain, optimal.source
            )
            attained = True if part is manifold and optimal.direction == "exact" else None
            found.append(Obstruction(m, lower, part.name, "closed form", attained=attained))
    return tuple(found)


def _closed_parts(manifold: Manifold) -> tuple[Manifold, ...]:
    seen: dict[int, Manifold] = {}
    for part in (*manifold.components, *manifold.cycles):
        for piece in (part, *part.cycles):
            if piece.closed:
                seen[id(piece)] = piece
    return tuple(seen.values())


def _from_reach(part: Manifold, m: int) -> Iterable[Obstruction]:
    reach = part.claims.reach
    if reach is None:
        return
    certain = reach.holds_from_below()
    direction: Literal["lower", "estimate"] = "lower" if certain else "estimate"
    if part.dim >= m:
        bound = Bound(reach.value, direction, certain, "kvalheim-sontag-2")
        yield Obstruction(m, bound, part.name, "reach", degree=part.dim)
    if m == part.dim + 1 and part.orientable is False:
        bound = Bound(reach.value, direction, certain, "torsion-argument")
        yield Obstruction(m, bound, part.name, "torsion", degree=part.dim)


def homological_obstruction(homology: PartHomology, latent_dim: int) -> Obstruction | None:
    """Return the lower bound that the persistent classes of a part give, or None without one.

    Parameters
    ----------
    homology : PartHomology
        Diagrams of points X on a compact part L.
    latent_dim : int
        At least 1.

    Notes
    -----
    With every point of L within eta of X, and the coordinates used within nu of X: a class of
    degree j >= latent_dim born before reach(L) - nu and alive up to radius d gives
    sup err >= d - eta - nu (``homotopy-argument``). Certified when eta and reach(L) are.
    """
    m = _checked_latent_dim(latent_dim)
    diagrams, reach = homology.diagrams, homology.reach
    shift = diagrams.perturbation
    best: Obstruction | None = None
    for degree in range(m, diagrams.max_degree + 1):
        offsets = diagrams.offset_bounds(degree)
        births = offsets.birth_upper * (1 + _COMPLEX_PRECISION)
        deaths = np.minimum(offsets.death_lower, diagrams.threshold) * (1 - _COMPLEX_PRECISION)
        # Without a reach, only the gap between birth and covering radius can be judged.
        limit = reach.value if reach is not None else np.inf
        usable = np.flatnonzero((births + shift < limit) & (deaths > births))
        if not usable.size:
            continue
        row = usable[np.argmax(deaths[usable])]
        value = float(deaths[row] - homology.covering.value - shift)
        if value <= 0 or (best is not None and value <= best.bound.value):
            continue
        certain = (
            reach is not None
            and reach.holds_from_below()
            and homology.covering.certified
            and homology.covering.direction in ("upper", "exact")
        )
        bound = Bound(value, "lower" if certain else "estimate", certain, "homotopy-argument")
        best = Obstruction(
            m,
            bound,
            homology.part,
            "homology",
            degree=degree,
            birth=float(births[row]),
            death=float(deaths[row]),
        )
    return best


def strongest(obstructions: Sequence[Obstruction]) -> Obstruction | None:
    """Return the one to rely on: the largest certified bound, else the largest estimate."""
    if not obstructions:
        return None
    return max(obstructions, key=lambda o: (o.bound.certified, o.bound.value, o.degree is not None))


def _checked_latent_dim(latent_dim: int) -> int:
    if isinstance(latent_dim, bool) or int(latent_dim) != latent_dim or latent_dim < 1:
        raise InvalidInput("latent_dim", latent_dim, "a whole number, at least 1")
    return int(latent_dim)
