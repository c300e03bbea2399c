"""`geomcheck run` and `report`, with a stand-in for training where it does not matter."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from geomcheck.cli.entry import run_command_line
from geomcheck.cli.run import FILES
from geomcheck.result import ClaimResult, Report, Verdict
from theory.errors import InvalidInput

Capture = pytest.CaptureFixture[str]


def report_with(*verdicts: Verdict) -> Report:
    ids = ("lower-bound", "small-error", "exceptional-set", "latent-topology")
    claims = tuple(
        ClaimResult(
            id=name,
            statement=f"statement of {name}",
            verdict=verdict,
            summary=f"why {name} {verdict}",
            source="kvalheim-sontag-2",
            values={"error": np.float64(2.0), "infinite": float("inf"), "many": np.arange(3)},
        )
        for name, verdict in zip(ids, verdicts, strict=False)
    )
    return Report(
        subject={"name": "torus:R=2,r=1", "kind": "manifold"},
        autoencoder={"latent_dim": 1},
        settings={
            "epsilon": 0.1,
            "delta": 0.02,
            "confidence": 0.99,
            "samples": 100,
            "seed": 3,
            "effort": 0.5,
        },
        environment={"python": "3"},
        claims=claims,
        timings={"training": 0.0},
    )


class StandIn:
    """What `geomcheck.run` and `geomcheck.report` would be, writing small files."""

    def __init__(self) -> None:
        self.report = report_with(Verdict.HOLDS, Verdict.HOLDS)
        self.arguments: dict[str, Any] = {}
        self.error: BaseException | None = None
        self.html_error: BaseException | None = None
        self.content = "first"

    def run(self, subject: object, **arguments: Any) -> object:
        sys.stdout.write("chatter of a user's own manifold\n")
        self.arguments = {"subject": subject, **arguments}
        arguments["progress"]("training", 0.5, 3.0)
        if self.error is not None:
            raise self.error
        return SimpleNamespace(report=self.report, model=self)

    def save(self, path: Path) -> None:
        Path(path).write_text(self.content)

    def write_html(self, document: Mapping[str, Any], path: Path) -> None:
        Path(path).write_text(f"<p>{self.content}</p>")
        if self.html_error is not None:
            raise self.html_error


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    fake = StandIn()
    for name, function in (("run", fake.run), ("report", fake.write_html)):
        module = ModuleType(f"geomcheck.{name}")
        setattr(module, "run" if name == "run" else "write_html", function)
        monkeypatch.setitem(sys.modules, f"geomcheck.{name}", module)
    monkeypatch.chdir(tmp_path)
    return fake


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


RUN = ("run", "torus", "--latent-dim", "1")


def test_arguments_reach_the_run(stand_in: StandIn) -> None:
    arguments = "--epsilon .5 --delta .1 --confidence .9 --samples 50 --seed 4 --effort 2"
    arguments += " --device meta --dtype float64 --memory-limit 64MiB --certificate-seconds 3"
    assert run_command_line([*RUN, *arguments.split()]) == 0
    got = dict(stand_in.arguments)
    assert got.pop("subject").name == "torus:R=2,r=1"
    got.pop("progress")
    assert got == {
        "latent_dim": 1,
        "epsilon": 0.5,
        "delta": 0.1,
        "confidence": 0.9,
        "samples": 50,
        "rng": 4,
        "effort": 2.0,
        "device": "meta",
        "dtype": "float64",
        "memory_limit": 2**26,
        "certificate_seconds": 3.0,
    }


def test_the_bottleneck_is_by_default_as_wide_as_the_manifold(
    stand_in: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    assert run_command_line(["run", "torus"]) == 0
    assert stand_in.arguments["latent_dim"] == 2
    assert "torus-R2-r1-m2-seed0" in capsys.readouterr().out
    np.save(tmp_path / "points.npy", np.random.default_rng(0).random((50, 3)))
    assert run_command_line(["run", "points.npy"]) == 2
    assert capsys.readouterr().err == (
        "geomcheck: --latent-dim: got nothing, expected a whole number: of points no dimension is "
        "known (geomcheck reach estimates it)\n"
    )


def test_the_results_lie_in_a_folder_named_after_the_run(
    stand_in: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    assert run_command_line([*RUN, "--seed", "3"]) == 0
    folder = tmp_path / "geomcheck-report" / "torus-R2-r1-m1-seed3"
    assert {p.name for p in folder.iterdir()} == set(FILES)
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == (
        "report: geomcheck-report/torus-R2-r1-m1-seed3/report.html"
    )
    # Files as any program leaves them, not private ones of a temporary folder.
    (tmp_path / "usual").mkdir()
    (tmp_path / "usual" / "file").touch()
    assert folder.stat().st_mode == (tmp_path / "usual").stat().st_mode
    for name in FILES:
        assert (folder / name).stat().st_mode == (tmp_path / "usual" / "file").stat().st_mode


def test_the_answer_comes_first(stand_in: StandIn, capsys: Capture) -> None:
    stand_in.report = report_with(*[Verdict.HOLDS] * 3, Verdict.INCONCLUSIVE)
    run_command_line(RUN)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:5]] == [
        "impossible",
        "achieved",
        "where it fails",
        "avoidable",
    ]
    assert lines[1].endswith("why lower-bound holds")
    assert any(line.split()[1:3] == ["latent-topology", "inconclusive"] for line in lines)
    assert "chatter" not in "".join(lines)


@pytest.mark.parametrize(
    ("verdicts", "plain", "strict"),
    [
        ((Verdict.HOLDS, Verdict.NOT_APPLICABLE), 0, 0),
        ((Verdict.HOLDS, Verdict.INCONCLUSIVE), 0, 1),
        ((Verdict.FAILS, Verdict.INCONCLUSIVE), 1, 1),
    ],
)
def test_the_status_follows_the_verdicts(
    stand_in: StandIn, verdicts: tuple[Verdict, ...], plain: int, strict: int
) -> None:
    stand_in.report = report_with(*verdicts)
    assert run_command_line(RUN) == plain
    assert run_command_line([*RUN, "--strict"]) == strict


def test_json_is_one_document_and_nothing_else(
    stand_in: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    stand_in.report = report_with(Verdict.FAILS)
    assert run_command_line([*RUN, "--json", "--out", "here"]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert document == json.loads((tmp_path / "here" / "result.json").read_text())
    assert document["schema_version"] == 1
    assert document["claims"][0]["values"] == {"error": 2.0, "infinite": None, "many": [0, 1, 2]}
    assert document["autoencoder"]["model_file"] == "model.safetensors"
    assert said.err == "chatter of a user's own manifold\n"


def test_quiet_prints_nothing(stand_in: StandIn, capsys: Capture) -> None:
    assert run_command_line([*RUN, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_the_recorded_command_runs_the_same_again(stand_in: StandIn, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "my points.csv", np.eye(3), delimiter=",")
    run_command_line(["run", "my points.csv", "--latent-dim", "1", "--out", "a"])
    first = stand_in.arguments
    document = json.loads((tmp_path / "a" / "result.json").read_text())
    program, *words = shlex.split(document["settings"]["command"])
    assert program == "geomcheck"
    assert run_command_line([*words, "--out", "b"]) == 0
    again = stand_in.arguments
    np.testing.assert_array_equal(first["subject"].points, again["subject"].points)
    # The stand-in's report states its own settings, so these are what the command must say.
    settings = stand_in.report.settings
    for name in ("epsilon", "delta", "confidence", "samples", "effort"):
        assert again[name] == settings[name]
    assert again["rng"] == settings["seed"]
    assert again["latent_dim"] == 1


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (InvalidInput("latent_dim", 1, "something else"), 2, "--latent-dim: got 1, expected"),
        (InvalidInput("points", 1, "something else"), 2, "points: got 1, expected"),
        (MemoryError("8 PiB"), 2, "out of memory (8 PiB)"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("two\nlines"), 70, "RuntimeError: two lines; this is a bug"),
    ],
)
@pytest.mark.parametrize("where", ["training", "writing"])
def test_a_run_that_fails_leaves_nothing_half_written(
    stand_in: StandIn,
    tmp_path: Path,
    capsys: Capture,
    error: BaseException,
    status: int,
    says: str,
    where: str,
) -> None:
    if where == "training":
        stand_in.error = error
    else:
        stand_in.html_error = error
    assert run_command_line([*RUN, "--out", "new/deep/folder"]) == status
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr()
    assert said.out == ""
    last = said.err.removeprefix("chatter of a user's own manifold\n")
    assert last.startswith("geomcheck: ")
    assert last.count("\n") == 1
    assert says in last


def test_an_older_result_stays_until_the_new_one_is_complete(
    stand_in: StandIn, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    assert run_command_line([*RUN, "--out", "here"]) == 0
    (folder / "notes.txt").write_text("mine")
    before = contents(tmp_path)

    stand_in.content = "second"
    stand_in.html_error = OSError(28, "No space left on device")
    assert run_command_line([*RUN, "--out", "here"]) == 2
    assert contents(tmp_path) == before

    stand_in.html_error = None
    assert run_command_line([*RUN, "--out", "here"]) == 0
    after = contents(tmp_path)
    assert after["here/model.safetensors"] == "second"
    assert after["here/report.html"] == "<p>second</p>"
    assert after["here/notes.txt"] == "mine"
    assert set(after) == set(before)


def test_a_name_taken_by_a_folder_is_refused_at_once(
    stand_in: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "here" / "result.json").mkdir(parents=True)
    assert run_command_line([*RUN, "--out", "here"]) == 2
    assert "here/result.json: got a folder" in capsys.readouterr().err
    assert stand_in.arguments == {}


def test_the_subject_may_be_a_file_of_points(
    stand_in: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    np.save(tmp_path / "cloud.npy", np.eye(4))
    assert run_command_line(["run", "cloud.npy", "--latent-dim", "2"]) == 0
    assert stand_in.arguments["subject"].name == "cloud.npy"
    assert (tmp_path / "geomcheck-report" / "cloud.npy-m2-seed0").is_dir()
    np.save(tmp_path / "cloud.npy", np.full((4, 2), np.nan))
    assert run_command_line(["run", "cloud.npy", "--latent-dim", "2"]) == 2
    assert "nan at row index 0, column index 0" in capsys.readouterr().err
