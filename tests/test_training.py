from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geomcheck.autoencoder import ACTIVATIONS
from geomcheck.layers import Activation, Affine, Residual
from geomcheck.training import fit
from geomcheck.training_batch import NetworkBatch
from theory.errors import InvalidInput

QUICK = {"hidden": (16, 16), "steps": 40, "seeds": 3}


def circle(n, seed=0, radius=1.0, centre=(0.0, 0.0)):
    angles = np.random.default_rng(seed).uniform(0, 2 * math.pi, n)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius + np.array(centre)


def errors(model, points):
    return np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)


def flat_weights(model):
    return np.concatenate([a.ravel() for part in model.weights() for pair in part for a in pair])


def test_circle_passes_a_bottleneck_of_two():
    model = fit(circle(300), latent_dim=2, hidden=(32, 32), steps=600, seeds=1)
    assert errors(model, circle(1000, seed=1)).max() < 0.05


def test_circle_through_one_number_is_torn_in_a_small_part():
    model = fit(circle(1000), latent_dim=1, hidden=(32, 32, 32), steps=1500, seeds=2)
    found = errors(model, circle(20_000, seed=1))
    assert (found > 0.1).mean() < 0.05
    # A continuous map of the circle through a line cannot have an error below one everywhere.
    angles = np.linspace(0, 2 * math.pi, 200_001)
    dense = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert errors(model, dense).max() > 0.99


def test_a_residual_network_is_trained_as_it_is_evaluated():
    model = fit(circle(300), latent_dim=2, hidden=(8, 32, 32), residual=True, steps=600, seeds=1)
    assert [type(layer) for layer in model.as_network().encoder] == [
        *(Affine, Activation, Affine, Activation),
        *(Residual, Affine),
    ]
    assert len(model.as_network().decoder) == 6
    # Training and model agree on where blocks stand, or the error would be of another size.
    held_out = model.training.held_out_error
    assert errors(model, circle(1000, seed=1)).max() < 0.05
    assert np.sqrt(np.square(errors(model, circle(1000, seed=1))).mean()) < 3 * held_out
    with pytest.raises(InvalidInput, match="equal widths"):
        fit(circle(30), latent_dim=1, hidden=(8, 4), residual=True)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_leaves_the_saddle(activation):
    points = circle(300)
    model = fit(points, latent_dim=1, hidden=(32, 32), activation=activation, steps=800, seeds=2)
    # The saddles: the constant map has mean square 1, a projection to a line 1/2.
    assert np.square(errors(model, points)).mean() < 0.45


def test_equal_arguments_give_equal_weights():
    one, two = (fit(circle(50), latent_dim=1, rng=7, **QUICK) for _ in range(2))
    np.testing.assert_array_equal(flat_weights(one), flat_weights(two))
    assert one.training.seeds == two.training.seeds
    other = fit(circle(50), latent_dim=1, rng=8, **QUICK)
    assert not np.array_equal(flat_weights(one), flat_weights(other))


def test_a_generator_is_used_and_advanced():
    source = np.random.default_rng(7)
    one = fit(circle(50), latent_dim=1, rng=source, **QUICK)
    two = fit(circle(50), latent_dim=1, rng=source, **QUICK)
    same = fit(circle(50), latent_dim=1, rng=np.random.default_rng(7), **QUICK)
    np.testing.assert_array_equal(flat_weights(one), flat_weights(same))
    assert not np.array_equal(flat_weights(one), flat_weights(two))


def global_state():
    return (
        torch.get_default_dtype(),
        torch.get_num_threads(),
        torch.get_num_interop_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_grad_enabled(),
        torch.get_rng_state().numpy().tobytes(),
        np.random.get_state()[1].tobytes(),  # noqa: NPY002
        random.getstate(),
    )


@pytest.mark.parametrize("failing", [False, True])
def test_no_global_state_is_touched(failing):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.set_default_dtype(torch.float64)
    try:
        before = global_state()

        def progress(fraction, left):
            assert torch.get_num_threads() == 1
            if failing:
                raise KeyboardInterrupt

        if failing:
            with pytest.raises(KeyboardInterrupt):
                fit(circle(50), latent_dim=1, progress=progress, **QUICK)
        else:
            fit(circle(50), latent_dim=1, progress=progress, **QUICK)
        assert global_state() == before
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)


def test_result_does_not_depend_on_the_surroundings():
    plain = flat_weights(fit(circle(50), latent_dim=1, **QUICK))
    torch.set_default_dtype(torch.float64)
    try:
        with torch.inference_mode():
            other = flat_weights(fit(circle(50), latent_dim=1, **QUICK))
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_array_equal(plain, other)


