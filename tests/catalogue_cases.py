"""Members of every family, and small tools that the catalogue's tests share."""

from __future__ import annotations

import math

import numpy as np

from theory.catalogue import families

# One spec a family at its defaults, and further ones where parameters change the picture.
DEFAULTS = [family.name for family in families()]
MORE = [
    "ellipse:a=5,b=0.2",
    "ellipse:a=1,b=1",
    "helix:a=1,b=0.1,turns=0.9",
    "helix:a=1,b=2,turns=3",
    "moment-curve:n=6,decay=0.5",
    "moment-curve:n=2",
    "fourier-curve:n=5,modes=4,seed=1",
    "torus-knot:p=3,q=2",
    "sphere:dim=1,R=2",
    "sphere:dim=4,R=0.5",
    "ellipsoid:a=2,b=2,c=1",
    "ellipsoid:a=2,b=1,c=1",
    "torus:R=3,r=2.5",
    "flat-torus:a=2,b=0.5",
    "klein-bottle:a=2,b=1.5",
    "special-orthogonal:n=2",
    "special-orthogonal:n=4",
    "stiefel:n=3,p=2",
    "stiefel:n=5,p=3",
    "stiefel:n=4,p=1",
    "grassmannian:n=2,k=1",
    "grassmannian:n=4,k=1",
    "grassmannian:n=5,k=3",
]
ALL = DEFAULTS + MORE


def gauge(points: np.ndarray) -> np.ndarray:
    """Return a few bounded functions of points, for comparing distributions, (n, 4)."""
    rng = np.random.default_rng(99)
    directions = rng.standard_normal((points.shape[1], 4)) / math.sqrt(points.shape[1])
    return np.column_stack([points @ directions[:, :2], np.sin(2 * points @ directions[:, 2:])])


def dkw_threshold(n: int, level: float) -> float:
    """Return the distance that two distribution functions exceed with probability < level."""
    return math.sqrt(math.log(2 / level) / (2 * n))
