"""What is known of bare points: gaps between clusters count in the reach."""

from __future__ import annotations

import numpy as np
import pytest

from geomcheck.ground import survey
from geomcheck.point_reach import least_gap, reach_of_points
from geomcheck.reach_report import reach_report
from theory.point_set import PointSet
from theory.reach import estimate_reach

HALF_ANGLE = 0.15


def two_arcs() -> np.ndarray:
    """A unit circle without two opposite arcs: the ends face one another along tangents."""
    angle = np.random.default_rng(0).uniform(HALF_ANGLE, np.pi - HALF_ANGLE, 1500)
    angle = np.concatenate([angle, angle + np.pi])
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def test_a_gap_that_tangents_do_not_show_limits_the_reach() -> None:
    points = two_arcs()
    gap = 2 * np.sin(HALF_ANGLE)
    # The arcs alone are pieces of a unit circle.
    assert estimate_reach(points, intrinsic_dim=1).value == pytest.approx(1, rel=0.01)
    ground = survey(PointSet("arcs", points), rng=np.random.default_rng(0))
    assert len(ground.components) == 2
    assert ground.reach is not None
    assert ground.reach.value == pytest.approx(gap / 2, rel=0.05)
    assert ground.reach.direction == "estimate"
    found = reach_report(PointSet("arcs", points)).reach
    assert found is not None
    assert (found.value, found.governs) == (ground.reach.value, "bottleneck")
    assert np.linalg.norm(found.where[0] - found.where[1]) == pytest.approx(2 * found.value)
    assert "clusters" in found.method


def test_a_gap_wider_than_the_reach_changes_nothing() -> None:
    ring = two_arcs()
    points = np.concatenate([ring[:1500], ring[:1500] + np.array([0.0, 30.0])])
    labels = np.repeat([0, 1], 1500)
    found = reach_of_points(points, labels, 1)
    assert found.value == estimate_reach(points, intrinsic_dim=1).value
    assert found.value == pytest.approx(1, rel=0.01)


def test_the_least_gap_of_three_clusters() -> None:
    points = np.array([[0.0, 0.0], [0.0, 1.0], [5.0, 0.0], [9.0, 0.0], [9.0, 3.0]])
    gap, pair = least_gap(points, np.array([0, 0, 1, 2, 2]))
    assert gap == 4
    assert sorted(pair.tolist()) == [2, 3]
    alone, none = least_gap(points, np.zeros(5, dtype=np.intp))
    assert (alone, len(none)) == (np.inf, 0)


def test_points_that_fill_their_space_have_no_known_reach() -> None:
    square = np.random.default_rng(0).uniform(size=(500, 2))
    assert survey(PointSet("square", square), rng=np.random.default_rng(0)).reach is None
