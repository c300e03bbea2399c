"""Isometric copies, disjoint unions and products: points, maps and claims."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.bound import Bound
from theory.catalogue import (
    circle,
    ellipse,
    families,
    from_spec,
    helix,
    klein_bottle,
    linked_circles,
    noisy_sphere,
    projective_plane,
    sphere,
    torus_knot,
)
from theory.chart_reach import chart_reach
from theory.combine import disjoint_union, moved, product
from theory.errors import InvalidInput
from theory.manifold import Claims

CHEAP = ["circle", "ellipse", "sphere", "torus", "linked-circles", "projective-plane", "stiefel"]
SUBJECTS = st.sampled_from(CHEAP).map(from_spec)


def isometry(rows, columns, seed):
    rng = np.random.default_rng(seed)
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0], rng.standard_normal(rows)


@settings(max_examples=25)
@given(SUBJECTS, st.integers(0, 3), st.floats(0.1, 10), st.integers(0, 2**16))
def test_moved_keeps_or_scales_everything(manifold, extra, scale, seed):
    linear, offset = isometry(manifold.ambient_dim + extra, manifold.ambient_dim, seed)
    image = moved(manifold, linear, offset, scale=scale)
    rng = np.random.default_rng(seed)
    points = manifold.sample(10, rng=1)
    there = scale * points @ linear.T + offset
    np.testing.assert_allclose(image.sample(10, rng=1), there, atol=1e-12 * scale + 1e-12)
    away = there + 0.3 * scale * rng.standard_normal(there.shape)
    back = (away - offset) @ linear / scale
    expected = scale * manifold.project(back) @ linear.T + offset
    np.testing.assert_allclose(image.project(away), expected, atol=1e-9 * scale)
    frames = image.tangent(there)
    gram = np.einsum("nia,nib->nab", frames, frames)
    np.testing.assert_allclose(gram, np.broadcast_to(np.eye(image.dim), gram.shape), atol=1e-9)
    old, new = manifold.claims, image.claims
    assert new.reach.value == pytest.approx(scale * old.reach.value)
    assert new.volume.value == pytest.approx(scale**manifold.dim * old.volume.value)
    assert (new.betti, new.embedding_dim) == (old.betti, old.embedding_dim)
    for m, bound in old.optimal_error.items():
        assert new.optimal_error[m] == Bound(
            bound.value * scale, bound.direction, bound.certified, bound.source
        )
    for chart in image.charts:
        middle = (np.array(chart.lower) + np.array(chart.upper)) / 2
        assert image.distance(chart.evaluate(middle[None])).max() < 1e-9 * (1 + scale)
    for cycle in image.cycles:
        assert image.distance(cycle.sample(5, rng=2)).max() < 1e-9 * (1 + scale)


@settings(max_examples=25)
@given(SUBJECTS, SUBJECTS)
def test_product_claims(first, second):
    both = product(first, second)
    a, b, c = first.claims, second.claims, both.claims
    assert both.dim == first.dim + second.dim
    assert both.ambient_dim == first.ambient_dim + second.ambient_dim
    assert c.reach.value == min(a.reach.value, b.reach.value)
    assert c.volume.value == pytest.approx(a.volume.value * b.volume.value)
    assert c.embedding_dim is None
    assert both.orientable == (first.orientable and second.orientable)
    for p in (2, 3):
        for degree in range(both.dim + 1):
            pairs = itertools.product(enumerate(a.betti[p]), enumerate(b.betti[p]))
            expected = sum(x * y for (i, x), (j, y) in pairs if i + j == degree)
            assert c.betti[p][degree] == expected
    for m, bound in c.optimal_error.items():
        assert bound.direction == "lower"
        for factor in (a, b):
            part = factor.error_at(m)
            assert part is None or bound.value >= part.value
    points = both.sample(8, rng=3)
    assert both.distance(points).max() < 1e-9
    frames = both.tangent(points)
    gram = np.einsum("nia,nib->nab", frames, frames)
    np.testing.assert_allclose(gram, np.broadcast_to(np.eye(both.dim), gram.shape), atol=1e-9)
    assert len(both.components) == len(first.components) * len(second.components)
    for cycle in both.cycles:
        assert both.distance(cycle.sample(4, rng=4)).max() < 1e-9
        assert cycle.closed


def test_product_of_circles_is_the_flat_torus():
    both, flat = product(circle(2.0), circle(0.5)), from_spec("flat-torus:a=2,b=0.5")
    assert both.claims.betti == flat.claims.betti
    assert both.claims.reach.value == flat.claims.reach.value
    assert both.claims.volume.value == pytest.approx(flat.claims.volume.value)
    assert chart_reach(both.charts[0]).reach.value == pytest.approx(0.5, rel=1e-6)
    for m, bound in both.claims.optimal_error.items():
        assert bound.value <= flat.claims.optimal_error[m].value
    assert both.charts[0].stretch == (2.0, 0.5)


def test_products_that_are_not_orientable_or_have_a_boundary():
    twisted = product(projective_plane(), circle())
    assert twisted.orientable is False
    assert twisted.claims.betti == {2: (1, 2, 2, 1), 3: (1, 1, 0, 0)}
    assert twisted.claims.optimal_error[4] == Bound(0.5, "lower", True, "torsion-argument")
    band = product(helix(), circle())
    assert band.boundary
    assert band.orientable
    assert max(band.claims.optimal_error) == 1
    knot = torus_knot()
    bounded = product(knot, circle()).claims.reach
    assert bounded == replace(knot.claims.reach, source="product-rule")
    assert (bounded.direction, bounded.certified) == ("lower", True)
    guessed = replace(knot.claims, reach=Bound(bounded.value, "estimate", False, "numerical"))
    uncertain = product(replace(knot, claims=guessed), circle()).claims.reach
    assert (uncertain.direction, uncertain.certified) == ("estimate", False)
    assert product(noisy_sphere(noise=0.3), noisy_sphere(noise=0.4)).noise == pytest.approx(0.5)
    assert product(klein_bottle(), circle(), embedding_dim=5).claims.embedding_dim == 5


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["sphere", "torus", "ellipsoid"]), min_size=2, max_size=4))
def test_union_claims(names):
    pieces = [
        moved(from_spec(name), np.eye(3), np.array([20.0 * i, 0, 0]), name=f"{name} {i}")
        for i, name in enumerate(names)
    ]
    union = disjoint_union(pieces, name="all", gap=1.2)
    claims = union.claims
    assert claims.reach.value == min(0.6, *(p.claims.reach.value for p in pieces))
    assert claims.volume.value == pytest.approx(sum(p.claims.volume.value for p in pieces))
    assert claims.volume.certified
    for p in (2, 3):
        columns = zip(*(piece.claims.betti[p] for piece in pieces), strict=True)
        assert claims.betti[p] == tuple(sum(column) for column in columns)
    assert claims.embedding_dim == 3
    for m in (1, 2):
        expected = max(p.claims.optimal_error[m].value for p in pieces)
        assert claims.optimal_error[m] == Bound(expected, "exact", True, "side-by-side")
    points = union.sample(200, rng=5)
    assert union.distance(points).max() < 1e-9
    owner = union.component_of(points)
    assert owner.tolist() == np.rint(points[:, 0] / 20).astype(int).tolist()
    assert len(union.cycles) == sum(len(p.cycles) for p in pieces)


def test_union_draws_from_its_parts_by_volume():
    parts = (circle(1.0), moved(circle(3.0), np.eye(2), np.array([10.0, 0.0]), name="large"))
    union = disjoint_union(parts, name="two")
    share = union.component_of(union.sample(20_000, rng=6)).mean()
    assert share == pytest.approx(0.75, abs=5 * np.sqrt(0.75 * 0.25 / 20_000))


def test_union_claims_no_reach_without_the_gap():
    parts = (circle(), moved(circle(), np.eye(2), np.array([5.0, 0.0]), name="other"))
    assert disjoint_union(parts).claims.reach is None


def test_unions_of_unions_and_of_different_dimensions():
    far = moved(linked_circles(), np.eye(3), np.array([9.0, 0, 0]))
    four = disjoint_union((linked_circles(), far), gap=5.0)
    assert len(four.components) == 4
    assert four.claims.betti[2] == (4, 4)
    mixed = disjoint_union((sphere(), moved(circle(), np.eye(3)[:, :2], np.array([9.0, 0, 0]))))
    assert mixed.dim == 2
    assert mixed.claims.betti[3] == (2, 1, 1)
    frames = mixed.tangent(np.array([[1.0, 0, 0], [10.0, 0, 0]]))
    assert np.linalg.matrix_rank(frames).tolist() == [2, 1]


def test_a_twisted_part_of_less_dimension_does_not_twist_a_product():
    """The 3-sphere and the projective plane, times a circle, both embed in R^5."""
    plane = moved(projective_plane(), np.eye(4), np.array([10.0, 0, 0, 0]))
    union = disjoint_union((sphere(dim=3), plane), gap=8.0)
    assert 4 in product(union, circle()).claims.optimal_error
    assert 5 not in product(union, circle()).claims.optimal_error
    assert product(projective_plane(), circle()).claims.optimal_error[4].value == 0.5


@pytest.mark.parametrize("direction", ["upper", "estimate"])
def test_what_is_not_known_from_below_bounds_no_union_or_product_from_below(direction):
    above = Bound(5.0, direction, direction == "upper", "given")
    curve = helix()
    loose = Claims(volume=curve.claims.volume, optimal_error={1: above})
    object.__setattr__(curve, "claims", loose)
    other = moved(curve, np.eye(3), np.array([50.0, 0, 0]))
    assert disjoint_union((curve, other)).claims.optimal_error == {}
    assert product(curve, curve).claims.optimal_error == {}
    ring = moved(circle(), np.eye(3)[:, :2], np.array([50.0, 0, 0]))
    mixed = disjoint_union((curve, ring)).claims.optimal_error
    assert mixed == {1: Bound(1.0, "lower", True, "linking-argument")}


def test_unions_know_only_what_all_parts_know():
    knot = torus_knot()
    other = moved(circle(), np.eye(3)[:, :2], np.array([9.0, 0, 0]))
    union = disjoint_union((knot, other), gap=5.0)
    assert (union.claims.reach.direction, union.claims.reach.certified) == ("lower", True)
    assert union.claims.volume.direction == "estimate"
    assert union.claims.optimal_error[1].direction == "lower"
    bare = moved(knot, np.eye(3), np.array([0, 0, 20.0]))
    object.__setattr__(bare, "claims", Claims(volume=knot.claims.volume))
    partial = disjoint_union((bare, other), gap=5.0).claims
    assert (partial.reach, partial.betti, partial.embedding_dim) == (None, None, None)
    assert partial.optimal_error[1].direction == "lower"
    object.__setattr__(bare, "claims", Claims())
    with pytest.raises(InvalidInput, match="known volume"):
        disjoint_union((bare, other))


@pytest.mark.parametrize(
    "call",
    [
        lambda: disjoint_union((circle(),)),
        lambda: disjoint_union((circle(), sphere())),
        lambda: disjoint_union((circle(), circle()), gap=0.0),
        lambda: disjoint_union((circle(), circle()), gap=np.inf),
        lambda: moved(circle(), np.eye(3)),
        lambda: moved(circle(), np.ones((3, 2))),
        lambda: moved(circle(), np.eye(2), scale=0.0),
        lambda: moved(circle(), np.eye(2), scale=np.nan),
        lambda: moved(circle(), np.eye(2), np.zeros(3)),
        lambda: moved(circle(), np.eye(2), np.array([np.nan, 0.0])),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(InvalidInput):
        call()


def test_every_family_can_be_embedded_further():
    for family in families():
        manifold = family.build()
        linear, offset = isometry(manifold.ambient_dim + 1, manifold.ambient_dim, 1)
        image = moved(manifold, linear, offset, scale=2.0)
        assert image.noise == 2 * manifold.noise
        assert image.distance(image.sample(20, rng=1)).max() <= image.noise + 1e-8


def test_ellipse_in_a_union_keeps_its_own_error():
    far = moved(ellipse(3, 2), np.eye(2), np.array([10.0, 0.0]))
    union = disjoint_union((circle(1.0), far), gap=5.0)
    assert union.claims.optimal_error[1].value == 2.0
