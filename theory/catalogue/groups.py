"""Rotation groups, as matrices."""

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
    orthogonal_volume,
    poincare,
    unit_turns,
)
from theory.catalogue.parameters import count, spec
from theory.chart import Chart
from theory.manifold import Claims, Manifold

__all__ = ["special_orthogonal"]

Array = NDArray[np.float64]
_LARGEST = 8


def special_orthogonal(n: int = 3) -> Manifold:
    """Rotation group SO(n), as matrices in R^(n x n).

    Notes
    -----
    Reach sqrt 2: near Q the matrices with nearest rotation Q are Q (I + S), S symmetric with the
    two least eigenvalues of I + S positive in sum, and |S| < sqrt 2 is what forces that.

    Optimal errors. n even: the rotations contain a linear sphere of radius sqrt n about 0 (of
    dimension 1, or 3 where 4 divides n), and a constant map to 0 has error sqrt n: e*(m) =
    sqrt n up to that dimension. n odd: the same sphere of n - 1, from below. Otherwise at least
    the reach. SO(3) is RP^3: e*(4) = sqrt 2 by ``cup-product``, and from above because the
    quaternions of a rotation split in two pairs; forgetting what mixes the pairs has error at
    most sqrt 2 and leaves the join of two circles, S^3, which embeds in R^4.
    """
    n = count("n", n, 2, _LARGEST)
    dim = n * (n - 1) // 2

    def sampler(total: int, rng: np.random.Generator) -> Array:
        frames = haar_frames(n, n, total, rng)
        frames[:, :, 0] *= np.linalg.det(frames)[:, None]
        return frames.reshape(total, n * n)

    def projection(points: Array) -> Array:
        return nearest_frames(points.reshape(-1, n, n), rotations=True).reshape(-1, n * n)

    generators = _generators(n) / math.sqrt(2)

    def tangents(points: Array) -> Array:
        turned = np.einsum("xij,gjk->xikg", points.reshape(-1, n, n), generators)
        return np.asarray(turned.reshape(-1, n * n, dim))

    cycle = _sphere_in(n)
    f2 = poincare(range(1, n), dim)
    odd = [4 * i - 1 for i in range(1, (n - 1) // 2 + 1)] + ([n - 1] if n % 2 == 0 else [])
    embedding_dim = {2: 2, 3: 5}.get(n)
    return Manifold(
        name=spec("special-orthogonal", n=n),
        dim=dim,
        ambient_dim=n * n,
        sampler=sampler,
        tangents=tangents,
        projection=projection,
        charts=_charts(n),
        cycles=(cycle,) if n > 2 else (),
        claims=Claims(
            reach=exact(math.sqrt(2)),
            volume=exact(2 ** (dim / 2) * orthogonal_volume(n)),
            betti={2: f2, 3: poincare(odd, dim)},
            embedding_dim=embedding_dim,
            # x^j is not 0 for j below the least power of 2 that is n or more.
            loop_power=2 ** (n - 1).bit_length() - 1 if n > 2 else None,
            optimal_error=_optimal(n, dim, cycle.dim),
        ),
        cell=lambda avoid: cell_of_frames(n, n, avoid, rotations=True),
        retracts=first_column(n, n),
    )


def _generators(n: int) -> Array:
    generators = []
    for i in range(n):
        for j in range(i):
            matrix = np.zeros((n, n))
            matrix[i, j], matrix[j, i] = 1.0, -1.0
            generators.append(matrix)
    return np.array(generators)


def _sphere_in(n: int) -> Manifold:
    even = n - n % 2
    turns = [np.pad(turn, (0, n - even)) for turn in unit_turns(even)]
    centre = np.diag([0.0] * even + [1.0] * (n - even))
    return linear_sphere(turns, centre, "turns in all planes")


def _optimal(n: int, dim: int, sphere_dim: int) -> dict[int, Bound]:
    optimal = {m: at_least(math.sqrt(2), "kvalheim-sontag-2") for m in range(1, dim + 1)}
    for m in range(1, sphere_dim + 1):
        if n % 2 == 0:
            optimal[m] = exact(math.sqrt(n), "linking-argument")
        else:
            optimal[m] = at_least(math.sqrt(n - 1), "linking-argument")
    if n == 3:
        optimal[4] = exact(math.sqrt(2), "cup-product")
    return optimal


def _charts(n: int) -> tuple[Chart, ...]:
    if n == 2:
        circle = Chart(
            lambda t: (np.cos(t), -np.sin(t), np.sin(t), np.cos(t)),
            (0.0,),
            (2 * math.pi,),
            (True,),
            stretch=(math.sqrt(2),),
        )
        return (circle,)
    if n == 3:
        return (euler_chart(3),)
    return ()
