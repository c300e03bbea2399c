"""The command line as a process sees it: statuses, one line for every error, clean output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from geomcheck.cli.entry import PIPE_CLOSED, run_command_line
from theory.catalogue import families

Capture = pytest.CaptureFixture[str]


def refused(capsys: Capture, *arguments: str) -> str:
    """Run a command that must be refused; return its one line."""
    assert run_command_line(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("geomcheck: ")
    assert said.err.endswith("\n")
    assert said.err.count("\n") == 1
    return said.err


RUN = ("run", "torus", "--latent-dim", "1")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "A command is missing"),
        (("rn",), "did you mean run?"),
        (("paint",), "got paint, expected one of list, bound, run, fit, check, report"),
        (("--verion",), "--version"),
        (("run",), "SUBJECT is missing"),
        (("bound",), "SUBJECT is missing"),
        (("report",), "RESULT.json... is missing"),
        (("run", "torus", "--latent-dim"), "'--latent-dim' requires an argument"),
        (("run", "torus", "--latent-dm", "1"), "Did you mean '--latent-dim'?"),
        (("run", "torus", "--latent-dim", "0"), "--latent-dim: got 0, expected a whole number"),
        (("run", "torus", "--latent-dim", "-1"), "--latent-dim: got -1, expected a whole"),
        (("run", "torus", "--latent-dim", "1.5"), "--latent-dim: got 1.5, expected a whole"),
        (("run", "torus", "--latent-dim", "two"), "--latent-dim: got two, expected a whole"),
        (("run", "torus", "--latent-dim", ""), "--latent-dim: got nothing, expected a whole"),
        ((*RUN, "torus"), "unexpected extra argument"),
        ((*RUN, "--epsilon", "0"), "--epsilon: got 0, expected a positive number"),
        ((*RUN, "--epsilon", "inf"), "--epsilon: got inf, expected a positive number"),
        ((*RUN, "--epsilon", "nan"), "--epsilon: got nan, expected a positive number"),
        ((*RUN, "--delta", "0"), "--delta: got 0, expected a number between 0 and 1, both"),
        ((*RUN, "--delta", "1"), "--delta: got 1, expected a number between 0 and 1, both"),
        ((*RUN, "--confidence", "1"), "--confidence: got 1, expected a number between"),
        ((*RUN, "--confidence", "nan"), "--confidence: got nan, expected a number between"),
        ((*RUN, "--samples", "1"), "--samples: got 1, expected a whole number from 2"),
        ((*RUN, "--seed", "-1"), "--seed: got -1, expected a whole number from 0"),
        ((*RUN, "--effort", "0"), "--effort: got 0, expected a positive number"),
        ((*RUN, "--dtype", "half"), "--dtype: got half, expected float32 or float64"),
        ((*RUN, "--memory-limit", "4XB"), "--memory-limit: got 4XB, expected an amount"),
        ((*RUN, "--memory-limit", "0"), "--memory-limit: got 0, expected an amount"),
        ((*RUN, "--memory-limit", "63.9MiB"), "got 63.9MiB, expected an amount of memory, 64MiB"),
        (("run", "", "--latent-dim", "1"), "subject: got '', expected a catalogue name"),
        ((*RUN, "--out", "/dev/null"), "/dev/null: got a file, expected a folder"),
        ((*RUN, "--out", "/dev/null/x/y"), "/dev/null: got a file, expected a folder"),
        (("run", "tours", "--latent-dim", "1"), "did you mean torus?"),
        (("run", "torus:rr=1", "--latent-dim", "1"), "torus parameter: got rr"),
        (("bound", "torus:r=9"), "r: got 9.0, expected less than R = 2"),
        (("bound", "nothing.csv"), "nothing.csv: got no such file"),
        (("report", "nothing.json"), "nothing.json: got no such file"),
        (
            ("report", "a.json", "--out", "a.pdf"),
            "--out: got a.pdf, expected a name that ends in .h",
        ),
        (("report", "a.json", "--out", "html"), "--out: got html, expected a name that ends in"),
        (("report", "nothing.json", "--format", "odt"), "--format: got odt, expected html"),
    ],
)
def test_bad_usage_is_one_line_that_says_what_was_expected(
    capsys: Capture, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64MiB", 2**26),
        ("67108864", 2**26),
        ("4GiB", 2**32),
        ("4g", 2**32),
        ("65536.5 KiB", 2**26 + 512),
        ("500MB", 500_000_000),
    ],
)
def test_amounts_of_memory(text: str, size: int) -> None:
    from geomcheck.cli.kinds import MEMORY

    assert MEMORY.convert(text, None, None) == size


def test_a_folder_that_cannot_be_written_is_refused_before_the_subject_is_looked_at(
    capsys: Capture,
) -> None:
    said = refused(capsys, "run", "no-such-thing", "--latent-dim", "1", "--out", "/dev/null/x")
    assert "/dev/null" in said


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("report", "--help")])
def test_help_names_every_option(capsys: Capture, arguments: tuple[str, ...]) -> None:
    assert run_command_line(arguments) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "--help" in said.out
    if arguments[0] == "run":
        for option in ("epsilon", "delta", "confidence", "samples", "seed", "out", "json"):
            assert f"--{option}" in said.out


def test_list_shows_every_family(capsys: Capture) -> None:
    assert run_command_line(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for family in families():
        (line,) = [line for line in lines if line.split()[:1] == [family.name]]
        assert family.summary in line
    assert any("R=2,r=1" in line for line in lines)


def test_list_as_json(capsys: Capture) -> None:
    assert run_command_line(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["families"]
    assert [entry["name"] for entry in listed] == [family.name for family in families()]
    torus = next(entry for entry in listed if entry["name"] == "torus")
    assert torus["parameters"] == {"R": 2.0, "r": 1.0}


def test_an_unexpected_error_is_called_a_bug(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("by\nnought")

    monkeypatch.setattr("theory.catalogue.families", broken)
    assert run_command_line(["list"]) == 70
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "ZeroDivisionError: by nought" in said.err
    assert "this is a bug" in said.err

    monkeypatch.setenv("GEOMCHECK_DEBUG", "1")
    assert run_command_line(["list"]) == 70
    assert "Traceback" in capsys.readouterr().err


def geomcheck(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geomcheck", *arguments],
        text=True,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


def test_the_program_reports_its_status() -> None:
    done = geomcheck("list", "--json", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["families"]
    done = geomcheck("lst", stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_closed_pipe_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = geomcheck("list", stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (PIPE_CLOSED, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_a_full_disk_under_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = geomcheck("list", stdout=full)
    assert done.returncode == 2
    assert done.stderr == "geomcheck: standard output: No space left on device\n"


def test_an_interrupt_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    # A shell's background jobs are born ignoring interrupts.
    lines = (
        "import signal",
        "signal.signal(signal.SIGINT, signal.default_int_handler)",
        "signal.raise_signal(signal.SIGINT)",
    )
    (tmp_path / "slow.py").write_text("\n".join(lines))
    done = geomcheck("run", "slow.py:K", "--latent-dim", "1", cwd=tmp_path, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "geomcheck: interrupted\n")
    assert {p.name for p in tmp_path.iterdir()} == {"slow.py"}


def test_output_that_the_terminal_cannot_spell_is_escaped(tmp_path: Path) -> None:
    done = geomcheck(
        "run",
        "\N{GREEK SMALL LETTER MU}",
        "--latent-dim",
        "1",
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 2
    assert "got \\u03bc" in done.stderr
