from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from geomcheck.autoencoder import ACTIVATIONS, MLPAutoencoder
from geomcheck.autoencoder_file import FORMAT
from geomcheck.layers import Activation, Affine, Network, Residual
from geomcheck.protocol import Autoencoder
from geomcheck.torch_layers import ResidualBlock
from geomcheck.training_record import SeedRecord, TrainingRecord
from theory.errors import InvalidInput

RECORD = TrainingRecord(
    seeds=(
        SeedRecord((1, 2), (0.5, 0.25), (0.7, 0.1 + 0.2)),
        SeedRecord((1,), (1.0,), (2.0,), "x"),
    ),
    chosen=0,
    held_out_error=0.1 + 0.2,
    n_train=9,
    n_held_out=1,
    steps=2,
    seconds=0.5,
    cpu_seconds=0.4,
    dtype="float32",
    device="cpu",
    hyperparameters=(("hidden", (4, 3)), ("rng", None)),
)


def random_layers(widths, rng):
    return [
        (rng.normal(size=(out, fan_in)), rng.normal(size=out))
        for fan_in, out in itertools.pairwise(widths)
    ]


def random_model(activation="tanh", ambient_dim=3, latent_dim=2, hidden=(5, 4), seed=0, **more):
    rng = np.random.default_rng(seed)
    encoder = random_layers((ambient_dim, *hidden, latent_dim), rng)
    decoder = random_layers((latent_dim, *hidden[::-1], ambient_dim), rng)
    return MLPAutoencoder.from_weights(encoder, decoder, activation=activation, **more)


REFERENCE = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
    "gelu_tanh": lambda x: x * 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
}


def test_every_activation_has_a_reference():
    assert set(REFERENCE) == set(ACTIVATIONS)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_evaluates_like_numpy(activation):
    model = random_model(activation)
    points = np.random.default_rng(1).normal(size=(7, 3))
    for layers, rows, result in (
        (model.weights()[0], points, model.encode(points)),
        (model.weights()[1], points[:, :2], model.decode(points[:, :2])),
    ):
        values = rows
        for number, (weight, bias) in enumerate(layers):
            values = values if number == 0 else REFERENCE[activation](values)
            values = values @ weight.T + bias
        assert result.dtype == np.float64
        np.testing.assert_allclose(result, values, rtol=1e-9, atol=1e-12)


def test_attributes_and_protocol():
    model = random_model("relu", ambient_dim=6, latent_dim=1, hidden=(8, 7, 5))
    assert isinstance(model, Autoencoder)
    assert (model.ambient_dim, model.latent_dim, model.hidden) == (6, 1, (8, 7, 5))
    assert model.activation == "relu"
    assert model.continuous is True
    assert model.dtype == torch.float64


def test_chunks_do_not_show():
    model = random_model()
    points = np.random.default_rng(2).normal(size=(9001, 3))
    codes = model.encode(points)
    assert codes.shape == (9001, 2)
    np.testing.assert_allclose(codes[8990:], model.encode(points[8990:]), rtol=1e-12)
    assert model.encode(points[:0]).shape == (0, 2)


def test_takes_a_transposed_and_a_read_only_array():
    model = random_model()
    points = np.random.default_rng(3).normal(size=(3, 5)).T
    points.setflags(write=False)
    np.testing.assert_allclose(model.encode(points), model.encode(points.copy()), rtol=1e-12)


