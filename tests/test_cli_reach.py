"""`geomcheck reach`: values against closed forms, on manifolds and on bare points."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomcheck.cli.entry import run_command_line
from geomcheck.reach_report import reach_report
from theory.catalogue import from_spec
from theory.combine import disjoint_union, moved
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.sampling import points_needed

Capture = pytest.CaptureFixture[str]


def measured(capsys: Capture, *arguments: str) -> dict[str, Any]:
    assert run_command_line(["reach", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    document: dict[str, Any] = json.loads(said.out)
    return document


def test_no_sample_size_where_some_parts_are_never_drawn() -> None:
    ring = moved(from_spec("circle:R=0.1"), np.eye(3)[:, :2], np.array([9.0, 0, 0]))
    union = disjoint_union((from_spec("sphere"), ring), gap=7.0)
    report = reach_report(union, n=500)
    assert report.points_needed is None
    assert any("largest dimension" in note for note in report.notes)


def test_a_sample_size_from_estimates_says_so() -> None:
    def hedged(spec: str) -> bool:
        return any("as certain as" in note for note in reach_report(from_spec(spec), n=500).notes)

    assert hedged("trefoil")
    assert not hedged("torus")


def test_every_name_is_there(capsys: Capture) -> None:
    document = measured(capsys, "torus:R=3,r=0.7", "--samples", "1000")
    assert list(document) == [
        "subject",
        "kind",
        "n",
        "ambient_dim",
        "intrinsic_dim",
        "dimension",
        "reach",
        "claimed_reach",
        "contradicts_claim",
        "tube_radius",
        "covering_radius",
        "sampling",
        "notes",
    ]
    assert list(document["reach"])[:6] == [
        "value",
        "direction",
        "certified",
        "method",
        "curvature_radius",
        "half_bottleneck",
    ]
    assert document["subject"] == "torus:R=3,r=0.7"
    assert (document["n"], document["ambient_dim"], document["intrinsic_dim"]) == (1000, 3, 2)
    assert len(document["dimension"]["estimates"]) == 3


@pytest.mark.parametrize(
    ("spec", "value", "curvature", "half", "governs"),
    [
        ("linked-circles", 0.5, 1.0, 0.5, "bottleneck"),
        ("ellipse:a=3,b=1", 1 / 3, 1 / 3, 1.0, "curvature"),
        ("torus:R=2,r=0.5", 0.5, 0.5, 0.5, "both"),
    ],
)
def test_a_manifold_beside_its_closed_form(
    capsys: Capture, spec: str, value: float, curvature: float, half: float, governs: str
) -> None:
    document = measured(capsys, spec, "--samples", "3000")
    reach, claimed = document["reach"], document["claimed_reach"]
    assert claimed["value"] == pytest.approx(value)
    assert (claimed["direction"], claimed["certified"]) == ("exact", True)
    # With exact tangents the pairs of the sample never show less than the truth.
    assert value * (1 - 1e-9) <= reach["upper"] <= value * 1.001
    assert (reach["direction"], reach["certified"]) == ("estimate", False)
    assert abs(reach["value"] - value) <= reach["error"] + 1e-9
    assert reach["value"] == pytest.approx(value, rel=1e-5)
    assert np.array(reach["upper_at"]).shape == (2, from_spec(spec).ambient_dim)
    assert reach["curvature_radius"] == pytest.approx(curvature, rel=0.01)
    assert reach["half_bottleneck"] == pytest.approx(half, rel=0.01)
    assert reach["governs"] == governs
    assert not document["contradicts_claim"]
    assert document["tube_radius"] == claimed
    covering = document["covering_radius"]
    assert (covering["direction"], covering["certified"]) == ("upper", True)
    # Where it is attained: on the set, and apart by twice the bottleneck's half length.
    places = np.array(reach["where"])
    assert from_spec(spec).distance(places) == pytest.approx(0, abs=1e-6)
    if governs == "bottleneck":
        assert np.linalg.norm(places[0] - places[1]) == pytest.approx(2 * half, rel=0.01)


def test_advice_on_the_sample_size(capsys: Capture) -> None:
    document = measured(capsys, "sphere", "--samples", "500")
    sampling = document["sampling"]
    assert sampling["covering_radius_needed"] == pytest.approx(np.sqrt(0.6) / 2)
    assert sampling["dense_enough"] is True
    assert sampling["points_needed"] == points_needed(
        volume=4 * np.pi, intrinsic_dim=2, reach=1.0, delta=0.01
    )
    sparse = measured(capsys, "sphere", "--samples", "30")
    assert sparse["covering_radius"]["value"] > sparse["sampling"]["covering_radius_needed"]
    assert sparse["sampling"]["dense_enough"] is not True


def test_a_boundary_is_said(capsys: Capture) -> None:
    document = measured(capsys, "moebius-band", "--samples", "500")
    assert document["sampling"]["points_needed"] is None
    assert any("without boundary" in note for note in document["notes"])
    assert any("at the boundary" in note for note in document["notes"])


@pytest.fixture
def ellipse(tmp_path: Path) -> str:
    angle = np.random.default_rng(3).uniform(0, 2 * np.pi, 1500)
    points = np.column_stack([2 * np.cos(angle), np.sin(angle)])
    np.save(tmp_path / "ellipse.npy", np.concatenate([points, points[:20]]))
    return str(tmp_path / "ellipse.npy")


def test_bare_points(capsys: Capture, ellipse: str) -> None:
    document = measured(capsys, ellipse)
    assert (document["kind"], document["n"], document["intrinsic_dim"]) == ("points", 1500, 1)
    reach = document["reach"]
    assert reach["value"] == pytest.approx(0.5, rel=0.01)
    assert (reach["direction"], reach["certified"]) == ("estimate", False)
    assert reach["governs"] == "curvature"
    assert np.abs(reach["where"][0]) == pytest.approx([2, 0], abs=0.05)
    assert document["claimed_reach"] is None
    assert document["tube_radius"]["value"] == reach["value"]
    assert document["covering_radius"]["direction"] == "estimate"
    assert document["sampling"]["points_needed"] is None
    assert document["sampling"]["dense_enough"] is True
    assert "sample size: the volume is not known" in document["notes"]


def test_the_same_seed_gives_the_same_answer(capsys: Capture) -> None:
    first = measured(capsys, "torus", "--samples", "500", "--seed", "4")
    assert first == measured(capsys, "torus", "--samples", "500", "--seed", "4")
    assert first != measured(capsys, "torus", "--samples", "500", "--seed", "5")


def test_what_a_reader_sees(capsys: Capture, ellipse: str) -> None:
    assert run_command_line(["reach", "torus", "--samples", "1000"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    for part in (
        "torus:R=2,r=1: 1000 distinct points drawn, in 3 dimensions",
        "2, given",
        "1 (certified, closed-form), claimed",
        "about 1 give or take",
        "by federer, all pairs; local models, not certified",
        "at most 1 by the pairs of these points alone",
        "curvature and bottleneck alike, at (",
        "(certified, chart-covering)",
        "(niyogi-smale-weinberger)",
    ):
        assert part in said.out
    assert run_command_line(["reach", ellipse]) == 0
    shown = capsys.readouterr().out
    assert "about 0.5" in shown
    assert "(estimated, numerical)" in shown


def test_a_claim_that_the_sample_refutes_is_said(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from dataclasses import replace\n"
        "from theory import torus\n"
        "claims = torus().claims\n"
        "K = replace(torus(), claims=replace(claims, reach=claims.reach.scaled(1.2)))\n"
    )
    subject = f"{tmp_path / 'own.py'}:K"
    assert measured(capsys, subject, "--samples", "500")["contradicts_claim"] is True
    assert run_command_line(["reach", subject, "--samples", "500"]) == 0
    assert "contradicts the claim (see geomcheck manifold)" in capsys.readouterr().out


def test_only_the_one_sided_value_refutes_a_claim() -> None:
    # 1000 points of the ellipsoid: the pairs show 4 % more than the truth, the estimate 0.1 %.
    truth = from_spec("ellipsoid")
    assert truth.claims.reach is not None
    claims = replace(truth.claims, reach=truth.claims.reach.scaled(1.02))
    found = reach_report(replace(truth, claims=claims), n=1000)
    assert found.reach is not None
    assert found.claimed is not None
    assert found.reach.upper is not None
    assert found.reach.value < 0.99 * found.claimed.value < found.reach.upper
    assert not found.contradicts


def test_flat_points_have_no_reach_to_show(capsys: Capture, tmp_path: Path) -> None:
    np.save(tmp_path / "disc.npy", np.random.default_rng(0).uniform(size=(400, 2)))
    document = measured(capsys, str(tmp_path / "disc.npy"))
    assert document["intrinsic_dim"] == 2
    assert document["reach"]["value"] is None
    assert document["reach"]["where"] == []
    assert run_command_line(["reach", str(tmp_path / "disc.npy")]) == 0
    assert "nothing that was found" in capsys.readouterr().out


def test_a_dimension_that_is_not_clear_gives_a_wider_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from theory.dimension import DimensionEstimate

    estimates = {"local-pca": 1.0, "neighbour-ratio": 2.0, "levina-bickel": 3.0}
    unclear = DimensionEstimate(None, estimates, False, 200, 200)
    monkeypatch.setattr("geomcheck.reach_report.estimate_dimension", lambda *_, **__: unclear)
    points = np.random.default_rng(1).standard_normal((200, 4))
    found = reach_report(PointSet("blob", points))
    assert found.reach is None
    assert found.intrinsic_dim is None
    assert found.tube is None
    assert found.dense is None
    assert found.covering.direction == "estimate"
    assert any("dimension 3" in note for note in found.notes)
    assert found.to_document()["reach"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "SUBJECT is missing"),
        (("circl",), "did you mean circle?"),
        (("torus", "--samples", "9"), "--samples: got 9, expected a whole number from 10"),
        (("torus", "--seed", "x"), "--seed: got x"),
        (("nothing.npy",), "nothing.npy: got no such file"),
    ],
)
def test_bad_input_is_one_line(capsys: Capture, arguments: tuple[str, ...], says: str) -> None:
    assert run_command_line(["reach", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert says in said.err


@pytest.mark.parametrize(
    ("points", "says"),
    [
        (np.eye(5), "got 5 distinct points, expected at least 10"),
        (np.zeros((50, 3)), "expected at least two distinct ones"),
        (np.full((50, 3), np.nan), "nan"),
        (np.zeros(7), "got an array of shape (7,)"),
    ],
)
def test_points_that_cannot_be_used(
    capsys: Capture, tmp_path: Path, points: np.ndarray, says: str
) -> None:
    np.save(tmp_path / "points.npy", points)
    assert run_command_line(["reach", str(tmp_path / "points.npy")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said


def test_maps_that_raise_are_bad_input() -> None:
    def fail(points: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError("nought")

    manifold = Manifold("own", 1, 2, lambda n, rng: rng.uniform(size=(n, 2)), fail, fail)
    with pytest.raises(InvalidInput, match="ZeroDivisionError: nought"):
        reach_report(manifold, n=50)


def test_isolated_points_are_refused() -> None:
    def here(points: np.ndarray) -> np.ndarray:
        return np.zeros_like(points)

    manifold = Manifold("point", 0, 2, lambda n, rng: np.zeros((n, 2)), here, here)
    with pytest.raises(InvalidInput, match="point, of dimension 0"):
        reach_report(manifold, n=50)


def test_stages_are_told() -> None:
    seen: list[str] = []
    reach_report(from_spec("circle"), n=200, progress=lambda stage, *_: seen.append(stage))
    assert seen == ["sample", "dimension", "reach", "covering radius"]


def test_a_terminal_shows_the_same_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for command, facts in (
        ("reach", ["covering radius", "certified", "governed by"]),
        ("manifold", ["optimal-error", "holds", "circle:R=1, 300 points: holds 11, not-checked 1"]),
    ):
        screen = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            patch.setenv("COLUMNS", "100")
            assert run_command_line([command, "circle", "--samples", "300"]) == 0
        shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.getvalue())
        assert all(fact in shown for fact in facts)
