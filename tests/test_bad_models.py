"""Models that are none: each is refused with one line that says what is wrong."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import theory
from geomcheck.cli.entry import run_command_line
from geomcheck.collisions import find_collisions
from geomcheck.evaluation import evaluate
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.protocol_check import check_protocol
from geomcheck.result import Verdict
from geomcheck.verify import verify
from theory.errors import InvalidInput, ModelRaised

Array = np.ndarray


def message(model: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        verify(theory.circle(), model, epsilon=0.1, samples=300)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def same(x: Array) -> Array:
    return x


def made_of(encoder: Callable, decoder: Callable = same, m: int = 2) -> FunctionAutoencoder:
    return FunctionAutoencoder(encoder, decoder, 2, m)


PARTS = {"encode": same, "decode": same, "ambient_dim": 2, "latent_dim": 2, "continuous": True}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_missing_is_named(name: str) -> None:
    parts = {key: value for key, value in PARTS.items() if key != name}
    with pytest.raises(InvalidInput) as caught:
        check_protocol(SimpleNamespace(**parts), 2)
    assert str(caught.value).startswith(f"model.{name}: got a SimpleNamespace that has none, expe")


@pytest.mark.parametrize("name", ["encode", "decode"])
def test_without_a_map_there_is_no_model(name: str) -> None:
    parts = {key: value for key, value in PARTS.items() if key != name}
    assert message(SimpleNamespace(**parts)).startswith(
        "model: got a SimpleNamespace, expected an object with encode and decode, a torch module"
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"latent_dim": 0}, "model.latent_dim: got 0, expected a whole number, at least 1"),
        ({"latent_dim": True}, "model.latent_dim: got True"),
        ({"ambient_dim": 2.0}, "model.ambient_dim: got 2.0"),
        ({"ambient_dim": 5}, "model.ambient_dim: got 5, expected 2, as the subject"),
        ({"continuous": "yes"}, "model.continuous: got yes, expected True if"),
    ],
)
def test_a_part_of_the_wrong_kind_is_named(changed: dict[str, object], says: str) -> None:
    assert message(SimpleNamespace(**{**PARTS, **changed})).startswith(says)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (made_of(same, m=1), "model.encode: got 2 numbers a row, expected the latent_dim it"),
        (made_of(same, lambda z: z[:, :1]), "model.decode: got 1 numbers a row, expected the amb"),
        (made_of(lambda x: x[:, 0]), "model.encode: got shape (300,), expected shape (300, 2)"),
        (made_of(lambda x: x[1:]), "model.encode: got shape (299, 2), expected shape (300, 2)"),
        (made_of(lambda x: x + 0j), "model.encode: got dtype complex128, expected real numbers"),
        (made_of(lambda x: x.astype(str)), "model.encode: got dtype <U32, expected real numbers"),
        (made_of(lambda x: None), "model.encode: got dtype object, expected real numbers"),
        (made_of(same, lambda z: z > 0), "model.decode: got dtype bool, expected real numbers"),
        (made_of(same, lambda z: z * np.nan), "model: got no finite reconstruction"),
    ],
)
def test_what_a_map_returns_is_checked(model: FunctionAutoencoder, says: str) -> None:
    assert message(model).startswith(says)


@pytest.mark.parametrize("scale", [1e20, 1e149, 1e151, 1e300])
@pytest.mark.parametrize("which", ["encode", "decode"])
def test_numbers_too_large_to_be_squared_are_told_by_their_map(which: str, scale: float) -> None:
    if which == "encode":
        model = made_of(lambda x: x * scale, lambda z: z / scale)
    else:
        model = made_of(same, lambda z: z * scale)
    if scale > 1e150:
        said = message(model)
        assert said.startswith(f"model.{which}: got ")
        assert said.endswith(", expected numbers of size at most 1e+150")
        return
    report = verify(theory.circle(), model, epsilon=0.1, samples=1000)
    # The scale of codes says nothing; images as large are wrong and have the shape of a circle.
    small = report["small-error"].verdict
    assert small is (Verdict.HOLDS if which == "encode" else Verdict.FAILS)
    assert report["latent-topology"].verdict is Verdict.HOLDS


def test_a_model_that_raises_is_told_in_its_own_words() -> None:
    def broken(x: Array) -> Array:
        raise RuntimeError("the third layer\n  expects 784 inputs, " + "of which " * 10 + "2 came")

    said = message(made_of(broken))
    assert said.startswith("model.encode raised RuntimeError: the third layer expects 784 inputs")
    assert said.endswith("of which 2 came; expected an array of shape (300, 2)")
    with pytest.raises(ModelRaised) as caught:
        evaluate(made_of(broken), np.zeros((3, 2)))
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_model_on_another_device_is_told_in_the_words_of_torch() -> None:
    layer = torch.nn.Linear(2, 2, device="meta")
    model = made_of(lambda x: layer(torch.as_tensor(x, dtype=torch.float32)))
    said = message(model)
    assert said.startswith("model.encode raised ")
    assert "meta" in said


@pytest.mark.parametrize("which", ["encode", "decode"])
def test_answers_drawn_at_random_are_refused(which: str) -> None:
    generator = np.random.default_rng(0)

    def noisy(x: Array) -> Array:
        return x + generator.normal(0, 0.003, x.shape)

    # A decoder that ignores the noise of the codes does not hide it.
    model = made_of(noisy, np.round) if which == "encode" else made_of(same, noisy)
    assert f"model.{which}: got answers that differ by" in message(model)


def test_answers_that_depend_on_the_other_points_are_refused() -> None:
    # As batch normalisation does that was left in training mode.
    assert "model.encode: got answers that differ" in message(made_of(lambda x: x / x.std(axis=0)))


def test_a_decoder_that_is_handed_the_points_past_the_codes_is_refused() -> None:
    # As skip connections are that an encoder leaves behind as an attribute.
    left: list[Array] = []

    def encode(x: Array) -> Array:
        left[:] = [x]
        return np.zeros((len(x), 1))

    def decode(z: Array) -> Array:
        return left[0] if left and len(left[0]) == len(z) else np.zeros((len(z), 2))

    assert "model.decode: got answers that differ by" in message(made_of(encode, decode, 1))


def test_numbers_that_come_and_go_are_refused() -> None:
    calls: list[int] = []

    def moody(z: Array) -> Array:
        calls.append(0)
        return z if len(calls) % 2 else np.full_like(z, np.nan)

    assert "numbers once and none again" in message(made_of(same, moody))


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64])
def test_other_real_numbers_are_taken(dtype: type) -> None:
    points = theory.circle().sample(50, rng=0)
    found = evaluate(made_of(lambda x: (8 * x).astype(dtype), lambda z: z / dtype(8)), points)
    assert found.codes.dtype == found.images.dtype == np.float64
    assert found.errors.max() <= np.sqrt(2) / 8  # numbers are cut off to whole ones


def test_half_precision_in_another_order_is_no_noise() -> None:
    # Of another batch the last place may come out otherwise: here by one unit for odd batches.
    def half(x: Array) -> Array:
        rounded = x.astype(np.float16)
        return rounded if len(x) % 2 else np.nextafter(rounded, np.float16(9))

    assert verify(theory.circle(), made_of(half), epsilon=0.1, samples=301)


def test_a_model_that_writes_into_its_argument_gains_nothing_by_it() -> None:
    def erase(x: Array) -> Array:
        x[:] = 0.0
        return x

    points = theory.circle().sample(50, rng=0)
    assert evaluate(made_of(erase), points).errors == pytest.approx(1.0)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1.0)


def test_an_array_that_is_handed_out_twice_is_read_once() -> None:
    buffer = np.zeros((50, 2))

    def reused(x: Array) -> Array:
        buffer[:] = x
        return buffer

    points = theory.circle().sample(100, rng=0)
    first = evaluate(made_of(reused), points[:50])
    evaluate(made_of(reused), points[50:])
    assert np.array_equal(first.codes, points[:50])


def test_no_points_are_not_sent() -> None:
    def never(x: Array) -> Array:
        raise AssertionError

    assert len(evaluate(made_of(never, m=1), np.empty((0, 2)))) == 0


PAIRS = {
    "raises": ("lambda x: 1 / 0", "lambda z: z", "model.encode raised ZeroDivisionError: division"),
    "complex": ("lambda x: x + 0j", "lambda z: z", "model.encode: got dtype complex128, expected"),
    "other_shape": (
        "lambda x: x",
        "lambda z: z[:, :1]",
        "model.decode: got shape (2, 1), expected",
    ),
    "random": (
        "lambda x: x + np.random.default_rng().normal(size=x.shape)",
        "lambda z: z",
        "model.encode: got answers that differ by",
    ),
    "huge": ("lambda x: 1e200 * x", "lambda z: 1e-200 * z", "model.encode: got "),
    "no_number": ("lambda x: x", "lambda z: z * np.nan", "--model: got no finite reconstruction"),
    "meta": (
        "lambda x: torch.nn.Linear(2, 1, device='meta')(torch.as_tensor(x).float()).numpy()",
        "lambda z: np.hstack([z, z])",
        "model.encode raised RuntimeError: ",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_command_line_says_it_in_one_line(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    encode, decode, says = PAIRS[name]
    Path("own.py").write_text(f"import numpy as np, torch\nmodel = ({encode}, {decode})\n")
    words = ["check", "circle", "--model", "own.py:model", "--samples", "200", "--out", "out"]
    assert run_command_line(words) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert error[0].startswith(f"geomcheck: {says}")
    assert not Path("out").exists()


def test_no_model_is_given_no_points() -> None:
    def nought(x: np.ndarray) -> np.ndarray:
        assert len(x) > 0
        return 0.0 * x

    circle = theory.circle()
    model = FunctionAutoencoder(nought, nought, 2, 2)
    sample = evaluate(model, circle.sample(40, rng=0))
    # Every pair taken is a collision, and there are no others to look from.
    found = find_collisions(
        model,
        sample,
        sample.where(np.zeros(0, dtype=np.intp)),
        gap=0.2,
        tangents=circle.tangent,
        project=circle.project,
    )
    assert found.matched == len(found) > 15


def test_masked_answers_are_no_numbers() -> None:
    model = FunctionAutoencoder(lambda x: np.ma.masked_less(x, 0.0), lambda z: z, 2, 2)
    with pytest.raises(InvalidInput, match="got masked values"):
        evaluate(model, theory.circle().sample(40, rng=0))
