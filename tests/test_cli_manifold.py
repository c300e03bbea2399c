"""`geomcheck manifold`: sound manifolds pass, wrong claims end with status 1, bad input with 2."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomcheck.betti_check import check_betti, found_betti
from geomcheck.check_manifold import check_manifold
from geomcheck.cli.entry import run_command_line
from theory.catalogue import from_spec
from theory.errors import InvalidInput, NoConvergence
from theory.manifold import Manifold
from theory.validation import CHECKS
from theory.validation import check_manifold as check_in_theory

Capture = pytest.CaptureFixture[str]

OWN = """
from dataclasses import replace
import numpy as np
from theory import Bound, Claims, from_chart, torus

print("a word of the user's own")

def ring(**claims):
    return from_chart(
        lambda t: (3 * np.cos(t), 3 * np.sin(t), 0 * t), [(0, 2 * np.pi)], periodic=True,
        name="ring", claims=Claims(betti={2: (1, 1), 3: (1, 1)}, **claims),
    )

good = ring()
wrong = ring(reach=Bound(5.0, "exact", True, "given"))
two_holes = replace(torus(), claims=replace(torus().claims, betti={2: (1, 4, 3), 3: (1, 4, 3)}))

def fail(points):
    raise ZeroDivisionError("no\\nprojection")

broken = replace(torus(), projection=fail)
silent = replace(torus(), sampler=lambda n, rng: fail(n))
shapeless = replace(torus(), sampler=lambda n, rng: rng.uniform(size=(n, 2)))
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    return str(file)


