"""Torn edges between bare points."""

from __future__ import annotations

import numpy as np
import pytest

from geomcheck.evaluation import evaluate
from geomcheck.graph import neighbour_edges
from geomcheck.planted import circles, linear
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.torn_neighbours import torn_neighbours
from geomcheck.verify import verify
from theory.catalogue import from_spec
from theory.point_set import PointSet

POINTS = from_spec("circle").sample(500, rng=0)
RING = POINTS[np.argsort(np.arctan2(POINTS[:, 1], POINTS[:, 0]))]


def torn(model, points=RING, epsilon=0.1):
    return torn_neighbours(
        model, evaluate(model, points), neighbour_edges(points, 4), epsilon=epsilon
    )


@pytest.mark.parametrize("half_width", [1e-3, 1e-6])
def test_a_tear_between_two_points_is_an_edge_with_its_error(half_width: float) -> None:
    """The error is small at every point: what it is between them is all there is to see."""
    found = torn(circles.torn_circle(half_width))
    assert len(found) >= 1
    assert found.at_ends.max() < 0.1
    assert found.between[0] > 1.9
    # The tear is opposite to where angles start: one end on either side.
    assert (found.first.points[:, 1] * found.second.points[:, 1] < 0).all()
    assert (found.first.points[:, 0] < -0.99).all()
    assert (np.diff(found.between) <= 0).all()
    lengths = np.linalg.norm(found.first.points - found.second.points, axis=1)
    np.testing.assert_allclose(found.lengths, lengths)
    again = evaluate(circles.torn_circle(half_width), found.points).errors
    np.testing.assert_allclose(found.between, again)


def test_no_edge_is_torn_by_a_sound_model() -> None:
    assert len(torn(linear.identity(2))) == 0
    assert len(torn(linear.identity(2), RING[:1])) == 0


def test_a_steep_code_is_no_tear_while_the_error_is_small() -> None:
    """Codes that run a hundred times as fast on an arc, and are undone by the decoder."""

    def stretch(x):
        return x[:, :1] + 99 * np.clip(x[:, :1], 0, 0.02), x[:, 1:]

    def encode(x):
        return np.concatenate(stretch(x), axis=1)

    def decode(z):
        first = z[:, :1]
        back = np.where(first < 0, first, np.where(first < 2, first / 100, first - 1.98))
        return np.concatenate([back, z[:, 1:]], axis=1)

    assert len(torn(FunctionAutoencoder(encode, decode, ambient_dim=2, latent_dim=2))) == 0


def test_the_claims_list_torn_edges_and_call_the_error_along_them_an_estimate() -> None:
    report = verify(PointSet("ring", RING), circles.torn_circle(1e-6), epsilon=0.1)
    for claim in ("exceptional-set", "lower-bound"):
        result = report[claim]
        assert str(result.verdict) == "inconclusive"
        assert result.values["torn_edges"] >= 1
        assert result.values["largest_error_at_their_ends"] < 0.1
        assert result.values["largest_error_along_them_estimated"] > 1.9
        assert "need not lie on K" in result.summary
    manifold = verify(from_spec("circle"), circles.torn_circle(1e-6), epsilon=0.1)
    assert "torn_edges" not in manifold["exceptional-set"].values
