"""The commands with nothing replaced: a short training, real homology, a real page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomcheck import MLPAutoencoder
from geomcheck.cli.entry import run_command_line

SHORT = ("run", "circle", "--latent-dim", "1", "--effort", "0.02", "--samples", "500")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "result"
    assert run_command_line([*SHORT, "--quiet", "--out", str(folder)]) in (0, 1)
    return folder


def read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def test_a_run_leaves_result_page_and_model(folder: Path) -> None:
    document = read(folder / "result.json")
    assert document["subject"]["name"] == "circle:R=1"
    assert document["settings"]["samples"] == 500
    bound = next(claim for claim in document["claims"] if claim["id"] == "lower-bound")
    assert bound["verdict"] == "holds"
    assert "circle:R=1" in (folder / "report.html").read_text(encoding="utf-8")
    model = MLPAutoencoder.load(folder / "model.safetensors")
    # Where the report says that the error is as large as it says.
    witness = document["figures"]["witness"]
    point = np.array([witness["point"]])
    error = np.linalg.norm(model.decode(model.encode(point)) - point)
    assert error == pytest.approx(witness["error"], rel=1e-6)
    assert error >= 1 - 1e-6


def test_the_same_seed_gives_the_same_answer(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run_command_line([*SHORT, "--json", "--out", str(tmp_path / "again")])
    again = json.loads(capsys.readouterr().out)
    first = read(folder / "result.json")
    assert again["claims"] == first["claims"]
    assert again["figures"] == first["figures"]
    assert status == int(any(claim["verdict"] == "fails" for claim in again["claims"]))


def test_the_page_is_rendered_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new" / "page.html"
    assert run_command_line(["report", str(folder / "result.json"), "--out", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert target.read_bytes() == (folder / "report.html").read_bytes()
    assert run_command_line(["report", str(folder / "result.json"), "--out", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema_version": 99}, "got 99, expected 1"),
        ({"claims": None}, "a list of claims"),
        ({"claims": [{"id": "lower-bound"}]}, "a string"),
    ],
)
def test_a_damaged_result_is_refused(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    says: str,
) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(read(folder / "result.json") | change))
    assert run_command_line(["report", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"geomcheck: {file}: ")
    assert says in said
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", '{"a": 1}', "[" * 100_000])
def test_other_files_are_no_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "result.json"
    file.write_text(text)
    assert run_command_line(["report", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"geomcheck: {file}: ")
    assert said.count("\n") == 1


def test_bounds_of_a_catalogue_manifold(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bound", "torus", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["subject"] == "torus:R=2,r=1"
    assert [entry["latent_dim"] for entry in document["bounds"]] == [1, 2, 3]
    assert [entry["lower"] for entry in document["bounds"]] == [3.0, 1.0, 0.0]
    assert all(entry["certified"] for entry in document["bounds"])
    assert set(document["bounds"][0]) == {
        "latent_dim",
        "lower",
        "certified",
        "argument",
        "as_stated",
        "degree",
        "birth",
        "death",
        "part",
        "source",
        "attained",
    }


def test_bounds_of_a_cloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    np.save(tmp_path / "ring.npy", np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert run_command_line(["bound", str(tmp_path / "ring.npy"), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["bounds"][0]
    assert first["latent_dim"] == 1
    assert not first["certified"]
    assert 0.8 <= first["lower"] <= 1.0
