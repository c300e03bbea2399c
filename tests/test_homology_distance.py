"""Bottleneck distances: by hand, with essential classes, and with the error they claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomcheck.homology import bottleneck_distance
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput

INF = float("inf")


def diagram(bars, **changes):
    given_ = {
        "by_degree": (np.array(bars, dtype=float).reshape(-1, 2),),
        "homology_coeff_field": 2,
        "filtration": "alpha",
        "n_points": 5,
        "ambient_dim": 2,
        "affine_dim": 2,
    }
    return PersistenceDiagrams(**{**given_, **changes})


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ([], [], 0.0),
        ([[0, 1]], [], 0.5),
        ([[0, 1]], [[0.1, 1.3]], 0.3),
        ([[0, 1]], [[5, 6.5]], 0.75),
        ([[0, INF]], [[0.25, INF]], 0.25),
        ([[0, INF], [1, INF]], [[1, INF], [0.5, INF]], 0.5),
        ([[0, INF], [0, 1]], [[0, INF]], 0.5),
        ([[0, INF]], [[0, 100.0]], INF),
        ([[0, INF], [0, INF]], [[0, INF]], INF),
    ],
)
def test_by_hand(first, second, value):
    exact = bottleneck_distance(diagram(first), diagram(second), degree=0, tolerance=0.0)
    assert exact.value == pytest.approx(value)
    assert exact.error == 0.0
    near = bottleneck_distance(diagram(second), diagram(first), degree=0)
    assert near.value == value or abs(near.value - value) <= near.error + 1e-12


bars = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0.001, 1)).map(lambda bar: [bar[0], bar[0] + bar[1]]),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(bars, bars, st.floats(0.0, 0.5))
def test_the_error_is_kept(first, second, tolerance):
    a, b = diagram(first), diagram(second)
    exact = bottleneck_distance(a, b, degree=0, tolerance=0.0)
    near = bottleneck_distance(a, b, degree=0, tolerance=tolerance)
    assert near.error <= tolerance
    assert abs(near.value - exact.value) <= near.error + 1e-12


def test_the_error_of_the_clouds_is_the_sum_of_both():
    a = diagram([[0, 1]], subsample_radius=0.2, subsample_indices=np.arange(5))
    b = diagram([[0, 1]], perturbation=0.05)
    assert bottleneck_distance(a, b, degree=0).cloud_error == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("changes", "options", "argument"),
    [
        ({"filtration": "rips"}, {}, "filtration"),
        ({"homology_coeff_field": 3}, {}, "homology_coeff_field"),
        ({"threshold": 3.0}, {}, "threshold"),
        ({}, {"degree": 1}, "degree"),
        ({}, {"tolerance": -1.0}, "tolerance"),
    ],
)
def test_refuses_what_cannot_be_compared(changes, options, argument):
    with pytest.raises(InvalidInput) as caught:
        bottleneck_distance(
            diagram([[0, 1]]), diagram([[0, 1]], **changes), **{"degree": 0, **options}
        )
    assert caught.value.argument == argument
