"""Nearest frames, rotations and projectors, against what makes them the nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from theory.catalogue import from_spec
from theory.catalogue.matrices import haar_frames, nearest_frames, nearest_projectors
from theory.small_eigh import small_eigh, small_eigvalsh

Array = NDArray[np.float64]
SCALES = (0.0, 1e-12, 1e-3, 0.1, 1.0, 1e3)


@given(
    seed=st.integers(0, 2**32 - 1),
    p=st.integers(1, 5),
    more=st.integers(0, 3),
    scale=st.sampled_from(SCALES),
)
@settings(max_examples=60, deadline=None)
def test_the_nearest_frame_is_the_polar_factor(seed: int, p: int, more: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    matrices = haar_frames(p + more, p, 40, rng) + scale * rng.standard_normal((40, p + more, p))
    found = nearest_frames(matrices)
    stretch = found.transpose(0, 2, 1) @ matrices
    size = np.abs(matrices).max(axis=(1, 2), initial=1.0)[:, None, None]
    # X = U S with U orthonormal and S symmetric, not negative: that is the polar decomposition.
    assert np.abs(found.transpose(0, 2, 1) @ found - np.eye(p)).max() < 2e-15 * p**2
    assert (np.abs(stretch - stretch.transpose(0, 2, 1)) < 1e-14 * p * size).all()
    assert np.linalg.eigvalsh(stretch).min() > -1e-12


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("scale", SCALES)
def test_the_nearest_rotation_is_nearer_than_others(n: int, scale: float) -> None:
    rng = np.random.default_rng(n)
    frames = haar_frames(n, n, 200, rng)  # half of them reflections
    matrices = frames + scale * rng.standard_normal(frames.shape)
    found = nearest_frames(matrices, rotations=True)
    assert np.linalg.det(found) == pytest.approx(1.0)
    distance = np.linalg.norm(found - matrices, axis=(1, 2))
    others = from_spec(f"special-orthogonal:n={n}").sample(400, rng=rng).reshape(-1, n, n)
    least = np.linalg.norm(others[None] - matrices[:, None], axis=(2, 3)).min(axis=1)
    assert (distance <= least + 1e-9 * (1 + scale)).all()


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 6),
    data=st.data(),
    scale=st.sampled_from(SCALES),
)
@settings(max_examples=60, deadline=None)
def test_the_nearest_projector_spans_the_top_eigenvectors(
    seed: int, n: int, data: st.DataObject, scale: float
) -> None:
    rank = data.draw(st.integers(1, n - 1))
    given_rank = data.draw(st.integers(1, n - 1))
    rng = np.random.default_rng(seed)
    frames = haar_frames(n, given_rank, 30, rng)
    noise = scale * rng.standard_normal((30, n, n))
    matrices = frames @ frames.transpose(0, 2, 1) + noise + noise.transpose(0, 2, 1)
    found = nearest_projectors(matrices, rank)
    values = np.linalg.eigvalsh(matrices)
    assert np.trace(found, axis1=1, axis2=2) == pytest.approx(rank)
    assert np.abs(found @ found - found).max() < 1e-13
    # The nearest projector makes the trace of the product as large as it can be.
    reached = np.einsum("xij,xij->x", found, matrices)
    assert reached == pytest.approx(values[:, n - rank :].sum(axis=1), abs=1e-12, rel=1e-11)


@pytest.mark.parametrize("spec", ["stiefel", "grassmannian", "special-orthogonal:n=3"])
def test_nothing_comes_from_nothing(spec: str) -> None:
    K = from_spec(spec)
    assert K.project(np.empty((0, K.ambient_dim))).shape == (0, K.ambient_dim)


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 4), exponent=st.integers(-150, 150))
@settings(max_examples=60, deadline=None)
def test_small_matrices_have_the_eigenvectors_of_large_ones(
    seed: int, k: int, exponent: int
) -> None:
    rng = np.random.default_rng(seed)
    scale = 10.0**exponent
    matrices = rng.standard_normal((50, k, k))
    matrices += matrices.transpose(0, 2, 1)
    matrices[:10] *= np.eye(k)
    matrices[10:20] = np.eye(k)
    matrices[20] = 0.0
    matrices *= scale
    values, vectors = small_eigh(matrices)
    assert values == pytest.approx(np.linalg.eigvalsh(matrices), abs=1e-14 * scale * k)
    assert np.abs(vectors.transpose(0, 2, 1) @ vectors - np.eye(k)).max() < 1e-14
    assert np.abs(matrices @ vectors - vectors * values[:, None]).max() < 1e-14 * scale * k
    assert small_eigvalsh(matrices) == pytest.approx(values, abs=1e-14 * scale * k)
