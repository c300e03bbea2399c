"""Certified lower bounds of the reach: never above the truth, near it, or none at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.catalogue import from_spec
from theory.catalogue.fourier import fourier_curve
from theory.chart import Chart
from theory.chart_reach import chart_reach
from theory.curvature_bound import curvature_bound
from theory.reach_certificate import best_chart_reach, certified_reach
from theory.seam import Seam, all_seams

TURN = 2 * math.pi
SHARP = {1: 3e-5, 2: 0.021}


def loop(map, k=1, **options):
    return Chart(map, (0.0,) * k, (TURN,) * k, (True,) * k, **options)


def quotients(chart, n, rng):
    """Federer's quotients of many pairs, near ones as well, with the tangent spaces."""
    side = np.subtract(chart.upper, chart.lower)
    u = rng.uniform(chart.lower, chart.upper, (n, chart.dim))
    near = u + side * 10.0 ** rng.uniform(-3, 0, (n, 1)) * rng.standard_normal(u.shape)
    inside = np.where(chart.periodic, near, np.clip(near, chart.lower, chart.upper))
    points, first, _ = chart.derivatives(u)
    chord = chart.evaluate(inside) - points
    frames = np.linalg.qr(first)[0]
    off = chord - np.einsum("nia,na->ni", frames, np.einsum("nia,ni->na", frames, chord))
    square = (chord**2).sum(axis=1)
    clear = square > 1e-8 * square.max()
    return square[clear] / (2 * np.linalg.norm(off, axis=1)[clear])


@settings(max_examples=15)
@given(st.floats(0.25, 4.0), st.floats(1.0, 30.0))
def test_ellipses(b, ratio):
    a = b * ratio
    chart = loop(lambda t: (a * np.cos(t), b * np.sin(t)))
    truth = b / ratio
    bound = certified_reach(chart, truth)
    assert (bound.direction, bound.certified, bound.source) == ("lower", True, "chart-reach")
    assert truth * (1 - SHARP[1]) <= bound.value <= truth


@pytest.mark.parametrize("r", [0.3, 0.5, 0.8])
def test_tori(r):
    (chart,) = from_spec(f"torus:R=1,r={r}").charts
    truth = min(r, 1 - r)
    bound = certified_reach(chart, truth)
    assert truth * (1 - SHARP[2]) <= bound.value <= truth


@settings(max_examples=12)
@given(st.integers(2, 4), st.integers(1, 4), st.integers(0, 39))
def test_random_fourier_curves_have_no_quotient_below(n, modes, seed):
    from theory.errors import InvalidInput

    try:
        manifold = fourier_curve(n, modes, seed)
    except InvalidInput:  # the curve all but meets itself
        return
    (chart,) = manifold.charts
    estimate = chart_reach(chart).reach.value
    bound = certified_reach(chart, estimate)
    if n == 2 and bound is None:  # plane curves may cross themselves
        return
    assert bound.value <= quotients(chart, 20_000, np.random.default_rng(seed)).min()
    assert estimate * (1 - SHARP[1]) <= bound.value <= estimate * (1 + 1e-9)


@settings(max_examples=10)
@given(st.floats(0.2, 2.0), st.floats(0.5, 2.5))
def test_helices_with_ends(pitch, turns):
    """A turn is far from the next here, so that the curvature (1 + c^2) governs, or the ends."""
    chart = Chart(lambda t: (np.cos(t), np.sin(t), pitch * t), (0.0,), (TURN * turns,), (False,))
    ends = [(0, 0), (0, 1)]
    estimate = chart_reach(chart, ends).reach.value
    bound = certified_reach(chart, estimate, ends)
    assert bound.value <= min(1 + pitch**2, estimate) * (1 + 1e-9)
    assert bound.value >= estimate * (1 - SHARP[1])


