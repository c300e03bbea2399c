"""Stiefel manifolds: orthonormal frames, as matrices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.bounds import at_least, exact
from theory.catalogue.matrices import (
    cell_of_frames,
    euler_chart,
    first_column,
    haar_frames,
    linear_sphere,
    nearest_frames,
    poincare,
    unit_turns,
)
from theory.catalogue.parameters import count, spec
from theory.catalogue.spheres import round_sphere
from theory.chart import Chart
from theory.manifold import Claims, Manifold

__all__ = ["stiefel"]

Array = NDArray[np.float64]
_LARGEST = 8


def stiefel(n: int = 4, p: int = 2) -> Manifold:
    """Stiefel manifold V(n, p), p < n: orthonormal p-frames as matrices in R^(n x p).

    Notes
    -----
    Reach 1: the matrices with nearest frame X are X (I + S), S symmetric, I + S positive, and
    |S| < 1 is what forces that.

    Optimal errors: V(n, p) contains a linear sphere of radius sqrt p about 0, of dimension 1, or
    3 where p <= 4 floor(n/4), or n - 1 where p = 1, and a constant map to 0 has error sqrt p:
    e*(m) = sqrt p up to that dimension. Otherwise at least the reach; for p = 2 and m >= n it
    is 1, forgetting the second vector. V(3, 2) is RP^3: e*(4) = 1 by ``cup-product``.
    """
    n = count("n", n, 2, _LARGEST)
    p = count("p", p, 1, n - 1)
    dim = n * p - p * (p + 1) // 2

    def projection(points: Array) -> Array:
        return nearest_frames(points.reshape(-1, n, p)).reshape(-1, n * p)

    def tangents(points: Array) -> Array:
        frames = points.reshape(-1, n, p)
        outside = np.linalg.qr(frames, mode="complete")[0][:, :, p:]
        columns = []
        for i in range(p):
            for j in range(i):
                turn = np.zeros_like(frames)
                turn[:, :, j], turn[:, :, i] = frames[:, :, i], -frames[:, :, j]
                columns.append(turn / math.sqrt(2))
            for k in range(n - p):
                tilt = np.zeros_like(frames)
                tilt[:, :, i] = outside[:, :, k]
                columns.append(tilt)
        return np.stack([c.reshape(-1, n * p) for c in columns], axis=2)

    spheres = [2 * math.pi ** ((j + 1) / 2) / math.gamma((j + 1) / 2) for j in range(n - p, n)]
    cycle = _sphere_in(n, p)
    known = {(3, 2): 5, (4, 2): 6}
    return Manifold(
        name=spec("stiefel", n=n, p=p),
        dim=dim,
        ambient_dim=n * p,
        sampler=lambda total, rng: haar_frames(n, p, total, rng).reshape(total, n * p),
        tangents=tangents,
        projection=projection,
        charts=_charts(n, p),
        cycles=(cycle,) if p > 1 else (),
        claims=Claims(
            reach=exact(1.0),
            volume=exact(2 ** (p * (p - 1) / 4) * math.prod(spheres)),
            betti={2: poincare(range(n - p, n), dim), 3: poincare(_rational(n, p), dim)},
            embedding_dim=n if p == 1 else known.get((n, p)),
            loop_power=3 if (n, p) == (3, 2) else None,
            optimal_error=_optimal(n, p, dim, n - 1 if p == 1 else cycle.dim),
        ),
        cell=lambda avoid: cell_of_frames(n, p, avoid),
        retracts=first_column(n, p) if p > 1 else (),
    )


def _charts(n: int, p: int) -> tuple[Chart, ...]:
    if p == 1:
        return round_sphere(n - 1, 1.0, "").charts
    return (euler_chart(2),) if (n, p) == (3, 2) else ()


def _rational(n: int, p: int) -> list[int]:
    # Spheres of dimensions n-p..n-1: S^(2j-1) and S^(2j) together leave degree 4j - 1 once 2 is
    # inverted; there is no other torsion.
    degrees = []
    for d in range(n - p, n):
        if d % 2 == 0:
            degrees.append(2 * d - 1 if d - 1 >= n - p else d)
        elif d + 1 >= n:
            degrees.append(d)
    return degrees


def _sphere_in(n: int, p: int) -> Manifold:
    four = 4 * (n // 4)
    size = four if four and p <= four else n - n % 2
    turns = [np.pad(turn, ((0, n - size), (0, 0)))[:, :p] for turn in unit_turns(size)]
    return linear_sphere(turns, np.zeros((n, p)), "turns of a frame")


def _optimal(n: int, p: int, dim: int, sphere_dim: int) -> dict[int, Bound]:
    optimal = {m: at_least(1.0, "kvalheim-sontag-2") for m in range(1, dim + 1)}
    if p == 2:
        for m in range(n, dim + 1):
            optimal[m] = exact(1.0, "kvalheim-sontag-2")
    if (n, p) == (3, 2):
        optimal[4] = exact(1.0, "cup-product")
    for m in range(1, sphere_dim + 1):
        optimal[m] = exact(math.sqrt(p), "linking-argument")
    return optimal