@given(
    st.sampled_from(sorted(ACTIVATIONS)),
    st.integers(1, 6),
    st.integers(1, 4),
    st.lists(st.integers(1, 5), max_size=3),
    st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_file_round_trip_is_exact(tmp_path_factory, activation, ambient, latent, hidden, seed):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    model = random_model(activation, ambient, latent, tuple(hidden), seed, training=RECORD)
    model.save(path)
    loaded = MLPAutoencoder.load(path)
    for old, new in zip(model.weights(), loaded.weights(), strict=True):
        for (weight, bias), (weight_2, bias_2) in zip(old, new, strict=True):
            np.testing.assert_array_equal(weight, weight_2)
            np.testing.assert_array_equal(bias, bias_2)
    assert loaded.training == RECORD
    # Without a hidden layer there is no activation to remember.
    assert loaded.activation == (activation if hidden else "tanh")
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def residual_network(precision="float64", seed=0) -> Network:
    rng = np.random.default_rng(seed)

    def affine(n, m):
        single = rng.normal(size=(m, n)).astype(np.float32), rng.normal(size=m).astype(np.float32)
        return Affine(*(part.astype(np.float64) for part in single))

    inner = Residual((Activation("leaky_relu", 0.3), affine(4, 4)))
    outer = Residual((affine(4, 4), Activation("gelu_tanh"), inner, affine(4, 4)))
    encoder = (affine(3, 4), Activation("silu"), outer, inner, affine(4, 2))
    return Network(encoder, (affine(2, 4), outer, affine(4, 3)), precision)


def residual_in_numpy(layers, x):
    for layer in layers:
        if isinstance(layer, Affine):
            x = x @ layer.weight.T + layer.bias
        elif isinstance(layer, Activation):
            x = np.where(x > 0, x, 0.3 * x) if layer.slope == 0.3 else REFERENCE[layer.name](x)
        else:
            x = x + residual_in_numpy(layer.block, x)
    return x


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_residual_blocks_evaluated_and_written_and_read(tmp_path, precision):
    network = residual_network(precision)
    model = MLPAutoencoder.from_network(network)
    assert str(model.dtype) == f"torch.{precision}"
    assert model.activation == "gelu_tanh, leaky_relu, silu"
    assert repr(model).endswith("residual)")
    points = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32).astype(np.float64)
    close = 1e-9 if precision == "float64" else 1e-4
    codes = residual_in_numpy(network.encoder, points)
    np.testing.assert_allclose(model.encode(points), codes, rtol=close, atol=close)
    model.save(tmp_path / "m")
    loaded = MLPAutoencoder.load(tmp_path / "m")
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.encode(points), model.encode(points))
    np.testing.assert_array_equal(loaded.decode(codes), model.decode(codes))


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    random_model().save(path)
    before = path.read_bytes()

    def refuse(*_):
        raise OSError("disk full")

    monkeypatch.setattr("geomcheck.autoencoder_file.os.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        random_model(seed=1).save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_truncated_file_is_refused_at_every_length(tmp_path):
    path = tmp_path / "model.safetensors"
    random_model(hidden=(2,), training=RECORD).save(path)
    data = path.read_bytes()
    for length in range(0, len(data), 37):
        path.write_bytes(data[:length])
        with pytest.raises(InvalidInput):
            MLPAutoencoder.load(path)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_loads_or_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    random_model(hidden=(2,), training=RECORD).save(path)
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        model = MLPAutoencoder.load(path)
    except InvalidInput:
        return
    assert np.isfinite(model.encode(np.zeros((1, model.ambient_dim)))).all()


def rewrite(path: Path, change):
    """Save a model, let `change` alter (tensors, header), and write the result."""
    from safetensors import safe_open

    random_model(training=RECORD).save(path)
    with safe_open(str(path), framework="np") as file:
        header = json.loads(file.metadata()[FORMAT])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(tensors, header)
    save_file(tensors, str(path), metadata={FORMAT: json.dumps(header)})


@pytest.mark.parametrize(
    "change",
    [
        lambda t, h: t.pop("encoder.0.weight"),
        lambda t, h: t.update(extra=np.zeros(1)),
        lambda t, h: t.update({"encoder.0.bias": np.full(5, np.nan)}),
        lambda t, h: t.update({"encoder.0.bias": np.zeros(6)}),
        lambda t, h: t.update({"encoder.0.bias": np.zeros(5, dtype=np.float32)}),
        lambda t, h: t.update({"decoder.0.weight": np.zeros((4, 3))}),
        lambda t, h: h["encoder"][1].update(activation="exec"),
        lambda t, h: h["encoder"][1].update(slope="steep"),
        lambda t, h: h["encoder"][1].update(slope=float("nan")),
        lambda t, h: h.update(version=1),
        lambda t, h: h.update(precision="float16"),
        lambda t, h: h.update(encoder="affine"),
        lambda t, h: h.update(encoder=3),
        lambda t, h: h.update(encoder=[]),
        lambda t, h: h["encoder"].append("softmax"),
        lambda t, h: h["encoder"].append({"residual": None}),
        lambda t, h: h["encoder"].insert(1, {"residual": ["affine"]}),
        lambda t, h: h.pop("training"),
        lambda t, h: h["training"].pop("seeds"),
        lambda t, h: h.update(training=[1]),
        lambda t, h: h["training"].update(seeds=[3]),
    ],
)
def test_inconsistent_file_is_refused(tmp_path, change):
    path = tmp_path / "model.safetensors"
    rewrite(path, change)
    with pytest.raises(InvalidInput, match=r"model\.safetensors"):
        MLPAutoencoder.load(path)


def test_missing_foreign_and_pickled_files_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        MLPAutoencoder.load(tmp_path / "absent")
    save_file({"a": np.zeros(2)}, str(tmp_path / "foreign"))
    with pytest.raises(InvalidInput, match=r"another program.*a state dict needs a factory"):
        MLPAutoencoder.load(tmp_path / "foreign")
    torch.save({"a": torch.zeros(2)}, tmp_path / "pickled")
    with pytest.raises(InvalidInput, match="not a safetensors file"):
        MLPAutoencoder.load(tmp_path / "pickled")


def test_float32_model_computes_in_float32():
    model = random_model()
    single = MLPAutoencoder(model.encoder.float(), model.decoder.float())
    points = np.random.default_rng(4).normal(size=(5, 3))
    codes = single.encode(points)
    assert codes.dtype == np.float64
    np.testing.assert_array_equal(codes, codes.astype(np.float32))


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [
        ([torch.nn.Linear(3, 1)], [torch.nn.Linear(2, 3)]),
        ([torch.nn.Linear(3, 1)], [torch.nn.Linear(1, 2)]),
        ([torch.nn.Linear(3, 1), torch.nn.Tanh()], [torch.nn.Linear(1, 3)]),
        ([torch.nn.Linear(3, 4), torch.nn.ELU(), torch.nn.Linear(4, 1)], [torch.nn.Linear(1, 3)]),
        ([torch.nn.Linear(3, 4), torch.nn.Linear(3, 1)], [torch.nn.Linear(1, 3)]),
        (
            [torch.nn.Linear(3, 4), ResidualBlock(torch.nn.Linear(4, 2)), torch.nn.Linear(4, 1)],
            [torch.nn.Linear(1, 3)],
        ),
        ([torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(5, 1)], [torch.nn.Linear(1, 3)]),
        ([torch.nn.Linear(3, 1).double()], [torch.nn.Linear(1, 3)]),
        ([torch.nn.Linear(3, 1).half()], [torch.nn.Linear(1, 3).half()]),
        ([], [torch.nn.Linear(1, 3)]),
    ],
)
def test_other_architectures_are_refused(encoder, decoder):
    with pytest.raises(InvalidInput):
        MLPAutoencoder(torch.nn.Sequential(*encoder), torch.nn.Sequential(*decoder))


@pytest.mark.parametrize("points", [np.zeros(3), np.zeros((2, 4)), np.zeros((1, 2, 3))])
def test_points_of_another_shape_are_refused(points):
    with pytest.raises(InvalidInput, match="points"):
        random_model().encode(points)


def test_unknown_activation_is_refused():
    with pytest.raises(InvalidInput, match="activation"):
        random_model("sine")


def test_building_and_loading_leave_the_global_random_state(tmp_path):
    before = torch.get_rng_state()
    random_model().save(tmp_path / "m")
    MLPAutoencoder.load(tmp_path / "m")
    assert torch.equal(torch.get_rng_state(), before)