@pytest.mark.parametrize("gap", [1.0, 0.1, 0.01])
def test_two_strands(gap):
    """A long oval whose straight strands are `gap` apart, wherever its ends bend less."""
    chart = loop(lambda t: (np.cos(t), 0.5 * gap * np.sin(t) / np.sqrt(1 - 0.9 * np.cos(t) ** 2)))
    estimate = chart_reach(chart).reach.value
    bound = certified_reach(chart, estimate)
    assert estimate * (1 - SHARP[1]) <= bound.value <= estimate * (1 + 1e-9)


def annulus(inner, outer):
    return Chart(
        lambda r, f: (r * np.cos(f), r * np.sin(f)),
        (inner, 0.0),
        (outer, TURN),
        (False, True),
    )


@pytest.mark.parametrize("inner", [0.1, 0.5, 0.9])
def test_a_flat_ring_has_the_reach_of_its_hole(inner):
    """No curvature and no bottleneck of tangent spaces: the boundary alone decides."""
    edges = [(0, 0), (0, 1)]
    bound = certified_reach(annulus(inner, 1.0), inner, edges)
    assert inner * (1 - SHARP[2]) <= bound.value <= inner


def test_the_corners_of_a_cut_ring_are_its_bottleneck():
    """Chords between them leave both tangent cones, and are not normal to tangent planes."""
    ring = Chart(annulus(0.9, 1.1).map, (0.9, 0.0), (1.1, 5.0), (False, False))
    edges = [(axis, side) for axis in (0, 1) for side in (0, 1)]
    truth = 0.9 * math.sin(2.5)
    bound = certified_reach(ring, truth, edges)
    assert truth * (1 - SHARP[2]) <= bound.value <= truth


def test_a_flat_strip_with_a_notch():
    """Its upper edge bends into it with curvature 2 at one point."""
    chart = Chart(lambda x, t: (x, t * (1 + x * x)), (-1.0, -1.0), (1.0, 1.0), (False, False))
    edges = [(axis, side) for axis in (0, 1) for side in (0, 1)]
    bound = certified_reach(chart, 0.5, edges)
    assert 0.5 * (1 - SHARP[2]) <= bound.value <= 0.5


@pytest.mark.parametrize("width", [0.02, 0.002])
def test_a_narrow_bump_between_any_samples_is_not_missed(width):
    """The estimate does not see it, and the bound does not rest on the estimate."""

    def image(t):
        radius = 1 + width**1.5 * np.exp(-(np.square((t - 2.3456) / width)))
        return radius * np.cos(t), radius * np.sin(t)

    chart = Chart(image, (0.0,), (TURN,), (True,))
    (middle,) = (np.array([[2.3456]]),)
    _, first, second = chart.derivatives(middle)
    speed = (first[0, :, 0] ** 2).sum()
    turn = first[0, 0, 0] * second[0, 1, 0, 0] - first[0, 1, 0] * second[0, 0, 0, 0]
    truth = speed**1.5 / abs(turn)
    assert truth < 0.2
    # It closes up only where the bump has died away, which it has to within rounding.
    wide = Chart(image, (-math.pi,), (5.0,), (False,))
    bound = certified_reach(wide, 1.0, [(0, 0), (0, 1)])
    assert bound is None  # it goes round more than once
    part = Chart(image, (0.0,), (5.0,), (False,))
    bound = certified_reach(part, math.sin(2.5), [(0, 0), (0, 1)])
    assert bound is None or bound.value <= truth * (1 + 1e-9)
    assert bound is not None
    assert bound.value >= truth * 0.9


@pytest.mark.parametrize(
    "image",
    [
        lambda t: (np.sin(t), np.sin(2 * t)),
        lambda t: (np.cos(2 * t), np.sin(2 * t)),
    ],
)
def test_a_set_that_meets_itself_has_no_bound(image):
    """A figure of eight, and a circle run through twice."""
    assert certified_reach(loop(image), 0.5) is None


