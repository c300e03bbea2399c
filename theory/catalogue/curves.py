"""Plane curves and the two linked circles of Kvalheim and Sontag."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import exact
from theory.catalogue.parameters import positive, spec
from theory.catalogue.quadrics import nearest_on_ellipsoid, uniform_on_ellipsoid
from theory.catalogue.spheres import round_sphere
from theory.chart import Chart
from theory.disjoint import disjoint_union
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.moved import moved

__all__ = ["circle", "ellipse", "linked_circles"]

Array = NDArray[np.float64]


def circle(R: float = 1.0) -> Manifold:
    """Circle of radius R in the plane.

    Notes
    -----
    e*(1) = R: a constant map has that error, and the offsets close when they reach the centre.
    """
    R = positive("R", R)
    return round_sphere(1, R, spec("circle", R=R))


def ellipse(a: float = 2.0, b: float = 1.0) -> Manifold:
    """Ellipse with half axes a >= b in the plane.

    Notes
    -----
    The reach b^2/a is the radius of curvature at the tips (Blaschke: a convex curve has no
    shorter bottleneck). e*(1) = b: the curve winds round the centre, at distance b from it, and
    the projection to the long axis has that error.
    """
    a, b = positive("a", a), positive("b", b)
    if a < b:
        raise InvalidInput("a", a, f"at least b = {b:g}")

    def tangents(points: Array) -> Array:
        t = np.stack([-points[:, 1] * a / b, points[:, 0] * b / a], axis=1)
        return np.asarray(t / np.linalg.norm(t, axis=1, keepdims=True))[:, :, None]

    return Manifold(
        name=spec("ellipse", a=a, b=b),
        dim=1,
        ambient_dim=2,
        sampler=uniform_on_ellipsoid((a, b)),
        tangents=tangents,
        projection=nearest_on_ellipsoid((a, b)),
        charts=(
            Chart(
                lambda t: (a * np.cos(t), b * np.sin(t)),
                (0.0,),
                (2 * math.pi,),
                (True,),
                stretch=(a,),
                inverse=lambda x: np.arctan2(x[:, 1:] / b, x[:, :1] / a),
            ),
        ),
        claims=Claims(
            reach=exact(b * b / a),
            volume=exact(_perimeter(a, b)),
            betti={2: (1, 1), 3: (1, 1)},
            embedding_dim=2,
            optimal_error={1: exact(b, "linking-argument")},
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


def linked_circles() -> Manifold:
    """Two linked unit circles in space, the example of Kvalheim and Sontag.

    Notes
    -----
    Every point of the second circle is at distance 1 from the first: the gap is 1, the reach a
    half of it. e*(1) = 1 by ``side-by-side``.
    """
    unit = circle()
    flat = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    upright = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    first = moved(unit, flat, name="circle 1")
    second = moved(unit, upright, np.array([1.0, 0.0, 0.0]), name="circle 2")
    return disjoint_union((first, second), name="linked-circles", gap=1.0)
