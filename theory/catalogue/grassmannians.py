"""Grassmannians, as orthogonal projectors."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.bounds import at_least, exact
from theory.catalogue.matrices import (
    haar_frames,
    linear_sphere,
    nearest_projectors,
    orthogonal_volume,
)
from theory.catalogue.parameters import count, spec
from theory.catalogue.spheres import polar
from theory.cells.pairs import pair_cut, pair_matrices, planes_from_pairs
from theory.cells.planes import plane_cell
from theory.chart import Chart
from theory.manifold import Claims, Manifold
from theory.retract import Retract

__all__ = ["grassmannian", "projective_plane_projectors"]

Array = NDArray[np.float64]
_LARGEST = 8
_REACH = math.sqrt(0.5)


def projective_plane_projectors() -> Manifold:
    """Projective plane as the projectors of rank 1 in R^9; see grassmannian."""
    return replace(grassmannian(n=3, k=1), name="projective-plane-projectors")


def grassmannian(n: int = 4, k: int = 2) -> Manifold:
    """Grassmannian Gr(k, n) of k-planes in R^n, as orthogonal projectors in R^(n x n).

    Notes
    -----
    Reach 1/sqrt 2: a symmetric matrix P + N with N in the normal space (blocks A, B along P)
    has nearest projector P as long as the eigenvalues of I + A exceed those of B, and
    |N| < 1/sqrt 2 is what forces that.

    Optimal errors: at least the reach for m <= dim, and for m = dim + 1 where n is odd
    (non-orientable). With j = min(k, n - k), the projectors contain a linear sphere of radius
    sqrt(j/2), of dimension 2 if j is even and 1 if odd; for n = 2k its centre is I/2, sqrt(k/2)
    away from all of Gr(k, n), and e*(m) = sqrt(k/2) up to that dimension. Gr(1, 3), Gr(1, 4):
    split R^n in R^2 and the rest; forgetting what mixes them has error at most 1/sqrt 2, and
    leaves a disc or the join S^3 of two circles: e*(2) = e*(3) = 1/sqrt 2 for the projective
    plane, e*(4) = 1/sqrt 2 for RP^3 (from below by ``cup-product``).
    """
    n = count("n", n, 2, _LARGEST)
    k = count("k", k, 1, n - 1)
    dim = k * (n - k)

    def split(points: Array) -> tuple[Array, Array]:
        matrices = points.reshape(-1, n, n)
        _, vectors = np.linalg.eigh((matrices + matrices.transpose(0, 2, 1)) / 2)
        return vectors[:, :, n - k :], vectors[:, :, : n - k]

    def from_frames(frames: Array) -> Array:
        return np.asarray((frames @ frames.transpose(0, 2, 1)).reshape(-1, n * n))

    def projection(points: Array) -> Array:
        matrices = points.reshape(-1, n, n)
        symmetric = (matrices + matrices.transpose(0, 2, 1)) / 2
        return nearest_projectors(symmetric, k).reshape(-1, n * n)

    def tangents(points: Array) -> Array:
        inside, outside = split(points)
        tilt = np.einsum("xia,xjb->xijab", inside, outside)
        tilt = (tilt + tilt.transpose(0, 2, 1, 3, 4)) / math.sqrt(2)
        return np.asarray(tilt.reshape(-1, n * n, dim))

    cycle = _sphere_in(n, k)
    embedding_dim = {2: 2, 3: 4, 4: 5}.get(n) if min(k, n - k) == 1 else None
    volume = orthogonal_volume(n) / (2 * orthogonal_volume(k) * orthogonal_volume(n - k))
    return Manifold(
        name=spec("grassmannian", n=n, k=k),
        dim=dim,
        ambient_dim=n * n,
        sampler=lambda total, rng: from_frames(haar_frames(n, k, total, rng)),
        tangents=tangents,
        projection=projection,
        orientable=n % 2 == 0,
        charts=_charts(n) if k == 1 else (),
        cycles=(cycle,) if n > 2 else (),
        claims=Claims(
            reach=exact(_REACH),
            volume=exact(2 ** (dim / 2) * volume),
            betti={2: _gaussian_binomial(n, k, 1, dim), 3: _rational(n, k, dim)},
            embedding_dim=embedding_dim,
            loop_power=n - 1 if min(k, n - k) == 1 else None,
            optimal_error=_optimal(n, k, dim, cycle.dim),
        ),
        cell=lambda avoid: plane_cell(n, k, avoid),
        pairs=pair_cut if (n, k) == (4, 2) else None,
        retracts=_to_projective_planes() if (n, k) == (4, 2) else (),
    )


def _to_projective_planes() -> tuple[Retract, ...]:
    """Return the retractions of the pairs ±(x, y) of points of S^2 to ±x, and to ±y."""
    plane = projective_plane_projectors()

    def first(points: Array) -> Array:
        matrices = pair_matrices(points)
        return np.asarray((matrices @ matrices.transpose(0, 2, 1)).reshape(-1, 9))

    def second(points: Array) -> Array:
        matrices = pair_matrices(points)
        return np.asarray((matrices.transpose(0, 2, 1) @ matrices).reshape(-1, 9))

    def diagonal(projectors: Array) -> Array:
        x = np.linalg.eigh(projectors.reshape(-1, 3, 3))[1][:, :, 2]
        return planes_from_pairs(np.concatenate([x, x], axis=1))

    names = ("xx' of its pair ±(x, y)", "yy' of its pair ±(x, y)")
    return tuple(
        Retract(name, plane, map, diagonal)
        for name, map in zip(names, (first, second), strict=True)
    )


def _optimal(n: int, k: int, dim: int, sphere_dim: int) -> dict[int, Bound]:
    j = min(k, n - k)
    optimal = {m: at_least(_REACH, "kvalheim-sontag-2") for m in range(1, dim + 1)}
    if n % 2:
        optimal[dim + 1] = at_least(_REACH, "torsion-argument")
    for m in range(1, sphere_dim + 1):
        value = math.sqrt(j / 2)
        whole = n == 2 * k
        optimal[m] = (exact if whole else at_least)(value, "linking-argument")
    if j == 1 and n == 3:
        optimal[2] = exact(_REACH, "kvalheim-sontag-2")
        optimal[3] = exact(_REACH, "torsion-argument")
    if j == 1 and n == 4:
        optimal[4] = exact(_REACH, "cup-product")
    return optimal


def _sphere_in(n: int, k: int) -> Manifold:
    j = min(k, n - k)
    identity, flip = np.eye(j), np.array([[0.0, 1.0], [1.0, 0.0]])
    turns = [np.kron(np.diag([1.0, -1.0]), identity), np.kron(flip, identity)]
    if j % 2 == 0:
        turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        turns.append(np.kron(turn, np.kron(np.eye(j // 2), turn)))
    padded = [np.pad(0.5 * t, (0, n - 2 * j)) for t in turns]
    centre = np.diag([0.5] * (2 * j) + [1.0] * (k - j) + [0.0] * (n - k - j))
    return linear_sphere(padded, centre, "turning planes")


def _gaussian_binomial(n: int, k: int, step: int, dim: int) -> tuple[int, ...]:
    """Return the Gaussian binomial in t^step as coefficients of degree 0..dim."""
    rows: list[list[int]] = [[1] + [0] * dim] + [[0] * (dim + 1) for _ in range(k)]
    for total in range(1, n + 1):
        # [total, i] = [total - 1, i - 1] + q^i [total - 1, i]
        fresh = [rows[0]]
        for i in range(1, k + 1):
            shifted = ([0] * (i * step) + rows[i])[: dim + 1]
            fresh.append([x + y for x, y in zip(rows[i - 1], shifted, strict=True)])
        rows = fresh
        if total < k:
            for i in range(total + 1, k + 1):
                rows[i] = [0] * (dim + 1)
    return tuple(rows[k])


def _rational(n: int, k: int, dim: int) -> tuple[int, ...]:
    # All torsion has order 2, so these are the Betti numbers over F3 as well.
    if n % 2 == 0 and k % 2 == 1:
        base = _gaussian_binomial(n // 2 - 1, (k - 1) // 2, 4, dim)
        moved = ((0,) * (n - 1) + base)[: dim + 1]
        return tuple(x + y for x, y in zip(base, moved, strict=True))
    return _gaussian_binomial(n // 2, k // 2, 4, dim)


def _charts(n: int) -> tuple[Chart, ...]:
    vector = polar(n - 1, 1.0)

    def image(*angles: Array) -> list[Array]:
        v = vector(*angles)
        return [x * y for x in v for y in v]

    # Half the sphere: one vector of each pair. |d(vv')| = sqrt 2 |dv|.
    chart = Chart(
        image,
        (0.0,) * (n - 1),
        (math.pi,) * (n - 1),
        (n == 2,) + (False,) * (n - 2),
        stretch=(math.sqrt(2),) * (n - 1),
    )
    return (chart,)
