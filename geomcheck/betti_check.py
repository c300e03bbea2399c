"""Are the claimed Betti numbers those that homology finds?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.betti_cells import betti_by_cells
from geomcheck.homology import persistence
from theory.bound import Bound
from theory.covering import covering_radius
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.points import farthest_point_subsample, rank_reduce
from theory.reach import estimate_reach
from theory.validation import ManifoldCheck

__all__ = ["FoundBetti", "check_betti", "found_betti"]

Array = NDArray[np.float64]

_FIRST, _GROWTH, _OVERSAMPLING = 100, 1.3, 8
_REACH_POINTS = 1000
# The claimed reach may be off by what the check of the reach lets pass, and by a little more.
_OF_REACH = 0.9
_BY_CELLS = "from the cells of the charts and how they close up"
# A covering radius or a reach that is only estimated, from a sample, is given more room.
_ESTIMATE_MARGIN = 1.25
# Alpha complexes: points that take a few seconds, by dimension of the affine span.
_ALPHA = {1: 30_000, 2: 30_000, 3: 20_000, 4: 1200, 5: 130}
_LOW = 4  # dimensions in which alpha complexes hold enough points
# Rips complexes: the same by highest degree.
_RIPS = {0: 3000, 1: 700, 2: 300, 3: 100}


@dataclass(frozen=True)
class FoundBetti:
    """Betti numbers of a set, from points so dense that they cannot be others.

    Parameters
    ----------
    numbers : mapping of int to tuple of int
        For each field, from degree 0 up to the highest one computed; empty if there was no
        net dense enough.
    n : int
        Number of points of the net.
    covering : Bound
        Covering radius of the net.
    reach : float
        That the numbers rest on.
    enough : float
        Covering radius below which the numbers are decided.
    """

    numbers: dict[int, tuple[int, ...]]
    n: int
    covering: Bound
    reach: float
    enough: float


def check_betti(
    manifold: Manifold, *, rng: int | np.random.Generator = 0, memory_limit: int = 4 * 2**30
) -> ManifoldCheck:
    """Hold the claimed Betti numbers against homology over the same fields.

    Parameters
    ----------
    manifold : Manifold
    rng : int or numpy.random.Generator
        Draws the points.
    memory_limit : int
        Bytes that homology may use.

    Returns
    -------
    ManifoldCheck
        It fails if a degree that is decided differs; it is not checked if none is.
    """
    claim = manifold.claims.betti
    if not claim:
        return ManifoldCheck("betti", "not-checked", "no Betti numbers are claimed")
    fields = tuple(sorted(claim))
    # Where only Rips complexes are left, few points can be used: the charts say it at once.
    by_cells = betti_by_cells(manifold, fields) if manifold.ambient_dim > _LOW else None
    if by_cells is not None:
        return _judged(manifold, by_cells, _BY_CELLS)
    found = found_betti(manifold, fields, rng=rng, memory_limit=memory_limit)
    if len(next(iter(found.numbers.values()), ())) <= manifold.dim:
        by_cells = betti_by_cells(manifold, fields)
        if by_cells is not None:
            return _judged(manifold, by_cells, _BY_CELLS)
    if not found.numbers:
        wanted = math.ceil(found.n * (_widened(found.covering) / found.enough) ** manifold.dim)
        said = (
            f"homology needs a covering radius below {found.enough:.3g}, with fewer than "
            f"about {float(f'{wanted:.1g}'):,.0f} points; {_described(found)}"
        )
        return ManifoldCheck("betti", "not-checked", said, found.covering.value, found.enough)
    return _judged(manifold, found.numbers, _described(found))


def _judged(manifold: Manifold, numbers: dict[int, tuple[int, ...]], how: str) -> ManifoldCheck:
    claim = manifold.claims.betti or {}
    looked = len(next(iter(numbers.values())))
    wrong = any(numbers[p] != claim[p][: len(numbers[p])] for p in claim)
    shown = "; ".join(f"F{p}: {_row(numbers[p])}, claimed {_row(claim[p])}" for p in claim)
    if looked <= manifold.dim:
        shown += f"; degrees {looked} to {manifold.dim} not looked at"
    return ManifoldCheck("betti", "fails" if wrong else "holds", f"{shown} ({how})")


def _described(found: FoundBetti) -> str:
    kind = "certified" if found.covering.certified else "estimated"
    return (
        f"{found.n} points of {kind} covering radius {found.covering.value:.3g}, "
        f"reach {found.reach:.3g}"
    )


def found_betti(
    manifold: Manifold,
    fields: tuple[int, ...] = (2, 3),
    *,
    rng: int | np.random.Generator = 0,
    memory_limit: int = 4 * 2**30,
) -> FoundBetti:
    """Compute the Betti numbers of a manifold from the smallest net that decides them.

    Parameters
    ----------
    manifold : Manifold
    fields : tuple of int
        Primes.
    rng : int or numpy.random.Generator
    memory_limit : int
        Bytes that homology may use.

    Notes
    -----
    Source ``homotopy-argument``. With eta the covering radius of a net X of S, and offsets
    written S^r, S lies in X^eta in S^eta in X^(2 eta) in S^(2 eta); if 2 eta is below the reach
    all offsets of S have its homology, so that the rank of H(X^eta) in H(X^(2 eta)) is the Betti
    number. In a Rips filtration, with theta = sqrt(2n/(n+1)), it is that from eta to
    (1 + theta) eta, if theta (1 + theta) eta is below the reach.
    """
    generator = np.random.default_rng(rng)
    reach = _reach(manifold, generator)
    rank = max(1, rank_reduce(_on_it(manifold, _REACH_POINTS, generator)).rank)
    alpha = rank in _ALPHA
    theta = 1.0 if alpha else math.sqrt(2 * rank / (rank + 1))
    enough = _OF_REACH * reach / (theta * (1 + theta))
    most = _ALPHA[rank] if alpha else _RIPS[0]
    used, covering = _net(manifold, enough, most, generator)
    degree = manifold.dim
    if not alpha:
        degree = max((d for d, size in _RIPS.items() if len(used) <= size), default=0)
        degree = min(degree, manifold.dim)
    if _widened(covering) > enough:
        return FoundBetti({}, len(used), covering, reach, enough)
    numbers = {}
    for p in fields:
        diagrams = persistence(
            used,
            max_degree=degree,
            homology_coeff_field=p,
            engine="alpha" if alpha else "rips",
            memory_limit=memory_limit,
            max_points=len(used),
            max_radius=(1 + theta) * 1.1 * enough if not alpha else math.inf,
        )
        eta = _widened(covering) + diagrams.error_radius
        if theta * (1 + theta) * eta > reach:
            return FoundBetti({}, diagrams.n_points, covering, reach, enough)
        numbers[p] = _ranks(diagrams, eta, theta)
    return FoundBetti(numbers, len(used), covering, reach, enough)


def _reach(manifold: Manifold, rng: np.random.Generator) -> float:
    """Return the claimed reach, or a smaller one that a sample shows."""
    claim = manifold.claims.reach
    points = _on_it(manifold, _REACH_POINTS, rng)
    try:
        found = estimate_reach(points, tangents=manifold.tangent(points))
        seen = found.value if found.upper is None else found.upper
    except InvalidInput:
        seen = math.inf
    known = claim is not None and claim.direction in ("exact", "lower")
    limit = seen / (1.0 if known else _ESTIMATE_MARGIN)
    return limit if claim is None else min(claim.value, limit)


def _net(
    manifold: Manifold, enough: float, most: int, rng: np.random.Generator
) -> tuple[Array, Bound]:
    """Return well-spread points, as few as are dense enough, or as many as can be used."""
    size = min(_FIRST, most)
    while True:
        drawn = _on_it(manifold, _OVERSAMPLING * size, rng)
        used = drawn[farthest_point_subsample(drawn, size).indices]
        covering = covering_radius(used, manifold, relative=0.05)
        short = _widened(covering) / enough
        if short <= 1 or size == most:
            return used, covering
        # On the way to more points than can be used, the largest net tells how far it is.
        size = int(min(most, size * max(_GROWTH, short**manifold.dim)))


def _on_it(manifold: Manifold, n: int, rng: np.random.Generator) -> Array:
    """Return points of the set itself, whatever noise its samples have."""
    points = manifold.sample(n, rng=rng)
    return manifold.project(points) if manifold.noise else points


def _widened(covering: Bound) -> float:
    return covering.value * (1.0 if covering.certified else _ESTIMATE_MARGIN)


def _ranks(diagrams: PersistenceDiagrams, eta: float, theta: float) -> tuple[int, ...]:
    """Return how many bars, degree by degree, live from eta to beyond (1 + theta) eta."""
    born = eta * (1 + 1e-9)
    return tuple(
        int(np.count_nonzero((bars[:, 0] <= born) & (bars[:, 1] > (1 + theta) * eta)))
        for bars in diagrams.by_degree
    )


def _row(numbers: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, numbers)) + ")"
