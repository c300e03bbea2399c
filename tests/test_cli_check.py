"""`geomcheck fit` and `check`: the same verdicts as `run`, and bad input in one line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from geomcheck.cli.entry import run_command_line

Capture = pytest.CaptureFixture[str]

CODE = """
import numpy as np
import theory
from dataclasses import replace
print("chatter")
# Without charts there is no certificate, whose outcome depends on the time it had.
CIRCLE = replace(theory.sphere(dim=1), charts=())
def cut(x):
    return np.arctan2(x[:, 1], x[:, 0])[:, None]
def back(z):
    return np.hstack([np.cos(z), np.sin(z)])
model = (cut, back)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(CODE)
    return tmp_path


def verdicts(folder: str) -> dict[str, Any]:
    document = json.loads(Path(folder, "result.json").read_text())
    return {claim["id"]: (claim["verdict"], claim["summary"]) for claim in document["claims"]}


def test_fit_then_check_says_what_run_says(capsys: Capture) -> None:
    subject, few = "own.py:CIRCLE", ("--samples", "500", "--seed", "4")
    fitting = ("--latent-dim", "1", "--effort", "0.02")
    assert (
        run_command_line(["fit", subject, *fitting, "--seed", "4", "--out", "m.safetensors"]) == 0
    )
    assert capsys.readouterr().out == "m.safetensors\n"
    model = ("--model", "m.safetensors")
    status = run_command_line(["check", subject, *model, *few, "--out", "checked", "--quiet"])
    assert run_command_line(["run", subject, *fitting, *few, "--out", "ran", "--quiet"]) == status
    # A file as any program leaves it, not a private one of a temporary folder.
    Path("usual").touch()
    assert Path("m.safetensors").stat().st_mode == Path("usual").stat().st_mode
    weights = [load_file(f) for f in ("ran/model.safetensors", "m.safetensors")]
    np.testing.assert_equal(*weights)
    checked, ran = verdicts("checked"), verdicts("ran")
    # Only run knows what the network was trained on.
    assert checked.pop("generalisation")[0] == "not-applicable"
    assert ran.pop("generalisation")[0] != "not-applicable"
    # The one made by hand keeps clear of the training points, if they are known.
    assert checked.pop("witness")[0] == ran.pop("witness")[0]
    assert checked == ran
    assert {p.name for p in Path("checked").iterdir()} == {"result.json", "report.html"}


def test_check_is_rerun_by_the_command_it_records(capsys: Capture) -> None:
    rng = np.random.default_rng(0)
    turn = rng.uniform(0, 2 * np.pi, size=(2, 400, 1))
    for name, angles in zip(("train", "test"), turn, strict=True):
        np.save(f"{name}.npy", np.hstack([np.cos(angles), np.sin(angles)]))
    words = "check test.npy --model own.py:model --training train.npy --continuous --epsilon .25"
    status = run_command_line([*words.split(), "--json", "--out", "a"])
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert said.err == "chatter\n"
    assert document == json.loads(Path("a/result.json").read_text())
    assert document["autoencoder"]["continuous"] is True
    assert document["autoencoder"]["model_file"] == "own.py:model"
    assert document["subject"]["file"] == "test.npy"
    program, *again = shlex.split(document["settings"]["command"])
    assert program == "geomcheck"
    assert run_command_line([*again, "--out", "b", "--quiet"]) == status
    assert verdicts("a") == verdicts("b")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("check sphere --model none.safetensors", "--model: got none.safetensors, expected a file"),
        ("check sphere --model none.safetensors", "expected a file that exists: there is none"),
        ("check sphere --model none.onnx,no.onnx", "--model: got none.onnx, expected a file that"),
        ("check sphere:dim=2 --model own.py:model", "model.decode: got shape (2, 2), expected"),
        ("check sphere --model own.py:back", "--model: got "),
        ("check sphere --model own.pkl", "own.pkl: got a file ending in .pkl"),
        ("check sphere", "--model is missing"),
        ("check sphere --model own.py:model --shape 3", "--shape: got (3,), expected none: a tup"),
        ("check sphere --model own.py:model --shape 1x3", "--shape: got 1x3, expected whole numb"),
        (
            "check sphere:dim=1 --model own.py:model --training wide.npy",
            "training_points: got po",
        ),
        ("check sphere:dim=1 --model own.py:model --held-out flat.npy", "--held-out: got points, "),
        ("check flat.npy --model own.py:model --held-out wide.npy", "--held-out: got points of di"),
        ("check sphere --model own.py:model --training no.npy", "no.npy: got no such file"),
        ("fit sphere --latent-dim 1", "--out is missing"),
        ("fit sphere --latent-dim 1 --out m.pt", "--out: got m.pt, expected a name that ends in"),
    ],
)
def test_bad_input_is_one_line_and_status_two(capsys: Capture, words: str, says: str) -> None:
    for name, width in (("flat", 2), ("wide", 3)):
        np.save(name, np.random.default_rng(0).normal(size=(60, width)))
    assert run_command_line(words.split()) == 2
    said = capsys.readouterr()
    last = said.err.removeprefix("chatter\n")
    assert last.startswith("geomcheck: ")
    assert last.count("\n") == 1
    assert says in last
    assert said.out == ""
    assert {p.name for p in Path().iterdir()} <= {"own.py", "__pycache__", "flat.npy", "wide.npy"}
