"""The theorem's own autoencoder: exact off K0, continuous everywhere, K0 as small as asked."""

from __future__ import annotations

import numpy as np
import pytest
from continuity_cases import bisected

import geomcheck
import theory
from theory.statistics import clopper_pearson

EXACT = [
    "circle",
    "linked-circles",
    "sphere:dim=2,R=2",
    "sphere:dim=5",
    "flat-torus:a=2,b=1",
    "projective-plane",
    "projective-plane-projectors",
    "special-orthogonal",
    "special-orthogonal:n=4",
    "stiefel",
    "stiefel:n=5,p=3",
    "grassmannian",
    "grassmannian:n=5,k=3",
]
BOUNDED = ["ellipse", "torus", "torus:R=3,r=0.5", "ellipsoid"]
NUMERICAL = ["klein-bottle", "moebius-band", "trefoil", "grassmannian:n=6,k=3"]
EMBEDDED = ["helix", "swiss-roll"]
CASES = [*EXACT, *BOUNDED, *NUMERICAL, *EMBEDDED]


def errors(model, points):
    return np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)


@pytest.mark.parametrize("spec", CASES)
def test_the_error_vanishes_off_the_exceptional_set(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.05)
    points = manifold.sample(2000, rng=3)
    off = ~model.in_exceptional_set(points)
    assert errors(model, points[off]).max() <= 1e-9
    share = 1 - off.mean()
    assert share <= clopper_pearson(100, 2000, confidence=0.9999, side="upper").upper
    assert model.measure.value <= 0.05


@pytest.mark.parametrize("spec", EXACT)
def test_the_measure_is_the_one_asked_for(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.2)
    assert model.measure.direction == "exact"
    assert model.measure.value == pytest.approx(0.2, rel=1e-9)
    hits = int(model.in_exceptional_set(manifold.sample(4000, rng=5)).sum())
    interval = clopper_pearson(hits, 4000, confidence=0.9999)
    assert interval.lower <= 0.2 <= interval.upper


@pytest.mark.parametrize("spec", BOUNDED)
def test_a_bound_of_the_measure_is_certified(spec):
    model = geomcheck.witness(theory.from_spec(spec), measure=0.2)
    assert (model.measure.direction, model.measure.certified) == ("upper", True)


@pytest.mark.parametrize("spec", NUMERICAL)
def test_a_measure_from_an_integral_is_an_estimate(spec):
    model = geomcheck.witness(theory.from_spec(spec), measure=0.2)
    assert not model.measure.certified


@pytest.mark.parametrize("spec", EMBEDDED)
def test_a_disc_needs_no_exceptional_set(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold)
    assert model.measure.value == 0
    assert not model.in_exceptional_set(manifold.sample(100, rng=0)).any()


@pytest.mark.parametrize("spec", CASES)
def test_the_code_is_continuous_across_the_cut(spec):
    # Bisect between neighbours along K towards the largest jump of the code: nothing may be left.
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.1)
    points = manifold.sample(400, rng=7)
    if model.measure.value:
        points = points[model.in_exceptional_set(points)]
    points = points[:20]
    frames = manifold.tangent(points)
    low = points
    high = manifold.project(points + 0.1 * frames[:, :, 0])
    assert bisected(model.encode, low, high, manifold.project) < 1e-6


@pytest.mark.parametrize("spec", ["circle", "linked-circles", "sphere", "torus"])
def test_the_encoder_is_continuous_on_the_whole_space(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.1)
    rng = np.random.default_rng(1)
    low, high = rng.uniform(-3, 3, (2, 300, manifold.ambient_dim))
    # Through the centre, where the nearest point of K jumps.
    high[:100] = -low[:100]
    assert bisected(model.encode, low, high) < 1e-6


@pytest.mark.parametrize(
    "spec",
    [
        "linked-circles",
        "torus",
        "flat-torus",
        "klein-bottle",
        "moebius-band",
        "special-orthogonal",
        "grassmannian",
    ],
)
def test_the_decoder_is_continuous_on_the_whole_space(spec):
    model = geomcheck.witness(theory.from_spec(spec), measure=0.1)
    rng = np.random.default_rng(2)
    low, high = rng.uniform(-12, 12, (2, 500, model.latent_dim))
    assert bisected(model.decode, low, high) < 1e-6


