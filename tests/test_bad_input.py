"""Input that cannot be used: one line with the argument, the value and what was expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import theory
from geomcheck.cli.entry import run_command_line
from theory.errors import InvalidInput

ANGLE = np.random.default_rng(0).uniform(0, 2 * np.pi, 300)
RING = np.stack([np.cos(ANGLE), np.sin(ANGLE), 0 * ANGLE], axis=1)
LINE = np.stack([ANGLE, 2 * ANGLE, 0 * ANGLE], axis=1)


def far_circle(at):
    return theory.moved(theory.circle(), np.eye(2), np.array([at, 0.0]), name="other")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        # Fewer points than needed: how many are.
        (lambda: theory.estimate_reach(RING[:6], intrinsic_dim=1), "points: got 6.*at least 7"),
        (lambda: theory.estimate_tangents(RING[:3], 1), "points: got 3 points.*at least 9"),
        (lambda: theory.estimate_dimension(RING[:5]), "points: got 5 distinct.*at least 10"),
        (lambda: theory.estimate_covering_radius(RING[:9]), "points: got 9 dist.*at least 10"),
        (lambda: theory.check_manifold(theory.circle(), n=5), "n: got 5, expected at least 100"),
        # Duplicates count once.
        (
            lambda: theory.estimate_reach(np.tile(RING[:6], (9, 1)), intrinsic_dim=1),
            "points: got 6 distinct.*at least 7",
        ),
        (lambda: theory.estimate_dimension(np.ones((50, 3))), "got 1 distinct.*at least 10"),
        # Points in fewer dimensions than claimed.
        (lambda: theory.estimate_reach(LINE, intrinsic_dim=2), "intrinsic_dim: got 2.*at most 1"),
        (lambda: theory.estimate_tangents(LINE, 2), "intrinsic_dim: got 2, expected at most 1"),
        (
            lambda: theory.estimate_covering_radius(LINE, intrinsic_dim=2),
            "intrinsic_dim: got 2, expected at most 1",
        ),
        (lambda: theory.estimate_reach(RING, intrinsic_dim=3), "got 3, expected at most 2"),
        # The wrong kind of thing.
        (lambda: theory.estimate_reach(RING, intrinsic_dim=1.5), "intrinsic_dim: got 1.5"),
        (lambda: theory.estimate_reach(RING, intrinsic_dim="1"), "intrinsic_dim: got 1, exp"),
        (lambda: theory.farthest_point_subsample(RING, 2.5), "size: got 2.5, expected a whole"),
        (lambda: theory.circle().sample(1.5), "n: got 1.5, expected a whole number"),
        (lambda: theory.circle().sample("3"), "n: got 3, expected a whole number"),
        (lambda: theory.circle().project([["a", "b"]]), "points: got .*real numbers"),
        (lambda: theory.check_manifold(RING), "manifold: got a ndarray, expected a theory.Man"),
        (lambda: theory.disjoint_union([RING, RING]), r"parts\[0\]: got a ndarray"),
        (lambda: theory.product(theory.circle(), RING), "second: got a ndarray"),
        (lambda: theory.moved(RING, np.eye(3)), "manifold: got a ndarray"),
        (lambda: theory.moved(theory.circle(), np.eye(2), scale="2"), "scale: got 2, expected a"),
        # A gap that the parts themselves contradict.
        (
            lambda: theory.disjoint_union([theory.circle(), far_circle(3.0)], gap=2.5),
            r"gap: got 2\.5, expected at most 1.*so near is a point of",
        ),
        (
            lambda: theory.disjoint_union([theory.circle(), theory.circle()], gap=0.1),
            "gap: got 0.1, expected at most ",
        ),
    ],
)
def test_python(call, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_right_gap_is_accepted():
    union = theory.disjoint_union([theory.circle(), far_circle(3.0)], gap=1.0)
    assert union.claims.reach.value == 0.5


def test_points_that_look_of_lower_dimension_than_given_get_a_note():
    note = theory.estimate_reach(RING, intrinsic_dim=2).note
    assert "look 1-dimensional, and intrinsic_dim = 2 was given" in note
    assert "look" not in theory.estimate_reach(theory.torus().sample(600), intrinsic_dim=2).note


MODULE = """
import numpy as np
import theory

TURN = 2 * np.pi


def torus(u, v):
    ring = 2 + np.cos(v)
    return ring * np.cos(u), ring * np.sin(u), np.sin(v)


def nan():
    return theory.from_chart(lambda t: (np.log(t - 1), t), [(0, 3)])


def shape():
    return theory.from_chart(lambda t: (t[:3], t), [(0, 1)])


def degenerate():
    return theory.from_chart(lambda u, v: (u, v**2, v**3), [(0, 1), (-1, 1.1)])


def box():
    return theory.from_chart(lambda t: (t, t), [(5, 1)])


def crossing():
    return theory.from_chart(lambda t: (np.sin(t), np.sin(2 * t)), [(0, TURN)], periodic=True)


def fields():
    betti = {2: (1, 2, 1), 3: (1, 0, 1)}
    return theory.from_chart(
        torus, [(0, TURN)] * 2, periodic=True, claims=theory.Claims(betti=betti)
    )


def sphere(u, v):
    return np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u)


def euler():
    claims = theory.Claims(betti={2: (1, 2, 1), 3: (1, 2, 1)})
    box = [(0, np.pi), (0, TURN)]
    return theory.from_chart(sphere, box, periodic=(False, True), claims=claims)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "user.py").write_text(MODULE)
    np.save("few.npy", RING[:9])
    np.save("equal.npy", np.ones((50, 3)))
    np.save("two.npy", np.tile(RING[:2], (50, 1)))
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["manifold", "reach", "bound"])
@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("user.py:nan", "map: got a value that is not finite at ["),
        ("user.py:shape", "map: got coordinate 0 of shape (3,)"),
        ("user.py:degenerate", "map: got a degenerate Jacobian at ["),
        ("user.py:box", "box[0]: got (5.0, 1.0), expected finite with lower < upper"),
        ("user.py:crossing", "map: got the same point at ["),
        ("user.py:fields", "betti: got {2: (1, 2, 1), 3: (1, 0, 1)}, expected as many numbers"),
    ],
)
def test_command_line_with_a_manifold(capsys, command, subject, says):
    assert run_command_line([command, subject]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("geomcheck: ")
    assert says in err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["reach", "bound"])
@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("few.npy", "got 9 distinct points, expected at least 10"),
        ("equal.npy", "equal.npy: got 50 equal points, expected at least two distinct ones"),
        ("two.npy", "got 2 distinct points, expected at least 10"),
    ],
)
def test_command_line_with_points(capsys, command, subject, says):
    assert run_command_line([command, subject]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


@pytest.mark.usefixtures("folder")
def test_betti_numbers_against_the_tube_fail_the_check_and_its_status(capsys):
    assert run_command_line(["manifold", "user.py:euler"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Euler characteristic 0, but the curvature" in said
