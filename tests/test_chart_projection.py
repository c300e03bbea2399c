"""Nearest points on charts and level sets: shortcuts find what all starts together find."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.catalogue import from_spec
from theory.chart import Chart
from theory.chart_projection import ChartProjection

TURN = 2 * math.pi
# An ellipse so flat that its two sides are nearer than neighbours along it would be.
FLAT = Chart(lambda t: (np.cos(t), 0.01 * np.sin(t)), (0.0,), (TURN,), (True,))
CUSP = Chart(lambda r, f: (r * np.cos(f), r * np.sin(f), r**3), (0, 0), (1, TURN), (False, True))

# Waves of a few spacings of the seeds.
WAVES = Chart(lambda t: (t, 0.02 * np.sin(300 * t)), (0.0,), (TURN,), (False,))


NAMES = ["klein-bottle", "moebius-band", "sphere", "torus:r=1.9", "fourier-curve", "swiss-roll"]
CHARTS = {name: from_spec(name).charts[0] for name in NAMES} | {
    "flat": FLAT,
    "pole": CUSP,
    "waves": WAVES,
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.02, 0.5])
def test_no_point_is_nearer_than_the_one_found(chart, noise):
    rng = np.random.default_rng(3)
    points = chart.evaluate(rng.uniform(chart.lower, chart.upper, (400, chart.dim)))
    scale = np.abs(points).max()
    points += noise * scale * rng.standard_normal(points.shape)
    projection = ChartProjection(chart)
    found = np.linalg.norm(projection(points) - points, axis=1)
    _, gaps = projection.candidates(points, 4)
    assert (found <= gaps[:, 0] + 1e-12 * scale).all()


def test_no_points_no_nearest_points():
    assert ChartProjection(FLAT)(np.empty((0, 2))).shape == (0, 2)


KLEIN = ["klein-bottle", "klein-bottle:a=1.2,b=1", "klein-bottle:a=5,b=.3"]


@pytest.mark.parametrize("spec", KLEIN)
@pytest.mark.parametrize("noise", [0.0, 1e-9, 0.02, 0.5])
def test_the_klein_bottle_needs_no_chart(spec, noise):
    manifold = from_spec(spec)
    rng = np.random.default_rng(4)
    points = manifold.sample(600, rng=5) + noise * rng.standard_normal((600, 4))
    through_chart = ChartProjection(manifold.charts[0])(points)
    nearest = manifold.project(points)
    found = np.linalg.norm(nearest - points, axis=1)
    assert (found <= np.linalg.norm(through_chart - points, axis=1) + 1e-12).all()
    assert np.abs(manifold.project(nearest) - nearest).max() < 1e-12


def test_points_on_the_core_of_the_klein_bottle_are_b_away():
    manifold = from_spec("klein-bottle")
    u = np.linspace(0, TURN, 7)
    core = np.stack([2 * np.cos(u), 2 * np.sin(u), 0 * u, 0 * u], axis=1)
    np.testing.assert_allclose(manifold.distance(core), 1.0, atol=1e-12)


@pytest.mark.parametrize("c", [0.05, 0.2, 0.24])
@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.05, 0.5])
def test_no_point_of_a_level_set_is_nearer_than_the_one_found(c, noise):
    manifold = from_spec(f"double-torus:c={c}")
    rng = np.random.default_rng(6)
    points = manifold.sample(300, rng=rng)
    points += noise * rng.standard_normal(points.shape)
    nearest = manifold.project(points)
    gaps = np.linalg.norm(nearest - points, axis=1)
    cloud = manifold.sample(5000, rng=rng)
    assert (gaps <= np.linalg.norm(points[:, None] - cloud, axis=2).min(axis=1) + 1e-12).all()
    assert np.abs(manifold.project(nearest) - nearest).max() < 1e-12
