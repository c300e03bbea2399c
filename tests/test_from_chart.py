"""Manifolds from one numpy function: what follows numerically, and clear errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.bound import Bound
from theory.catalogue import from_spec
from theory.chart_manifold import from_chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.statistics import dkw_band

TURN = 2 * math.pi


def torus(u, v):
    return (2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)


def sphere(u, v):
    return np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u)


def klein(u, v):
    ring = 2 + np.cos(v)
    return (
        ring * np.cos(u),
        ring * np.sin(u),
        np.sin(v) * np.cos(u / 2),
        np.sin(v) * np.sin(u / 2),
    )


def moebius(u, s):
    ring = 1 + s * np.cos(u / 2)
    return ring * np.cos(u), ring * np.sin(u), s * np.sin(u / 2)


def projective(t, f):
    return (
        0.5 * np.sin(2 * t) * np.cos(f),
        0.5 * np.sin(2 * t) * np.sin(f),
        np.sin(t) ** 2 * np.cos(2 * f),
        np.sin(t) ** 2 * np.sin(2 * f),
    )


def figure_eight_klein(u, v):
    """The Klein bottle in R^3, which crosses itself along a circle."""
    ring = 3 + np.cos(u / 2) * np.sin(v) - np.sin(u / 2) * np.sin(2 * v)
    height = np.sin(u / 2) * np.sin(v) + np.cos(u / 2) * np.sin(2 * v)
    return ring * np.cos(u), ring * np.sin(u), height


CASES = {
    # name: map, box, periodic, boundary, orientable, reach, volume
    "torus": (torus, [(0, TURN)] * 2, True, False, True, 1.0, 8 * math.pi**2),
    "sphere": (sphere, [(0, math.pi), (0, TURN)], (False, True), False, True, 1.0, 4 * math.pi),
    "klein": (klein, [(0, TURN)] * 2, (False, True), False, False, 1.0, None),
    "moebius": (moebius, [(0, TURN), (-0.4, 0.4)], False, True, False, 0.64411, None),
    "projective": (
        projective,
        [(0, math.pi / 2), (0, TURN)],
        (False, True),
        False,
        False,
        0.5,
        math.pi + 4 * math.pi**2 / (3 * math.sqrt(3)),
    ),
    "disc": (
        lambda r, f: (r * np.cos(f), r * np.sin(f)),
        [(0, 1), (0, TURN)],
        (False, True),
        True,
        True,
        math.inf,
        math.pi,
    ),
    "cylinder": (
        lambda u, z: (np.cos(u), np.sin(u), z),
        [(0, TURN), (0, 1)],
        (True, False),
        True,
        True,
        1.0,
        TURN,
    ),
    "arc": (lambda t: (np.cos(t), np.sin(t)), [(0, 5)], False, True, True, math.sin(2.5), 5.0),
    "seam": (lambda t: (np.cos(t), np.sin(t)), [(0, TURN)], False, False, True, 1.0, TURN),
}


# Where the faces of the box tell how the set closes up, and how sharp the bound is.
CERTIFIED = {"torus": 0.02, "cylinder": 0.02, "arc": 3e-5}


@pytest.fixture(scope="module")
def built():
    return {
        name: from_chart(case[0], case[1], periodic=case[2], name=name)
        for name, case in CASES.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_boundary_orientation_reach_and_volume(built, name):
    manifold = built[name]
    _, box, _, boundary, orientable, reach, volume = CASES[name]
    assert manifold.name == name
    assert manifold.dim == len(box)
    assert manifold.boundary is boundary
    assert manifold.orientable is orientable
    claims = manifold.claims
    if name in CERTIFIED:
        assert (claims.reach.direction, claims.reach.certified) == ("lower", True)
        assert reach * (1 - CERTIFIED[name]) <= claims.reach.value <= reach
    else:
        assert claims.reach.value == pytest.approx(reach, rel=1e-4)
        assert (claims.reach.direction, claims.reach.certified) == ("estimate", False)
    assert (claims.volume.direction, claims.volume.certified) == ("estimate", False)
    if volume is not None:
        assert claims.volume.value == pytest.approx(volume, rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_sample_project_and_tangents(built, name):
    manifold = built[name]
    rng = np.random.default_rng(1)
    points = manifold.sample(150, rng=rng)
    assert manifold.distance(points).max() < 1e-10
    away = points + 0.05 * rng.standard_normal(points.shape)
    nearest = manifold.project(away)
    assert np.abs(manifold.project(nearest) - nearest).max() < 1e-10
    gap = np.linalg.norm(away - nearest, axis=1)
    cloud = manifold.sample(4000, rng=rng)
    assert (gap <= np.linalg.norm(away[:, None] - cloud[None], axis=2).min(axis=1) + 1e-10).all()
    frames = manifold.tangent(points)
    gram = np.einsum("nia,nib->nab", frames, frames)
    assert np.abs(gram - np.eye(manifold.dim)).max() < 1e-10


MARGINALS = {
    # A coordinate of the points, and its distribution function in closed form.
    "torus": (
        lambda x: np.mod(np.arctan2(x[:, 2], np.hypot(x[:, 0], x[:, 1]) - 2), TURN),
        lambda v: (2 * v + np.sin(v)) / (4 * math.pi),
    ),
    "sphere": (lambda x: x[:, 2], lambda z: (1 + z) / 2),
    "disc": (lambda x: np.hypot(x[:, 0], x[:, 1]), lambda r: r**2),
    "cylinder": (lambda x: x[:, 2], lambda z: z),
    "arc": (lambda x: np.mod(np.arctan2(x[:, 1], x[:, 0]), TURN), lambda t: t / 5),
    "seam": (lambda x: np.mod(np.arctan2(x[:, 1], x[:, 0]), TURN), lambda t: t / TURN),
}


@pytest.mark.parametrize("name", MARGINALS)
def test_samples_are_uniform_in_volume(built, name):
    """At level 1e-6, against the law in closed form (Dvoretzky-Kiefer-Wolfowitz)."""
    coordinate, law = MARGINALS[name]
    n = 10_000
    points = built[name].sample(n, rng=11)
    expected = law(np.sort(coordinate(points)))
    off = np.maximum(np.arange(1, n + 1) / n - expected, expected - np.arange(n) / n)
    assert off.max() < dkw_band(n, 1 - 1e-6)
    # Independent of one another: signs of what is above the median change as for a coin.
    above = coordinate(points) > np.median(coordinate(points))
    assert abs((above[1:] != above[:-1]).mean() - 0.5) < 5 * 0.5 / math.sqrt(n)


@pytest.mark.parametrize(("name", "known"), [("torus", "torus"), ("klein", "klein-bottle")])
def test_agrees_with_the_catalogue(built, name, known):
    manifold, other = built[name], from_spec(known)
    points = other.sample(50, rng=2) + 0.1
    np.testing.assert_allclose(manifold.project(points), other.project(points), atol=1e-8)
    frames = np.stack(
        [manifold.tangent(manifold.project(points)), other.tangent(other.project(points))]
    )
    planes = frames @ frames.transpose(0, 1, 3, 2)
    np.testing.assert_allclose(planes[0], planes[1], atol=1e-7)


def test_tangents_at_a_pole(built):
    frames = built["sphere"].tangent(np.array([[0.0, 0, 1], [0, 0, -1]]))
    assert np.abs(frames[:, 2]).max() < 1e-4


def test_given_claims_win():
    claims = Claims(reach=Bound(1.0, "exact", True, "given"))
    manifold = Manifold.from_chart(torus, [(0, TURN)] * 2, periodic=True, claims=claims)
    assert manifold.claims.reach == claims.reach
    assert manifold.claims.volume.source == "quadrature"
    bare = Manifold.from_chart(torus, [(0, TURN)] * 2, periodic=True, estimate=False)
    assert (bare.claims.reach, bare.claims.volume) == (None, None)


def test_given_topology_wins():
    manifold = from_chart(
        moebius, [(0, TURN), (-0.4, 0.4)], boundary=False, orientable=True, estimate=False
    )
    assert (manifold.boundary, manifold.orientable) == (False, True)
    unexplained = from_chart(moebius, [(0, TURN), (-0.4, 0.4)], boundary=False, estimate=False)
    assert unexplained.orientable is None


@pytest.mark.parametrize("b", [0.05, 0.004])
def test_sharp_tips_and_thin_necks_are_no_crossings(b):
    thin = from_chart(lambda t: (5 * np.cos(t), b * np.sin(t)), [(0, TURN)], periodic=True)
    assert thin.claims.reach.value == pytest.approx(b**2 / 5, rel=1e-3)


OFFSETS = [0.0, 1e5, 1e7]


@pytest.mark.parametrize("offset", OFFSETS)
def test_faces_are_told_apart_wherever_the_set_lies(offset):
    gap = 5e-5 if offset < 1e6 else 5e-3

    def circle(t):
        return offset + np.cos(t), np.sin(t)

    def moved_torus(u, v):
        x, y, z = torus(u, v)
        return x + offset, y - offset, z

    open_arc = from_chart(circle, [(gap / 2, TURN - gap / 2)], estimate=False)
    assert open_arc.boundary
    assert not from_chart(circle, [(0, TURN)], estimate=False).boundary
    assert not from_chart(moved_torus, [(0, TURN), (0, TURN)], estimate=False).boundary
    assert from_chart(moved_torus, [(0, TURN - gap), (0, TURN)], estimate=False).boundary
    with pytest.raises(InvalidInput, match="closes up"):
        from_chart(circle, [(gap / 2, TURN - gap / 2)], periodic=True)
    assert not from_chart(circle, [(0, TURN)], periodic=True, estimate=False).boundary


@pytest.mark.parametrize("offset", OFFSETS[1:])
def test_a_set_far_away_keeps_its_orientation(offset):
    for function, closes in ((sphere, True), (torus, True), (moebius, False)):

        def far(u, v, function=function):
            return [c + offset for c in function(u, v)]

        box = {sphere: (0, math.pi), torus: (0, TURN), moebius: (0, TURN)}[function]
        other = (-0.4, 0.4) if function is moebius else (0, TURN)
        found = from_chart(far, [box, other], estimate=False)
        assert (found.orientable, found.boundary) == (closes, not closes)


@pytest.mark.filterwarnings("error")
def test_a_map_without_a_value_somewhere_does_not_warn_but_says_where():
    with pytest.raises(InvalidInput, match="not finite at"):
        from_chart(lambda t: (np.log(t - 1), t), [(0, 3)])


@pytest.mark.parametrize(
    "function",
    [
        lambda t: (np.where(t > -1, np.cos(t), 0.0), np.sin(t)),
        lambda t: np.stack([np.interp(t, [0, 10], [0, 10]), np.sin(t)]),
    ],
)
def test_maps_that_are_not_ufuncs_are_differentiated_by_differences(function):
    manifold = from_chart(function, [(0, 5)])
    assert manifold.charts[0].differences
    points = manifold.sample(20, rng=0)
    assert manifold.distance(points).max() < 1e-8


def test_array_valued_maps_are_differentiated_exactly():
    manifold = from_chart(lambda t: np.stack([np.cos(t), np.sin(t)]), [(0, TURN)], periodic=True)
    assert not manifold.charts[0].differences
    assert manifold.claims.reach.value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("function", "box", "options", "message"),
    [
        (lambda t: (np.log(t - 1), t), [(0, 3)], {}, "not finite at"),
        (lambda t: np.stack([t, t], axis=1), [(0, 1)], {}, "shape"),
        (lambda t: (t[:3], t), [(0, 1)], {}, "shape"),
        (lambda t: t, [(0, 1)], {}, "as many coordinates as points"),
        (lambda u, v: (u + v,), [(0, 1)] * 2, {}, "at least as many"),
        (
            lambda t: (np.where(np.abs(t - 1.2345) < 1e-4, np.nan, np.cos(t)), np.sin(t)),
            [(0, 3)],
            {},
            r"not finite at \[1\.234",
        ),
        (lambda t: (np.cos(t) + 0j, np.sin(t)), [(0, 1)], {}, "complex numbers"),
        (lambda t: (1e200 * np.cos(t), np.sin(t)), [(0, 1)], {}, "choose other units"),
        (lambda t: (1e-200 * np.cos(t), 0 * t), [(0, 1)], {}, "choose other units"),
        (lambda t: (np.cos(t), np.sin(t)), [(0, 8)], {}, "one to one"),
        (lambda t: (np.cos(2 * t), np.sin(2 * t)), [(0, TURN)], {"periodic": True}, "one to one"),
        (lambda t: (np.sin(t), np.sin(2 * t)), [(0, TURN)], {"periodic": True}, r"\[3\.1416\]"),
        (
            lambda u, v, w: (np.cos(u), np.sin(u), np.cos(2 * v), np.sin(2 * v), w),
            [(0, TURN), (0, TURN), (0, 1)],
            {"periodic": (True, True, False)},
            "one to one",
        ),
        (figure_eight_klein, [(0, TURN)] * 2, {"periodic": (False, True)}, "one to one"),
        (lambda t: (t, t), [(0, 1)], {"claims": {"reach": 1.0}}, "a theory.Claims"),
        (lambda t: (t**2, t**3), [(-1, 1)], {}, "degenerate Jacobian at"),
        (lambda u, v: (u + v, u + v, u + v), [(0, 1)] * 2, {}, "degenerate Jacobian at"),
        (lambda u, v: (u, v**2, v**3), [(0, 1), (-1, 1.1)], {}, "degenerate Jacobian at"),
        (lambda t: (1.0, 2.0), [(0, 1)], {}, "constant"),
        (lambda t: (np.sqrt(t), t), [(0, 1)], {}, "infinite derivative"),
        (
            lambda t: (np.cos(t), np.sin(t)),
            [(0, 5)],
            {"periodic": True},
            "closes up: the map jumps",
        ),
        (lambda t: (t, t), [(5, 1)], {}, r"box\[0\].*lower < upper"),
        (lambda t: (t, t), [(0, math.inf)], {}, "finite"),
        (lambda t: (t, t), [3], {}, "a pair"),
        (lambda t: (t, t), [], {}, "at least one coordinate"),
        (lambda t, u: (t, u), [(0, 1)], {}, "function of 1 coordinate"),
        (lambda t: (math.cos(t), t), [(0, 1)], {}, "TypeError"),
        (lambda t: (t, t), [(0, 1)], {"periodic": (True, False)}, "a bool or 1"),
        (lambda t: (t, t), [(0, 1)], {"stretch": (1.0, 2.0)}, "stretch"),
    ],
)
def test_errors_say_what_is_wrong(function, box, options, message):
    with np.errstate(all="ignore"), pytest.raises(InvalidInput, match=message):
        from_chart(function, box, **options)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_patch_without_numbers_is_met(u0, v0):
    # The sides are 3e-3 of the box, of which the patch is 9e-6.
    side = 3e-3 * np.array([TURN, 2.0])
    low = np.array([u0, v0]) * (np.array([TURN, 2.0]) - side)

    def cylinder(u, v):
        inside = (u >= low[0]) & (u <= low[0] + side[0]) & (v >= low[1]) & (v <= low[1] + side[1])
        return np.where(inside, np.nan, np.cos(u)), np.sin(u), v

    with pytest.raises(InvalidInput, match="not finite at") as caught:
        Manifold.from_chart(cylinder, [(0, TURN), (0, 2)], periodic=[True, False])
    assert caught.value.argument == "map"
