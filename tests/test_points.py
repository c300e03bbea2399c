"""Clouds: what is refused, what is kept exactly, farthest points against the plain algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist, pdist

from theory.errors import InvalidInput
from theory.points import as_points, deduplicate, farthest_point_subsample, rank_reduce

coordinates = st.floats(-100, 100, allow_subnormal=False)
clouds = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 40), st.integers(1, 4)), elements=coordinates
)


def test_a_usable_array_is_returned_as_it_is():
    cloud = np.arange(6.0).reshape(3, 2)
    assert as_points(cloud) is cloud


@pytest.mark.parametrize("given_", [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], dtype=np.float32)])
def test_numbers_become_float64(given_):
    cloud = as_points(given_)
    assert cloud.dtype == np.float64
    assert cloud.flags.c_contiguous
    assert cloud.tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (np.arange(3.0), "two dimensions"),
        (np.zeros((2, 2, 2)), "two dimensions"),
        (np.zeros((0, 2)), "at least 1 point"),
        (np.zeros((2, 0)), "at least one coordinate"),
        (np.array([["a", "b"]]), "real numbers"),
        (np.array([[1, None]], dtype=object), "real numbers"),
        (np.array([[1j, 0]]), "real numbers"),
        ([[1.0], [1.0, 2.0]], "shape"),
        ([[0.0, 1.0], [2.0, np.nan], [np.inf, 0.0]], "nan at row 1, column 1"),
        ([[0.0, 1.0], [2.0, 3.0], [-np.inf, 0.0]], "-inf at row 2, column 0"),
        ([[0.0, 1e200]], "1e\\+200 at row 0, column 1"),
    ],
)
def test_refused_with_the_argument_named(given_, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        as_points(given_, argument="data")
    assert caught.value.argument == "data"


def test_min_points():
    with pytest.raises(InvalidInput, match="at least 4"):
        as_points(np.zeros((3, 1)), min_points=4)


def test_deduplicate_keeps_the_first_of_equal_rows():
    cloud = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [-0.0, 0.0], [2.0, 5.0]])
    assert deduplicate(cloud).tolist() == [0, 1, 4]


@given(clouds)
def test_deduplicate_keeps_every_distinct_point(cloud):
    kept = cloud[deduplicate(cloud)]
    assert {tuple(row + 0.0) for row in kept} == {tuple(row + 0.0) for row in cloud}
    assert len({tuple(row + 0.0) for row in kept}) == len(kept)


@given(clouds, st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_rank_reduction_of_an_embedded_cloud_keeps_distances(cloud, extra, seed):
    dim = cloud.shape[1]
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(dim + extra, dim + extra)))[0][:, :dim]
    embedded = cloud @ rotation.T + rng.normal(size=dim + extra)
    reduced = rank_reduce(embedded)
    assert reduced.rank <= min(dim, max(len(cloud) - 1, 0))
    assert reduced.points.shape == (len(cloud), reduced.rank)
    assert reduced.residual <= 1e-11
    back = reduced.centre + reduced.points @ reduced.basis
    assert np.abs(back - embedded).max() <= 1e-10
    np.testing.assert_allclose(
        pdist(reduced.points) if reduced.rank else 0.0,
        pdist(embedded) if reduced.rank else 0.0,
        atol=1e-10,
    )


def test_a_direction_above_rounding_is_never_dropped():
    flat = np.random.default_rng(0).normal(size=(100, 3)) * [1.0, 1.0, 0.0]
    flat[17, 2] = 1e-12
    assert rank_reduce(flat).rank == 3
    loose = rank_reduce(flat, tol=1e-9)
    assert loose.rank == 2
    assert loose.residual == pytest.approx(1e-12, rel=0.05)


def test_rank_of_small_clouds():
    assert rank_reduce(np.ones((5, 3))).rank == 0
    assert rank_reduce(np.array([[1.0, 2.0, 3.0]])).points.shape == (1, 0)
    line = rank_reduce(np.outer(np.arange(4.0), [3.0, 4.0]) + 1e6)
    assert line.rank == 1
    assert np.ptp(line.points) == pytest.approx(15.0)


def test_rank_reduction_needs_a_tolerance_it_can_use():
    with pytest.raises(InvalidInput, match="tol"):
        rank_reduce(np.eye(2), tol=-1.0)


def plain_farthest_points(cloud, size, start):
    nearest = np.full(len(cloud), np.inf)
    chosen = []
    for _ in range(size):
        chosen.append(start)
        nearest = np.minimum(nearest, ((cloud - cloud[start]) ** 2).sum(axis=1))
        start = int(nearest.argmax())
    return chosen, np.sqrt(nearest.max())


@pytest.mark.parametrize(
    ("n", "dim", "size"), [(50, 2, 50), (1000, 3, 200), (5000, 3, 700), (900, 40, 60)]
)
def test_farthest_points_agree_with_the_plain_algorithm(n, dim, size):
    cloud = np.random.default_rng(n).normal(size=(n, dim))
    chosen, radius = plain_farthest_points(cloud, size, 7)
    found = farthest_point_subsample(cloud, size, start=7)
    assert found.indices.tolist() == chosen
    assert found.covering_radius == pytest.approx(radius, rel=1e-12)


@settings(max_examples=60)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 400), st.integers(1, 3)),
        elements=st.integers(-4, 4).map(float),
    ),
    st.integers(1, 30),
)
def test_covering_radius_is_exact_and_points_are_apart(cloud, size):
    found = farthest_point_subsample(cloud, min(size, len(cloud)))
    centres = cloud[found.indices]
    assert found.covering_radius == pytest.approx(
        cdist(cloud, centres).min(axis=1).max(), abs=1e-12
    )
    assert len(centres) == 1 or pdist(centres).min() >= found.covering_radius - 1e-12
    assert len(np.unique(centres, axis=0)) == len(centres)


def test_subsample_ends_when_every_point_is_covered():
    cloud = np.repeat(np.eye(3), 100, axis=0)
    found = farthest_point_subsample(cloud, 50)
    assert len(found.indices) == 3
    assert found.covering_radius == 0.0


def test_subsample_is_reproducible_and_its_start_can_be_chosen():
    cloud = np.random.default_rng(1).normal(size=(500, 3))
    first, second = (farthest_point_subsample(cloud, 20, rng=5) for _ in range(2))
    assert first.indices.tolist() == second.indices.tolist()
    farthest = int(np.linalg.norm(cloud - cloud.mean(axis=0), axis=1).argmax())
    assert farthest_point_subsample(cloud, 5).indices[0] == farthest
    assert farthest_point_subsample(cloud, 5, start=3).indices[0] == 3


@pytest.mark.parametrize(
    ("size", "start", "name"), [(0, None, "size"), (2, 9, "start"), (2, -1, "start")]
)
def test_subsample_refuses(size, start, name):
    with pytest.raises(InvalidInput) as caught:
        farthest_point_subsample(np.eye(3), size, start=start)
    assert caught.value.argument == name


def test_masked_values_are_no_coordinates():
    cloud = np.ma.masked_greater(np.array([[0.0, 1.0], [999.0, 2.0]]), 100.0)
    with pytest.raises(InvalidInput, match="an array with 1 masked values"):
        as_points(cloud)
    np.testing.assert_array_equal(as_points(np.ma.array(np.eye(2))), np.eye(2))
