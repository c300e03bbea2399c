"""Torch modules as autoencoders: the maps themselves, and what is known of their continuity."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from payload import Payload
from safetensors.torch import save_file
from torch import nn

import geomcheck
import theory
from geomcheck.adapters import as_autoencoder, load_model
from theory.errors import InvalidInput

POINTS = np.random.default_rng(0).normal(size=(6, 3))


def half(width: int, out: int, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(width, 8), nn.Tanh(), nn.Linear(8, out))


class Own(nn.Module):
    """A module as people write them; `bend` is what stands between the code and its use."""

    def __init__(self, bend: object = None) -> None:
        super().__init__()
        self.first, self.second = half(3, 2, 0), half(2, 3, 1)
        self.bend = bend

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.first(x) / 2 if self.bend is None else self.bend(self.first(x))  # type: ignore[operator]

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.second(z)[:, :2], z[:, :1].sin()], dim=1)


class Split(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = half(3, 2, 0), half(2, 3, 1)


def refusal(model: object, points: np.ndarray = POINTS) -> str:
    with pytest.raises(InvalidInput) as caught:
        as_autoencoder(model, points)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("model", [Split(), (half(3, 2, 0), half(2, 3, 1))], ids=["one", "pair"])
def test_the_maps_are_those_of_the_modules(model: object) -> None:
    found = as_autoencoder(model, POINTS)
    assert (found.ambient_dim, found.latent_dim, found.continuous) == (3, 2, True)
    with torch.no_grad():
        codes = half(3, 2, 0)(torch.tensor(POINTS, dtype=torch.float32))
        images = half(2, 3, 1)(codes)
    np.testing.assert_array_equal(found.encode(POINTS), codes.numpy())
    np.testing.assert_array_equal(found.decode(codes.double().numpy()), images.numpy())


def test_double_precision_stays_double() -> None:
    found = as_autoencoder(Own().double(), POINTS)
    with torch.no_grad():
        codes = Own().double().encode(torch.tensor(POINTS))
    np.testing.assert_array_equal(found.encode(POINTS), codes.numpy())


def test_a_module_is_evaluated_as_trained_and_left_in_its_mode() -> None:
    model = Own(nn.Dropout(0.9))
    model.train()
    model.second.eval()
    found = as_autoencoder(model, POINTS)
    np.testing.assert_array_equal(found.encode(POINTS), found.encode(POINTS))
    assert model.training
    assert model.first.training
    assert not model.second.training
    assert all(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize(
    "bend",
    [
        *(None, torch.relu, lambda z: z.clamp(-1, 1) ** 2, nn.Softplus(), nn.BatchNorm1d(2)),
        *(nn.LayerNorm(2), nn.LayerNorm(2, eps=1e-3), nn.GroupNorm(1, 2), nn.Softplus(beta=2)),
    ],
    ids=["quotient", "relu", "clamp", "softplus", "norm", "layer", "eps", "group", "beta"],
)
def test_continuous_operations_are_recognised(bend: object) -> None:
    assert as_autoencoder(Own(bend), POINTS).continuous


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (torch.round, "round"),
        (lambda z: torch.where(z > 0, z, z - 1), "gt, where"),
        (lambda z: torch.stack([torch.atan2(z[:, 0], z[:, 1]), z[:, 0]], 1), "atan2"),
        (lambda z: z / z.norm(dim=1, keepdim=True), "div"),
        (lambda z: z.to(torch.int32).to(z.dtype), "to"),
        (lambda z: z if z.sum() > 0 else -z, "cannot be exported"),
        (lambda z: torch.as_tensor(np.round(z.detach().numpy())), "cannot be exported"),
        (lambda z: z**0, "pow"),
        (nn.LayerNorm(2, eps=0.0), "layer_norm"),
        (nn.GroupNorm(1, 2, eps=0.0), "group_norm"),
        (nn.Softplus(threshold=0.0), "softplus"),
        (nn.Softplus(beta=1e-3), "softplus"),
    ],
    ids=[
        *("round", "where", "angle", "direction", "integers", "branch", "numpy", "power"),
        *("layer", "group", "threshold", "beta"),
    ],
)
def test_a_jump_is_never_taken_for_continuous(bend: object, says: str) -> None:
    found = as_autoencoder(Own(bend), POINTS)
    assert not found.continuous
    assert says in found.continuity  # type: ignore[attr-defined]


def test_what_is_stated_counts() -> None:
    found = as_autoencoder(Own(lambda z: z if z.sum() > 0 else z.abs()), POINTS, continuous=True)
    assert found.continuous
    assert not as_autoencoder(Own(), POINTS, continuous=False).continuous


def test_verify_takes_a_module_and_adapts_it() -> None:
    circle = theory.sphere(dim=1)
    eye = nn.Linear(2, 2)
    with torch.no_grad():
        eye.weight.copy_(torch.eye(2))
        eye.bias.zero_()
    report = geomcheck.verify(circle, (eye, nn.Identity()), samples=1000)
    assert report["small-error"].verdict == "holds"
    assert report["lower-bound"].verdict == "not-applicable"
    assert report.autoencoder["kind"] == "torch"


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (half(3, 3, 0), "a module Sequential without them"),
        ((half(3, 2, 0), len), "a pair of Sequential, builtin_function_or_method"),
        ((half(4, 2, 0), half(2, 4, 0)), "expected a map of points of dimension 3"),
        ((half(3, 2, 0), half(1, 3, 0)), "expected a map of codes of dimension 2"),
        ((half(3, 2, 0), half(2, 4, 0)), "model.decode: got shape (2, 4), expected shape (2, 3)"),
        ((half(3, 2, 0), nn.Flatten(0)), "model.decode: got shape (4,)"),
        (3, "got a int, expected an object with encode and decode"),
        ((1, 2, 3), "got a tuple of 3"),
    ],
)
def test_what_is_no_autoencoder_is_refused_in_one_line(model: object, says: str) -> None:
    assert says in refusal(model)


BUILD = """
import torch
from torch import nn
def build():
    return nn.Sequential(nn.Linear(3, 2)), nn.Sequential(nn.Linear(2, 3))
