"""Products of manifolds, and what is known of them from their factors."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells import CellMaker, OpenCell, open_cell, product_cell
from theory.chart import Chart
from theory.manifold import Claims, Manifold, as_manifold
from theory.moved import moved
from theory.retract import Retract

__all__ = ["product"]

Array = NDArray[np.float64]


def product(
    first: Manifold,
    second: Manifold,
    *,
    name: str | None = None,
    embedding_dim: int | None = None,
) -> Manifold:
    """Return the product of two manifolds, in the product of their ambient spaces.

    Parameters
    ----------
    first, second : Manifold
    name : str, optional
        By default the names joined by " x ".
    embedding_dim : int, optional
        Smallest embedding dimension of the product, where known.

    Raises
    ------
    InvalidInput
        If a factor is no manifold.

    Notes
    -----
    Reach by ``product-rule``, volume the product, Betti numbers by the theorem of Künneth
    over a field, optimal errors from below by ``product-bound`` and by the reach. A factor
    with a boundary times another with one has corners; it counts as having a boundary.
    """
    as_manifold("first", first)
    as_manifold("second", second)
    n1, n2 = first.ambient_dim, second.ambient_dim
    k1, k2 = first.dim, second.dim

    def sampler(n: int, rng: np.random.Generator) -> Array:
        return np.concatenate([first.sampler(n, rng), second.sampler(n, rng)], axis=1)

    def tangents(points: Array) -> Array:
        frames = np.zeros((len(points), n1 + n2, k1 + k2))
        frames[:, :n1, :k1] = first.tangents(points[:, :n1])
        frames[:, n1:, k1:] = second.tangents(points[:, n1:])
        return frames

    def projection(points: Array) -> Array:
        return np.concatenate(
            [first.projection(points[:, :n1]), second.projection(points[:, n1:])], axis=1
        )

    orientable: bool | None = None
    if first.orientable is False or second.orientable is False:
        orientable = False
    elif first.orientable and second.orientable:
        orientable = True
    parts: tuple[Manifold, ...] = ()
    if first.parts or second.parts:
        parts = tuple(product(a, b) for a in first.components for b in second.components)
    return Manifold(
        name=name or f"{first.name} x {second.name}",
        dim=k1 + k2,
        ambient_dim=n1 + n2,
        sampler=sampler,
        tangents=tangents,
        projection=projection,
        boundary=first.boundary or second.boundary,
        orientable=orientable,
        charts=tuple(_product_chart(a, b) for a in first.charts for b in second.charts),
        parts=parts,
        cycles=(*_slices(first, second), *_slices(second, first, swapped=True)),
        claims=_product_claims(first, second, embedding_dim),
        noise=math.hypot(first.noise, second.noise),
        cell=_cell(first, second),
        retracts=() if parts else (*_factor(first, second), *_factor(second, first, swapped=True)),
    )


def _factor(whole: Manifold, other: Manifold, *, swapped: bool = False) -> tuple[Retract, ...]:
    """Return the projection of the product to one factor, and what that retracts to."""
    n, point = whole.ambient_dim, other.projection(other.sample(1, rng=0))

    def back(x: Array) -> Array:
        return x[:, -n:] if swapped else x[:, :n]

    def section(y: Array) -> Array:
        there = np.broadcast_to(point, (len(y), point.shape[1]))
        return np.concatenate([there, y] if swapped else [y, there], axis=1)

    def composed(each: Retract) -> Retract:
        return replace(
            each,
            name=f"{each.name} in the {place} factor",
            map=lambda x: each.map(back(x)),
            section=lambda y: section(each.section(y)),
        )

    place = "second" if swapped else "first"
    projection = Retract(f"its {place} factor", whole, back, section)
    return (projection, *map(composed, whole.retracts))


def _slices(whole: Manifold, other: Manifold, *, swapped: bool = False) -> tuple[Manifold, ...]:
    """Return the closed parts of `whole`, each times one point of `other`."""
    point = other.projection(other.sample(1, rng=0))[0]
    n1, n2 = whole.ambient_dim, other.ambient_dim
    identity, zero = np.eye(n1), np.zeros((n2, n1))
    linear = np.concatenate([zero, identity] if swapped else [identity, zero])
    offset = np.concatenate([point, np.zeros(n1)] if swapped else [np.zeros(n1), point])
    closed = [part for part in (*whole.components, *whole.cycles) if part.closed]
    return tuple(moved(part, linear, offset, name=f"{part.name} x point") for part in closed)


def _product_chart(first: Chart, second: Chart) -> Chart:
    split = first.dim

    def image(*coordinates: Any) -> list[Any]:
        return [*first.map(*coordinates[:split]), *second.map(*coordinates[split:])]

    stretch = None
    if first.stretch is not None and second.stretch is not None:
        stretch = first.stretch + second.stretch
    return Chart(
        image,
        first.lower + second.lower,
        first.upper + second.upper,
        first.periodic + second.periodic,
        stretch,
        first.differences or second.differences,
        _product_inverse(first, second),
    )


def _product_inverse(first: Chart, second: Chart) -> Callable[[Array], Array] | None:
    a, b = first.inverse, second.inverse
    if a is None or b is None:
        return None
    n1 = first.evaluate(np.array([first.lower])).shape[1]
    return lambda x: np.concatenate([a(x[:, :n1]), b(x[:, n1:])], axis=1)


def _cell(first: Manifold, second: Manifold) -> CellMaker | None:
    factors = (first, second)
    if any(f.parts or (f.cell is None and len(f.charts) != 1) for f in factors):
        return None
    n1 = first.ambient_dim

    def cell(avoid: Array) -> OpenCell:
        a = open_cell(first, avoid[:, :n1], turning=True)
        # One coordinate turns; a second one is cut open.
        b = open_cell(second, avoid[:, n1:], turning=a is not None and a.turning is None)
        assert a is not None
        assert b is not None
        return product_cell(a, b, n1)

    return cell


def _product_claims(first: Manifold, second: Manifold, embedding_dim: int | None) -> Claims:
    a, b = first.claims, second.claims
    reach = volume = betti = None
    if a.reach is not None and b.reach is not None:
        reach = _combined(a.reach, b.reach, min(a.reach.value, b.reach.value), "product-rule")
    if a.volume is not None and b.volume is not None:
        volume = _combined(a.volume, b.volume, a.volume.value * b.volume.value, "closed-form")
    if a.betti is not None and b.betti is not None:
        betti = {
            p: tuple(int(x) for x in np.convolve(a.betti[p], b.betti[p]))
            for p in sorted(set(a.betti) & set(b.betti))
        }
    return Claims(
        reach=reach,
        volume=volume,
        betti=betti,
        embedding_dim=embedding_dim,
        optimal_error=_optimal(first, second, reach, embedding_dim),
    )


def _combined(a: Bound, b: Bound, value: float, source: str) -> Bound:
    directions = {a.direction, b.direction}
    certified = a.certified and b.certified
    if directions == {"exact"}:
        return Bound(value, "exact", certified, source)
    if directions <= {"exact", "lower"}:
        return Bound(value, "lower", certified, source)
    if directions <= {"exact", "upper"}:
        return Bound(value, "upper", certified, source)
    return Bound(value, "estimate", False, source if source != "closed-form" else "numerical")


def _optimal(
    first: Manifold,
    second: Manifold,
    reach: Bound | None,
    embedding_dim: int | None,
) -> dict[int, Bound]:
    dim = first.dim + second.dim
    closed = first.closed and second.closed
    last = dim + 1 if closed and (_twisted(first) or _twisted(second)) else dim
    if embedding_dim is not None:
        last = min(last, embedding_dim - 1)
    optimal: dict[int, Bound] = {}
    for m in range(1, last + 1):
        candidates = [
            Bound(bound.value, "lower", bound.certified, "product-bound")
            for bound in (first.claims.error_at(m), second.claims.error_at(m))
            if bound is not None and bound.value > 0 and bound.direction in ("exact", "lower")
        ]
        if closed and reach is not None and reach.holds_from_below():
            key = "kvalheim-sontag-2" if m <= dim else "torsion-argument"
            candidates.append(Bound(reach.value, "lower", True, key))
        if candidates:
            optimal[m] = max(candidates, key=lambda bound: (bound.certified, bound.value))
    return optimal


def _twisted(manifold: Manifold) -> bool:
    """Tell whether a component of full dimension is non-orientable: smaller ones do not count."""
    return any(p.orientable is False and p.dim == manifold.dim for p in manifold.components)
