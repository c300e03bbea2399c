"""Bounds of the partial derivatives of a user's chart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import theory
from theory.chart import Chart
from theory.chart_stretch import with_stretch
from theory.covering import covering_radius

TURN = (0.0, 2 * np.pi)


def waved(u, v, a=0.3):
    radius = 2 + np.cos(v)
    return radius * np.cos(u), radius * np.sin(u), np.sin(v) + a * np.sin(2 * u)


@given(st.floats(0.1, 3.0), st.integers(1, 5))
def test_stretch_bounds_the_derivatives_and_is_close(size: float, waves: int) -> None:
    chart = with_stretch(
        Chart(
            lambda u, v: (size * np.cos(u), size * np.sin(u), np.sin(waves * u) + v * v),
            (0.0, 0.0),
            (6.0, 1.0),
            (False, False),
        )
    )
    assert chart.stretch is not None
    u = np.random.default_rng(0).uniform((0, 0), (6, 1), (4000, 2))
    lengths = np.linalg.norm(chart.jacobian(u), axis=1).max(axis=0)
    assert (lengths <= chart.stretch).all()
    assert (np.array(chart.stretch) <= 1.6 * lengths).all()


def test_covering_radii_on_a_chart_of_ones_own_are_certain() -> None:
    wavy = theory.Manifold.from_chart(waved, [TURN, TURN], periodic=True, name="wavy torus")
    points = wavy.sample(2000, rng=0)
    found = covering_radius(points, wavy)
    assert found.certified
    gaps = np.linalg.norm(wavy.sample(3000, rng=1)[:, None] - points[None], axis=2).min(axis=1)
    assert gaps.max() <= found.value


@pytest.mark.parametrize("steep", [np.sqrt, lambda t: np.interp(t, [0, 1], [0, 1])])
def test_where_nothing_is_known_nothing_is_said(steep) -> None:
    assert with_stretch(Chart(lambda t: (t, steep(t)), (0.0,), (1.0,), (False,))).stretch is None


def test_an_impossible_embedding_is_refused() -> None:
    claims = theory.Claims(betti={2: (1, 2, 1)}, embedding_dim=2)
    wrong = theory.Manifold.from_chart(waved, [TURN, TURN], periodic=True, claims=claims)
    with pytest.raises(theory.InvalidInput, match="at least 3: a closed set of dimension 2"):
        assert wrong.embeds_from
    right = theory.Manifold.from_chart(waved, [TURN, TURN], periodic=True)
    assert right.embeds_from == 3