def number():
    return 7
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(BUILD)
    weights = {
        "encoder.0.weight": torch.ones(2, 3),
        "encoder.0.bias": torch.zeros(2),
        "decoder.0.weight": torch.ones(3, 2),
        "decoder.0.bias": torch.ones(3),
    }
    save_file(weights, tmp_path / "weights.safetensors")
    return tmp_path


def test_a_state_dict_fills_what_the_factory_builds(folder: Path) -> None:
    found = load_model("weights.safetensors", POINTS, factory="own.py:build")
    np.testing.assert_allclose(found.encode(np.ones((1, 3))), [[3, 3]])
    np.testing.assert_allclose(found.decode(np.ones((1, 2))), [[3, 3, 3]])


def test_a_place_is_called_if_it_is_a_function(folder: Path) -> None:
    assert load_model("own.py:build", POINTS).latent_dim == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"encoder.0.bias": None}, "no tensor encoder.0.bias"),
        ({"extra": torch.ones(1)}, "a tensor extra that the module has not"),
        ({"encoder.0.bias": torch.ones(3)}, "encoder.0.bias of shape (3,), expected shape (2,)"),
        ({"encoder.0.bias": torch.tensor([1.0, torch.nan])}, "NaN or inf in encoder.0.bias"),
    ],
)
def test_weights_of_another_module_are_refused(
    folder: Path, change: dict[str, torch.Tensor | None], says: str
) -> None:
    from safetensors.torch import load_file

    weights = {**load_file(folder / "weights.safetensors"), **change}
    save_file({k: v for k, v in weights.items() if v is not None}, folder / "other.safetensors")
    with pytest.raises(InvalidInput, match="other") as caught:
        load_model("other.safetensors", POINTS, factory="own.py:build")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "factory", "says"),
    [
        ("weights.safetensors", None, "safetensors of another program"),
        ("weights.safetensors", "own.py:number", "one that builds a int"),
        ("weights.safetensors", "build", "expected MODULE:NAME or FILE.py:NAME"),
        ("own.py:number", None, "got a int"),
        ("own.py:build", "own.py:build", "expected none with the model own.py:build"),
        ("weight.safetensors", None, "did you mean weights.safetensors?"),
        ("own.py", None, "a file ending in .py"),
        ("own.py:built", None, "(did you mean build?)"),
    ],
)
def test_a_model_that_is_none_is_refused(
    folder: Path, text: str, factory: str | None, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_model(text, POINTS, factory=factory)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".pth", ".pkl", ".joblib", ".bin"])
