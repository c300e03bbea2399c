"""Charts: evaluation, derivatives, volume elements, grids, isometric images."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.chart import Chart
from theory.chart_volume import chart_volume, uniform_coordinates
from theory.errors import InvalidInput

TURN = 2 * math.pi


def torus_chart(**options):
    return Chart(
        lambda u, v: ((2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)),
        (0.0, 0.0),
        (TURN, TURN),
        (True, True),
        **options,
    )


def test_derivatives_match_differences():
    coordinates = np.random.default_rng(0).uniform(0, TURN, (30, 2))
    exact = torus_chart().derivatives(coordinates)
    rough = torus_chart(differences=True).derivatives(coordinates)
    for one, other, tolerance in zip(exact, rough, (1e-15, 1e-8, 1e-4), strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance)


def test_constant_columns_have_no_derivative():
    chart = Chart(lambda u: (u, 3.0), (0.0,), (1.0,), (False,))
    points, first, second = chart.derivatives(np.array([[0.5]]))
    assert points.tolist() == [[0.5, 3.0]]
    assert first[0, :, 0].tolist() == [1.0, 0.0]
    assert not second.any()


def test_volume_element_and_volume():
    chart = torus_chart()
    coordinates = np.random.default_rng(1).uniform(0, TURN, (30, 2))
    expected = 2 + np.cos(coordinates[:, 1])
    np.testing.assert_allclose(chart.volume_element(coordinates), expected, rtol=1e-12)
    volume = chart_volume(chart)
    assert volume.value == pytest.approx(8 * math.pi**2, rel=1e-12)
    assert (volume.direction, volume.certified, volume.source) == ("estimate", False, "quadrature")


def test_rejection_follows_the_volume_element():
    coordinates = uniform_coordinates(torus_chart(), 20_000, np.random.default_rng(2), 3.0)
    # E cos v = (1/2 pi) int cos v (2 + cos v)/2 dv = 1/4; five standard errors.
    assert np.cos(coordinates[:, 1]).mean() == pytest.approx(0.25, abs=5 * 0.7 / math.sqrt(20_000))


def test_cell_centres():
    centres, half = torus_chart().cell_centres((4, 2))
    assert centres.shape == (8, 2)
    np.testing.assert_allclose(half, [TURN / 8, TURN / 4])
    np.testing.assert_allclose(centres[0], half)


def test_mapped_is_the_composition():
    rng = np.random.default_rng(3)
    linear = 2.5 * np.linalg.qr(rng.standard_normal((5, 3)))[0]
    offset = rng.standard_normal(5)
    chart = torus_chart(stretch=(3.0, 1.0))
    image = chart.mapped(linear, offset)
    coordinates = rng.uniform(0, TURN, (10, 2))
    np.testing.assert_allclose(
        image.evaluate(coordinates), chart.evaluate(coordinates) @ linear.T + offset
    )
    np.testing.assert_allclose(image.jacobian(coordinates), linear @ chart.jacobian(coordinates))
    np.testing.assert_allclose(image.stretch, (7.5, 2.5))


@pytest.mark.parametrize(
    ("lower", "upper", "periodic", "stretch"),
    [
        ((0.0,), (0.0,), (False,), None),
        ((1.0,), (0.0,), (False,), None),
        ((0.0,), (math.inf,), (False,), None),
        ((0.0,), (1.0, 2.0), (False,), None),
        ((0.0,), (1.0,), (False, True), None),
        ((0.0,), (1.0,), (False,), (1.0, 1.0)),
        ((), (), (), None),
    ],
)
def test_bad_boxes(lower, upper, periodic, stretch):
    with pytest.raises(InvalidInput):
        Chart(lambda u: (u,), lower, upper, periodic, stretch)
