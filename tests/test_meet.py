"""Pairs of points on K moved until a map agrees at both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.meet import meet
from theory.catalogue import from_spec

Array = NDArray[np.float64]


def at(*angles: float) -> Array:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def met(map_, first: Array, second: Array):  # type: ignore[no-untyped-def]
    K = from_spec("circle")
    return meet(map_, first, second, K.tangent, K.project, longest=0.1)


def test_a_projection_of_the_circle_agrees_above_and_below() -> None:
    found = met(lambda x: x[:, :1], at(1.0), at(-1.1))
    assert found.apart[0] < 1e-9
    np.testing.assert_allclose(found.first[0, 0], found.second[0, 0], atol=1e-9)


def test_an_end_beside_points_without_a_value_stays_and_the_others_move_on() -> None:
    def map_(points: Array) -> Array:
        values = points[:, :1].copy()
        angle = np.arctan2(points[:, 1], points[:, 0])
        values[(np.abs(angle - 2.0) < 1e-3) | (np.abs(angle + 2.5) < 1e-3)] = np.nan
        return values

    # At these angles the slope is asked for on both sides of a gap's edge.
    first, second = 2.0 + 1.0000001e-3, 2.5 + 1.0000001e-3
    found = met(map_, at(first, first, 1.0), at(-2.2, -second, -1.1))
    np.testing.assert_allclose(found.first[:2], at(first, first), atol=1e-12)
    np.testing.assert_allclose(found.second[1], at(-second)[0], atol=1e-12)
    assert found.apart[1] > 0.1
    assert max(found.apart[0], found.apart[2]) < 1e-9
