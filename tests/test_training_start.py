"""Training that begins by imitating another autoencoder."""

from __future__ import annotations

import numpy as np
import pytest

import geomcheck
import theory
from geomcheck.planted import linear

SMALL = {"latent_dim": 1, "hidden": (32, 32), "steps": 400, "seeds": 1}


def errors(model, points):
    return np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)


def dense_circle():
    t = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    return np.stack([np.cos(t), np.sin(t)], axis=1)


@pytest.mark.parametrize("angle", [0.7, 2.5])
def test_the_tear_stays_where_the_teacher_has_it(angle):
    # The teacher's cut is turned: the network, of one and the same rng, follows.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    circle = theory.moved(theory.circle(), turn)
    teacher = geomcheck.witness(circle, measure=0.02)
    points = dense_circle()
    cut = points[teacher.in_exceptional_set(points)].mean(axis=0)
    model = geomcheck.fit(theory.circle(), start=teacher, rng=3, **SMALL)
    worst = points[errors(model, points).argmax()]
    assert np.linalg.norm(worst - cut) < 0.4


def test_equal_arguments_give_equal_weights():
    first = geomcheck.fit(theory.circle(), start="witness", rng=1, **SMALL)
    second = geomcheck.fit(theory.circle(), start="witness", rng=1, **SMALL)
    plain = geomcheck.fit(theory.circle(), rng=1, **SMALL)
    points = dense_circle()
    assert np.array_equal(first.encode(points), second.encode(points))
    assert not np.array_equal(first.encode(points), plain.encode(points))
    assert dict(first.training.hyperparameters)["start"] == "witness"
    assert dict(plain.training.hyperparameters)["start"] == "random"


def test_the_theorems_own_start_gets_farther_in_few_steps():
    sphere, options = theory.sphere(), {"latent_dim": 2, "steps": 500, "rng": 0}
    plain = geomcheck.fit(sphere, seeds=2, **options)
    taught = geomcheck.fit(sphere, seeds=2, start="witness", **options)
    points = sphere.sample(4000, rng=8)
    assert np.square(errors(taught, points)).mean() < np.square(errors(plain, points)).mean()


def test_a_manifold_is_sampled():
    circle = theory.circle()
    model = geomcheck.fit(circle, rng=1, **SMALL)
    assert model.training.n_train + model.training.n_held_out == 4000


def test_what_cannot_be_imitated_is_refused():
    circle = theory.circle()
    points = circle.sample(50, rng=0)
    with pytest.raises(theory.InvalidInput, match=r"start.*'random', 'witness'"):
        geomcheck.fit(points, start="best", **SMALL)
    with pytest.raises(theory.InvalidInput, match=r"start=geomcheck\.witness"):
        geomcheck.fit(points, start="witness", **SMALL)
    with pytest.raises(theory.InvalidInput, match=r"start.*an autoencoder"):
        geomcheck.fit(points, start=lambda x: x, **SMALL)
    with pytest.raises(theory.InvalidInput, match=r"from R\^2 to R\^2"):
        geomcheck.fit(points, start=linear.identity(2), **SMALL)
    with pytest.raises(theory.InvalidInput, match="codes of size 0"):
        geomcheck.fit(points, start=linear.constant(np.zeros(2)), **SMALL)
    with pytest.raises(theory.InvalidInput, match="cut open"):
        geomcheck.fit(theory.double_torus(), start="witness", **{**SMALL, "latent_dim": 2})
