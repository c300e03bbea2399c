"""Checks of what a manifold claims: reach, volume, topology, optimal errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart_curvature import euler_of_curvature
from theory.chart_volume import chart_volume
from theory.manifold import Manifold
from theory.tube import sampled_tube_volume, unit_ball_volume, weyl_volume
from theory.validation_maps import points_of_parts
from theory.validation_record import ManifoldCheck, Outcome

__all__ = ["BettiNumbers", "check_betti", "check_errors", "check_topology", "check_volume"]

Array = NDArray[np.float64]
BettiNumbers = Callable[[Array, int], Sequence[int]]
_VOLUME_SLACK = 1e-6
_MOST_COORDINATES = 5  # of charts whose integrals converge with the nodes there are
_TUBE_POINTS = 8000
_ESTIMATE_SLACK = 0.03


def check_volume(manifold: Manifold, rng: np.random.Generator, level: float) -> ManifoldCheck:
    """The charts' volume element integrates to the claim, or else the tube has Weyl's volume."""
    claim = manifold.claims.volume
    if claim is None:
        return ManifoldCheck("volume", "not-checked", "no volume is claimed")
    if manifold.charts and manifold.dim <= _MOST_COORDINATES:
        total = sum(chart_volume(chart).value for chart in manifold.charts)
        limit = _VOLUME_SLACK * total
        said = f"the charts integrate to {total:.8g}, the claim is {claim.value:.8g}"
        off = abs(total - claim.value)
        outcome: Outcome = "holds" if off <= limit else "fails"
        return ManifoldCheck("volume", outcome, said, total, claim.value)
    return check_tube(manifold, claim, rng, level)


def check_tube(
    manifold: Manifold, volume: Bound, rng: np.random.Generator, level: float
) -> ManifoldCheck:
    """The volume of a tube below the reach is what Weyl's formula says (``weyl``)."""
    claims = manifold.claims
    same_dim = all(part.dim == manifold.dim for part in manifold.components)
    usable = manifold.closed and same_dim and manifold.dim <= 2 and manifold.ambient_dim <= 4
    if not usable or claims.reach is None or claims.betti is None:
        return _check_least_volume(manifold, volume)
    betti = next(iter(claims.betti.values()))
    invariants = [volume.value]
    if manifold.dim == 2:
        invariants.append(2 * math.pi * (betti[0] - betti[1] + betti[2]))
    radius = 0.9 * claims.reach.value
    expected = weyl_volume(
        radius, dim=manifold.dim, ambient_dim=manifold.ambient_dim, invariants=invariants
    )
    sampled = sampled_tube_volume(manifold, radius, n=_TUBE_POINTS, confidence=1 - level, rng=rng)
    inside = sampled.interval.lower <= expected <= sampled.interval.upper
    said = (
        f"the tube of radius {radius:.4g} has volume {expected:.6g} by Weyl's formula and "
        f"[{sampled.interval.lower:.6g}, {sampled.interval.upper:.6g}] by sampling"
    )
    return ManifoldCheck("volume", "holds" if inside else "fails", said, sampled.value, expected)


def _check_least_volume(manifold: Manifold, volume: Bound) -> ManifoldCheck:
    """Hold it against the sphere of the claimed reach: nothing closed is smaller (isoembolic)."""
    reach, k = manifold.claims.reach, manifold.dim
    one_dim = all(part.dim == k for part in manifold.components)
    if reach is None or not manifold.closed or not one_dim or k == 0:
        return ManifoldCheck("volume", "not-checked", "no integral or tube formula to use")
    parts = len(manifold.components)
    least = parts * (k + 1) * unit_ball_volume(k + 1) * reach.value**k
    slack = 1 - (_ESTIMATE_SLACK * k if reach.direction == "estimate" else 1e-9)
    if reach.direction == "upper" or volume.value >= slack * least:
        said = "no integral or tube formula to use; not below that of spheres of its reach"
        return ManifoldCheck("volume", "not-checked", said, volume.value, least)
    said = (
        f"the claim is {volume.value:.6g}, but closed sets of reach {reach.value:.6g} have "
        f"{least:.6g} at least, the volume of round spheres"
    )
    return ManifoldCheck("volume", "fails", said, volume.value, least)


def check_betti(manifold: Manifold, sample: Array, betti: BettiNumbers | None) -> ManifoldCheck:
    """Homology of points over F2 and F3 gives the claimed Betti numbers."""
    claim = manifold.claims.betti
    if claim is None or betti is None:
        why = (
            "no Betti numbers are claimed"
            if claim is None
            else "homology is computed by geomcheck.check_manifold, or what is given as `betti`"
        )
        return ManifoldCheck("betti", "not-checked", why)
    found = {p: tuple(int(b) for b in betti(sample, p)) for p in sorted(claim)}
    shown = "; ".join(f"F{p}: {found[p]}, claimed {claim[p]}" for p in sorted(claim))
    same = all(found[p][: len(claim[p])] == claim[p] for p in claim)
    return ManifoldCheck("betti", "holds" if same else "fails", shown)