@pytest.mark.parametrize(
    "spec",
    [
        "circle",
        "linked-circles",
        "sphere",
        "torus",
        "ellipsoid",
        "special-orthogonal",
        "stiefel",
        "grassmannian",
    ],
)
def test_training_points_are_kept_clear_of(spec):
    manifold = theory.from_spec(spec)
    training = manifold.sample(1000, rng=11)
    model = geomcheck.witness(manifold, measure=0.05, avoid=training)
    assert not model.in_exceptional_set(training).any()
    assert errors(model, training).max() <= 1e-9
    assert 0 < model.measure.value <= 0.05


@pytest.mark.parametrize(
    "spec",
    ["linked-circles", "torus", "special-orthogonal", "grassmannian", "grassmannian:n=6,k=3"],
)
def test_what_is_no_number_stays_that(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.05)
    points = manifold.sample(5, rng=0)
    points[1, 0], points[3, 1] = np.nan, np.inf
    codes = model.encode(points)
    images = model.decode(codes)
    for found in (codes, images):
        assert np.isnan(found).all(axis=1).tolist() == [False, True, False, True, False]
        assert np.isfinite(found[::2]).all()


def test_codes_of_more_dimensions_are_filled_up():
    manifold = theory.linked_circles()
    model = geomcheck.witness(manifold, measure=0.05, latent_dim=2)
    points = manifold.sample(500, rng=0)
    off = ~model.in_exceptional_set(points)
    assert model.encode(points).shape == (500, 2)
    assert errors(model, points[off]).max() <= 1e-9


@pytest.mark.parametrize("spec", ["linked-circles", "trefoil", "torus-knot"])
def test_closed_curves_need_no_tear_in_the_plane(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, latent_dim=2)
    points = manifold.sample(500, rng=0)
    assert model.measure.value == 0
    assert errors(model, points).max() <= 1e-9


@pytest.mark.parametrize("spec", ["torus", "flat-torus", "klein-bottle", "moebius-band"])
def test_a_band_keeps_the_loop_along_which_it_turns(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.02)
    codes = model.encode(manifold.sample(5000, rng=0))
    # Nothing comes near the hole, and the loop runs round it once.
    assert np.linalg.norm(codes, axis=1).min() >= 0.6 * np.linalg.norm(codes, axis=1).max() / 1.3
    chart = manifold.charts[0]
    loop = np.tile(np.mean([chart.lower, chart.upper], axis=0), (400, 1))
    loop[:, 0] = np.linspace(chart.lower[0], chart.upper[0], 400)
    at = model.encode(chart.evaluate(loop))
    turned = np.diff(np.unwrap(np.arctan2(at[:, 1], at[:, 0]))).sum()
    assert abs(turned) == pytest.approx(2 * np.pi, abs=1e-6)


def test_a_space_wide_enough_holds_the_set_itself():
    manifold = theory.sphere()
    model = geomcheck.witness(manifold, latent_dim=4)
    points = manifold.sample(50, rng=0)
    assert errors(model, points).max() == 0
    assert model.measure.value == 0


@pytest.mark.parametrize("height", [0.0, 1.0])
def test_charts_of_ones_own_are_cut_where_they_are_glued(height):
    # A cylinder has edges, which are no cut; a surface of revolution has poles, which are.
    def lathe(u, v):
        radius = height + (1 - height) * np.sin(u)
        return radius * np.cos(v), radius * np.sin(v), 2 * np.cos(u)

    manifold = theory.Manifold.from_chart(
        lathe, [(0, np.pi), (0, 2 * np.pi)], periodic=[False, True], estimate=False
    )
    assert manifold.boundary is (height == 1.0)
    model = geomcheck.witness(manifold, measure=0.05)
    points = manifold.sample(500, rng=0)
    off = ~model.in_exceptional_set(points)
    assert errors(model, points[off]).max() <= 1e-9
    top = np.array([[-height, 0.0, 2.0]])
    assert model.in_exceptional_set(top)[0] == (height == 0.0)