def test_record_tells_what_happened():
    model = fit(circle(100), latent_dim=1, hidden=(8,), steps=100, seeds=6, held_out=0.2)
    record = model.training
    assert (record.n_train, record.n_held_out, record.steps) == (80, 20, 100)
    assert [seed.abandoned is None for seed in record.seeds].count(True) == 1
    kept = record.seeds[record.chosen]
    assert kept.abandoned is None
    assert kept.steps[-1] == 100
    assert kept.held_out_error[-1] == record.held_out_error
    early = [seed for seed in record.seeds if seed.steps[-1] < 100]
    assert sorted(seed.steps[-1] for seed in early) == [5, 5, 5, 12, 25]
    for seed in early:
        assert "worse half" in seed.abandoned
    # Whoever was given up was at that moment no better than anyone who went on.
    for step in (5, 12, 25):
        at = [(seed, seed.steps.index(step)) for seed in record.seeds if step in seed.steps]
        given_up = [seed.held_out_error[i] for seed, i in at if seed.steps[-1] == step]
        going_on = [seed.held_out_error[i] for seed, i in at if seed.steps[-1] > step]
        assert min(given_up) >= max(going_on)
    assert dict(record.hyperparameters)["hidden"] == (8,)


def test_held_out_error_is_in_the_units_of_the_data_and_judged_on_the_given_points():
    test = circle(40, seed=3, radius=100.0, centre=(1000.0, -500.0))
    points = circle(200, radius=100.0, centre=(1000.0, -500.0))
    model = fit(points, latent_dim=1, held_out=test, **QUICK)
    assert (model.training.n_train, model.training.n_held_out) == (200, 40)
    expected = math.sqrt(np.square(errors(model, test)).mean())
    assert model.training.held_out_error == pytest.approx(expected, rel=1e-4)


@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
@settings(max_examples=8, deadline=None)
def test_training_commutes_with_similarities(scale, shift):
    kwargs = {"latent_dim": 1, "hidden": (8,), "steps": 20, "seeds": 1, "dtype": "float64"}
    points = circle(30)
    plain = errors(fit(points, **kwargs), points)
    moved = (points + shift) * scale
    found = errors(fit(moved, **kwargs), moved) / scale
    np.testing.assert_allclose(found, plain, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("n", "ambient_dim"), [(3, 1), (20, 3), (20, 300), (25_000, 4)], ids=lambda v: str(v)
)
def test_small_wide_and_long_clouds(n, ambient_dim):
    points = np.random.default_rng(0).normal(size=(n, ambient_dim))
    model = fit(points, latent_dim=1, **QUICK)
    assert model.decode(model.encode(points)).shape == points.shape
    assert model.training.n_train + model.training.n_held_out == n


def test_input_is_not_changed():
    points = circle(50)
    points.setflags(write=False)
    copy = points.copy()
    fit(points, latent_dim=1, **QUICK)
    np.testing.assert_array_equal(points, copy)


def test_progress_goes_from_zero_to_one():
    calls = []
    fit(circle(50), latent_dim=1, progress=lambda *call: calls.append(call), **QUICK)
    fractions = [fraction for fraction, _ in calls]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert calls[-1][1] == 0.0
    assert all(left >= 0 for _, left in calls)


def test_effort_multiplies_the_steps():
    model = fit(circle(50), latent_dim=1, hidden=(4,), seeds=1, effort=0.01)
    assert model.training.steps == 80


def test_diverged_seeds_are_given_up():
    with pytest.raises(InvalidInput, match="learning_rate"):
        fit(circle(50), latent_dim=1, hidden=(8,), activation="relu", steps=200, learning_rate=1e30)


def test_batched_networks_train_as_they_would_alone():
    def batch():
        return NetworkBatch(
            (2, 8, 1, 8, 2),
            2,
            activation="tanh",
            seeds=3,
            generator=torch.Generator().manual_seed(0),
            dtype=torch.float64,
            device=torch.device("cpu"),
        )

    points = torch.tensor(circle(30))
    together, alone = batch(), batch()
    for _ in range(10):
        together.step(points, 1e-2)
    for _ in range(4):
        alone.step(points, 1e-2)
    alone.keep([1])
    for _ in range(6):
        alone.step(points, 1e-2)
    for (weight, bias), (weight_2, bias_2) in zip(together.layers(1), alone.layers(0), strict=True):
        np.testing.assert_allclose(weight, weight_2, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(bias, bias_2, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("points", np.zeros(3)),
        ("points", np.zeros((0, 3))),
        ("points", np.zeros((5, 2))),
        ("points", circle(2)),
        ("points", np.array([[0.0, np.nan], [1, 1], [2, 2]])),
        ("points", np.array([["a", "b"]])),
        ("points", np.array([[1e308], [-1e308], [1e308], [1e308]])),
        ("latent_dim", 0),
        ("latent_dim", 1.0),
        ("latent_dim", True),
        ("seeds", 0),
        ("steps", 0),
        ("batch_size", -1),
        ("hidden", (3, 0)),
        ("activation", "sine"),
        ("dtype", "float16"),
        ("device", "abacus"),
        ("learning_rate", 0.0),
        ("learning_rate", math.nan),
        ("effort", math.inf),
        ("effort", "much"),
        ("held_out", 0.0),
        ("held_out", 1.0),
        ("held_out", "tenth"),
        ("held_out", np.zeros((2, 3))),
    ],
)
def test_bad_input_is_named(argument, value):
    arguments = {"points": circle(30), "latent_dim": 1, **QUICK, argument: value}
    with pytest.raises(InvalidInput) as caught:
        fit(arguments.pop("points"), **arguments)
    assert caught.value.argument == argument
