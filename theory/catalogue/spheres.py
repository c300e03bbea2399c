"""Round spheres of every dimension, and a sphere seen through noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import exact
from theory.catalogue.parameters import count, nonnegative, positive, spec
from theory.cells.ball import sphere_cell
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold

__all__ = ["noisy_sphere", "polar", "round_sphere", "sphere"]

Array = NDArray[np.float64]
_LARGEST_DIM = 16


def sphere(dim: int = 2, R: float = 1.0) -> Manifold:
    """Sphere of dimension dim and radius R in R^(dim+1).

    Notes
    -----
    e*(m) = R for m <= dim: the class of degree dim dies where the offsets reach the centre, and
    a constant map to the centre has that error.
    """
    k, R = count("dim", dim, 1, _LARGEST_DIM), positive("R", R)
    return round_sphere(k, R, spec("sphere", dim=k, R=R))


def noisy_sphere(dim: int = 2, R: float = 1.0, noise: float = 0.05) -> Manifold:
    """Sphere whose samples are off it by up to noise along the normal, uniformly.

    The record is the sphere's; `Manifold.noise` says how far samples may lie from it.
    """
    k, R, nu = count("dim", dim, 1, _LARGEST_DIM), positive("R", R), nonnegative("noise", noise)
    if nu >= R:
        raise InvalidInput("noise", nu, f"less than R = {R:g}")
    clean = round_sphere(k, R, spec("noisy-sphere", dim=k, R=R, noise=nu))

    def sampler(n: int, rng: np.random.Generator) -> Array:
        points = clean.sampler(n, rng)
        return points * (1 + rng.uniform(-nu, nu, (n, 1)) / R)

    return replace(clean, sampler=sampler, noise=nu)


def round_sphere(k: int, R: float, name: str) -> Manifold:
    """Return the sphere of dimension k and radius R about the origin, under a name."""

    def sampler(n: int, rng: np.random.Generator) -> Array:
        return projection(rng.standard_normal((n, k + 1)))

    def projection(points: Array) -> Array:
        norms = np.linalg.norm(points, axis=1, keepdims=True)
        # The centre is equally near to every point; any of them will do.
        pole = np.eye(k + 1)[0]
        return np.asarray(R * np.where(norms > 0, points / np.where(norms > 0, norms, 1), pole))

    def tangents(points: Array) -> Array:
        return _orthogonal_complement(points / np.linalg.norm(points, axis=1, keepdims=True))

    volume = 2 * math.pi ** ((k + 1) / 2) / math.gamma((k + 1) / 2) * _power(R, k)
    betti = (1, *([0] * (k - 1)), 1)
    return Manifold(
        name=name,
        dim=k,
        ambient_dim=k + 1,
        sampler=sampler,
        tangents=tangents,
        projection=projection,
        charts=(
            Chart(
                polar(k, R),
                (0.0,) * k,
                (math.pi,) * (k - 1) + (2 * math.pi,),
                (False,) * (k - 1) + (True,),
                stretch=(R,) * k,
            ),
        ),
        claims=Claims(
            reach=exact(R),
            volume=exact(volume),
            betti={2: betti, 3: betti},
            embedding_dim=k + 1,
            optimal_error={m: exact(R, "linking-argument") for m in range(1, k + 1)},
        ),
        cell=lambda avoid: sphere_cell(k, R, avoid),
    )


def _power(R: float, k: int) -> float:
    # Too large a number is refused where the volume is claimed.
    return math.inf if k * math.log10(R) > 300 else R**k


def polar(k: int, R: float) -> Callable[..., Sequence[Any]]:
    """Return polar coordinates of the k-sphere of radius R; the last angle is the azimuth."""

    def image(*angles: Any) -> list[Any]:
        columns: list[Any] = []
        factor: Any = R
        for angle in angles:
            columns.append(factor * np.cos(angle))
            factor = factor * np.sin(angle)
        columns.append(factor)
        return columns

    return image


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
