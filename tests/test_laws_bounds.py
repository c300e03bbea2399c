"""Laws of the lower bounds, over random members of many families, moved and scaled at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_cases import closed, curves, matrices, placed, seeds, shares, short_maps, surfaces

from geomcheck.evaluation import evaluate
from geomcheck.homology import persistence
from theory.catalogue import (
    ellipse,
    ellipsoid,
    klein_bottle,
    linked_circles,
    projective_plane,
    projective_plane_projectors,
    sphere,
    torus,
)
from theory.combine import disjoint_union, moved, product
from theory.covering import covering_radius
from theory.obstruction import PartHomology, strongest
from theory.obstruction_arguments import closed_form_obstructions, homological_obstruction
from theory.points import farthest_point_subsample

PRECISION = 1e-9


def net(manifold, n, seed):
    drawn = manifold.sample(6 * n, rng=seed)
    return drawn[farthest_point_subsample(drawn, n).indices]


def homology_of(part, points, covering, *, noise=0.0, engine="alpha"):
    """Return the diagrams of points within `noise` of a set that they cover."""
    diagrams = persistence(points, max_degree=min(part.dim, 2), engine=engine)
    diagrams = replace(diagrams, perturbation=diagrams.perturbation + noise)
    return PartHomology(part.name, diagrams, covering, part.claims.reach)


EASY = st.one_of(
    st.floats(1.0, 2.0).map(lambda a: (ellipse(a, 1.0), 120)),
    st.just((linked_circles(), 200)),
    st.just((sphere(), 250)),
    shares.map(lambda r: (torus(1.0, r), 400)),
    st.floats(1.0, 1.3).map(lambda b: (ellipsoid(1.2 * b, b, 1.0), 300)),
)


@settings(max_examples=20)
@given(EASY, st.floats(0.0, 0.1), st.sampled_from(["alpha", "rips"]), st.integers(0, 2), seeds)
def test_no_class_bounds_more_than_the_optimal_error(case, noise, engine, extra, seed):
    """d - eta - noise <= e*(m) for every m, from offsets and from Rips complexes."""
    base, n = case
    rng = np.random.default_rng(seed)
    linear = np.linalg.qr(rng.standard_normal((base.ambient_dim + extra, base.ambient_dim)))[0]
    manifold = moved(base, linear, scale=float(10 ** rng.uniform(-1, 1)))
    n = n if engine == "alpha" else min(n, 120)
    for part in (*manifold.components, *manifold.cycles):
        points = net(part, n if part.dim > 1 else 100, seed)
        nu = noise * part.claims.reach.value
        push = linear @ np.linalg.qr(rng.standard_normal((base.ambient_dim,) * 2))[0][:, 0]
        points = points + nu * rng.choice([-1, 1], (len(points), 1)) * push
        # The net is within the noise of the set: what it leaves uncovered is that much more.
        homology = homology_of(part, points, covering_radius(points, part), noise=nu, engine=engine)
        for m in range(1, part.dim + 1):
            found = homological_obstruction(homology, m)
            if found is not None and found.bound.certified:
                assert found.bound.value <= manifold.claims.optimal_error[m].value
            elif found is not None:
                # A class no longer than this may be one of the offset alone.
                assert found.bound.value < found.birth + homology.diagrams.perturbation


@settings(max_examples=12)
@given(EASY, seeds)
def test_a_class_of_the_top_degree_lives_up_to_the_reach(case, seed):
    """The homological bound is never weaker than the reach, up to the covering radius; the
    smaller the latent dimension, the more classes bound: d_j is a maximum over j >= m."""
    manifold, n = case
    for part in manifold.components:
        points = net(part, n, seed)
        eta = covering_radius(points, part)
        homology = homology_of(part, points, eta)
        values = []
        for m in range(1, part.dim + 1):
            found = homological_obstruction(homology, m)
            if part.claims.reach.value <= 2 * eta.value:
                continue  # no class of the sample can be told to be one of the set
            assert found is not None
            assert found.bound.value >= part.claims.reach.value - 2 * eta.value
            values.append(found.bound.value)
        assert values == sorted(values, reverse=True)


@settings(max_examples=40)
@given(st.one_of(placed(closed), st.builds(product, curves, surfaces)))
def test_bounds_are_the_largest_over_parts_and_fall_with_the_dimension(manifold):
    """Never above e*(m), never below that of a closed part, never rising with m."""
    before = np.inf
    for m in range(1, manifold.ambient_dim + 1):
        best = strongest(closed_form_obstructions(manifold, m))
        known = manifold.claims.error_at(m)
        assert best is not None or m > manifold.dim
        if best is None:
            continue
        assert best.bound.value <= before * (1 + PRECISION)
        before = best.bound.value
        if known is not None and known.direction == "exact":
            assert best.bound.value <= known.value * (1 + PRECISION)
        for part in (*manifold.components, *manifold.cycles):
            inside = strongest(closed_form_obstructions(part, m))
            if inside is not None:
                assert best.bound.value >= inside.bound.value * (1 - PRECISION)
        if m <= manifold.dim and manifold.claims.reach.certified:
            assert best.bound.value >= manifold.claims.reach.value * (1 - PRECISION)


@settings(max_examples=30)
@given(st.one_of(placed(closed), st.builds(product, curves, surfaces)))
def test_the_reach_of_every_closed_part_bounds_by_itself(manifold):
    """The k-dimensional reach, where no optimal error is known in closed form."""

    def silent(part):
        bare = replace(part.claims, optimal_error={}, embedding_dim=None)
        pieces = {
            "parts": tuple(map(silent, part.parts)),
            "cycles": tuple(map(silent, part.cycles)),
        }
        return replace(part, claims=bare, **pieces)

    quiet = silent(manifold)
    for m in range(1, manifold.dim + 1):
        best = strongest(closed_form_obstructions(quiet, m))
        parts = [
            part
            for part in (*quiet.components, *quiet.cycles)
            if part.dim + (part.orientable is False) >= m
        ]
        certain = [p.claims.reach.value for p in parts if p.claims.reach.certified]
        every = certain or [p.claims.reach.value for p in parts]
        assert best.bound.value == max(every)
        known = manifold.claims.error_at(m)
        if known is not None and known.direction == "exact":
            assert best.bound.value <= known.value * (1 + PRECISION)


@settings(max_examples=40)
@given(st.one_of(placed(closed), st.builds(product, matrices, surfaces)), st.integers(0, 3))
def test_nothing_is_obstructed_from_twice_the_dimension_on(manifold, more):
    """Every compact k-manifold embeds in R^2k."""
    assert manifold.embeds_from <= 2 * manifold.dim
    (found,) = closed_form_obstructions(manifold, 2 * manifold.dim + more)
    assert (found.bound.value, found.bound.certified, found.attained) == (0.0, True, True)


TWISTED = st.one_of(
    shares.map(lambda b: klein_bottle(1.0, max(round(4 * b) / 4, 0.25))),
    st.just(projective_plane()),
    st.just(projective_plane_projectors()),
)


@settings(max_examples=30)
@given(st.one_of(placed(TWISTED), st.builds(product, TWISTED, curves)))
def test_a_closed_set_without_orientation_does_not_pass_one_dimension_more(manifold):
    """Betti numbers over F2 and F3 show the torsion; sup err >= reach at m = k + 1."""
    k, betti = manifold.dim, manifold.claims.betti
    assert manifold.orientable is False
    assert betti[2][k] == len(manifold.components)
    assert betti[3][k] == 0
    reach = manifold.claims.reach
    twisted = [o for o in closed_form_obstructions(manifold, k + 1) if o.argument == "torsion"]
    assert twisted
    for o in twisted:
        assert o.bound.value >= reach.value * (1 - PRECISION)
        assert o.bound.certified == reach.certified
        assert (o.bound.source, o.degree) == ("torsion-argument", k)


@settings(max_examples=30)
@given(placed(st.one_of(curves, surfaces)))
def test_an_orientable_one_is_not_obstructed_by_torsion(manifold):
    for m in range(1, manifold.ambient_dim + 1):
        found = [o.argument for o in closed_form_obstructions(manifold, m)]
        assert ("torsion" in found) == (manifold.orientable is False and m == manifold.dim + 1)


@settings(max_examples=12)
@given(
    st.one_of(
        st.floats(1.0, 2.0).map(lambda a: (ellipse(a, 1.0), 300)),
        st.just((sphere(), 300)),
        st.just((torus(1.0, 0.4), 500)),
    ),
    st.integers(1, 2),
    st.floats(0.3, 1.2),
    seeds,
)
def test_the_largest_error_on_a_sample_shows_the_bound_of_a_given_model(case, m, lipschitz, seed):
    """max err on X >= d - (2 + Lip(G o F)) eta, for real continuous autoencoders."""
    manifold, n = case
    m = min(m, manifold.dim)
    points = net(manifold, n, seed)
    eta = covering_radius(points, manifold).value
    model = short_maps(manifold.ambient_dim, m, seed, lipschitz=lipschitz)
    worst = evaluate(model, points).errors.max()
    assert worst >= manifold.claims.optimal_error[m].value - (2 + lipschitz) * eta
    found = homological_obstruction(
        homology_of(manifold, points, covering_radius(points, manifold)), m
    )
    death = found.bound.value + eta
    assert worst >= death - (2 + lipschitz) * eta
    # The worst error over the set lies within Lipschitz reach of that on the sample.
    dense = evaluate(model, manifold.sample(4000, rng=seed)).errors.max()
    assert dense <= worst + (1 + lipschitz) * eta


@settings(max_examples=25)
@given(st.lists(st.floats(1.0, 3.0), min_size=2, max_size=4))
def test_a_union_errs_as_much_as_its_worst_part(ratios):
    pieces = [
        moved(ellipse(2 * r, r), np.eye(2), np.array([20.0 * i, 0.0]), name=f"part {i}")
        for i, r in enumerate(ratios)
    ]
    union = disjoint_union(pieces, gap=1.0)
    best = strongest(closed_form_obstructions(union, 1))
    assert best.bound.value == pytest.approx(max(ratios))
    assert union.claims.optimal_error[1].value == pytest.approx(max(ratios))
