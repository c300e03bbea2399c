"""Sample sizes and density conditions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.bound import Bound
from theory.catalogue import from_spec
from theory.covering import covering_radius
from theory.errors import InvalidInput
from theory.sampling import DENSEST_RATIO, dense_enough, points_needed


def _bound(value, direction="exact"):
    return Bound(value, direction, direction != "estimate", "given")


def test_points_needed_written_out_for_a_circle():
    length, reach, delta, eps = 2 * math.pi, 1.0, 0.01, 0.4
    th1, th2 = math.asin(eps / 8), math.asin(eps / 16)
    b1 = length / (math.cos(th1) * 2 * eps / 4)
    b2 = length / (math.cos(th2) * 2 * eps / 8)
    bound = b1 * (math.log(b2) + math.log(1 / delta))
    found = points_needed(volume=length, intrinsic_dim=1, reach=reach, delta=delta, epsilon=eps)
    assert found - 1 <= bound < found


@settings(derandomize=True, max_examples=50)
@given(st.floats(0.1, 1e3), st.integers(1, 5), st.floats(0.01, 10), st.floats(1e-6, 0.5))
def test_points_needed_is_the_same_at_every_scale_and_grows_as_it_should(
    volume, dim, factor, delta
):
    needed = points_needed(volume=volume, intrinsic_dim=dim, reach=0.3, delta=delta)
    scaled = points_needed(
        volume=volume * factor**dim, intrinsic_dim=dim, reach=0.3 * factor, delta=delta
    )
    assert scaled == pytest.approx(needed, rel=1e-6, abs=1)
    assert points_needed(volume=2 * volume, intrinsic_dim=dim, reach=0.3, delta=delta) >= needed
    assert (
        points_needed(volume=volume, intrinsic_dim=dim, reach=0.3, delta=delta, epsilon=0.05)
        >= needed
    )


@pytest.mark.parametrize("spec", ["circle", "ellipse:a=1.2"])
def test_that_many_random_points_are_dense_enough(spec):
    manifold = from_spec(spec)
    reach = manifold.claims.reach
    n = points_needed(
        volume=manifold.claims.volume.value, intrinsic_dim=1, reach=reach.value, delta=0.05
    )
    for seed in range(20):
        eta = covering_radius(manifold.sample(n, rng=seed), manifold)
        assert dense_enough(eta, reach) is True


@pytest.mark.parametrize(
    ("eta", "tau", "expected"),
    [
        (_bound(0.38), _bound(1.0), True),
        (_bound(0.39), _bound(1.0), False),
        (_bound(0.38, "upper"), _bound(1.0, "lower"), True),
        (_bound(0.38, "lower"), _bound(1.0), None),
        (_bound(0.38), _bound(1.0, "upper"), None),
        (_bound(0.39, "upper"), _bound(1.0), None),
        (_bound(0.39, "lower"), _bound(1.0, "upper"), False),
        (_bound(0.39), _bound(1.0, "lower"), None),
        (_bound(0.38, "estimate"), _bound(1.0, "estimate"), True),
    ],
)
def test_density_is_told_only_where_the_directions_allow(eta, tau, expected):
    assert pytest.approx(math.sqrt(0.15)) == DENSEST_RATIO
    assert dense_enough(eta, tau) is expected


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"volume": 0.0}, "volume"),
        ({"reach": math.inf}, "reach"),
        ({"intrinsic_dim": 0}, "intrinsic_dim"),
        ({"delta": 1.0}, "delta"),
        ({"epsilon": 0.5}, "epsilon"),
    ],
)
def test_unusable_arguments_are_named(change, argument):
    usual = {"volume": 1.0, "intrinsic_dim": 1, "reach": 1.0, "delta": 0.1}
    with pytest.raises(InvalidInput) as caught:
        points_needed(**(usual | change))
    assert caught.value.argument == argument
