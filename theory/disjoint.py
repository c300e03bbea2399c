"""Disjoint unions of manifolds, and what is known of them from their parts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold, as_manifold

__all__ = ["disjoint_union"]

Array = NDArray[np.float64]
_GAP_POINTS = 64
_ROUNDING = 1e-9


def disjoint_union(
    parts: Sequence[Manifold], *, name: str = "union", gap: float | None = None
) -> Manifold:
    """Return the union of manifolds that do not meet.

    Parameters
    ----------
    parts : sequence of Manifold
        At least two, in the same ambient space. Where their dimensions differ, the union has
        the largest, points are drawn from the parts of that dimension alone, and the frames of
        the others are filled up with zero columns.
    name : str
    gap : float, optional
        Smallest distance between two of the parts, where known; without it the reach of the
        union is not claimed.

    Raises
    ------
    InvalidInput
        If there are fewer than two parts, their ambient spaces differ, a volume is missing, or
        the gap is not positive or larger than the distance of some point to another part.

    Notes
    -----
    Reach by ``union-rule``. Optimal errors and embedding dimension by ``side-by-side``: the
    largest of the parts'.
    """
    if len(parts) < 2:
        raise InvalidInput("parts", len(parts), "at least two manifolds")
    if gap is not None and not (math.isfinite(gap) and gap > 0):
        raise InvalidInput("gap", gap, "a positive number")
    for index, part in enumerate(parts):
        as_manifold(f"parts[{index}]", part)
    ambient = parts[0].ambient_dim
    for part in parts:
        if part.ambient_dim != ambient:
            raise InvalidInput("parts", part.name, f"ambient dimension {ambient}")
    if gap is not None:
        _check_gap(parts, gap)
    claims = _union_claims(parts, gap)
    dim = max(part.dim for part in parts)
    volumes = np.array([_volume(part).value if part.dim == dim else 0.0 for part in parts])
    weights = volumes / volumes.sum()

    def sampler(n: int, rng: np.random.Generator) -> Array:
        counts = rng.multinomial(n, weights)
        points = np.concatenate(
            [part.sampler(int(c), rng) for part, c in zip(parts, counts, strict=True) if c]
        )
        return points[rng.permutation(n)]

    def nearest(points: Array) -> tuple[Array, NDArray[np.intp]]:
        images = np.stack([part.projection(points) for part in parts])
        choice = np.argmin(np.linalg.norm(images - points, axis=2), axis=0)
        return images[choice, np.arange(len(points))], choice

    def tangents(points: Array) -> Array:
        _, choice = nearest(points)
        frames = np.zeros((len(points), ambient, dim))
        for index, part in enumerate(parts):
            rows = choice == index
            if rows.any():
                frames[rows, :, : part.dim] = part.tangents(points[rows])
        return frames

    charts = tuple(chart for part in parts if part.dim == dim for chart in part.charts)
    return Manifold(
        name=name,
        dim=dim,
        ambient_dim=ambient,
        sampler=sampler,
        tangents=tangents,
        projection=lambda x: nearest(x)[0],
        boundary=any(part.boundary for part in parts),
        orientable=_every(part.orientable for part in parts),
        charts=charts if all(part.charts for part in parts) else (),
        parts=tuple(component for part in parts for component in part.components),
        cycles=tuple(cycle for part in parts for cycle in part.cycles),
        claims=claims,
        noise=max(part.noise for part in parts),
    )


def _check_gap(parts: Sequence[Manifold], gap: float) -> None:
    """Raise where sampled points of one part are nearer to another than the gap."""
    for i, part in enumerate(parts):
        points = part.projection(part.sampler(_GAP_POINTS, np.random.default_rng(i)))
        for other in (*parts[:i], *parts[i + 1 :]):
            near = float(np.linalg.norm(points - other.projection(points), axis=1).min())
            if near < gap * (1 - _ROUNDING):
                said = f"at most {near:.6g}: so near is a point of {part.name} to {other.name}"
                raise InvalidInput("gap", gap, said)


def _every(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def _volume(part: Manifold) -> Bound:
    if part.claims.volume is None:
        raise InvalidInput("parts", part.name, "parts of known volume")
    return part.claims.volume


def _union_claims(parts: Sequence[Manifold], gap: float | None) -> Claims:
    dim = max(part.dim for part in parts)
    betti = None
    if all(part.claims.betti is not None for part in parts):
        fields = set.intersection(*(set(part.claims.betti or ()) for part in parts))
        betti = {
            p: tuple(sum(_betti(part, p, j) for part in parts) for j in range(dim + 1))
            for p in sorted(fields)
        }
    dims = [part.claims.embedding_dim for part in parts]
    known_dims = [d for d in dims if d is not None]
    embedding_dim = max(known_dims) if len(known_dims) == len(parts) else None
    degrees = {m for part in parts for m in part.claims.optimal_error}
    found = {
        m: _largest([part.claims.error_at(m) for part in parts])
        for m in sorted(degrees)
        if embedding_dim is None or m < embedding_dim
    }
    optimal = {m: bound for m, bound in found.items() if bound is not None}
    volumes = [_volume(part) for part in parts if part.dim == dim]
    exact = all(v.direction == "exact" and v.certified for v in volumes)
    return Claims(
        reach=_reach(parts, gap),
        volume=Bound(
            sum(v.value for v in volumes),
            "exact" if exact else "estimate",
            exact,
            "closed-form" if exact else "numerical",
        ),
        betti=betti,
        embedding_dim=embedding_dim,
        optimal_error=optimal,
    )


def _reach(parts: Sequence[Manifold], gap: float | None) -> Bound | None:
    known = [part.claims.reach for part in parts if part.claims.reach is not None]
    if gap is None or len(known) < len(parts):
        return None
    value = min(*(reach.value for reach in known), gap / 2)
    directions = {reach.direction for reach in known}
    certified = all(reach.certified for reach in known)
    if directions == {"exact"}:
        return Bound(value, "exact", certified, "union-rule")
    if directions <= {"exact", "lower"}:
        return Bound(value, "lower", certified, "union-rule")
    return Bound(value, "estimate", False, "union-rule")


def _largest(bounds: Sequence[Bound | None]) -> Bound | None:
    """Return the largest of the parts' optimal errors, or the best bound from below."""
    known = [b for b in bounds if b is not None and b.direction in ("exact", "lower")]
    if not known:
        return None
    if len(known) == len(bounds) and all(b.direction == "exact" for b in known):
        certified = all(b.certified for b in known)
        return Bound(max(b.value for b in known), "exact", certified, "side-by-side")
    best = max(known, key=lambda bound: (bound.certified, bound.value))
    return Bound(best.value, "lower", best.certified, best.source)


def _betti(part: Manifold, p: int, degree: int) -> int:
    assert part.claims.betti is not None
    numbers = part.claims.betti[p]
    return numbers[degree] if degree < len(numbers) else 0
