"""Tests of an autoencoder of one's own: copy this file and put in your set and your model.

    pytest examples/test_my_autoencoder.py --geomcheck-report verdicts

The model here unrolls the unit circle, but for a short arc on which the code runs back: what the
theorem says must be possible, and as good as one number can do.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

import theory
from geomcheck import FunctionAutoencoder, verify
from geomcheck.strategies import isometries
from geomcheck.testing import assert_claim, parametrize_with_claims

HALF_WIDTH = 0.02


def encode(points):
    """Return the angle from -pi to pi; within HALF_WIDTH of the end it runs back to the start."""
    angle = np.arctan2(points[:, 1], points[:, 0])
    gap = np.pi - np.abs(angle)
    end = np.pi - HALF_WIDTH
    return np.where(gap < HALF_WIDTH, np.sign(angle) * end * gap / HALF_WIDTH, angle)[:, None]


def decode(codes):
    """Return the point of the circle at an angle."""
    return np.column_stack([np.cos(codes[:, 0]), np.sin(codes[:, 0])])


def unrolled():
    """Return the autoencoder under test."""
    return FunctionAutoencoder(encode, decode, ambient_dim=2, latent_dim=1, continuous=True)


@parametrize_with_claims(
    [(theory.circle(), unrolled)],
    claims=["lower-bound", "small-error", "exceptional-set", "latent-topology"],
    epsilon=0.05,
    delta=0.02,
)
def test_claims(check):
    check()


@parametrize_with_claims(
    [(theory.circle(), unrolled)],
    claims=["small-error"],
    expected_failures={"small-error": "the arc that is torn measures more than this delta"},
    epsilon=0.05,
    delta=0.001,
)
def test_claims_known_to_fail(check):
    check()


@settings(max_examples=3, deadline=None)
@given(isometries(2))
def test_no_isometry_changes_a_verdict(isometry):
    circle, model = theory.circle(), unrolled()
    inverse = isometry.linear.T
    moved = FunctionAutoencoder(
        lambda x: model.encode((x - isometry.offset) @ inverse.T),
        lambda z: isometry(model.decode(z)),
        ambient_dim=2,
        latent_dim=1,
        continuous=True,
    )
    report = verify(isometry.move(circle), moved, epsilon=0.05, samples=4000)
    assert_claim(report, "small-error")
    assert_claim(report, "lower-bound")
