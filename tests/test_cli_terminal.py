"""What a terminal shows, and what only a terminal shows."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.cli.progress import progress_line
from geomcheck.terminal import show_answer
from geomcheck.terminal_bounds import floored, show_bounds, show_families

COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
STYLE = re.compile(r"\x1b\[[0-9;]*m")

DOCUMENT: dict[str, Any] = {
    "subject": {"name": "torus:R=2,r=1"},
    "autoencoder": {"latent_dim": 1},
    "settings": {"epsilon": 0.1},
    "claims": [
        {"id": "lower-bound", "verdict": "holds", "summary": "no [b]network[/b] gets below 3"},
        {
            "id": "small-error",
            "verdict": "fails",
            "summary": "at least 2 % of K, " + "so " * 30,
            "advice": "Try [b]more[/b].",
        },
        {
            "id": "exceptional-set",
            "verdict": "inconclusive",
            "summary": "1 tear",
            "advice": "Try [b]more[/b].",
        },
        {"id": "latent-topology", "verdict": "holds", "summary": "1 class lost, forced"},
        {
            "id": "generalisation",
            "verdict": "not-applicable",
            "summary": "not known",
            "advice": "No.",
        },
    ],
}
BOUNDS = {
    "subject": "torus:R=2,r=1",
    "bounds": [
        {"latent_dim": 1, "lower": 3.0, "certified": True, "attained": True},
        {"latent_dim": 2, "lower": 0.987654321, "certified": False, "attained": None},
        {"latent_dim": 3, "lower": 0.0, "certified": True, "attained": True},
        {"latent_dim": 4, "lower": 0.0, "certified": False, "attained": None},
    ],
    "refuted": [],
}
for _entry in BOUNDS["bounds"]:
    _entry |= {"part": "outer circle", "source": "closed-form", "degree": None}  # type: ignore[operator]
    _entry |= {"as_stated": False}  # type: ignore[operator]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Not a fixture: pytest puts its own streams back between a fixture and its test."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return screen


def test_an_answer_fits_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    show_answer(DOCUMENT, Path("report.html"))
    lines = STYLE.sub("", terminal.getvalue()).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    shown = [line.split() for line in lines]
    assert ["impossible", "holds", "no", "[b]network[/b]", "gets", "below", "3"] in shown
    assert [line.rstrip() for line in lines if "lower-bound" in line] == ["  lower-bound"]
    assert sum(line.startswith("generalisation ") for line in lines) == 1
    assert lines[-1] == "report: report.html"
    assert "5 claims: holds 2, fails 1, inconclusive 1, not-applicable 1" in lines


def test_a_long_path_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    path = Path("deep/" * 40 + "report.html")
    show_answer(DOCUMENT, path)
    assert f"report: {path}\n" in terminal.getvalue()


def test_colours_only_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = open_terminal(monkeypatch)
    show_answer(DOCUMENT, Path("report.html"))
    assert COLOUR.search(terminal.getvalue())
    terminal.truncate(0)
    monkeypatch.setenv("NO_COLOR", "1")
    show_answer(DOCUMENT, Path("report.html"))
    assert "lower-bound" in terminal.getvalue()
    assert not COLOUR.search(terminal.getvalue())


def test_a_wide_terminal_has_a_column_for_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "120")
    show_answer(DOCUMENT, Path("report.html"))
    lines = STYLE.sub("", terminal.getvalue()).splitlines()
    assert lines[0].split() == ["question", "claim", "verdict", "why"]
    assert lines[2].split()[:4] == ["impossible", "lower-bound", "holds", "no"]
    assert max(len(line.rstrip()) for line in lines) <= 120


def test_a_pipe_gets_one_line_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(DOCUMENT, Path("report.html"))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    questions = ["impossible ", "achieved ", "where it fails ", "avoidable ", ""]
    for question, claim in zip(questions, DOCUMENT["claims"], strict=True):
        row = f"{question}{claim['id']} {claim['verdict']} {claim['summary']}".rstrip()
        assert lines.count(row) == 1
        assert out.count(claim["summary"].rstrip()) == 1


def test_claims_without_a_question_come_last(capsys: pytest.CaptureFixture[str]) -> None:
    claims = list(reversed(DOCUMENT["claims"]))
    show_answer({**DOCUMENT, "claims": claims}, Path("report.html"))
    ids = [claim["id"] for claim in DOCUMENT["claims"]]
    lines = capsys.readouterr().out.splitlines()[1 : 1 + len(ids)]
    assert [next(i for i in ids if f" {i} " in line) for line in lines] == ids


def test_advice_is_given_once_and_only_where_it_is_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "small-error, exceptional-set: Try [b]more[/b]."
    show_answer(DOCUMENT, Path("report.html"))
    out = capsys.readouterr().out
    assert out.splitlines().count(said) == 1
    assert "generalisation: " not in out
    terminal = open_terminal(monkeypatch)
    show_answer(DOCUMENT, Path("report.html"))
    assert said in STYLE.sub("", terminal.getvalue()).splitlines()


def test_bounds_on_a_terminal_and_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show_bounds(BOUNDS)
    plain = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [cells[1:4] for cells in plain if cells[:1] == ["1"]] == [
        ["3", "certified,", "attained"]
    ]
    assert [cells[1:3] for cells in plain if cells[:1] == ["2"]] == [["0.9876", "estimated"]]
    assert [cells[1:3] for cells in plain if cells[:1] == ["3"]] == [["0", "attained"]]
    assert [cells[1:3] for cells in plain if cells[:1] == ["4"]] == [["nothing", "known"]]
    screen = open_terminal(monkeypatch)
    show_bounds(BOUNDS)
    shown = [line.split() for line in STYLE.sub("", screen.getvalue()).splitlines()]
    for cells in plain[-5:-1]:
        assert cells in shown


@given(st.floats(1e-9, 1e9))
def test_a_lower_bound_is_never_rounded_up(value: float) -> None:
    shown = float(floored(value))
    assert value * (1 - 1e-3) <= shown <= value * (1 + 1e-11)


def test_the_catalogue_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    known = {"reach": "r", "volume": "V", "betti": "1, 2", "embedding_dim": "3"}
    torus = {"name": "torus", "parameters": {"R": 2.0, "r": 0.5}, "summary": "A torus. " * 12}
    torus |= known | {"optimal_error": {"1": "R + r", "2..3": ">= r"}}
    plain = {"name": "knot", "parameters": {}, "summary": "A knot."} | known
    plain |= {"optimal_error": {}}
    show_families([torus, plain])
    lines = [line.rstrip() for line in STYLE.sub("", terminal.getvalue()).splitlines()]
    assert lines[0] == "torus:R=2,r=0.5"
    assert "    embeds in R^m, m = 3; e*(1) = R + r; e*(2..3) >= r" in lines
    assert lines[-5:-3] == ["knot", "    A knot."]
    assert lines[-1] == "    embeds in R^m, m = 3; e* not known"
    assert all(line.startswith("    ") for line in lines[1:-5])
    assert max(len(line) for line in lines) <= 80


def test_progress_is_for_terminals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = open_terminal(monkeypatch)
    with progress_line(hidden=True) as progress:
        progress("training", 0.5, 12.0)
    assert terminal.getvalue() == ""
    with progress_line() as progress:
        progress("homology", None, None)
        progress("training", 0.5, 12.0)
    shown = STYLE.sub("", terminal.getvalue())
    assert "training" in shown
    assert "about 12 s left" in shown
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_line() as progress:
        progress("training", 0.5, 12.0)
    assert sys.stderr.getvalue() == ""  # type: ignore[union-attr]
