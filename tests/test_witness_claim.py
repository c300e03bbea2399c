"""The claim that a small error is possible, and all other claims on an autoencoder that has it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import geomcheck
import theory
from geomcheck.claims import witness as claim
from geomcheck.evaluation import evaluate
from geomcheck.planted import linear
from geomcheck.result import Verdict
from geomcheck.study import Settings

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


def judge(manifold, *, latent_dim=None, training=None, delta=0.02, n=4000, epsilon=0.1):
    """Judge the claim alone: it looks at the set, the settings and the points only."""
    model = linear.constant(np.zeros(manifold.ambient_dim), latent_dim or manifold.dim)
    study = SimpleNamespace(
        ground=SimpleNamespace(manifold=manifold, name=manifold.name),
        model=model,
        settings=Settings(epsilon, delta, 0.99, n, 0, 2**30),
        training=None if training is None else evaluate(model, training),
        held_out=evaluate(model, manifold.sample(n, rng=1)),
    )
    return claim.check(study)


@pytest.mark.parametrize("spec", ["circle", "linked-circles", "sphere:dim=3", "stiefel", "torus"])
def test_it_holds_with_a_certified_measure(spec):
    result = judge(theory.from_spec(spec))
    assert result.verdict is HOLDS
    assert result.confidence is None
    assert result.values["measure_certified"]
    assert result.values["measure_of_K0"] <= 0.02
    assert result.values["largest_error_off_K0"] < 1e-12


def test_an_estimated_measure_is_confirmed_by_a_sample():
    wavy = theory.Manifold.from_chart(
        lambda t: ((2 + np.cos(3 * t)) * np.cos(t), (2 + np.cos(3 * t)) * np.sin(t)),
        [(0, 2 * np.pi)],
        periodic=True,
    )
    result = judge(wavy)
    assert result.verdict is HOLDS
    assert result.confidence > 0.99
    size = next(h for h in result.hypotheses if "measure of K0" in h.says)
    assert size.basis == "checked"
    assert f"confidence {result.confidence:.6g}," in size.says
    assert "of 4000 points" in size.says
    few = judge(wavy, n=100)
    assert few.verdict is INCONCLUSIVE
    assert "more than 2 %" in few.summary


def test_training_points_are_kept_out_of_the_collar():
    manifold = theory.circle()
    training = manifold.sample(500, rng=4)
    result = judge(manifold, training=training)
    assert result.verdict is HOLDS
    assert result.values["training_points_in_K0"] == 0
    assert "holds none of the training points" in result.summary
    assert result.values["measure_of_K0"] < 0.01
    assert judge(manifold).values["training_points_in_K0"] is None


def test_a_training_point_on_a_cut_that_cannot_move_is_said():
    plane = theory.from_spec("projective-plane")
    on_the_line = np.array([[0.0, 0.0, 1.0, 0.0]])
    result = judge(plane, training=on_the_line)
    assert result.verdict is HOLDS
    assert result.values["training_points_in_K0"] == 1
    assert "holds 1 of the training points" in result.summary


def test_it_does_not_apply_where_nothing_is_known():
    assert judge(theory.sphere(), latent_dim=1).verdict is NOT_APPLICABLE
    assert judge(theory.double_torus()).verdict is NOT_APPLICABLE
    points = theory.PointSet("p", np.random.default_rng(0).standard_normal((300, 2)))
    bare = SimpleNamespace(
        ground=SimpleNamespace(manifold=None, name=points.name), model=linear.identity(2)
    )
    assert claim.check(bare).verdict is NOT_APPLICABLE


def with_inverse(manifold, inverse):
    return replace(manifold, charts=(replace(manifold.charts[0], inverse=inverse),))


def test_an_inverse_that_is_none_is_found_out():
    ellipse = theory.ellipse()
    wrong = with_inverse(ellipse, lambda x: np.arctan2(x[:, 1:], x[:, :1]))
    assert judge(wrong).verdict is FAILS
    right = ellipse.charts[0].inverse
    rough = with_inverse(ellipse, lambda x: right(x) + 1e-5)
    result = judge(rough)
    assert result.verdict is INCONCLUSIVE
    assert "inverted only to" in result.summary


@pytest.mark.parametrize(("offset", "epsilon"), [(0.0, 1e-17), (1e8, 1e-10)])
def test_rounding_refutes_no_theorem(offset, epsilon):
    manifold = theory.moved(theory.circle(), np.eye(2), np.array([offset, 0.0]))
    result = judge(manifold, epsilon=epsilon)
    assert result.verdict is INCONCLUSIVE
    assert "rounding" in result.summary


def test_a_volume_that_is_too_large_is_found_out():
    ellipse = theory.ellipse()
    claims = replace(ellipse.claims, volume=ellipse.claims.volume.scaled(20))
    result = judge(replace(ellipse, claims=claims))
    assert result.verdict is FAILS
    assert "volume" in result.advice
    size = next(h for h in result.hypotheses if "measure of K0" in h.says)
    assert size.basis == "not met"


@pytest.mark.parametrize(
    ("spec", "latent_dim", "says"),
    [
        ("circle", 1, "one piece: an arc"),
        ("circle", 2, "K0 is empty"),
        ("trefoil", 2, "one piece: a closed curve"),
        ("sphere", 2, "one piece: a disc"),
        ("torus", 2, "one piece: a band"),
        # Along the loop the other coordinate is reflected: K0 has to cross the band.
        ("klein-bottle", 2, "one piece: a disc, laid round a ring that K0 closes"),
        ("special-orthogonal", 3, "one piece: a disc, laid round a sphere that K0 closes"),
        ("grassmannian", 4, "Moebius band, laid round a projective plane that K0 closes"),
    ],
)
def test_what_is_left_of_a_component_is_said(spec, latent_dim, says):
    result = judge(theory.from_spec(spec), latent_dim=latent_dim, n=200)
    assert any(h.says.endswith(says) or h.says.startswith(says) for h in result.hypotheses)


def test_the_worst_point_of_the_collar_can_be_checked_again():
    result = judge(theory.circle())
    model = geomcheck.witness(theory.circle(), measure=0.01)
    data = result.witness.data
    code = model.encode(np.array([data["point"]]))
    assert code[0] == pytest.approx(data["code"])
    error = np.linalg.norm(model.decode(code)[0] - data["point"])
    assert error == pytest.approx(data["error"])
    assert error > 1


@pytest.mark.parametrize(
    "spec",
    [
        "circle",
        "linked-circles",
        "ellipse",
        "sphere",
        "ellipsoid",
        "torus",
        "trefoil",
        "torus-knot",
    ],
)
def test_no_claim_fails_on_the_theorems_own_autoencoder(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.01)
    training = manifold.sample(1000, rng=5)
    report = geomcheck.verify(manifold, model, rng=0, samples=3000, training_points=training)
    assert not report.with_verdict(FAILS), str(report)
    for name in ("small-error", "exceptional-set", "generalisation", "witness"):
        assert report[name].verdict is HOLDS, str(report)
    assert report["lower-bound"].verdict is HOLDS


def test_the_same_autoencoder_with_a_wide_collar_fails_where_it_must():
    model = geomcheck.witness(theory.circle(), measure=0.1)
    report = geomcheck.verify(theory.circle(), model, rng=0, samples=5000)
    assert report["small-error"].verdict is FAILS
    assert report["exceptional-set"].verdict is FAILS
    assert report["witness"].verdict is HOLDS
