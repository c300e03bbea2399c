"""Betti numbers of K and of its components over a field, and whether Poincaré duality holds."""

from __future__ import annotations

from geomcheck.ground import Ground

__all__ = ["claimed_betti", "closed_components", "loop_power"]


def claimed_betti(ground: Ground, field: int) -> tuple[int, ...]:
    """Return the Betti numbers of K that are given for a field."""
    manifold = ground.manifold
    assert manifold is not None
    assert manifold.claims.betti is not None
    return manifold.claims.betti[field]


def closed_components(ground: Ground, field: int) -> list[tuple[int, ...]]:
    """Return the Betti numbers of the components, if Poincaré duality holds on each."""
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


def loop_power(ground: Ground) -> int:
    """Return the power that no class of degree 1 but 0 loses, over two elements; 0 if unknown."""
    manifold = ground.manifold
    return 0 if manifold is None else manifold.claims.loop_power or 0
