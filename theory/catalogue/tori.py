"""Tori: of revolution in space, and flat in R^4."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import exact
from theory.catalogue.parameters import positive, spec
from theory.catalogue.spheres import round_sphere
from theory.catalogue.turns import turn_about_axis
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.moved import moved
from theory.retract import Retract

__all__ = ["flat_torus", "torus"]

Array = NDArray[np.float64]
_BETTI = {2: (1, 2, 1), 3: (1, 2, 1)}


def torus(R: float = 2.0, r: float = 1.0) -> Manifold:
    """Torus of revolution in space: radius R to the centre of the tube, r of the tube.

    Notes
    -----
    e*(2) = r: the torus encloses the core circle, r away, and collapsing the tube to it, which
    embeds in the plane, has that error. e*(1) = R + r: so for the outer circle, and a constant
    map to the centre has that error.
    """
    R, r = positive("R", R), positive("r", r)
    if r >= R:
        raise InvalidInput("r", r, f"less than R = {R:g}")

    def embed(u: Array, v: Array) -> Array:
        ring = R + r * np.cos(v)
        return np.stack([ring * np.cos(u), ring * np.sin(u), r * np.sin(v)], axis=1)

    def angles(points: Array) -> tuple[Array, Array]:
        u = np.arctan2(points[:, 1], points[:, 0])
        v = np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]) - R)
        return u, v

    def sampler(n: int, rng: np.random.Generator) -> Array:
        # Rejection: the volume element r (R + r cos v) is at most r (R + r).
        kept: list[Array] = []
        missing = n
        while missing > 0:
            v = rng.uniform(0, 2 * math.pi, 2 * missing + 16)
            v = v[rng.uniform(0, R + r, len(v)) < R + r * np.cos(v)][:missing]
            kept.append(v)
            missing -= len(v)
        return embed(rng.uniform(0, 2 * math.pi, n), np.concatenate(kept))

    def tangents(points: Array) -> Array:
        u, v = angles(points)
        zero = np.zeros_like(u)
        along = np.stack([-np.sin(u), np.cos(u), zero], axis=1)
        around = np.stack([-np.sin(v) * np.cos(u), -np.sin(v) * np.sin(u), np.cos(v)], axis=1)
        return np.stack([along, around], axis=2)

    space = np.eye(3)[:, :2]
    outer = moved(round_sphere(1, R + r, ""), space, name="outer circle")
    return Manifold(
        name=spec("torus", R=R, r=r),
        dim=2,
        ambient_dim=3,
        sampler=sampler,
        tangents=tangents,
        projection=lambda x: embed(*angles(x)),
        charts=(
            Chart(
                lambda u, v: (
                    (R + r * np.cos(v)) * np.cos(u),
                    (R + r * np.cos(v)) * np.sin(u),
                    r * np.sin(v),
                ),
                (0.0, 0.0),
                (2 * math.pi, 2 * math.pi),
                (True, True),
                stretch=(R + r, r),
                inverse=lambda x: np.stack(angles(x), axis=1),
            ),
        ),
        cycles=(outer,),
        claims=Claims(
            reach=exact(min(r, R - r)),
            volume=exact(4 * math.pi**2 * R * r),
            betti=_BETTI,
            embedding_dim=3,
            optimal_error={
                1: exact(R + r, "linking-argument"),
                2: exact(r, "linking-argument"),
            },
        ),
        retracts=(turn_about_axis(R + r, R - r, 3),),
    )


def flat_torus(a: float = 1.0, b: float = 1.0) -> Manifold:
    """Flat torus in R^4: the product of circles of radii a and b.

    Notes
    -----
    e*(2) = min(a, b): the reach, and collapsing the smaller circle has that error. e*(1) =
    sqrt(a^2 + b^2): so for the round circle (t, t), and a constant map has that error.
    """
    a, b = positive("a", a), positive("b", b)

    def embed(u: Array, v: Array) -> Array:
        return np.stack([a * np.cos(u), a * np.sin(u), b * np.cos(v), b * np.sin(v)], axis=1)

    def angles(points: Array) -> tuple[Array, Array]:
        return np.arctan2(points[:, 1], points[:, 0]), np.arctan2(points[:, 3], points[:, 2])

    def sampler(n: int, rng: np.random.Generator) -> Array:
        u, v = rng.uniform(0, 2 * math.pi, (2, n))
        return embed(u, v)

    def tangents(points: Array) -> Array:
        u, v = angles(points)
        zero = np.zeros_like(u)
        first = np.stack([-np.sin(u), np.cos(u), zero, zero], axis=1)
        second = np.stack([zero, zero, -np.sin(v), np.cos(v)], axis=1)
        return np.stack([first, second], axis=2)

    # The curve (t, t) is a round circle of radius sqrt(a^2 + b^2).
    radius = math.hypot(a, b)
    column_c = np.array([a, 0.0, b, 0.0]) / radius
    column_s = np.array([0.0, a, 0.0, b]) / radius
    diagonal = moved(
        round_sphere(1, radius, ""), np.stack([column_c, column_s], axis=1), name="diagonal circle"
    )
    return Manifold(
        name=spec("flat-torus", a=a, b=b),
        dim=2,
        ambient_dim=4,
        sampler=sampler,
        tangents=tangents,
        projection=lambda x: embed(*angles(x)),
        charts=(
            Chart(
                lambda u, v: (a * np.cos(u), a * np.sin(u), b * np.cos(v), b * np.sin(v)),
                (0.0, 0.0),
                (2 * math.pi, 2 * math.pi),
                (True, True),
                stretch=(a, b),
                inverse=lambda x: np.stack(angles(x), axis=1),
            ),
        ),
        cycles=(diagonal,),
        claims=Claims(
            reach=exact(min(a, b)),
            volume=exact(4 * math.pi**2 * a * b),
            betti=_BETTI,
            embedding_dim=3,
            optimal_error={
                1: exact(radius, "linking-argument"),
                2: exact(min(a, b), "kvalheim-sontag-2"),
            },
        ),
        retracts=_factors(a, b),
    )


def _factors(a: float, b: float) -> tuple[Retract, Retract]:
    first, second = (round_sphere(1, size, f"circle of radius {size:g}") for size in (a, b))
    return (
        Retract(
            "its first circle",
            first,
            lambda x: x[:, :2],
            lambda y: np.column_stack([y, np.tile([b, 0.0], (len(y), 1))]),
        ),
        Retract(
            "its second circle",
            second,
            lambda x: x[:, 2:],
            lambda y: np.column_stack([np.tile([a, 0.0], (len(y), 1)), y]),
        ),
    )