def test_a_face_glued_in_part_is_cut():
    # A tube that is slit open from v = 0.4 on: below, the ends of u meet.
    def slit_tube(u, v):
        angle = u * (2 * np.pi - 8 * np.maximum(v - 0.4, 0.0) ** 3)
        return np.cos(angle), np.sin(angle), 2 * v

    manifold = theory.Manifold.from_chart(slit_tube, [(0, 1), (0, 1)], estimate=False)
    assert manifold.boundary
    model = geomcheck.witness(manifold, measure=0.05)
    height = np.linspace(0.02, 0.78, 50)
    sides = [
        np.stack([np.full(50, np.cos(h)), np.full(50, np.sin(h)), height], axis=1)
        for h in (1e-9, -1e-9)
    ]
    jump = np.linalg.norm(model.encode(sides[0]) - model.encode(sides[1]), axis=1)
    assert jump.max() < 1e-6
    assert model.in_exceptional_set(sides[0]).all()
    points = manifold.sample(1000, rng=0)
    off = ~model.in_exceptional_set(points)
    assert 0.9 < off.mean() < 1
    assert errors(model, points[off]).max() <= 1e-9


def test_products_cut_both_factors():
    manifold = theory.product(theory.sphere(), theory.circle())
    model = geomcheck.witness(manifold, measure=0.05)
    points = manifold.sample(2000, rng=0)
    off = ~model.in_exceptional_set(points)
    assert errors(model, points[off]).max() <= 1e-9
    assert model.measure.direction == "exact"


def test_bad_arguments_are_refused():
    with pytest.raises(theory.InvalidInput, match="measure"):
        geomcheck.witness(theory.circle(), measure=1.0)
    with pytest.raises(theory.InvalidInput, match="at least 2, not 1"):
        geomcheck.witness(theory.sphere(), latent_dim=1)
    with pytest.raises(theory.InvalidInput, match="avoid"):
        geomcheck.witness(theory.sphere(), avoid=np.zeros((3, 2)))
    with pytest.raises(theory.InvalidInput, match="no chart or cell"):
        geomcheck.witness(theory.double_torus())
    with pytest.raises(theory.InvalidInput, match="shape"):
        geomcheck.witness(theory.circle()).encode(np.zeros((3, 3)))
    with pytest.raises(theory.InvalidInput, match="shape"):
        geomcheck.witness(theory.circle()).decode(np.zeros((3, 3)))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"latent_dim": "a"}, "latent_dim: got a, expected an integer of at least 1"),
        ({"latent_dim": 2.5}, "latent_dim: got 2.5, expected an integer"),
        ({"latent_dim": True}, "latent_dim: got True, expected an integer"),
        ({"latent_dim": 0}, "latent_dim: got 0, expected an integer"),
        ({"measure": "a"}, "measure: got a, expected a number between 0 and 1"),
        ({"measure": float("nan")}, "measure: got nan, expected a number between 0 and 1"),
        ({"manifold": np.zeros((9, 2))}, "manifold: got a ndarray, expected a theory.Manifold"),
        ({"avoid": "a"}, "avoid: got"),
    ],
)
def test_a_bad_argument_is_named(arguments, says):
    with pytest.raises(theory.InvalidInput, match=says):
        geomcheck.witness(**{"manifold": theory.circle(), **arguments})


def test_a_witness_is_shown_in_a_few_words():
    shown = repr(geomcheck.witness(theory.torus(), measure=0.01, latent_dim=np.int64(2)))
    assert shown == "WitnessAutoencoder('torus:R=2,r=1', latent_dim=2, measure=0.01 (upper))"


@pytest.mark.parametrize(
    ("first", "second", "turning"),
    [
        ("circle", "sphere", 0),
        ("sphere", "circle", 2),
        ("circle", "circle:R=2", 0),
        ("klein-bottle", "circle", 0),
    ],
)
def test_products_turn_where_a_factor_does(first, second, turning):
    manifold = theory.product(theory.from_spec(first), theory.from_spec(second))
    model = geomcheck.witness(manifold, measure=0.1)
    assert model.discs[0].cell.turning == turning
    points = manifold.sample(3000, rng=1)
    inside = model.in_exceptional_set(points)
    assert errors(model, points[~inside]).max() <= 1e-9
    assert 0.05 < inside.mean() < 0.15
    # The code is continuous on all of the set, across the cut as well.
    low = points[inside][:100]
    frames = manifold.tangent(low)
    for axis in range(manifold.dim):
        high = manifold.project(low + 0.2 * frames[:, :, axis])
        assert bisected(model.encode, low, high, manifold.project) < 1e-6