def test_a_period_that_is_none_has_no_bound():
    """It closes up with a corner: no reach at all."""
    drop = Chart(lambda t: (t * (1 - t), t * (1 - t) * (1 - 2 * t)), (0.0,), (1.0,), (True,))
    assert certified_reach(drop, 0.1) is None


@pytest.mark.parametrize(
    ("chart", "edges"),
    [
        (loop(lambda t: (np.cos(t), np.sin(t)), differences=True), ()),
        (loop(lambda t: (np.cos(t), np.sin(t) + 0 * np.maximum(t, -100))), ()),
        (Chart(lambda t: (np.cos(t), np.sin(t)), (0.0,), (TURN,), (False,)), ()),
        (Chart(lambda t: (np.cos(t), np.sin(t)), (0.0,), (TURN,), (False,)), ((0, 0), (0, 1))),
        (
            Chart(
                lambda u, v: (np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u)),
                (0.0, 0.0),
                (math.pi, TURN),
                (False, True),
            ),
            ((0, 0), (0, 1)),
        ),
    ],
)
def test_nothing_is_said_where_nothing_is_known(chart, edges):
    """Differences, no Taylor form, an unexplained seam, a seam called an edge, a pole."""
    assert certified_reach(chart, 1.0, edges) is None


def test_a_guess_that_is_wrong_changes_the_work_and_not_the_truth():
    chart = loop(lambda t: (2 * np.cos(t), np.sin(t)))
    for near in (0.05, 0.4, 5.0, 100.0):
        assert 0.04 <= certified_reach(chart, near).value <= 0.5
    assert certified_reach(chart, 5.0).value >= 0.4999


def test_an_estimate_stays_where_there_is_no_certificate():
    bound = best_chart_reach(loop(lambda t: (np.cos(t), np.sin(t)), differences=True))
    assert (bound.direction, bound.certified) == ("estimate", False)
    assert bound.value == pytest.approx(1.0, rel=1e-6)


def arc(map, length):
    return Chart(map, (0.0,), (length,), (False,))


@pytest.mark.parametrize(
    ("chart", "edges", "truth"),
    [
        # Two strands, the two ends of an arc, and a bump on a line too narrow for a grid.
        (loop(lambda t: (np.sin(t), np.sin(2 * t), 5e-5 * np.cos(t))), (), 5e-5),
        (arc(lambda t: (np.cos(t), np.sin(t)), TURN - 1e-6), ((0, 0), (0, 1)), 5e-7),
        (
            arc(lambda t: (t, 1e-6 * np.exp(-np.square((t - 3.0) / 1e-5))), 6.0),
            ((0, 0), (0, 1)),
            5e-5,
        ),
    ],
)
def test_an_estimate_that_overlooks_what_is_narrow_gives_way(chart, edges, truth):
    assert chart_reach(chart, edges).reach.value > 30 * truth
    bound = best_chart_reach(chart, edges)
    assert bound.certified
    assert truth * (1 - SHARP[1]) <= bound.value <= truth * (1 + 1e-7)


def test_a_flat_set_has_no_finite_reach():
    flat = Chart(lambda x, y: (x, y, x - y), (0.0, 0.0), (1.0, 1.0), (False, False))
    bound = best_chart_reach(flat, [(axis, side) for axis in (0, 1) for side in (0, 1)])
    assert bound.value == math.inf


@pytest.mark.parametrize("spec", ["trefoil", "torus-knot:p=2,q=5", "moebius-band", "klein-bottle"])
def test_the_catalogue_claims_bounds_that_no_pair_undercuts(spec):
    manifold = from_spec(spec)
    claim = manifold.claims.reach
    assert (claim.direction, claim.certified, claim.source) == ("lower", True, "chart-reach")
    (chart,) = manifold.charts
    found = quotients(chart, 100_000, np.random.default_rng(0)).min()
    assert claim.value <= found <= claim.value * 1.1
    if chart.dim == 1:
        assert claim.value == pytest.approx(chart_reach(chart).reach.value, rel=1e-6)