def checked(capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command with --json; return its status and, by name, its checks."""
    status = run_command_line(["manifold", *arguments, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["subject", "samples", "seed", "checks"]
    return status, {check["name"]: check for check in document["checks"]}


@pytest.mark.parametrize("spec", ["linked-circles", "sphere:R=2", "torus:R=3,r=1", "moebius-band"])
def test_a_sound_manifold_passes(capsys: Capture, spec: str) -> None:
    status, checks = checked(capsys, spec)
    assert status == 0
    assert tuple(checks) == CHECKS
    assert {check["outcome"] for check in checks.values()} <= {"holds", "not-checked"}
    assert checks["betti"]["outcome"] == "holds"
    assert "F3" in checks["betti"]["statement"]


def test_a_line_a_check(capsys: Capture) -> None:
    assert run_command_line(["manifold", "circle", "--samples", "500"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1 : len(CHECKS) + 1]] == list(CHECKS)
    assert [line.split()[1] for line in lines[1 : len(CHECKS) + 1]] == [
        *["holds"] * 11,
        "not-checked",
    ]
    assert lines[-1] == "circle:R=1, 500 points: holds 11, not-checked 1"
    assert said.err == ""


def test_the_same_seed_gives_the_same_answer(capsys: Capture) -> None:
    first = checked(capsys, "torus", "--seed", "7")
    assert first == checked(capsys, "torus", "--seed", "7")
    assert first != checked(capsys, "torus", "--seed", "8")


def test_a_users_manifold_is_checked(capsys: Capture, own: str) -> None:
    status, checks = checked(capsys, f"{own}:good")
    assert status == 0
    assert checks["betti"]["outcome"] == checks["reach"]["outcome"] == "holds"


def test_a_users_wrong_reach_is_caught_with_its_witness(capsys: Capture, own: str) -> None:
    status, checks = checked(capsys, f"{own}:wrong")
    assert status == 1
    assert [name for name, check in checks.items() if check["outcome"] == "fails"] == ["reach"]
    assert checks["reach"]["value"] == pytest.approx(3, rel=1e-4)
    assert checks["reach"]["threshold"] == 5
    assert np.linalg.norm(checks["reach"]["witness"], axis=1) == pytest.approx(3)

    assert run_command_line(["manifold", f"{own}:wrong"]) == 1
    said = capsys.readouterr()
    assert "reach fails at (" in said.out
    assert "user's own" not in said.out


def test_users_wrong_betti_numbers_are_caught_by_homology(capsys: Capture, own: str) -> None:
    status, checks = checked(capsys, f"{own}:two_holes")
    assert status == 1
    assert checks["betti"]["outcome"] == "fails"
    assert "F2: (1, 2, 1), claimed (1, 4, 3)" in checks["betti"]["statement"]


def test_maps_that_raise_fail_their_checks_and_no_others(capsys: Capture, own: str) -> None:
    status, checks = checked(capsys, f"{own}:broken")
    assert status == 1
    assert "stopped by ZeroDivisionError: no projection" in checks["points"]["statement"]
    assert checks["projection"]["outcome"] == "fails"
    assert checks["betti"]["outcome"] == checks["topology"]["outcome"] == "holds"


@pytest.mark.parametrize(
    ("name", "says"), [("silent", "ZeroDivisionError"), ("shapeless", "shape (2000, 2)")]
)
def test_without_a_sample_nothing_else_is_checked(
    capsys: Capture, own: str, name: str, says: str
) -> None:
    status, checks = checked(capsys, f"{own}:{name}")
    assert status == 1
    assert list(checks) == ["points"]
    assert says in checks["points"]["statement"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "SUBJECT is missing"),
        (("tours",), "did you mean torus?"),
        (("torus:r=9",), "expected less than R = 2"),
        (("torus", "--samples", "99"), "--samples: got 99, expected a whole number from 100"),
        (("torus", "--samples", "many"), "--samples: got many"),
        (("torus", "--seed", "-1"), "--seed: got -1"),
        (("nothing.npy",), "nothing.npy: got no such file"),
    ],
)
def test_bad_input_is_one_line(capsys: Capture, arguments: tuple[str, ...], says: str) -> None:
    assert run_command_line(["manifold", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert says in said.err


def test_points_make_no_claims(capsys: Capture, tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.eye(30))
    assert run_command_line(["manifold", str(tmp_path / "points.npy")]) == 2
    assert "points claim nothing (try geomcheck reach)" in capsys.readouterr().err


def test_neither_torch_nor_pages_are_loaded() -> None:
    script = (
        "import sys\n"
        "from geomcheck.cli.entry import run_command_line\n"
        "assert run_command_line(['manifold', 'circle', '--samples', '200']) == 0\n"
        "assert run_command_line(['reach', 'circle', '--samples', '200']) == 0\n"
        "print(sorted({'torch', 'plotly', 'jinja2', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_checks_are_those_of_the_theory() -> None:
    manifold = from_spec("torus")
    alone = {c.name: (c.outcome, c.value) for c in check_in_theory(manifold, rng=3)}
    with_homology = {c.name: (c.outcome, c.value) for c in check_manifold(manifold, rng=3)}
    assert alone.pop("betti")[0] == "not-checked"
    assert with_homology.pop("betti")[0] == "holds"
    assert alone == with_homology


def test_progress_names_every_check() -> None:
    seen: list[tuple[str, float | None]] = []
    check_manifold(from_spec("circle"), progress=lambda name, done, _: seen.append((name, done)))
    assert [name for name, _ in seen] == list(CHECKS)
    fractions = [done for _, done in seen if done is not None]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] < 1


def test_a_generator_can_be_given() -> None:
    checks = check_manifold(from_spec("circle"), rng=np.random.default_rng(2))
    assert not any(check.failed for check in checks)


@pytest.mark.parametrize("options", [{"n": 10}, {"level": 0.0}])
def test_bad_arguments_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        check_manifold(from_spec("circle"), **options)


def test_what_does_not_converge_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise NoConvergence("went astray")

    monkeypatch.setattr(sys.modules["geomcheck.check_manifold"], "check_betti", lost)
    betti = {check.name: check for check in check_manifold(from_spec("circle"))}["betti"]
    assert (betti.outcome, betti.statement) == ("not-checked", "went astray")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("helix", {2: (1, 0), 3: (1, 0)}),
        ("trefoil", {2: (1, 1), 3: (1, 1)}),
        ("flat-torus", {2: (1, 2, 1), 3: (1, 2, 1)}),
        ("projective-plane", {2: (1, 1, 1), 3: (1, 0, 0)}),
    ],
)
def test_betti_numbers_without_being_told(spec: str, expected: dict[int, tuple[int, ...]]) -> None:
    manifold = from_spec(spec)
    unclaimed = replace(manifold, claims=replace(manifold.claims, betti=None))
    found = found_betti(unclaimed, rng=5)
    assert found.numbers == expected
    # What the decision rests on: twice the covering radius is below the reach.
    assert 2 * found.covering.value < found.reach
    assert found.covering.certified


def test_sparse_points_decide_nothing() -> None:
    # At the sizes that homology can bear, points on SO(3) are too far apart for its reach.
    check = check_betti(replace(from_spec("special-orthogonal"), charts=()))
    assert check.outcome == "not-checked"
    assert "with fewer than about " in check.statement
    assert check.value is not None
    assert check.threshold is not None
    assert check.value > check.threshold


def test_no_claim_no_check() -> None:
    manifold = from_spec("circle")
    bare = replace(manifold, claims=replace(manifold.claims, betti=None))
    assert check_betti(bare).outcome == "not-checked"


def test_an_overstated_reach_does_not_thin_the_net() -> None:
    sound = from_spec("linked-circles")
    claim = sound.claims.reach
    assert claim is not None
    bold = replace(sound, claims=replace(sound.claims, reach=claim.scaled(100)))
    assert found_betti(bold).reach == pytest.approx(0.5, rel=1e-2)
    assert check_betti(bold).outcome == "holds"


def test_without_a_claimed_reach_the_one_seen_counts() -> None:
    sound: Manifold = from_spec("linked-circles")
    bare = replace(sound, claims=replace(sound.claims, reach=None))
    found = found_betti(bare)
    assert found.reach < 0.5
    assert found.numbers == {2: (2, 2), 3: (2, 2)}
