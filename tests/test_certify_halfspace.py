"""Shares of cells certified on one side of epsilon are never too large."""

from __future__ import annotations

import numpy as np
import pytest
from certify_cases import bounds_of, random_cells, random_network
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.certify.error import cell_points
from geomcheck.certify.halfspace import certified_shares, halfspace_share
from theory.catalogue import from_spec


def share_by_strips(normal: list[float], level: float, strips: int) -> tuple[float, float]:
    """Lower and upper bounds of the share, exact along the longest coefficient."""
    a = np.sort(np.abs(normal))[::-1]
    if a[0] == 0:
        return (1.0, 1.0) if level >= 0 else (0.0, 0.0)
    edges = np.linspace(-1, 1, strips + 1)
    low = np.zeros(1)
    high = np.zeros(1)
    for c in a[1:]:
        low = np.add.outer(low, c * edges[:-1]).ravel()
        high = np.add.outer(high, c * edges[1:]).ravel()
    ends = [np.clip(((level - other) / a[0] + 1) / 2, 0, 1).mean() for other in (high, low)]
    return float(ends[0]), float(ends[1])


COEFFICIENT = st.one_of(
    st.just(0.0), st.floats(-1, 1), st.floats(-12, 0).map(lambda power: 10.0**power)
)


@given(st.lists(COEFFICIENT, min_size=1, max_size=3), st.floats(-1.2, 1.2))
def test_the_share_of_a_half_space(normal: list[float], height: float) -> None:
    level = height * sum(abs(a) for a in normal)
    share = float(halfspace_share(np.array([normal]), np.array([level]))[0])
    least, most = share_by_strips(normal, level, 200)
    assert share <= most + 1e-12
    if max(abs(a) for a in normal) > 1e-100:
        assert share >= least - 1e-3


@given(st.floats(-60, 60).map(lambda power: 10.0**power), st.integers(1, 5))
def test_shares_do_not_depend_on_scale(scale: float, k: int) -> None:
    normal = np.full((3, k), scale)
    level = np.array([-1.1, 0.0, 1.1]) * k * scale
    share = halfspace_share(normal, level)
    assert share[0] == 0
    assert share[2] == 1
    assert 0 <= share[1] <= 0.5


def test_nothing_to_tell_apart() -> None:
    share = halfspace_share(np.zeros((2, 2)), np.array([1.0, -1.0]))
    assert (share == [1, 0]).all()
    assert (halfspace_share(np.full((1, 2), np.nan), np.zeros(1)) == 0).all()
    assert (halfspace_share(np.zeros((1, 2)), np.array([np.nan])) == 0).all()


@pytest.mark.parametrize("spec", ["circle", "sphere", "torus", "special-orthogonal"])
def test_certified_shares_of_cells(spec: str) -> None:
    K = from_spec(spec)
    rng = np.random.default_rng(12)
    chart, model = K.charts[0], random_network(K.ambient_dim, K.dim, gain=1.0)
    low, high = random_cells(chart, 60, rng)
    found = bounds_of(model).over(cell_points(chart, low, high))
    per_axis = {1: 2000, 2: 60, 3: 16}[K.dim]
    ticks = [(np.arange(per_axis) + 0.5) / per_axis] * K.dim
    grid = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1).reshape(-1, K.dim)
    decided = 0
    for row in range(len(low)):
        x = chart.evaluate(low[row] + (high[row] - low[row]) * grid)
        error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
        for epsilon in np.quantile(error, [0.0, 0.3, 0.8, 1.0]):
            above, below = (
                share[row] for share in certified_shares(found, float(epsilon), low, high)
            )
            # One layer of the grid may fall on the other side.
            slack = 2 * K.dim / per_axis
            assert above <= (error > epsilon).mean() + slack
            assert below <= (error <= epsilon).mean() + slack
            decided += above + below > 0.9
    assert decided > 60