@pytest.mark.parametrize("directions", [8, 64])
def test_principal_directions_between_the_nodes_count(directions, monkeypatch):
    """A graph over a plane bends most at its middle, with curvature a, half way between nodes."""
    monkeypatch.setattr("theory.curvature_bound._DIRECTIONS", directions)
    excess = 1 / math.cos(TURN / directions) - 1
    monkeypatch.setattr("theory.curvature_bound._BETWEEN", excess)
    a, b, angle = 1.3, 0.4, math.pi / (2 * directions)
    cos, sin = math.cos(angle), math.sin(angle)
    chart = Chart(
        lambda x, y: (x, y, 0.5 * (a * (cos * x + sin * y) ** 2 - b * (cos * y - sin * x) ** 2)),
        (-0.5, -0.5),
        (0.5, 0.5),
        (False, False),
    )
    found, _ = curvature_bound(chart, (), 0.1, (1e-4, 1e-3))
    assert a <= found <= 1.002 * a * math.sqrt(1 + excess / 2)


@pytest.mark.parametrize("spec", ["trefoil", "circle", "torus:R=1,r=0.7", "flat-torus:a=1,b=2"])
def test_however_coarse_the_first_cells_are(spec, monkeypatch):
    """Three cells a turn are all neighbours, and bend far more than a neighbourhood may."""
    (chart,) = from_spec(spec).charts
    monkeypatch.setattr("theory.bottleneck_bound._CELLS", {1: 3, 2: 9})
    monkeypatch.setattr("theory.curvature_bound._CELLS", {1: 2, 2: 4})
    truth = chart_reach(chart).reach.value
    bound = certified_reach(chart, truth)
    assert truth * (1 - SHARP[chart.dim]) <= bound.value <= truth * (1 + 1e-9)


@pytest.mark.parametrize("crowding", [0.9, 0.99])
def test_a_knot_that_is_run_through_almost_at_once(crowding):
    """Nearly all of it, bottleneck and all, is the image of two cells of the first division."""
    (knot,) = from_spec("torus-knot").charts

    def image(t):
        late = np.arctan(crowding * np.sin(t) / (1 - crowding * np.cos(t)))
        return knot.map(t + 2 * late)

    truth = chart_reach(knot).reach.value
    bound = certified_reach(loop(image), truth)
    assert truth * (1 - SHARP[1]) <= bound.value <= truth * (1 + 1e-9)


def test_seams_are_composed_and_undone():
    turned = Seam((1, -1), (TURN, TURN))
    x = np.array([[1.0, 2.0]])
    np.testing.assert_allclose(turned.inverse()(turned(x)), x)
    np.testing.assert_allclose(turned.after(turned)(x), turned(turned(x)))
    (chart,) = from_spec("klein-bottle").charts
    assert turned.crossed(chart) == [0]
    assert len(all_seams(chart, [turned])) == 9
    for seam in all_seams(chart, [turned]):
        np.testing.assert_allclose(chart.evaluate(seam(x)), chart.evaluate(x), atol=1e-12)


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_random_surfaces_have_no_quotient_below(seed):
    """Tori with random waves on them, or bands of such."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.uniform(-0.12, 0.12, 3)
    closed = bool(rng.integers(2))

    def image(u, v):
        r = 0.7 + a * np.cos(2 * u + v) + b * np.sin(3 * v) + c * np.cos(u)
        ring = 2 + r * np.cos(v)
        return ring * np.cos(u), ring * np.sin(u), r * np.sin(v) + a * np.sin(2 * u)

    upper = TURN if closed else 2.0
    chart = Chart(image, (0.0, 0.0), (TURN, upper), (True, closed))
    edges = [] if closed else [(1, 0), (1, 1)]
    estimate = chart_reach(chart, edges).reach.value
    bound = certified_reach(chart, estimate, edges)
    assert bound.value <= quotients(chart, 200_000, rng).min()
    assert estimate * (1 - SHARP[2]) <= bound.value <= estimate * (1 + 1e-9)
