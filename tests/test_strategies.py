"""The strategies construct what they promise, reach every kind of it, and shrink well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import theory
from geomcheck import verify
from geomcheck.planted import cases
from geomcheck.strategies import autoencoders, isometries, manifolds, point_clouds
from geomcheck.strategies.autoencoders import BROKEN, SOUND
from theory.errors import InvalidInput

_FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_FIND = settings(max_examples=200, deadline=None)


@_FEW
@given(isometries(4), st.integers(0, 9))
def test_isometries_keep_distances(isometry, seed):
    x, y = np.random.default_rng(seed).standard_normal((2, 20, 4))
    before = np.linalg.norm(x - y, axis=1)
    after = np.linalg.norm(isometry(x) - isometry(y), axis=1)
    np.testing.assert_allclose(after, before, rtol=1e-12)


@_FEW
@given(isometries(3, into=10))
def test_embeddings_have_orthonormal_columns(isometry):
    np.testing.assert_allclose(isometry.linear.T @ isometry.linear, np.eye(3), atol=1e-12)
    assert isometry(np.zeros((2, 3))).shape == (2, 10)


def test_isometries_shrink_to_the_identity_and_reach_reflections():
    simplest = find(isometries(3), lambda _: True, settings=_FIND)
    np.testing.assert_array_equal(simplest.linear, np.eye(3))
    np.testing.assert_array_equal(simplest.offset, np.zeros(3))
    find(isometries(3), lambda i: np.linalg.det(i.linear) < 0, settings=_FIND)
    find(isometries(3), lambda i: abs(i.linear[0, 2]) > 0.5, settings=_FIND)


@_FEW
@given(st.data())
def test_a_manifold_is_what_was_asked_for(data):
    asked = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "dim": st.integers(1, 2),
                "closed": st.just(True),
                "orientable": st.just(True),
                "known_reach": st.just(True),
            },
        )
    )
    manifold = data.draw(manifolds(**asked))
    reach = manifold.claims.reach
    assert reach is not None
    truth = {
        "dim": manifold.dim,
        "closed": manifold.closed,
        "orientable": manifold.orientable,
        "known_reach": reach.direction == "exact",
    }
    assert all(truth[name] == value for name, value in asked.items())


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("orientable", [True, False])
@pytest.mark.parametrize("known_reach", [True, False])
def test_every_family_keeps_what_the_filters_say_of_it(closed, orientable, known_reach):
    asked = {"closed": closed, "orientable": orientable, "known_reach": known_reach}
    if asked == {"closed": False, "orientable": False, "known_reach": True} or asked == {
        "closed": False,
        "orientable": True,
        "known_reach": False,
    }:
        with pytest.raises(InvalidInput, match="some family"):
            manifolds(**asked)
        return

    @settings(max_examples=8, deadline=None)
    @given(manifolds(**asked))
    def check(manifold):
        assert manifold.closed is closed
        assert manifold.orientable is orientable
        assert (manifold.claims.reach.direction == "exact") is known_reach
        assert manifold.claims.reach.certified

    check()


def test_manifolds_shrink_to_the_unit_circle_and_reach_every_dimension():
    assert find(manifolds(), lambda _: True, settings=_FIND).name == "circle:R=1"
    for dim in range(1, 6):
        assert find(manifolds(dim=dim), lambda _: True, settings=_FIND).dim == dim
    assert find(manifolds(), lambda m: m.dim > 1, settings=_FIND).name == "sphere:dim=2,R=1"


@_FEW
@given(manifolds(dim=1, known_reach=True, moved_about=True))
def test_moved_manifolds_keep_their_points(manifold):
    points = manifold.sample(5, rng=0)
    assert np.abs(manifold.project(points) - points).max() < 1e-7 * (1 + np.abs(points).max())


@_FEW
@given(point_clouds())
def test_clouds_lie_as_near_their_manifold_as_they_say(cloud):
    assert len(cloud.points) >= 10
    away = cloud.manifold.distance(cloud.points)
    assert away.max() <= cloud.noise + 1e-7 * (1 + np.abs(cloud.points).max())


def test_clouds_reach_every_difficulty_and_shrink_to_few_points_on_the_circle():
    simplest = find(point_clouds(), lambda _: True, settings=_FIND)
    assert (len(simplest.points), simplest.manifold.name) == (10, "circle:R=1")
    doubled = find(
        point_clouds(difficulties=("duplicates",)),
        lambda c: len(np.unique(c.points, axis=0)) < len(c.points),
        settings=_FIND,
    )
    assert doubled.difficulty == "duplicates"
    find(point_clouds(), lambda c: c.noise > 0, settings=_FIND)
    for difficulty in ("near-tangent", "thin neck"):
        narrow = find(
            point_clouds(difficulties=(difficulty,)),
            lambda c: c.manifold.claims.reach.value < 0.01,
            settings=_FIND,
        )
        assert narrow.difficulty == difficulty


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (isometries(0), "dim: got 0"),
        (isometries(3, into=2), "into: got 2"),
        (point_clouds(difficulties=("fog",)), "difficulties"),
    ],
)
def test_what_cannot_be_drawn_is_refused(strategy, message):
    with pytest.raises(InvalidInput, match=message):
        find(strategy, lambda _: True)


def test_what_no_family_fulfils_is_refused():
    with pytest.raises(InvalidInput, match="some family"):
        manifolds(dim=17)


def test_autoencoders_shrink_to_the_simplest_on_the_unit_circle():
    few = settings(max_examples=25, deadline=None)
    simplest = find(autoencoders(), lambda _: True, settings=few)
    assert (simplest.case.name, simplest.manifold.name) == ("exact", "circle:R=1")
    broken = find(autoencoders(sound=False), lambda _: True, settings=few)
    assert broken.manifold.name == "circle:R=1"


def test_autoencoders_reach_every_kind_and_say_what_is_true_of_it():
    met: dict[str, bool] = {}

    @settings(max_examples=120, deadline=None, derandomize=True)
    @given(st.booleans().flatmap(lambda sound: autoencoders(sound=sound, samples=1000)))
    def look(planted):
        points = planted.manifold.sample(400, rng=1)
        if planted.case.refused or not planted.case.truth.finite:
            return
        images = planted.case.model.decode(planted.case.model.encode(points))
        share = np.mean(np.linalg.norm(images - points, axis=1) > planted.epsilon)
        low, high = planted.case.truth.share
        # Eight standard deviations, and what the quadrature of the truth leaves open.
        slack = 8 * np.sqrt(max(high * (1 - high), 1e-3) / 400)
        assert low - slack <= share <= high + slack
        met[planted.case.name] = True

    look()
    assert {"exact", "witness", "constant"} <= set(met)
    assert len(met) >= 12
    assert not set(SOUND) & set(BROKEN)


def test_every_group_of_broken_autoencoders_errs_or_loses_something():
    for group in BROKEN:
        for case in cases(theory.circle(), epsilon=0.4, groups=(group,)):
            truth = case.truth
            assert (
                truth.share[1] > 0
                or truth.jump > 0
                or not truth.finite
                or case.refused
                or truth.cut_off[1] > 0
            ), case.name
    for group in SOUND:
        for case in cases(theory.circle(), epsilon=0.4, groups=(group,)):
            assert case.truth.share[1] <= 0.02, case.name


@settings(max_examples=3, deadline=None)
@given(autoencoders(sound=True, samples=1500))
def test_verdicts_on_planted_autoencoders_are_among_those_expected(planted):
    report = verify(
        planted.manifold,
        planted.case.model,
        epsilon=planted.epsilon,
        delta=planted.delta,
        samples=planted.samples,
        training_points=planted.case.training_points,
    )
    for claim, expectation in planted.expected.items():
        assert report[claim].verdict in {*expectation.allowed, "inconclusive"}, claim
