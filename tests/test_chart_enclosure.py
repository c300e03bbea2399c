"""Enclosures of charts and their derivatives contain what jets compute, on random boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from catalogue_cases import ALL
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.catalogue import from_spec
from theory.chart import Chart
from theory.chart_enclosure import derivative_forms, enclosed
from theory.taylor_form import NoTaylorForm

CHARTS = [chart for spec in ALL for chart in from_spec(spec).charts[:1] if chart.dim <= 2]
ROUNDING = 1e-12
SEVERAL = Chart(
    lambda x, y: (
        np.exp(-x * x) / (1 + y**2),
        np.sqrt(2 + np.sin(x * y)) + np.tanh(x) ** 3,
        np.arctan2(2 + y, x) + np.hypot(x, 1 + y * y) + np.log1p(y**2) ** 1.5,
        np.cbrt(3 + x) - np.arcsin(x / 4) + 2.0,
    ),
    (-1.0, -1.0),
    (1.0, 1.0),
    (False, False),
)


@settings(max_examples=40)
@given(st.sampled_from([*CHARTS, SEVERAL]), st.floats(-4.0, -0.3), st.integers(0, 10**6))
def test_points_and_derivatives_lie_within(chart, size, seed):
    rng = np.random.default_rng(seed)
    side = np.subtract(chart.upper, chart.lower)
    middle = chart.lower + side * rng.uniform(0.25, 0.75, (20, chart.dim))
    half = 0.25 * side * 10.0**size * rng.uniform(0.1, 1, middle.shape)
    known = enclosed(chart, middle - half, middle + half)
    forms = derivative_forms(chart, middle - half, middle + half)
    for _ in range(4):
        xi = rng.uniform(-1, 1, middle.shape)
        points, first, second = chart.derivatives(middle + half * xi)
        room = ROUNDING * (1 + np.abs(points).max() + np.abs(first).max() + np.abs(second).max())
        linear = known.centre + np.einsum("nia,na->ni", known.linear, xi)
        assert (np.abs(points - linear) <= known.remainder + room).all()
        assert (np.abs(first - known.first) <= known.change + room).all()
        for i, row in enumerate(forms.first):
            for a, slope in enumerate(row):
                held(slope, xi, first[:, i, a], room)
                for b, bend in enumerate(forms.second[i][a]):
                    held(bend, xi, second[:, i, a, b], room)


def held(form, xi, value, room):
    off = np.abs(value - form.centre - (form.linear * xi).sum(axis=1))
    assert (off <= form.remainder + room).all()


def test_second_derivatives_are_enclosed_to_second_order():
    sizes, rest = [0.1, 0.01], []
    for size in sizes:
        box = np.array([[0.7, 0.3]])
        forms = derivative_forms(SEVERAL, box - size, box + size)
        rest.append(max(f.remainder.max() for row in forms.second for pair in row for f in pair))
    assert rest[1] <= rest[0] / 60


def test_an_angle_has_no_derivative_across_its_cut():
    chart = Chart(lambda t: (np.arctan2(np.sin(t), np.cos(t)), np.cos(t)), (0.0,), (5.0,), (False,))
    low = np.array([[1.0], [3.1], [4.0]])
    known = enclosed(chart, low, low + 0.1)
    assert np.isfinite(known.change[:, 0, 0]).tolist() == [True, False, True]
    forms = derivative_forms(chart, low, low + 0.1)
    assert np.isfinite(forms.second[0][0][0].remainder).tolist() == [True, False, True]


def test_a_function_without_forms_says_so():
    chart = Chart(lambda t: (np.maximum(t, 0), t), (0.0,), (1.0,), (False,))
    with pytest.raises(NoTaylorForm):
        derivative_forms(chart, np.zeros((1, 1)), np.ones((1, 1)))
    assert math.isfinite(enclosed(CHARTS[0], np.zeros((1, 1)), np.ones((1, 1))).spread[0])
