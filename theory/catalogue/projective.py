"""The real projective plane in R^4."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import exact
from theory.catalogue.parameters import positive, spec
from theory.catalogue.spheres import round_sphere
from theory.cells import OpenCell
from theory.cells.ball import sphere_exp, sphere_log
from theory.chart import Chart
from theory.chart_grid import orthonormal_frames
from theory.manifold import Claims, Manifold
from theory.moved import moved

__all__ = ["projective_plane"]

Array = NDArray[np.float64]
_QUARTER = math.pi / 2


def projective_plane(scale: float = 1.0) -> Manifold:
    """Projective plane in R^4: (xy, xz, y^2 - z^2, 2yz) of unit vectors, times a scale.

    Notes
    -----
    For scale 1. Reach 1/2: for p = f(v), a unit normal n at p and q = f(w), the difference
    |q-p|^2 - n.(q-p) is a quadratic form in w that is 0 at v and positive semidefinite (its
    2 x 2 determinant across v is sin^2 s (1 - 1/(1+3S)) + 3S (1 - cos s)^2, S = y^2 + z^2), so
    every ball of radius 1/2 tangent at p is empty; and the projective lines through the pole
    are circles of radius 1/2.

    e*(2) = e*(3) = 1/2: forgetting the first two coordinates has error |xy, xz| <= 1/2; from
    below by ``torsion-argument`` with the reach. e*(1) = 1: so for the unit circle x = 0, and
    a constant map to the origin has that error.

    The nearest point is that of the least eigenvector of a symmetric 3 x 3 matrix, because the
    squared distance to f(w) is a quadratic form in w.
    """
    s = positive("scale", scale)

    def embed(w: Array) -> Array:
        x, y, z = w.T
        return s * np.stack([x * y, x * z, y * y - z * z, 2 * y * z], axis=1)

    def preimage(points: Array) -> Array:
        a, b, c, d = points.T / s
        form = np.zeros((len(points), 3, 3))
        form[:, 1, 1], form[:, 2, 2] = 1 - 2 * c, 1 + 2 * c
        form[:, 0, 1] = form[:, 1, 0] = -a
        form[:, 0, 2] = form[:, 2, 0] = -b
        form[:, 1, 2] = form[:, 2, 1] = -2 * d
        return np.asarray(np.linalg.eigh(form)[1][:, :, 0])

    def tangents(points: Array) -> Array:
        w = preimage(points)
        x, y, z = w.T
        zero = np.zeros_like(x)
        jacobian = np.stack(
            [
                np.stack([y, x, zero], axis=1),
                np.stack([z, zero, x], axis=1),
                np.stack([zero, 2 * y, -2 * z], axis=1),
                np.stack([zero, 2 * z, 2 * y], axis=1),
            ],
            axis=1,
        )
        return orthonormal_frames(jacobian @ round_sphere(2, 1.0, "").tangents(w))

    def sampler(n: int, rng: np.random.Generator) -> Array:
        # The area element of the sphere is stretched by sqrt(1 + 3 (y^2 + z^2)) <= 2.
        kept: list[Array] = []
        missing = n
        while missing > 0:
            w = rng.standard_normal((2 * missing + 16, 3))
            w /= np.linalg.norm(w, axis=1, keepdims=True)
            element = np.sqrt(1 + 3 * (1 - w[:, 0] ** 2))
            w = w[rng.uniform(0, 2, len(w)) < element][:missing]
            kept.append(w)
            missing -= len(w)
        return embed(np.concatenate(kept))

    equator = moved(round_sphere(1, s, ""), np.eye(4)[:, 2:], name="projective line x = 0")
    return Manifold(
        name=spec("projective-plane", scale=s),
        dim=2,
        ambient_dim=4,
        sampler=sampler,
        tangents=tangents,
        projection=lambda points: embed(preimage(points)),
        orientable=False,
        charts=(
            Chart(
                lambda t, f: (
                    s / 2 * np.sin(2 * t) * np.cos(f),
                    s / 2 * np.sin(2 * t) * np.sin(f),
                    s * np.sin(t) ** 2 * np.cos(2 * f),
                    s * np.sin(t) ** 2 * np.sin(2 * f),
                ),
                (0.0, 0.0),
                (math.pi / 2, 2 * math.pi),
                (False, True),
                stretch=(s, 2 * s),
            ),
        ),
        cycles=(equator,),
        claims=Claims(
            reach=exact(s / 2),
            volume=exact(s * s * (math.pi + 4 * math.pi**2 / (3 * math.sqrt(3)))),
            betti={2: (1, 1, 1), 3: (1, 0, 0)},
            embedding_dim=4,
            optimal_error={
                1: exact(s, "linking-argument"),
                2: exact(s / 2, "kvalheim-sontag-2"),
                3: exact(s / 2, "torsion-argument"),
            },
        ),
        cell=lambda _: _hemisphere(embed, preimage),
    )


def _hemisphere(embed: Callable[[Array], Array], preimage: Callable[[Array], Array]) -> OpenCell:
    """Return the disc of unit vectors with x > 0, by their angle with the first axis."""

    def coordinates(points: Array) -> Array:
        w = preimage(points)
        return sphere_log(w * np.where(w[:, :1] < 0, -1.0, 1.0))

    def point(v: Array) -> Array:
        length = np.linalg.norm(v, axis=1, keepdims=True)
        return embed(sphere_exp(v * (_QUARTER / np.maximum(length, _QUARTER))))

    def area(cosine: float) -> float:
        # Of the unit vectors with 0 <= x <= cosine: 2 pi times the integral of sqrt(4 - 3 x^2).
        root = math.sqrt(4 - 3 * cosine**2)
        turn = math.asin(math.sqrt(3) * cosine / 2)
        return math.pi * (cosine * root + 4 / math.sqrt(3) * turn)

    return OpenCell(
        dim=2,
        coordinates=coordinates,
        point=point,
        depth=lambda v: 1 - np.minimum(np.linalg.norm(v, axis=1) / _QUARTER, 1.0),
        share=lambda t: exact(area(math.sin(_QUARTER * t)) / area(1.0)),
        extent=np.full(2, _QUARTER),
    )
