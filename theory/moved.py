"""Isometric copies and scalings of a manifold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from theory.cells import moved_cell, moved_cut
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold, as_manifold
from theory.retract import Retract

__all__ = ["moved"]

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
        If the columns of `linear` are not orthonormal, `offset` has the wrong length, or
        `scale` is not positive.
    """
    as_manifold("manifold", manifold)
    rotation = np.asarray(linear, dtype=np.float64)
    if rotation.ndim != 2 or rotation.shape[1] != manifold.ambient_dim:
        raise InvalidInput("linear", f"shape {rotation.shape}", f"(M, {manifold.ambient_dim})")
    defect = np.abs(rotation.T @ rotation - np.eye(rotation.shape[1])).max()
    if defect > _ORTHONORMAL_TOLERANCE:
        raise InvalidInput("linear", f"columns off orthonormal by {defect:.1e}", "orthonormal")
    if not (isinstance(scale, Real) and np.isfinite(scale) and scale > 0):
        raise InvalidInput("scale", scale, "a positive number")
    shift = np.zeros(rotation.shape[0]) if offset is None else np.asarray(offset, dtype=float)
    if shift.shape != rotation.shape[:1] or not np.isfinite(shift).all():
        raise InvalidInput("offset", shift, f"{rotation.shape[0]} finite numbers")

    def out(points: Array) -> Array:
        return scale * points @ rotation.T + shift

    def back(points: Array) -> Array:
        return (points - shift) @ rotation / scale

    make, pair = manifold.cell, manifold.pairs
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
        noise=manifold.noise * scale,
        retracts=tuple(_moved_retract(each, out, back) for each in manifold.retracts),
        cell=None if make is None else lambda avoid: moved_cell(make(back(avoid)), out, back),
        pairs=None if pair is None else lambda avoid: moved_cut(pair(back(avoid)), out, back),
    )


def _moved_retract(
    retract: Retract, out: Callable[[Array], Array], back: Callable[[Array], Array]
) -> Retract:
    return replace(
        retract, map=lambda x: retract.map(back(x)), section=lambda y: out(retract.section(y))
    )


def _scaled_claims(claims: Claims, dim: int, scale: float) -> Claims:
    return replace(
        claims,
        reach=None if claims.reach is None else claims.reach.scaled(scale),
        volume=None if claims.volume is None else claims.volume.scaled(scale**dim),
        optimal_error={m: bound.scaled(scale) for m, bound in claims.optimal_error.items()},
    )
