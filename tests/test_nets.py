"""Nets: well-spread points, as many as the topology asks for where that is in reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import theory
from geomcheck.nets import net_of_manifold, thinned
from theory.covering import covering_radius
from theory.points import farthest_point_subsample
from theory.sampling import dense_enough

USUAL = {
    "ellipsoid": 2500,
    "special-orthogonal": 1200,
    "stiefel:n=3,p=2": 1200,
    "torus": 2500,
    "stiefel": 1200,
    "ellipsoid:a=4,b=2,c=1": 2500,
}


def net_of(manifold, seed=0):
    return net_of_manifold(manifold, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("spec", "seed"),
    [("ellipsoid", 0), ("ellipsoid", 1), ("special-orthogonal", 0), ("stiefel:n=3,p=2", 0)],
)
def test_a_net_with_too_few_points_grows_until_it_is_dense_enough(spec, seed):
    net = net_of(theory.from_spec(spec), seed)
    assert net.covering.certified
    assert dense_enough(net.covering, net.reach)
    assert USUAL[spec] < len(net.points) <= 2.25 * USUAL[spec]
    # What is said of the topology is looked at on all of them.
    assert thinned(net) is net


def test_the_points_of_a_grown_net_lie_within_its_covering_radius():
    manifold = theory.from_spec("ellipsoid")
    net = net_of(manifold)
    gaps = [np.linalg.norm(net.points - x, axis=1).min() for x in manifold.sample(500, rng=9)]
    assert max(gaps) <= net.covering.value


@pytest.mark.parametrize("spec", ["torus", "stiefel", "ellipsoid:a=4,b=2,c=1"])
def test_a_net_that_is_dense_enough_or_hopeless_stays_as_it_is(spec):
    assert len(net_of(theory.from_spec(spec)).points) == USUAL[spec]


def test_a_set_with_too_few_points_to_draw_has_the_net_there_is():
    ellipsoid = theory.from_spec("ellipsoid")
    many = ellipsoid.sample(20_000, rng=0)
    few = many[farthest_point_subsample(many, 2600).indices]
    assert 0.1291 < covering_radius(few, ellipsoid).value < 0.19
    coarse = replace(ellipsoid, sampler=lambda n, rng: few[rng.integers(0, len(few), n)])
    assert len(net_of(coarse).points) == USUAL["ellipsoid"]


def test_nothing_grows_towards_a_reach_that_is_only_estimated():
    ellipsoid = theory.from_spec("ellipsoid")
    reach = replace(ellipsoid.claims.reach, direction="estimate", certified=False)
    unsure = replace(ellipsoid, claims=replace(ellipsoid.claims, reach=reach))
    assert len(net_of(unsure).points) == USUAL["ellipsoid"]


def test_the_net_of_a_curve_is_thinned_to_a_prefix():
    net = net_of(theory.circle())
    thin = thinned(net)
    np.testing.assert_array_equal(thin.points, net.points[: len(thin.points)])
    assert len(thin.points) < len(net.points)
    assert thin.covering.value > net.covering.value
