"""What the matrix manifolds share: Haar samples, volumes, Poincaré polynomials, round spheres."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.spheres import round_sphere
from theory.manifold import Manifold
from theory.moved import moved

__all__ = ["haar_frames", "linear_sphere", "orthogonal_volume", "poincare", "unit_turns"]

Array = NDArray[np.float64]


def haar_frames(n: int, p: int, count: int, rng: np.random.Generator) -> Array:
    """Draw orthonormal p-frames (count, n, p) in R^n, invariant under rotations."""
    q, r = np.linalg.qr(rng.standard_normal((count, n, p)))
    signs = np.where(np.diagonal(r, axis1=1, axis2=2) < 0, -1.0, 1.0)
    return np.asarray(q * signs[:, None, :])


def orthogonal_volume(n: int) -> float:
    """Return the volume of SO(n) in the metric where the rotation generators are unit vectors."""
    spheres = [2 * math.pi ** ((j + 1) / 2) / math.gamma((j + 1) / 2) for j in range(1, n)]
    return float(math.prod(spheres))


def poincare(degrees: Iterable[int], dim: int) -> tuple[int, ...]:
    """Return the coefficients 0..dim of the product of (1 + t^d) over the degrees."""
    total = np.ones(1, dtype=int)
    for degree in degrees:
        factor = np.zeros(degree + 1, dtype=int)
        factor[0] += 1
        factor[degree] += 1
        total = np.convolve(total, factor)
    return tuple(int(c) for c in np.pad(total, (0, dim + 1 - len(total))))


def unit_turns(n: int) -> list[Array]:
    """Return orthogonal n x n matrices whose unit combinations are again orthogonal.

    Four of them (the unit quaternions) where 4 divides n, two (a turn in each plane) where 2
    does: a linear sphere of dimension 3 or 1 in the orthogonal group.
    """
    if n % 4 == 0:
        i = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]])
        j = np.array([[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]])
        return [np.kron(np.eye(n // 4), block) for block in (np.eye(4), i, j, i @ j)]
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    return [np.eye(n), np.kron(np.eye(n // 2), turn)]


def linear_sphere(directions: list[Array], centre: Array, name: str) -> Manifold:
    """Return the round sphere of the unit combinations of orthogonal matrices of equal norm."""
    columns = np.stack([matrix.ravel() for matrix in directions], axis=1)
    radius = float(np.linalg.norm(columns[:, 0]))
    sphere = round_sphere(len(directions) - 1, radius, name)
    return moved(sphere, columns / radius, centre.ravel(), name=name)
