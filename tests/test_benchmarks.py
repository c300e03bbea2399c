"""The command lines of benchmarks: what they refuse, and that a short run comes to its end."""

from __future__ import annotations

import argparse
import importlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(FOLDER))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("violations --only nope", "--only: got nope, expected one of: circle, ellipse"),
        ("violations --each 0", "--each: got 0, expected a number of at least 1"),
        ("violations --rounds 0", "--rounds: got 0, expected a number of at least 1"),
        ("violations --until noon", "got noon, expected a time of day, 20:15"),
        ("violations --table --out nope", "--out: got nope, expected a file of results"),
        ("verdicts --table --out nope", "--out: got nope, expected a file of results"),
        ("verdicts --only nope", "--only: got nope, expected a catalogue name"),
        ("verdicts --only ellipse --cases nope", "--cases: got nope, expected one of: exact, "),
        ("tears nope", "names: got nope, expected a catalogue name"),
        ("tears --steep nope", "names: got nope, expected a catalogue name"),
    ],
)
def test_what_does_not_exist_is_refused_in_a_line(module, monkeypatch, capsys, line, says):
    name, *words = line.split()
    monkeypatch.setattr("sys.argv", [f"{name}.py", *words])
    with pytest.raises(SystemExit) as ended:
        module("command").leave(module(name).main)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err.splitlines()[-1]


def test_a_crash_is_no_violation(module, capsys):
    with pytest.raises(SystemExit) as ended:
        module("command").leave(lambda: int("a"))
    assert ended.value.code == 70
    assert "ValueError" in capsys.readouterr().err


def test_a_time_of_day_is_the_next_one(module):
    moment = module("violations").moment
    now = datetime.now()
    for text in ("00:00", "12:30", "23:59"):
        at = moment(text)
        assert f"{at:%H:%M}" == text
        assert now < at <= datetime.now() + timedelta(days=1)
    assert moment("2030-01-31T20:15") == datetime(2030, 1, 31, 20, 15)
    assert moment("2030-01-31T20:15+00:00").tzinfo is None
    with pytest.raises(argparse.ArgumentTypeError, match="expected a time of day"):
        moment("25:00")


@pytest.mark.parametrize("number", [1, 31, 32, 33, 400])
def test_a_search_starts_from_the_largest_errors(module, number):
    search = module("violation_search")
    error = np.random.default_rng(0).permutation(number).astype(float)
    at = search.largest_of(error)
    assert len(at) == min(number, search.STARTS)
    assert set(error[at]) == set(np.sort(error)[-len(at) :])


def test_nothing_is_begun_too_late(module, monkeypatch, capsys, tmp_path):
    out = tmp_path / "found.jsonl"
    monkeypatch.setattr("sys.argv", ["", "--until", "2001-01-01T00:00", "--out", str(out)])
    assert module("violations").main() == 0
    assert not out.exists()
    assert "0 violations" in capsys.readouterr().out


def test_a_short_run_comes_to_its_end(module, monkeypatch, capsys, tmp_path):
    violations, search = module("violations"), module("violation_search")
    out = tmp_path / "found.jsonl"
    for owner in (violations, search):
        monkeypatch.setattr(owner, "KINDS", [("tanh", False)])
    monkeypatch.setattr(search, "SECONDS", {"enclosure": 0.2, "longer": 0.2})
    monkeypatch.setattr(
        "sys.argv", ["", "--only", "linked-circles", "--each", "3", "--out", str(out)]
    )
    assert violations.main() == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["task"]["spec"] for line in lines} == {"linked-circles"}
    assert {line["task"]["stage"] for line in lines} == {"cells", "enclosure", "longer"}
    assert all(line["random"] > 0 for line in lines)
    assert "0 violations" in capsys.readouterr().out
