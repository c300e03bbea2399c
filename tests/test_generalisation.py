"""Training points against the rest of K: shares of large errors, and where K0 lies."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial import cKDTree

import geomcheck
import theory
from geomcheck.claims import generalisation as claim
from geomcheck.evaluation import evaluate
from geomcheck.planted import linear
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Verdict
from geomcheck.study import Settings

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
CIRCLE = theory.circle()


def judge(model, training, *, n=6000, epsilon=0.1, delta=0.02, basis="fresh", tears=()):
    held_out = evaluate(model, CIRCLE.sample(n, rng=1))
    study = SimpleNamespace(
        ground=SimpleNamespace(manifold=CIRCLE, name=CIRCLE.name),
        model=model,
        settings=Settings(epsilon, delta, 0.99, n, 0, 2**30),
        training=None if training is None else evaluate(model, training),
        training_errors=None if training is None else evaluate(model, training).errors,
        held_out=held_out,
        errors=held_out.errors,
        held_out_basis=basis,
        exceptional=SimpleNamespace(tears=tears),
    )
    return claim.check(study)


def table(points):
    """Answer with the nearest training point."""
    tree = cKDTree(points)
    return FunctionAutoencoder(lambda x: points[tree.query(x)[1]], lambda z: z, 2, 2)


def test_a_table_of_the_training_points_fails_far_from_them():
    training = CIRCLE.sample(60, rng=3)
    result = judge(table(training), training, epsilon=0.05)
    assert result.verdict is FAILS
    assert result.values["training_share"] == 0
    assert result.values["training_points_in_K0"] == 0
    assert result.values["K0_compared_with_the_rest"] == "farther"
    assert result.values["K0_farther_than_the_rest"] == 1.0
    assert result.values["K0_to_training_points"] > 0.05
    assert "between those it saw" in result.advice


def test_points_learned_by_heart_and_no_others_fail():
    training = CIRCLE.sample(500, rng=3)
    seen = {row.tobytes() for row in training}

    def encode(x):
        return x * np.array([[row.tobytes() in seen] for row in np.ascontiguousarray(x)])

    result = judge(FunctionAutoencoder(encode, lambda z: z, 2, 2), training, n=2000)
    assert result.verdict is FAILS
    assert result.values["K0_compared_with_the_rest"] == "unseen"
    assert "by heart" in result.advice


def test_a_part_that_training_never_saw_fails_far_from_it():
    training = np.abs(CIRCLE.sample(2000, rng=3)) * [1, 1]
    model = FunctionAutoencoder(lambda x: np.maximum(x, 0.0), lambda z: z, 2, 2)
    result = judge(model, training)
    assert result.verdict is FAILS
    assert result.values["K0_compared_with_the_rest"] == "farther"


def test_the_witness_that_avoids_the_training_points_holds():
    training = CIRCLE.sample(300, rng=5)
    model = geomcheck.witness(CIRCLE, measure=0.01, avoid=training)
    result = judge(model, training)
    assert result.verdict is HOLDS
    assert result.values["training_points_in_K0"] == 0
    assert result.values["K0_compared_with_the_rest"] == "farther"
    assert "K0 holds none of them" in result.summary


def test_a_tear_through_the_training_points_is_said_to_be_one():
    training = CIRCLE.sample(3000, rng=5)
    result = judge(geomcheck.witness(CIRCLE, measure=0.01), training)
    assert result.verdict is HOLDS
    inside = result.values["training_points_in_K0"]
    assert inside == round(result.values["training_share"] * 3000) > 0
    assert f"K0 holds {inside} of them" in result.summary
    assert result.values["K0_compared_with_the_rest"] == "alike"


def test_an_error_on_the_training_points_alone_is_nearer_to_them():
    training = CIRCLE.sample(40, rng=5)
    tree = cKDTree(training)

    def decode(z):
        return np.where((tree.query(z)[0] < 0.01)[:, None], z + 1.0, z)

    result = judge(FunctionAutoencoder(lambda x: x, decode, 2, 2), training)
    assert result.verdict is HOLDS
    assert result.values["training_share"] == 1.0
    assert result.values["K0_compared_with_the_rest"] == "nearer"


def test_a_difference_near_delta_is_inconclusive():
    training = CIRCLE.sample(200, rng=5)
    model = geomcheck.witness(CIRCLE, measure=0.02, avoid=None)
    clear = training[~model.in_exceptional_set(training)]
    assert judge(model, clear, n=2000, delta=0.02).verdict is INCONCLUSIVE


def test_it_does_not_apply_without_training_points_or_others():
    assert judge(linear.identity(2), None).verdict is NOT_APPLICABLE
    training = CIRCLE.sample(50, rng=0)
    assert judge(linear.identity(2), training, basis="training").verdict is NOT_APPLICABLE


def test_a_tear_that_no_sample_meets_is_measured_all_the_same():
    training = CIRCLE.sample(200, rng=5)
    model = geomcheck.witness(CIRCLE, measure=0.01, avoid=training)
    middle = model.decode(np.array([[np.pi]]))  # the cut itself
    tear = SimpleNamespace(worst_point=middle[0], largest_error=2.0)
    result = judge(model, training, n=50, delta=0.2, tears=(tear,))
    assert result.values["tears_to_training_points"] == pytest.approx(
        [float(np.linalg.norm(training - middle, axis=1).min())]
    )
    assert result.witness.data["error"] == 2.0


def test_the_pair_shown_can_be_checked_again():
    training = CIRCLE.sample(60, rng=3)
    model = table(training)
    data = judge(model, training, epsilon=0.05).witness.data
    point, mate = np.array(data["point"]), np.array(data["training_point"])
    assert np.linalg.norm(point - mate) == pytest.approx(data["distance"])
    assert np.linalg.norm(training - point, axis=1).min() == pytest.approx(data["distance"])
    assert np.linalg.norm(model.decode(model.encode(point[None]))[0] - point) == pytest.approx(
        data["error"]
    )
    assert data["training_error"] == 0


def test_the_share_is_that_of_all_training_points_however_few_are_kept(monkeypatch):
    monkeypatch.setattr("geomcheck.measure.errors._MOST_TRAINING", 50)
    training = CIRCLE.sample(3000, rng=5)
    report = geomcheck.verify(
        CIRCLE, linear.shrunk(2, 0.5), epsilon=0.1, samples=500, training_points=training
    )
    values = report["generalisation"].values
    assert values["training_points"] == 3000
    assert values["training_share"] == 1.0
