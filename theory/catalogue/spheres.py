"""Round spheres of every dimension."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.parameters import count, positive, spec
from theory.chart import Chart
from theory.manifold import Claims, Manifold

__all__ = ["sphere"]

Array = NDArray[np.float64]
_LARGEST_DIM = 16


def sphere(dim: int = 2, R: float = 1.0, *, name: str | None = None) -> Manifold:
    """Sphere of dimension dim and radius R in R^(dim+1)."""
    k = count("dim", dim, 1, _LARGEST_DIM)
    R = positive("R", R)

    def sampler(n: int, rng: np.random.Generator) -> Array:
        return projection(rng.standard_normal((n, k + 1)))

    def projection(points: Array) -> Array:
        norms = np.linalg.norm(points, axis=1, keepdims=True)
        # The centre is equally near to every point; any of them will do.
        pole = np.eye(k + 1)[0]
        return np.asarray(R * np.where(norms > 0, points / np.where(norms > 0, norms, 1), pole))

    def tangents(points: Array) -> Array:
        return _orthogonal_complement(points / R)

    volume = 2 * math.pi ** ((k + 1) / 2) / math.gamma((k + 1) / 2) * R**k
    betti = (1, *([0] * (k - 1)), 1)
    return Manifold(
        name=name or spec("sphere", dim=k, R=R),
        dim=k,
        ambient_dim=k + 1,
        sampler=sampler,
        tangents=tangents,
        projection=projection,
        charts=(
            Chart(
                _polar(k, R),
                (0.0,) * k,
                (math.pi,) * (k - 1) + (2 * math.pi,),
                (False,) * (k - 1) + (True,),
                stretch=(R,) * k,
            ),
        ),
        claims=Claims(
            reach=Bound(R, "exact", True, "closed-form"),
            volume=Bound(volume, "exact", True, "closed-form"),
            betti={2: betti, 3: betti},
            embedding_dim=k + 1,
            optimal_error={m: Bound(R, "exact", True, "closed-form") for m in range(1, k + 1)},
        ),
    )


def _polar(k: int, R: float) -> Callable[..., Sequence[Any]]:
    def polar(*angles: Any) -> list[Any]:
        columns: list[Any] = []
        factor: Any = R
        for angle in angles:
            columns.append(factor * np.cos(angle))
            factor = factor * np.sin(angle)
        columns.append(factor)
        return columns

    return polar


def _orthogonal_complement(units: Array) -> Array:
    """Return frames (n, k+1, k) orthonormal to unit vectors (n, k+1), by a reflection."""
    n, width = units.shape
    # The Householder reflection that takes -+e_0 to u takes e_1.. to a frame of the complement.
    sign = np.where(units[:, 0] >= 0, 1.0, -1.0)
    mirror = units.copy()
    mirror[:, 0] += sign
    mirror /= np.linalg.norm(mirror, axis=1, keepdims=True)
    identity = np.broadcast_to(np.eye(width)[:, 1:], (n, width, width - 1))
    return np.asarray(identity - 2 * mirror[:, :, None] * mirror[:, None, 1:])
