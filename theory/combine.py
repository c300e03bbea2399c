"""Manifolds from manifolds: isometric copies, scalings, disjoint unions, products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold

__all__ = ["disjoint_union", "moved"]

Array = NDArray[np.float64]
_ORTHONORMAL_TOLERANCE = 1e-12


def moved(
    manifold: Manifold,
    linear: Array,
    offset: Array | None = None,
    *,
    scale: float = 1.0,
    name: str | None = None,
) -> Manifold:
    """Return the image under x -> scale * linear @ x + offset.

    Parameters
    ----------
    manifold : Manifold
    linear : array of shape (M, N)
        Orthonormal columns.
    offset : array of shape (M,), optional
    scale : float
        Positive.
    name : str, optional
        By default the name of `manifold`.

    Raises
    ------
    InvalidInput
        If the columns of `linear` are not orthonormal, or `scale` is not positive.
    """
    rotation = np.asarray(linear, dtype=np.float64)
    if rotation.ndim != 2 or rotation.shape[1] != manifold.ambient_dim:
        raise InvalidInput("linear", f"shape {rotation.shape}", f"(M, {manifold.ambient_dim})")
    defect = np.abs(rotation.T @ rotation - np.eye(rotation.shape[1])).max()
    if defect > _ORTHONORMAL_TOLERANCE:
        raise InvalidInput("linear", f"columns off orthonormal by {defect:.1e}", "orthonormal")
    if not (np.isfinite(scale) and scale > 0):
        raise InvalidInput("scale", scale, "a positive number")
    shift = np.zeros(rotation.shape[0]) if offset is None else np.asarray(offset, dtype=float)

    def out(points: Array) -> Array:
        return scale * points @ rotation.T + shift

    def back(points: Array) -> Array:
        return (points - shift) @ rotation / scale

    return replace(
        manifold,
        name=name or manifold.name,
        ambient_dim=rotation.shape[0],
        sampler=lambda n, rng: out(manifold.sampler(n, rng)),
        tangents=lambda x: np.einsum("ij,njk->nik", rotation, manifold.tangents(back(x))),
        projection=lambda x: out(manifold.projection(back(x))),
        charts=tuple(chart.mapped(scale * rotation, shift) for chart in manifold.charts),
        parts=tuple(moved(part, rotation, shift, scale=scale) for part in manifold.parts),
        cycles=tuple(moved(part, rotation, shift, scale=scale) for part in manifold.cycles),
        claims=_scaled_claims(manifold.claims, manifold.dim, scale),
    )


def _scaled_claims(claims: Claims, dim: int, scale: float) -> Claims:
    return replace(
        claims,
        reach=None if claims.reach is None else claims.reach.scaled(scale),
        volume=None if claims.volume is None else claims.volume.scaled(scale**dim),
        optimal_error={m: bound.scaled(scale) for m, bound in claims.optimal_error.items()},
    )


def disjoint_union(
    parts: Sequence[Manifold],
    *,
    name: str,
    gap: float | None = None,
    embedding_dim: int | None = None,
) -> Manifold:
    """Return the union of connected manifolds that do not meet.

    Parameters
    ----------
    parts : sequence of Manifold
        At least two, in the same ambient space.
    name : str
    gap : float, optional
        Smallest distance between two of the parts, where known; without it the reach of the
        union is not claimed.
    embedding_dim : int, optional
        Smallest embedding dimension of the union; by default, where every part is closed and
        embeds in codimension 0 of nothing smaller, the largest of the parts'.

    Notes
    -----
    Reach by ``union-rule``; the optimal error is at least the largest of the parts'.
    """
    if len(parts) < 2:
        raise InvalidInput("parts", len(parts), "at least two manifolds")
    ambient = parts[0].ambient_dim
    for part in parts:
        if part.ambient_dim != ambient:
            raise InvalidInput("parts", part.name, f"ambient dimension {ambient}")
        if part.parts:
            raise InvalidInput("parts", part.name, "connected parts")
    dim = max(part.dim for part in parts)
    volumes = [_volume(part) if part.dim == dim else 0.0 for part in parts]
    weights = np.array(volumes) / sum(volumes)

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

    charts: list[Chart] = []
    for part in parts:
        charts.extend(part.charts if part.dim == dim else ())
    return Manifold(
        name=name,
        dim=dim,
        ambient_dim=ambient,
        sampler=sampler,
        tangents=tangents,
        projection=lambda x: nearest(x)[0],
        boundary=any(part.boundary for part in parts),
        orientable=None
        if any(part.orientable is None for part in parts)
        else all(part.orientable for part in parts),
        charts=tuple(charts) if all(part.charts for part in parts) else (),
        parts=tuple(parts),
        cycles=tuple(cycle for part in parts for cycle in part.cycles),
        claims=_union_claims(parts, dim, sum(volumes), gap, embedding_dim),
    )


def _volume(part: Manifold) -> float:
    if part.claims.volume is None:
        raise InvalidInput("parts", part.name, "parts of known volume")
    return part.claims.volume.value


def _union_claims(
    parts: Sequence[Manifold],
    dim: int,
    volume: float,
    gap: float | None,
    embedding_dim: int | None,
) -> Claims:
    reaches = [part.claims.reach for part in parts]
    reach = None
    known = [r.value for r in reaches if r is not None and r.direction == "exact"]
    if gap is not None and len(known) == len(parts):
        reach = Bound(min(*known, gap / 2), "exact", True, "union-rule")
    betti = None
    if all(part.claims.betti is not None for part in parts):
        betti = {
            p: tuple(sum(_padded(part, p, dim)[j] for part in parts) for j in range(dim + 1))
            for p in (2, 3)
        }
    optimal: dict[int, Bound] = {}
    for m in sorted({m for part in parts for m in part.claims.optimal_error}):
        value = max(
            part.claims.optimal_error[m].value for part in parts if m in part.claims.optimal_error
        )
        optimal[m] = Bound(value, "lower", True, "homotopy-argument")
    return Claims(
        reach=reach,
        volume=Bound(volume, "exact", True, "closed-form"),
        betti=betti,
        embedding_dim=embedding_dim,
        optimal_error=optimal,
    )


def _padded(part: Manifold, p: int, dim: int) -> tuple[int, ...]:
    assert part.claims.betti is not None
    numbers = part.claims.betti[p]
    return numbers + (0,) * (dim + 1 - len(numbers))
