"""Members of many families with random parameters, moved and scaled at random.

Parameters are drawn and then mapped, never filtered; everything shrinks to the round member of
size 1 in its usual place.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from geomcheck.protocol import FunctionAutoencoder
from geomcheck.strategies import manifolds
from theory.catalogue import (
    grassmannian,
    projective_plane_projectors,
    special_orthogonal,
    sphere,
    stiefel,
)
from theory.combine import moved

ratios = st.floats(1.0, 3.0)
shares = st.floats(0.2, 0.8)
scales = st.floats(-1.0, 1.0).map(lambda exponent: 10.0**exponent)
seeds = st.integers(0, 2**16)

curves = manifolds(dim=1, closed=True, known_reach=True)
surfaces = st.one_of(
    manifolds(dim=2, closed=True, known_reach=True), manifolds(dim=2, closed=True, orientable=False)
)
matrices = st.one_of(
    st.integers(2, 3).map(special_orthogonal),
    st.sampled_from([(3, 1), (3, 2), (4, 2)]).map(lambda np_: stiefel(*np_)),
    st.sampled_from([(3, 1), (4, 2)]).map(lambda nk: grassmannian(*nk)),
    st.just(projective_plane_projectors()),
)
spheres = st.integers(1, 4).map(lambda dim: sphere(dim))
closed = st.one_of(manifolds(closed=True, known_reach=True), surfaces, matrices)


def isometry(rows, columns, seed):
    """Return orthonormal columns and an offset; seed 0 leaves everything in its place."""
    if seed == 0:
        return np.eye(rows, columns), np.zeros(rows)
    rng = np.random.default_rng(seed)
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0], rng.standard_normal(rows)


def placed(manifolds):
    """Return scaled copies of the manifolds, somewhere in a space of up to two dimensions more."""

    def place(manifold, extra, scale, seed):
        linear, offset = isometry(manifold.ambient_dim + extra, manifold.ambient_dim, seed)
        return moved(manifold, linear, offset, scale=scale)

    return st.builds(place, manifolds, st.integers(0, 2), scales, seeds)


def sphere_volume(dim):
    """Return the volume of the unit sphere of this dimension."""
    return 2 * math.pi ** ((dim + 1) / 2) / math.gamma((dim + 1) / 2)


def unit_normals(manifold, points, rng):
    """Return a random unit normal at each point, shape (n, ambient_dim)."""
    frames = manifold.tangent(points)
    normal = rng.standard_normal(points.shape)
    for _ in range(2):
        normal -= np.einsum("nia,nja,nj->ni", frames, frames, normal)
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def short_maps(ambient_dim, latent_dim, seed, *, lipschitz=1.0):
    """Return an autoencoder whose round trip is Lipschitz with this constant, not linear.

    The codes are bent by a sine of slope at most 1 between an orthogonal projection and a
    linear map of norm `lipschitz`.
    """
    rng = np.random.default_rng(seed)
    frame = np.linalg.qr(rng.standard_normal((ambient_dim, latent_dim)))[0]
    image = np.linalg.qr(rng.standard_normal((ambient_dim, latent_dim)))[0]
    # Half of them project and come back the same way: the best that linear maps can do.
    image = frame if seed % 2 == 0 else image
    bend = rng.uniform(0, 0.5) * (seed % 3 > 0)
    return FunctionAutoencoder(
        lambda x: (lambda z: z * (1 - bend) + bend * np.sin(z))(x @ frame),
        lambda z: lipschitz * z @ image.T,
        ambient_dim=ambient_dim,
        latent_dim=latent_dim,
        continuous=True,
    )