@pytest.mark.parametrize("factory", [None, "own.py:build"])
def test_a_pickle_is_refused_and_its_payload_does_not_run(
    folder: Path, suffix: str, factory: str | None
) -> None:
    mark = folder / "mark"
    evil = folder / f"evil{suffix}"
    evil.write_bytes(pickle.dumps(Payload(mark)))
    with pytest.raises(InvalidInput, match="evil"):
        load_model(evil.name, POINTS, factory=factory)
    assert not mark.exists()
    pickle.loads(evil.read_bytes())
    assert mark.exists(), "the payload is a real one"


class Images(nn.Module):
    """Images of 2 x 3 in one channel, codes in two channels, as convolutions make them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down, self.up = nn.Conv2d(1, 2, (2, 3)), nn.ConvTranspose2d(2, 1, (2, 3))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(x).tanh()

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return self.up(z)


def test_images_go_in_and_come_out_as_images() -> None:
    points = np.random.default_rng(0).normal(size=(5, 6))
    model = Images()
    found = as_autoencoder(model, points, shape=(1, 2, 3))
    assert (found.ambient_dim, found.latent_dim, found.continuous) == (6, 2, True)
    with torch.no_grad():
        codes = model.encode(torch.tensor(points, dtype=torch.float32).reshape(5, 1, 2, 3))
        images = model.decode(codes)
    np.testing.assert_array_equal(found.encode(points), codes.reshape(5, 2))
    np.testing.assert_array_equal(found.decode(codes.reshape(5, 2).numpy()), images.reshape(5, 6))


@pytest.mark.parametrize(
    ("model", "shape", "says"),
    [
        (Images(), (1, 2, 2), "shape: got (1, 2, 2), expected sides whose product is 3"),
        (Images(), None, "model.encode raised RuntimeError"),
        ((len, len), (3,), "shape: got (3,), expected none: a tuple of 2 is no torch module"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(
    model: object, shape: tuple[int, ...] | None, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_autoencoder(model, POINTS, shape=shape)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (lambda z: torch.div(z, 0.5, rounding_mode="floor"), "uses div"),
        (lambda z: torch.div(z, 1, rounding_mode="trunc"), "uses div"),
        (lambda z: z.view(torch.int32) * 1e-9, "uses view"),
        (lambda z: nn.functional.dropout(z), "uses dropout"),
        (lambda z: z - z.mean(0, keepdim=True), "of a point alone something else"),
        (lambda z: z.flip(0), "of a point alone something else"),
        (lambda z: z + float(np.random.default_rng().random()), "of a point alone something else"),
        (lambda z: z if torch.compiler.is_compiling() else z.round(), "when torch exports it"),
    ],
)
def test_what_rounds_or_is_no_map_of_points_is_not_continuous(bend: object, says: str) -> None:
    found = as_autoencoder(Own(bend), POINTS)
    assert not found.continuous
    assert says in found.continuity


def test_complex_codes_are_refused() -> None:
    says = refusal(Own(lambda z: torch.complex(z, z**2)))
    assert "model.encode raised TypeError: complex numbers" in says


def test_brain_floats_are_evaluated_as_they_are() -> None:
    model = Own().to(torch.bfloat16)
    found = as_autoencoder(model, POINTS)
    with torch.no_grad():
        codes = model.encode(torch.tensor(POINTS, dtype=torch.bfloat16))
    np.testing.assert_array_equal(found.encode(POINTS), codes.double().numpy())
