"""Plane curves and the two linked circles of Kvalheim and Sontag."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.parameters import positive, spec
from theory.catalogue.spheres import sphere
from theory.chart import Chart
from theory.combine import disjoint_union, moved
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold

__all__ = ["circle", "ellipse", "linked_circles"]

Array = NDArray[np.float64]
_NEWTON_STEPS = 60


def circle(R: float = 1.0) -> Manifold:
    """Circle of radius R in the plane."""
    return sphere(dim=1, R=R, name=spec("circle", R=R))


def ellipse(a: float = 2.0, b: float = 1.0) -> Manifold:
    """Ellipse with half axes a >= b in the plane."""
    a, b = positive("a", a), positive("b", b)
    if a < b:
        raise InvalidInput("a", a, f"at least b = {b:g}")

    def point(angle: Array) -> Array:
        return np.stack([a * np.cos(angle), b * np.sin(angle)], axis=1)

    def sampler(n: int, rng: np.random.Generator) -> Array:
        # Rejection on the speed, which is at most a, makes the points uniform in arc length.
        kept: list[Array] = []
        missing = n
        while missing > 0:
            angle = rng.uniform(0, 2 * math.pi, 2 * missing + 16)
            speed = np.hypot(a * np.sin(angle), b * np.cos(angle))
            angle = angle[rng.uniform(0, a, len(angle)) < speed][:missing]
            kept.append(angle)
            missing -= len(angle)
        return point(np.concatenate(kept))

    def tangents(points: Array) -> Array:
        t = np.stack([-points[:, 1] * a / b, points[:, 0] * b / a], axis=1)
        return np.asarray(t / np.linalg.norm(t, axis=1, keepdims=True))[:, :, None]

    from_bisection = _nearest_on_ellipse(a, b)
    return Manifold(
        name=spec("ellipse", a=a, b=b),
        dim=1,
        ambient_dim=2,
        sampler=sampler,
        tangents=tangents,
        projection=from_bisection,
        charts=(
            Chart(
                lambda t: (a * np.cos(t), b * np.sin(t)),
                (0.0,),
                (2 * math.pi,),
                (True,),
                stretch=(a,),
            ),
        ),
        claims=Claims(
            reach=Bound(b * b / a, "exact", True, "closed-form"),
            volume=Bound(_perimeter(a, b), "exact", True, "closed-form"),
            betti={2: (1, 1), 3: (1, 1)},
            embedding_dim=2,
            optimal_error={1: Bound(b, "exact", True, "closed-form")},
        ),
    )


def _perimeter(a: float, b: float) -> float:
    # Arithmetic-geometric mean of Gauss: converges quadratically.
    x, y, total, weight = a, b, (a * a + b * b) / 2, 0.5
    while abs(x - y) > 1e-15 * a:
        x, y, c = (x + y) / 2, math.sqrt(x * y), (x - y) / 2
        total -= weight * 2 * c * c
        weight *= 2
    return 2 * math.pi * total / x


def _nearest_on_ellipse(a: float, b: float):  # type: ignore[no-untyped-def]
    def projection(points: Array) -> Array:
        # In the first quadrant the nearest point is (a^2 x/(s + a^2), b^2 y/(s + b^2)) for the
        # one root s > -b^2 of a decreasing convex function (Eberly); bisection is safe.
        x, y = np.abs(points[:, 0]), np.abs(points[:, 1])
        low = -b * b + b * y
        high = -b * b + np.hypot(a * x, b * y)
        for _ in range(_NEWTON_STEPS):
            s = (low + high) / 2
            with np.errstate(divide="ignore", invalid="ignore"):
                value = (a * x / (s + a * a)) ** 2 + (b * y / (s + b * b)) ** 2 - 1
            inside = ~(value < 0)
            low, high = np.where(inside, s, low), np.where(inside, high, s)
        s = (low + high) / 2
        u = a * a * x / (s + a * a)
        # Recover the second coordinate from the curve where the division degenerates.
        with np.errstate(divide="ignore", invalid="ignore"):
            v = np.where(s + b * b > 1e-12 * b * b, b * b * y / (s + b * b), np.nan)
        on_curve = b * np.sqrt(np.maximum(1 - np.minimum(u / a, 1.0) ** 2, 0.0))
        v = np.where(np.isfinite(v), v, on_curve)
        sign = np.where(points < 0, -1.0, 1.0)
        return np.asarray(np.stack([u, v], axis=1) * sign)

    return projection


def linked_circles() -> Manifold:
    """Two linked unit circles in space, the example of Kvalheim and Sontag."""
    unit = circle()
    flat = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    upright = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    first = moved(unit, flat, name="circle 1")
    second = moved(unit, upright, np.array([1.0, 0.0, 0.0]), name="circle 2")
    return disjoint_union((first, second), name="linked-circles", gap=1.0)
