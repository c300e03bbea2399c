"""The manifold record: sampling, checks of arguments, claims and their consistency."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from theory.bound import Bound
from theory.catalogue import linked_circles, sphere, torus
from theory.errors import InvalidInput
from theory.manifold import Claims


def test_sampling_is_reproducible_and_touches_no_global_state():
    manifold = torus()
    before = np.random.get_state()  # noqa: NPY002
    first = manifold.sample(20, rng=5)
    assert np.array_equal(first, manifold.sample(20, rng=np.random.default_rng(5)))
    assert not np.array_equal(first, manifold.sample(20, rng=6))
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(x, y) for x, y in zip(before, after, strict=True))


def test_components_and_distances():
    manifold = linked_circles()
    points = np.array([[0.9, 0, 0], [1.0, 0.0, 1.2], [0.0, 1.0, 0.5]])
    np.testing.assert_allclose(manifold.distance(points), [0.1, 0.2, 0.5])
    assert manifold.component_of(points).tolist() == [0, 1, 0]
    assert [part.name for part in manifold.components] == ["circle 1", "circle 2"]
    lone = sphere()
    assert lone.components == (lone,)
    assert lone.component_of(np.zeros((3, 3))).tolist() == [0, 0, 0]
    assert lone.closed


@pytest.mark.parametrize("method", ["tangent", "project", "distance", "component_of"])
def test_points_of_the_wrong_shape(method):
    for points in (np.zeros((2, 4)), np.zeros(3), np.zeros((1, 2, 3))):
        with pytest.raises(InvalidInput, match=r"\(n, 3\)"):
            getattr(torus(), method)(points)


def test_bad_records():
    with pytest.raises(InvalidInput, match="at least 1"):
        torus().sample(0)
    with pytest.raises(InvalidInput, match="dim"):
        dataclasses.replace(torus(), dim=4)
    for noise in (-1.0, np.inf, np.nan):
        with pytest.raises(InvalidInput, match="noise"):
            dataclasses.replace(torus(), noise=noise)


def test_betti_numbers_that_contradict_each_other():
    with pytest.raises(InvalidInput, match="Euler"):
        Claims(betti={2: (1, 2, 1), 3: (1, 1, 1)})
    with pytest.raises(InvalidInput, match="Euler"):
        Claims(betti={2: (1, 2, 1), 3: (1, 0)})
    with pytest.raises(InvalidInput, match="3 numbers"):
        dataclasses.replace(torus(), claims=Claims(betti={2: (1, 1), 3: (1, 1)}))


def test_error_at():
    claims = Claims(
        embedding_dim=5,
        optimal_error={
            2: Bound(1.0, "exact", True, "closed-form"),
            4: Bound(0.5, "lower", True, "torsion-argument"),
        },
    )
    assert claims.error_at(1) == Bound(1.0, "lower", True, "closed-form")
    assert claims.error_at(2).direction == "exact"
    assert claims.error_at(3) == Bound(0.5, "lower", True, "torsion-argument")
    assert claims.error_at(5) == Bound(0.0, "exact", True, "no-obstruction")
    assert Claims().error_at(1) is None
