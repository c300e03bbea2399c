"""Tears that few of many points meet: the points that show them are not lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.extremes import Extremes, extremes_of
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Verdict
from geomcheck.stream import stream
from geomcheck.verify import verify
from theory.catalogue import from_spec

Array = np.ndarray


def back_again(width: float, decode: Callable[[Array], Array] = lambda z: z) -> FunctionAutoencoder:
    """Round the circle once, and all the way back within an arc of so many radians from 3 on."""

    def encode(x: Array) -> Array:
        t = angle(x)
        t = t - 2 * np.pi * np.clip((t - 3.0) / width, 0, 1)
        return np.stack([np.cos(t), np.sin(t)], axis=1)

    return FunctionAutoencoder(encode, decode, 2, 2, continuous=True)


def angle(x: Array) -> Array:
    return np.mod(np.arctan2(x[:, 1], x[:, 0]), 2 * np.pi)


def spiked(z: Array) -> Array:
    """Err by more than the tear does, where many points are."""
    return z * (1 + 3 * np.clip(1 - np.abs(angle(z) - 1.0) / 0.005, 0, 1))[:, None]


@pytest.mark.parametrize(
    ("samples", "decode"), [(20_000, lambda z: z), (200_000, spiked)], ids=["met between", "crowd"]
)
def test_a_turn_taken_back_in_a_narrow_tear_is_no_turn(
    samples: int, decode: Callable[[Array], Array]
) -> None:
    model = back_again(1.7e-4, decode)
    report = verify(from_spec("circle"), model, epsilon=0.1, samples=samples, rng=0)
    # The code goes round once and back, so the class of the circle is lost.
    for name in ("latent-topology", "reconstruction-topology"):
        assert report[name].verdict is not Verdict.HOLDS, name
    assert len(report["exceptional-set"].values["tears"]) == (2 if decode is spiked else 1)


@pytest.mark.parametrize("spec", ["circle", "sphere:dim=2", "special-orthogonal"])
@pytest.mark.parametrize("crowded", [False, True])
def test_points_of_a_tear_are_kept_however_few(spec: str, crowded: bool) -> None:
    K, rng = from_spec(spec), np.random.default_rng(0)
    points = K.sample(100_000, rng=rng)
    n, torn = K.ambient_dim, points[rng.choice(len(points), 5, replace=False)]

    def encode(x: Array) -> Array:
        # A steep stretch elsewhere, and larger errors in many more points.
        wide = 0.5 * np.clip((x[:, :1] - 0.5) / 0.1, 0, 1) if crowded else 0.0
        met = (x[:, None] == torn).all(axis=2).any(axis=1)
        return x + wide + 2.0 * met[:, None]

    def decode(z: Array) -> Array:
        return z + 9.0 * (np.abs(z[:, :1] - 0.8) < 0.1) * crowded

    model = FunctionAutoencoder(encode, decode, n, n, continuous=True)
    found = stream(model, points, keep=1000, rng=rng)
    kept = np.concatenate([found.sample.points, found.others.points])
    missed = [row for row in torn if not (kept == row).all(axis=1).any()]
    assert not missed
    assert len(found.others) <= 24 + 2 * 128


def test_a_wide_tear_does_not_crowd_out_a_narrow_one() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([0.01 * rng.normal(size=(1500, 2)), [[5.0, 5.0]]])
    scores = np.stack([np.r_[np.ones(1500), 0], np.r_[np.full(1500, 9.0), 1], np.zeros(1501)], 1)
    block = Evaluation(points, points, points, scores[:, 0])
    chosen = Extremes(block, scores).chosen()
    assert (chosen.points == 5.0).all(axis=1).any()
    assert len(chosen) < 24 + 2 * 128


@given(st.integers(2, 40), st.integers(1, 12), st.integers(0, 2**32 - 1), st.booleans())
def test_scores_are_slopes_to_a_neighbour(n: int, width: int, seed: int, equal: bool) -> None:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 2, (n, width)) * 1.0 if equal else rng.normal(size=(n, width))
    matrix = rng.normal(size=(width, 2))
    steepest = float(np.linalg.norm(matrix, 2))
    block = Evaluation(points, points @ matrix, 3 * points, np.linalg.norm(2 * points, axis=1))
    scores = extremes_of(block).scores
    np.testing.assert_array_equal(scores[:, 0], block.errors)
    assert (scores[:, 1] <= steepest * (1 + 1e-9)).all()
    assert (scores[:, 2] <= 3 * (1 + 1e-9)).all()
    if not equal:
        # Of distances at or above the median the quotient is the slope itself.
        assert (scores[:, 2] >= 3 * (1 - 1e-9)).sum() >= n / 2


def test_what_is_no_number_stands_out_by_its_error() -> None:
    points = np.random.default_rng(0).normal(size=(50, 3))

    def encode(x: Array) -> Array:
        return np.where((x == points[7]).all(axis=1, keepdims=True), np.nan, x)

    found = extremes_of(evaluate(FunctionAutoencoder(encode, lambda z: z, 3, 3), points))
    assert np.isfinite(found.scores[:, 1:]).all()
    np.testing.assert_array_equal(found.chosen().points[0], points[7])
