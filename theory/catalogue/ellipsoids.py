"""Ellipsoids in space."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import exact
from theory.catalogue.curves import ellipse
from theory.catalogue.parameters import positive, spec
from theory.catalogue.quadrics import nearest_on_ellipsoid, uniform_on_ellipsoid
from theory.catalogue.spheres import round_sphere
from theory.cells import OpenCell, moved_cell
from theory.cells.ball import sphere_cell
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.moved import moved

__all__ = ["ellipsoid"]

Array = NDArray[np.float64]


def ellipsoid(a: float = 3.0, b: float = 2.0, c: float = 1.0) -> Manifold:
    """Ellipsoid with half axes a >= b >= c in space.

    Notes
    -----
    The reach c^2/a is the least radius of curvature, at the tips of the long axis (Blaschke).
    e*(2) = c: the surface encloses the centre, at distance c, and the projection to the plane
    of the long axes has that error. e*(1) = b: so for the ellipse in that plane, which keeps
    away from the short axis by b; the projection to the long axis errs by at most b.
    """
    a, b, c = positive("a", a), positive("b", b), positive("c", c)
    if not a >= b >= c:
        raise InvalidInput("a, b, c", (a, b, c), "a >= b >= c")
    half = np.array([a, b, c])

    def tangents(points: Array) -> Array:
        normals = points / half**2
        return round_sphere(2, 1.0, "").tangents(normals)

    # The unit sphere's area element is stretched by at most a b.
    area = _area(a, b, c)
    distortion = max(a * b * 4 * math.pi / area, 1.0)

    def cell(avoid: Array) -> OpenCell:
        on_sphere = sphere_cell(2, 1.0, avoid / half, distortion=distortion)
        return moved_cell(on_sphere, lambda x: x * half, lambda x: x / half)

    flat = np.eye(3)[:, :2]
    return Manifold(
        name=spec("ellipsoid", a=a, b=b, c=c),
        dim=2,
        ambient_dim=3,
        sampler=uniform_on_ellipsoid((a, b, c)),
        tangents=tangents,
        projection=nearest_on_ellipsoid((a, b, c)),
        charts=(
            Chart(
                lambda u, v: (
                    a * np.sin(u) * np.cos(v),
                    b * np.sin(u) * np.sin(v),
                    c * np.cos(u),
                ),
                (0.0, 0.0),
                (math.pi, 2 * math.pi),
                (False, True),
                stretch=(a, a),
            ),
        ),
        cycles=(moved(ellipse(a, b), flat, name="equator"),),
        claims=Claims(
            reach=exact(c * c / a),
            volume=exact(area),
            betti={2: (1, 0, 1), 3: (1, 0, 1)},
            embedding_dim=3,
            optimal_error={1: exact(b, "linking-argument"), 2: exact(c, "linking-argument")},
        ),
        cell=cell,
    )


def _area(a: float, b: float, c: float) -> float:
    # Carlson's symmetric elliptic integral of the second kind gives the area at once.
    from scipy.special import elliprg

    return 4 * math.pi * float(elliprg((a * b) ** 2, (a * c) ** 2, (b * c) ** 2))
