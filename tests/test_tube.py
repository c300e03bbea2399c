"""Tubes: Weyl's formula against closed forms and sampling."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.catalogue import from_spec
from theory.errors import InvalidInput
from theory.tube import in_tube, sampled_tube_volume, unit_ball_volume, weyl_volume


@settings(derandomize=True, max_examples=50)
@given(st.floats(0.1, 5), st.floats(0.01, 0.99))
def test_weyl_for_spheres_of_every_dimension(radius, share):
    r = share * radius
    for k in (1, 2, 3, 4):
        shell = unit_ball_volume(k + 1) * ((radius + r) ** (k + 1) - (radius - r) ** (k + 1))
        surface = (k + 1) * unit_ball_volume(k + 1)
        # The shell's own polynomial names the invariants: C(k + 1, 2i + 1) radius^(k - 2i).
        invariants = []
        for i in range(k // 2 + 1):
            double = math.prod(range(3, 2 * i + 2, 2))
            share_i = math.comb(k + 1, 2 * i + 1) / (k + 1)
            invariants.append(surface * radius ** (k - 2 * i) * share_i * double)
        found = weyl_volume(r, dim=k, ambient_dim=k + 1, invariants=invariants)
        assert found == pytest.approx(shell, rel=1e-9)
        if k % 2 == 0:
            # The last one is (2 pi)^(k/2) times the Euler characteristic, 2.
            assert invariants[-1] == pytest.approx(2 * (2 * math.pi) ** (k / 2))


def test_weyl_in_words():
    assert weyl_volume(0.1, dim=1, ambient_dim=3, invariants=(5.0,)) == pytest.approx(
        math.pi * 0.01 * 5
    )
    chi, area, r = -2, 30.0, 0.1
    assert weyl_volume(
        r, dim=2, ambient_dim=3, invariants=(area, 2 * math.pi * chi)
    ) == pytest.approx(2 * r * area + 4 * math.pi / 3 * r**3 * chi)
    assert weyl_volume(2.0, dim=0, ambient_dim=2, invariants=(3,)) == pytest.approx(12 * math.pi)


@pytest.mark.parametrize(
    ("spec", "invariants"),
    [
        ("ellipse", lambda v: (v,)),
        ("linked-circles", lambda v: (v,)),
        ("torus-knot", lambda v: (v,)),
        ("torus", lambda v: (v, 0.0)),
        ("ellipsoid", lambda v: (v, 4 * math.pi)),
        ("flat-torus", lambda v: (v, 0.0)),
    ],
)
def test_sampled_volume_meets_weyl_below_the_reach(spec, invariants):
    manifold = from_spec(spec)
    radius = 0.8 * manifold.claims.reach.value
    expected = weyl_volume(
        radius,
        dim=manifold.dim,
        ambient_dim=manifold.ambient_dim,
        invariants=invariants(manifold.claims.volume.value),
    )
    found = sampled_tube_volume(manifold, radius, n=40_000, confidence=0.999, rng=1)
    assert found.interval.lower <= expected <= found.interval.upper
    assert found.interval.lower < found.value < found.interval.upper
    assert found.interval.upper - found.interval.lower < 0.25 * expected


def test_sampled_volume_leaves_weyl_beyond_the_reach():
    circle = from_spec("circle")
    found = sampled_tube_volume(circle, 1.5, n=40_000)
    assert found.interval.lower <= math.pi * 2.5**2 <= found.interval.upper
    # Normals longer than the radius cross the centre; the formula takes those parts off again.
    formula = weyl_volume(1.5, dim=1, ambient_dim=2, invariants=(2 * math.pi,))
    assert formula < found.interval.lower


def test_the_interval_covers_as_often_as_it_says():
    circle = replace(from_spec("circle"))
    truth = math.pi * (1.5**2 - 0.5**2)
    covered = 0
    for seed in range(200):
        found = sampled_tube_volume(circle, 0.5, n=300, confidence=0.9, rng=seed)
        covered += found.interval.lower <= truth <= found.interval.upper
    assert covered >= 168  # 90 % less three standard deviations


def test_membership():
    inside = in_tube(from_spec("sphere"), np.array([[1.2, 0, 0], [1.4, 0, 0], [0, 0.75, 0]]), 0.3)
    assert inside.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: unit_ball_volume(-1), "dim"),
        (lambda: weyl_volume(0.0, dim=1, ambient_dim=2, invariants=(1,)), "radius"),
        (lambda: weyl_volume(0.1, dim=3, ambient_dim=2, invariants=(1, 1)), "dim"),
        (lambda: weyl_volume(0.1, dim=2, ambient_dim=3, invariants=(1,)), "invariants"),
        (lambda: sampled_tube_volume(from_spec("circle"), -1.0), "radius"),
        (lambda: sampled_tube_volume(from_spec("circle"), 0.1, n=0), "n"),
        (lambda: in_tube(from_spec("circle"), np.zeros((1, 2)), math.nan), "radius"),
        (lambda: in_tube(from_spec("circle"), np.zeros((1, 3)), 0.1), "points"),
    ],
)
def test_unusable_arguments_are_named(call, argument):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.argument == argument
