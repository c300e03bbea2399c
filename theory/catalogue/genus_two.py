"""A surface of genus two, as a level set."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import numerical
from theory.catalogue.parameters import positive, spec
from theory.errors import InvalidInput
from theory.level_set import LevelSet
from theory.manifold import Claims, Manifold

__all__ = ["double_torus"]

Array = NDArray[np.float64]
_SLOTS = (8, 4, 2)
# It makes the least radii of curvature on the rim of the holes and on top about equal.
_FLATTENING = 1.5
_ROOT = math.sqrt(_FLATTENING)


def double_torus(c: float = 0.2) -> Manifold:
    """Double torus g^2 + 3/2 z^2 = c^2 with g = x^4 - x^2 + y^2, 0 < c < 1/4.

    Notes
    -----
    It thickens the figure eight g = 0; the gradient vanishes on it only where x^2 = 1/2 and
    c = 1/4. Reach and area are numerical, the optimal errors are not known.
    """
    c = positive("c", c)
    if c >= 0.25:
        raise InvalidInput("c", c, "less than 1/4")
    surface = LevelSet(
        lambda x, y, z: (x**4 - x**2 + y**2) ** 2 + _FLATTENING * z**2 - c**2,
        lambda n, rng: _uniform(c, n, rng),
    )
    reach, area = _numbers(c)
    betti = (1, 4, 1)
    return Manifold(
        name=spec("double-torus", c=c),
        dim=2,
        ambient_dim=3,
        sampler=surface.sampler,
        tangents=surface.tangents,
        projection=surface.projection,
        claims=Claims(
            reach=numerical(reach),
            volume=numerical(area, "quadrature"),
            betti={2: betti, 3: betti},
            embedding_dim=3,
        ),
    )


def _uniform(c: float, n: int, rng: np.random.Generator) -> Array:
    """Draw points uniform in area.

    Lines parallel to an axis, uniform over the faces of the bounding box, meet the surface with
    density |n_axis|; all three axes together with |n_x| + |n_y| + |n_z|, which is thinned out.
    One of the possible crossings is chosen before looking, so that points are independent.
    """
    half = np.array([math.sqrt((1 + math.sqrt(1 + 4 * c)) / 2), math.sqrt(0.25 + c), c / _ROOT])
    faces = half.prod() / half
    weight = faces * np.array(_SLOTS)
    kept: list[Array] = []
    missing = n
    while missing > 0:
        trials = 12 * missing + 64
        axis = rng.choice(3, trials, p=weight / weight.sum())
        points = rng.uniform(-half, half, (trials, 3))
        slot = rng.integers(0, np.array(_SLOTS)[axis])
        with np.errstate(invalid="ignore"):
            for i, crossing in enumerate((_cross_x, _cross_y, _cross_z)):
                rows = axis == i
                points[rows, i] = crossing(c, points[rows], slot[rows])
        points = points[np.isfinite(points).all(axis=1)]
        normal = np.abs(_gradient(points))
        density = normal.sum(axis=1) / np.linalg.norm(normal, axis=1)
        points = points[rng.uniform(0, 1, len(points)) * density < 1][:missing]
        kept.append(points)
        missing -= len(points)
    return np.concatenate(kept)


def _signs(slot: NDArray[np.intp], bit: int) -> Array:
    return np.where((slot >> bit) & 1, 1.0, -1.0)


def _cross_x(c: float, points: Array, slot: NDArray[np.intp]) -> Array:
    level = _signs(slot, 0) * np.sqrt(c**2 - _FLATTENING * points[:, 2] ** 2)
    root = np.sqrt(1 - 4 * (points[:, 1] ** 2 - level))
    return np.asarray(_signs(slot, 1) * np.sqrt((1 + _signs(slot, 2) * root) / 2))


def _cross_y(c: float, points: Array, slot: NDArray[np.intp]) -> Array:
    level = _signs(slot, 0) * np.sqrt(c**2 - _FLATTENING * points[:, 2] ** 2)
    return np.asarray(_signs(slot, 1) * np.sqrt(level + points[:, 0] ** 2 - points[:, 0] ** 4))


def _cross_z(c: float, points: Array, slot: NDArray[np.intp]) -> Array:
    x, y = points[:, 0], points[:, 1]
    return np.asarray(_signs(slot, 0) * np.sqrt((c**2 - (x**4 - x**2 + y**2) ** 2) / _FLATTENING))


def _gradient(points: Array) -> Array:
    x, y, z = points.T
    g = x**4 - x**2 + y**2
    return np.stack([2 * g * (4 * x**3 - 2 * x), 4 * g * y, 2 * _FLATTENING * z], axis=1)


@lru_cache(maxsize=16)
def _numbers(c: float) -> tuple[float, float]:
    surface = LevelSet(
        lambda x, y, z: (x**4 - x**2 + y**2) ** 2 + _FLATTENING * z**2 - c**2,
        lambda n, rng: _uniform(c, n, rng),
    )
    return surface.reach(), _area(c)


def _area(c: float) -> float:
    """Integrate the area with g = c cos v, z = c/s sin v, and x by the sine of an angle.

    With s^2 = 3/2 the elements are dx dv (c / 2y) times the square root of
    4/s^2 cos^2 v (y^2 + (x - 2x^3)^2) + sin^2 v; nodes crowd
    where the figure eight crosses itself (g = 0, x = 0).
    """
    nodes, weights = np.polynomial.legendre.leggauss(160)
    unit, weight = (nodes + 1) / 2, weights / 2
    # u^3 crowds the nodes towards 0.
    crowd, crowd_weight = math.pi / 2 * unit**3, math.pi / 2 * 3 * unit**2 * weight
    gap, s = np.meshgrid(crowd, crowd, indexing="ij")
    both = np.outer(crowd_weight, crowd_weight)
    v = math.pi / 2 - gap
    g = c * np.cos(v)
    outer = (1 + np.sqrt(1 + 4 * g)) / 2
    q = (np.sqrt(1 + 4 * g) - 1) / 2
    x = np.sqrt(outer) * np.sin(s)
    positive_part = _element(x, g, v, c) / np.sqrt(outer * np.sin(s) ** 2 + q)
    total = 8 * float((both * positive_part).sum())
    # g < 0: two ovals, x^2 = 1/2 + sin(s) sqrt(1/4 + g), s from -pi/2 to pi/2.
    for sign in (-1.0, 1.0):
        v = math.pi / 2 + gap
        g = c * np.cos(v)
        angle = sign * (math.pi / 2 - s)
        x = np.sqrt(np.maximum(0.5 + np.sin(angle) * np.sqrt(0.25 + g), 1e-300))
        total += 8 * float((both * _element(x, g, v, c) / (2 * x)).sum())
    return total


def _element(x: Array, g: Array, v: Array, c: float) -> Array:
    square = np.maximum(x**2 - x**4 + g, 0.0)
    steep = 4 / _FLATTENING * np.cos(v) ** 2 * (square + (x - 2 * x**3) ** 2) + np.sin(v) ** 2
    return np.asarray(c / 2 * np.sqrt(steep))
