"""The record of persistence diagrams: Betti numbers, bars, bounds for offsets, JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput

INF = float("inf")


def diagrams(**changes):
    given_ = {
        "by_degree": (
            np.array([[0.0, 0.5], [0.0, INF], [0.0, 0.2]]),
            np.array([[0.3, 0.45], [0.25, 1.0], [0.1, 0.2]]),
            np.empty((0, 2)),
        ),
        "homology_coeff_field": 2,
        "filtration": "alpha",
        "n_points": 10,
        "ambient_dim": 5,
        "affine_dim": 3,
    }
    return PersistenceDiagrams(**{**given_, **changes})


@pytest.mark.parametrize(
    ("radius", "betti"),
    [(0.0, (3, 0, 0)), (0.1, (3, 1, 0)), (0.2, (2, 0, 0)), (0.35, (2, 2, 0)), (1.0, (1, 0, 0))],
)
def test_betti_counts_bars_born_and_not_yet_dead(radius, betti):
    assert diagrams().betti(radius) == betti


def test_bars_by_length():
    assert diagrams().longest(1, 2).tolist() == [[0.25, 1.0], [0.3, 0.45]]
    assert diagrams().longest(0, 1).tolist() == [[0.0, INF]]
    assert diagrams().longest(2, 3).shape == (0, 2)
    assert diagrams().significant(1, 0.2).tolist() == [[0.25, 1.0]]
    assert diagrams().significant(0, 0.5).tolist() == [[0.0, INF]]


def test_alpha_bars_are_bars_of_the_offsets():
    bounds = diagrams().offset_bounds(1)
    assert bounds.birth_upper.tolist() == [0.3, 0.25, 0.1]
    assert bounds.death_lower.tolist() == [0.45, 1.0, 0.2]


def test_rips_births_are_late_by_the_factor_of_jung():
    bounds = diagrams(filtration="rips").offset_bounds(1)
    np.testing.assert_allclose(bounds.birth_upper, np.sqrt(1.5) * np.array([0.3, 0.25, 0.1]))
    assert bounds.death_lower.tolist() == [0.45, 1.0, 0.2]


def test_a_truncated_filtration_vouches_for_no_more_than_its_threshold():
    cut = diagrams(by_degree=(np.array([[0.0, INF]]),), threshold=2.0)
    assert cut.offset_bounds(0).death_lower.tolist() == [2.0]
    with pytest.raises(InvalidInput, match="radius"):
        cut.betti(2.5)


def test_error_radius_adds_subsample_and_perturbation():
    assert diagrams(subsample_radius=0.25, perturbation=0.5).error_radius == 0.75


def test_arrays_cannot_be_changed():
    source = np.array([[0.0, 1.0]])
    record = diagrams(by_degree=(source,))
    source[0, 1] = 7.0
    assert record.degree(0).tolist() == [[0.0, 1.0]]
    with pytest.raises(ValueError, match="read-only"):
        record.degree(0)[0, 0] = 1.0


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"filtration": "cech"}, "filtration"),
        ({"by_degree": ()}, "by_degree"),
        ({"by_degree": (np.zeros((2, 3)),)}, "by_degree"),
        ({"by_degree": (np.array([[0.5, 0.2]]),)}, "by_degree"),
        ({"by_degree": (np.array([[np.nan, 0.2]]),)}, "by_degree"),
        ({"by_degree": (np.array([[0.1, np.nan]]),)}, "by_degree"),
        ({"by_degree": (np.array([[-0.1, 0.2]]),)}, "by_degree"),
        ({"subsample_radius": -1.0}, "subsample_radius"),
        ({"perturbation": INF}, "perturbation"),
        ({"threshold": 0.0}, "threshold"),
    ],
)
def test_refuses(changes, argument):
    with pytest.raises(InvalidInput) as caught:
        diagrams(**changes)
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    "call",
    [
        lambda d: d.degree(3),
        lambda d: d.degree(-1),
        lambda d: d.longest(0, -1),
        lambda d: d.betti(-0.1),
        lambda d: d.betti(float("nan")),
    ],
)
def test_refuses_degrees_and_radii_it_has_not(call):
    with pytest.raises(InvalidInput):
        call(diagrams())


bars = st.lists(
    st.tuples(st.floats(0, 10), st.one_of(st.floats(0, 10), st.just(INF))).map(
        lambda bar: (bar[0], bar[0] + bar[1])
    ),
    max_size=5,
)


@given(
    st.lists(bars, min_size=1, max_size=3),
    st.one_of(st.just(INF), st.floats(0.1, 5)),
    st.one_of(st.none(), st.lists(st.integers(0, 9), max_size=4)),
)
def test_json_gives_the_same_record_back(by_degree, threshold, indices):
    record = diagrams(
        by_degree=tuple(np.array(b, dtype=float).reshape(-1, 2) for b in by_degree),
        threshold=threshold,
        subsample_indices=None if indices is None else np.array(indices, dtype=np.intp),
    )
    text = json.dumps(record.to_dict(), allow_nan=False)
    back = PersistenceDiagrams.from_dict(json.loads(text))
    assert all(np.array_equal(a, b) for a, b in zip(back.by_degree, record.by_degree, strict=True))
    assert back.to_dict() == record.to_dict()
    assert (back.subsample_indices is None) == (indices is None)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("threshold"),
        lambda d: d.update(by_degree=[["x"]]),
        lambda d: d.update(n_points=None),
    ],
)
def test_from_dict_refuses_what_it_did_not_write(spoil):
    data = diagrams().to_dict()
    spoil(data)
    with pytest.raises(InvalidInput, match="data"):
        PersistenceDiagrams.from_dict(data)