def check_topology(manifold: Manifold) -> ManifoldCheck:
    """Betti numbers, boundary, orientability and embedding dimension do not contradict."""
    claims, k, parts = manifold.claims, manifold.dim, len(manifold.components)
    faults: list[str] = []
    same_dim = all(part.dim == k for part in manifold.components)
    for p, numbers in (claims.betti or {}).items():
        if numbers[0] != parts:
            faults.append(f"b_0 over F{p} is {numbers[0]}, with {parts} components")
        if not manifold.closed and k > 0 and numbers[k] >= parts:
            faults.append(f"b_{k} over F{p} is {numbers[k]}, although there is a boundary")
        dual = manifold.closed and same_dim and (p == 2 or manifold.orientable)
        if dual and numbers != numbers[::-1]:
            faults.append(f"Betti numbers over F{p} break Poincaré duality")
        if manifold.closed and manifold.orientable is False and p != 2 and numbers[k] >= parts:
            faults.append(f"b_{k} over F{p} is {numbers[k]}, although it is not orientable")
        if manifold.closed and k % 2 and same_dim:
            euler = sum(numbers[::2]) - sum(numbers[1::2])
            if euler:
                faults.append(f"the Euler characteristic is {euler} in odd dimension")
    faults += _euler_faults(manifold)
    if claims.embedding_dim is not None:
        if claims.embedding_dim > manifold.ambient_dim:
            faults.append("the embedding dimension exceeds the ambient dimension")
        if claims.embedding_dim > max(1, 2 * k):
            faults.append(f"every set of dimension {k} embeds in R^{max(1, 2 * k)} (Whitney)")
        if manifold.closed and claims.embedding_dim <= k:
            faults.append("a closed set of dimension k does not embed in R^k")
        twisted = [p.dim for p in manifold.components if p.closed and p.orientable is False]
        if claims.embedding_dim <= max(twisted, default=-1) + 1:
            faults.append("a closed non-orientable set does not embed in codimension 1")
    said = "; ".join(faults) or "nothing contradicts"
    return ManifoldCheck("topology", "fails" if faults else "holds", said)


def _euler_faults(manifold: Manifold) -> list[str]:
    """Hold the Euler characteristic of the Betti numbers against the total curvature."""
    betti = manifold.claims.betti
    surface = manifold.closed and manifold.dim == 2 and manifold.charts
    if not (betti and surface and all(part.dim == 2 for part in manifold.components)):
        return []
    found = euler_of_curvature(manifold.charts)
    numbers = next(iter(betti.values()))
    claimed = numbers[0] - numbers[1] + numbers[2]
    if found is None or found == claimed:
        return []
    return [
        f"the Betti numbers have Euler characteristic {claimed}, but the curvature, which "
        f"Weyl's formula for the tube shows, has {found}"
    ]


def check_errors(manifold: Manifold) -> ManifoldCheck:
    """Optimal errors fall with the latent dimension, between the reach and a constant map's."""
    claims = manifold.claims
    if not claims.optimal_error:
        return ManifoldCheck("optimal-error", "not-checked", "no optimal error is claimed")
    points = points_of_parts(manifold, 2000)
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    radius = float(np.linalg.norm(points - middle, axis=1).max())
    faults: list[str] = []
    lowest = math.inf
    for m, bound in sorted(claims.optimal_error.items()):
        # A sample maximum is no upper bound; allow for what lies between its points.
        if bound.value > 1.02 * radius:
            faults.append(f"e*({m}) = {bound.value:.4g} exceeds that of a constant, {radius:.4g}")
        if bound.direction in ("exact", "lower") and bound.value > lowest * (1 + 1e-9):
            faults.append(f"e*({m}) = {bound.value:.4g} exceeds that of a smaller dimension")
        if bound.direction == "exact":
            lowest = min(lowest, bound.value)
        reach = claims.reach
        # A lower bound may be weak, and the reach less than an upper bound of it.
        firm = bound.direction != "lower" and reach is not None and reach.direction != "upper"
        closed = manifold.closed and m <= manifold.dim and firm
        if closed and reach is not None and bound.value < reach.value * (1 - 1e-6):
            faults.append(f"e*({m}) = {bound.value:.4g} is below the reach")
        if claims.embedding_dim is not None and m >= claims.embedding_dim and bound.value > 0:
            faults.append(f"e*({m}) > 0, although the set embeds in R^{m}")
        for part in (*manifold.parts, *manifold.cycles):
            known = part.claims.optimal_error.get(m)
            certain = known is not None and bound.direction == "exact"
            if certain and known is not None and known.value > bound.value * (1 + 1e-9):
                faults.append(f"e*({m}) is below that of its part {part.name}")
    said = "; ".join(faults) or "nothing contradicts"
    return ManifoldCheck("optimal-error", "fails" if faults else "holds", said)
