"""Homology under limits: what is predicted, subsampled, killed, tried again and refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from geomcheck.homology import compute, engines, estimate_memory, persistence
from geomcheck.homology.guard import run_guarded
from geomcheck.homology.size import Cost
from theory.errors import InvalidInput

MIB = 2**20


def torus(n, seed=0):
    u, v = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, (2, n))
    return np.column_stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)])


def linked_circles(n, seed=0):
    t = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, n)
    zero = np.zeros(n)
    one = np.column_stack([np.cos(t), np.sin(t), zero])
    other = np.column_stack([1.0 + np.cos(t), zero, np.sin(t)])
    return np.where((np.arange(n) % 2 == 0)[:, None], one, other)


def covered(cloud, result):
    return float(cdist(cloud, cloud[result.subsample_indices]).min(axis=1).max())


@pytest.mark.parametrize("shape", [torus, linked_circles])
def test_the_estimate_for_alpha_follows_the_growth_of_the_complex(shape):
    cloud = shape(1000) + 1e-6 * np.random.default_rng(1).normal(size=(1000, 3))
    true = 300 * engines.delaunay_simplices(cloud)
    assert 0.7 * true <= estimate_memory(cloud) <= 1.5 * true


def test_the_estimate_for_rips_grows_with_points_and_degree():
    cloud = np.random.default_rng(0).normal(size=(400, 8))
    low = estimate_memory(cloud[:200], "rips", max_degree=1)
    assert low >= 8 * 200**2
    assert estimate_memory(cloud, max_degree=1) > 4 * low
    assert estimate_memory(cloud, max_degree=3) > estimate_memory(cloud, max_degree=2)
    assert estimate_memory(np.arange(10.0)[:, None]) < MIB


def test_a_small_limit_gives_a_subsample_with_its_covering_radius():
    cloud = torus(4000)
    said: list[str] = []
    result = persistence(cloud, memory_limit=20 * MIB, progress=said.append)
    assert 100 < result.n_points < 4000
    assert len(result.subsample_indices) == result.n_points
    assert result.subsample_radius == pytest.approx(covered(cloud, result), rel=1e-9)
    assert len(result.significant(1, 0.4)) == 2
    assert any("of 4000 points" in line for line in said)


def test_quadratic_complexes_are_subsampled_by_default():
    cloud = linked_circles(8000)
    assert estimate_memory(cloud) > 4 * 2**30
    result = persistence(cloud, memory_limit=60 * MIB)
    assert 200 < result.n_points < 1000
    assert result.subsample_radius < 0.05
    np.testing.assert_allclose(result.longest(1, 2)[:, 1], 0.5, atol=0.01)


def test_max_points_and_indices_into_the_cloud_given():
    cloud = np.repeat(torus(500), 2, axis=0)
    result = persistence(cloud, max_points=100)
    assert result.n_points == 100
    assert (result.subsample_indices % 2 == 0).all()
    assert result.subsample_radius == pytest.approx(covered(cloud, result), rel=1e-9)
    everything = persistence(cloud)
    assert everything.n_points == 500
    assert everything.subsample_indices is None
    assert everything.subsample_radius == 0.0


def test_a_subsample_may_span_less_than_the_cloud():
    for size in (1, 2, 3):
        result = persistence(torus(300), max_points=size)
        assert result.n_points == size
        assert result.affine_dim == size - 1
        assert len(result.degree(0)) == size


def test_large_clouds_in_many_coordinates(monkeypatch):
    from geomcheck.homology import reduce

    monkeypatch.setattr(reduce, "_COSTLY_REDUCTION", 1000)
    monkeypatch.setattr(reduce, "_COSTLY_CHOICE", 1000)
    cloud = np.random.default_rng(0).normal(size=(600, 40))
    result = persistence(cloud, max_points=50, max_degree=1)
    assert (result.filtration, result.n_points, result.affine_dim) == ("rips", 50, 40)
    assert result.subsample_radius == pytest.approx(covered(cloud, result), rel=1e-9)


def optimistic(points, rng):
    """A prediction that is far too low, yet high enough to call for a child process."""
    return Cost(lambda n: 12.0 * MIB, lambda n: 0.0, 10**9)


def test_a_process_that_runs_out_of_memory_is_replaced_by_a_smaller_one(monkeypatch):
    monkeypatch.setattr(compute, "alpha_cost", optimistic)
    said: list[str] = []
    cloud = torus(6000)
    result = persistence(cloud, memory_limit=40 * MIB, progress=said.append)
    assert any("out of memory" in line for line in said)
    assert 64 <= result.n_points < 6000
    assert result.subsample_radius == pytest.approx(covered(cloud, result), rel=1e-9)
    assert len(result.significant(1, 0.4)) == 2


def test_a_process_that_takes_too_long_is_replaced_by_a_smaller_one(monkeypatch):
    monkeypatch.setattr(compute, "alpha_cost", optimistic)
    said: list[str] = []
    result = persistence(torus(40_000), time_limit=2.0, progress=said.append)
    assert any("out of time" in line for line in said)
    assert 64 <= result.n_points < 40_000
    assert result.subsample_radius > 0.0


def test_child_and_parent_agree():
    cloud = torus(300)
    here, there = persistence(cloud), persistence(cloud, time_limit=60.0)
    for a, b in zip(here.by_degree, there.by_degree, strict=True):
        assert np.array_equal(a, b)
    rips = np.random.default_rng(0).normal(size=(30, 6))
    here = persistence(rips, engine="rips")
    there = persistence(rips, engine="rips", time_limit=60.0)
    assert there.filtration == "rips"
    for a, b in zip(here.by_degree, there.by_degree, strict=True):
        assert np.array_equal(a, b)


def test_a_child_that_fails_otherwise_is_reported():
    with pytest.raises(RuntimeError, match="no-such-engine"):
        run_guarded(
            "no-such-engine",
            np.eye(3),
            max_degree=1,
            field=2,
            threshold=1.0,
            memory_limit=2**30,
            timeout=60.0,
            progress=lambda message: None,
        )


def test_the_public_door_of_gudhi_serves_where_the_binding_is_missing(monkeypatch):
    cloud = np.random.default_rng(0).normal(size=(40, 6))
    direct = persistence(cloud, engine="rips")
    monkeypatch.setitem(sys.modules, "gudhi._ripser_ext", None)  # importing it fails now
    calls: list[int] = []

    def by_the_public_door(distances, max_degree, limit, field):
        calls.append(max_degree)
        monkeypatch.delitem(sys.modules, "gudhi._ripser_ext")
        return public_ripser(distances, max_degree, limit, field)

    public_ripser = engines.public_ripser
    monkeypatch.setattr(engines, "public_ripser", by_the_public_door)
    public = persistence(cloud, engine="rips")
    assert calls == [2]
    for a, b in zip(direct.by_degree, public.by_degree, strict=True):
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"max_degree": -1}, "max_degree"),
        ({"homology_coeff_field": 4}, "homology_coeff_field"),
        ({"homology_coeff_field": 1}, "homology_coeff_field"),
        ({"homology_coeff_field": 46349}, "homology_coeff_field"),
        ({"memory_limit": 0}, "memory_limit"),
        ({"time_limit": 0.0}, "time_limit"),
        ({"time_limit": float("nan")}, "time_limit"),
        ({"max_points": 0}, "max_points"),
        ({"max_radius": 0.0}, "max_radius"),
        ({"engine": "cech"}, "engine"),
    ],
)
def test_options_refused(options, argument):
    with pytest.raises(InvalidInput) as caught:
        persistence(torus(10), **options)
    assert caught.value.argument == argument


def test_alpha_is_refused_where_it_cannot_end():
    with pytest.raises(InvalidInput, match="20 dimensions"):
        persistence(np.random.default_rng(0).normal(size=(50, 20)), engine="alpha")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("engine", ["alpha", "rips"])
def test_values_that_are_not_finite_never_reach_gudhi(bad, engine):
    cloud = torus(20)
    cloud[11, 2] = bad
    with pytest.raises(InvalidInput, match="row 11, column 2"):
        persistence(cloud, engine=engine)
    with pytest.raises(InvalidInput, match="row 11, column 2"):
        estimate_memory(cloud, engine)


def test_gudhi_is_imported_when_it_is_needed():
    code = (
        "import sys, geomcheck.homology, theory.diagram, theory.points\n"
        "assert not {'gudhi', 'scipy', 'torch', 'sklearn'} & set(sys.modules)\n"
        "geomcheck.homology.persistence([[float(i % 7), float(i % 5)] for i in range(35)])\n"
        "geomcheck.homology.persistence([[float(i == j) for i in range(14)] for j in range(14)])\n"
        "assert 'gudhi' in sys.modules and 'sklearn' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
