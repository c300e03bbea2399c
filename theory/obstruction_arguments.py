"""The arguments that bound the worst-case error of every autoencoder from below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.obstruction import LinkedLoop, Obstruction, PartHomology

__all__ = [
    "closed_form_obstructions",
    "homological_obstruction",
    "linking_obstruction",
    "torsion_obstruction",
    "with_attainment",
]

Array = NDArray[np.float64]

# Filtration values are computed to a relative precision of 1e-5 of their squares.
_COMPLEX_PRECISION = 1e-5
_ROUNDING = 1e-9


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
            found.append(Obstruction(m, lower, part.name, "closed form"))
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
    degree j >= latent_dim born at b < reach(L) - nu and alive up to radius d gives
    sup err >= d - eta - nu (``homotopy-argument``), where that is at least b + nu: the class is
    that of a cycle of L only in the offset L^(b + nu). Certified when eta and reach(L) are.
    """
    m = _checked_latent_dim(latent_dim)
    diagrams = homology.diagrams
    best: Obstruction | None = None
    for degree in range(m, diagrams.max_degree + 1):
        births, deaths = _lives(homology, degree)
        if not deaths.size:
            continue
        row = int(np.argmax(deaths))
        found = _seen(homology, m, degree, float(births[row]), float(deaths[row]))
        if found is not None and (best is None or found.bound.value > best.bound.value):
            best = found
    return best


def torsion_obstruction(homology: PartHomology, latent_dim: int) -> Obstruction | None:
    """Return the lower bound at latent_dim = k + 1 that two fields show together, or None.

    Parameters
    ----------
    homology : PartHomology
        Alpha complexes of points X in R^(k+2), with `over_three`.
    latent_dim : int
        One more than the degree k looked at.

    Notes
    -----
    A class z of H_k(L; F2) alive in X^s, where no class of degree k is alive over F3, forces
    sup err >= s - eta - nu. For H_k(X^s; Z) has no free part, and no torsion either, being that
    of a polyhedron in R^(k+2): it is 0, and z in X^s is not the reduction of an integral class.
    In an open V in R^(k+1) every class of degree k over F2 is one, as H_(k-1)(V; Z) has no
    torsion (``torsion-argument``).
    """
    m = _checked_latent_dim(latent_dim)
    degree, two, three = m - 1, homology.diagrams, homology.over_three
    if three is None or degree < 1 or degree > min(two.max_degree, three.max_degree):
        return None
    if two.filtration != "alpha" or two.affine_dim > degree + 2 or three.n_points != two.n_points:
        return None
    best: Obstruction | None = None
    for birth, death in zip(*_lives(homology, degree), strict=True):
        last = float(death)
        for begin, end in sorted(three.degree(degree).tolist(), reverse=True):
            # A class over F3 at the last radius: look before its birth.
            if begin * (1 - _COMPLEX_PRECISION) <= last <= end * (1 + _COMPLEX_PRECISION):
                last = begin * (1 - _COMPLEX_PRECISION)
        if last > birth:
            found = _seen(homology, m, degree, float(birth), last)
            if found is not None and (best is None or found.bound.value > best.bound.value):
                best = replace(found, argument="torsion")
    return best


def _lives(homology: PartHomology, degree: int) -> tuple[Array, Array]:
    """Return births and deaths, on the safe side, of the classes that are L's own."""
    diagrams, reach = homology.diagrams, homology.reach
    offsets = diagrams.offset_bounds(degree)
    births = offsets.birth_upper * (1 + _COMPLEX_PRECISION)
    deaths = np.minimum(offsets.death_lower, diagrams.threshold) * (1 - _COMPLEX_PRECISION)
    # Without a reach, only the gap between birth and covering radius can be judged.
    limit = reach.value if reach is not None else np.inf
    usable = (births + diagrams.perturbation < limit) & (deaths > births)
    return births[usable], deaths[usable]


def _seen(
    homology: PartHomology, m: int, degree: int, birth: float, death: float
) -> Obstruction | None:
    """Return the bound by a class that lives between these radii in the offsets of the points."""
    covering, reach = homology.covering, homology.reach
    value = death - covering.value - homology.diagrams.perturbation
    if value <= 0:
        return None
    certain = (
        reach is not None
        and reach.holds_from_below()
        and value >= birth + homology.diagrams.perturbation
        and covering.certified
        and covering.direction in ("upper", "exact")
    )
    source = "homotopy-argument" if degree >= m else "torsion-argument"
    bound = Bound(value, "lower" if certain else "estimate", certain, source)
    return Obstruction(m, bound, homology.part, "homology", degree=degree, birth=birth, death=death)


def linking_obstruction(loop: LinkedLoop, latent_dim: int) -> Obstruction | None:
    """Return the lower bound that a loop around a flat gives; None unless latent_dim is 1.

    Notes
    -----
    Source ``linking-argument``: the class of the loop, of degree 1, is not zero in the offsets of
    the loop up to its distance from the flat.
    """
    if _checked_latent_dim(latent_dim) > 1:
        return None
    return Obstruction(
        latent_dim,
        loop.bound,
        f"loop on {loop.part}",
        "linking",
        degree=1,
        birth=0.0,
        death=loop.bound.value,
        loop=loop,
    )


def with_attainment(obstruction: Obstruction, claims: Claims) -> Obstruction:
    """Say whether an autoencoder attains a bound, where e* of the whole set is known exactly."""
    optimal = claims.optimal_error.get(obstruction.latent_dim)
    if optimal is None or optimal.direction != "exact" or not optimal.certified:
        return obstruction
    reached = obstruction.bound.value >= optimal.value * (1 - _ROUNDING)
    return replace(obstruction, attained=reached)


def _checked_latent_dim(latent_dim: int) -> int:
    if isinstance(latent_dim, bool) or int(latent_dim) != latent_dim or latent_dim < 1:
        raise InvalidInput("latent_dim", latent_dim, "a whole number, at least 1")
    return int(latent_dim)
