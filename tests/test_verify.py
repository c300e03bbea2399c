"""Arguments of verify and run, and what a report keeps."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import geomcheck
import theory
from geomcheck.planted import circles
from geomcheck.result import Report
from geomcheck.verify import default_epsilon


@pytest.fixture(scope="module")
def report() -> Report:
    return geomcheck.verify(theory.circle(), circles.torn_circle(), samples=1000)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"epsilon": 0.0}, "epsilon"),
        ({"epsilon": float("nan")}, "epsilon"),
        ({"delta": 0.0}, "delta"),
        ({"delta": 1.0}, "delta"),
        ({"confidence": 1.5}, "confidence"),
        ({"samples": 1}, "samples"),
        ({"training_points": np.array([[np.nan, 0.0]])}, "training_points"),
    ],
)
def test_arguments_out_of_range_are_named(options: dict[str, object], argument: str) -> None:
    with pytest.raises(theory.InvalidInput, match=argument):
        geomcheck.verify(theory.circle(), circles.torn_circle(), **options)  # type: ignore[arg-type]


def test_a_model_for_another_dimension_is_refused() -> None:
    with pytest.raises(theory.InvalidInput, match=r"ambient_dim: got 2, expected 3"):
        geomcheck.verify(theory.torus(), circles.torn_circle())


def test_default_epsilon_scales_with_the_set() -> None:
    assert default_epsilon(theory.linked_circles()) == 0.1
    assert default_epsilon(theory.circle(R=100)) == 10.0
    with pytest.raises(theory.InvalidInput, match="at least two different points"):
        default_epsilon(theory.PointSet("same", np.ones((20, 3))))


def test_a_report_survives_json(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "result.json")
    document = json.loads((tmp_path / "result.json").read_text())
    assert [c["id"] for c in document["claims"]] == [c.id for c in report]
    assert document["schema_version"] == 1
    assert document["settings"]["epsilon"] == report.settings["epsilon"]
    assert all(theory.source(c["source"]).title for c in document["claims"])


def test_a_report_is_a_page(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "lower-bound" in page


def test_another_suffix_writes_nothing(report: Report, tmp_path: Path) -> None:
    with pytest.raises(theory.InvalidInput, match=r"\.html or \.json"):
        report.save(tmp_path / "report.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_claim_is_found_by_name_and_a_wrong_name_lists_them(report: Report) -> None:
    assert report["small-error"].id == "small-error"
    with pytest.raises(KeyError, match="lower-bound"):
        report["nonsense"]


def test_run_trains_judges_and_repeats_itself() -> None:
    first, second = (
        geomcheck.run(theory.circle(), latent_dim=1, effort=0.02, samples=500, rng=3)
        for _ in range(2)
    )
    assert first.report.claims == second.report.claims
    assert first.report.settings["training_points"] == 4000
    point = np.array([first.report["lower-bound"].witness.data["point"]])  # type: ignore[union-attr]
    error = np.linalg.norm(first.model.decode(first.model.encode(point)) - point)
    assert error == pytest.approx(first.report["lower-bound"].values["largest_error_found"])


def test_a_saved_model_has_the_witness_error(tmp_path: Path) -> None:
    result = geomcheck.run(theory.circle(), latent_dim=1, effort=0.02, samples=500)
    result.model.save(tmp_path / "model.safetensors")
    loaded = geomcheck.MLPAutoencoder.load(tmp_path / "model.safetensors")
    witness = result.report["lower-bound"].witness
    assert witness is not None
    point = np.array([witness.data["point"]])
    error = float(np.linalg.norm(loaded.decode(loaded.encode(point)) - point))
    assert error == pytest.approx(witness.data["error"], rel=1e-12)
    assert error >= result.report["lower-bound"].values["bound"] * (1 - 1e-9)


def test_points_are_split_before_training() -> None:
    points = theory.circle().sample(200, rng=0)
    result = geomcheck.run(theory.PointSet("ring", points), latent_dim=2, effort=0.02)
    assert result.report["small-error"].values["points"] == 40
    assert result.report["generalisation"].values["training_points"] == 160


def test_run_needs_points_to_hold_out() -> None:
    two = theory.PointSet("two", np.array([[0.0, 0.0], [1.0, 0.0]]))
    with pytest.raises(theory.InvalidInput, match="at least 3"):
        geomcheck.run(two, latent_dim=1)


def test_a_certificate_below_the_bound_refutes_what_is_stated() -> None:
    # A circle said to have reach 50: no network can be that bad, and the certificate shows it.
    claims = dataclasses.replace(
        theory.circle().claims,
        reach=theory.Bound(50.0, "exact", True, "given"),
        optimal_error={},
    )
    boast = dataclasses.replace(theory.circle(), claims=claims)
    report = geomcheck.run(boast, latent_dim=1, epsilon=0.1, effort=0.05, samples=500).report
    claim = report["lower-bound"]
    assert claim.verdict is geomcheck.Verdict.FAILS
    assert "is false" in claim.summary


def test_certificate_and_statistics_agree() -> None:
    report = geomcheck.run(theory.circle(), latent_dim=1, epsilon=0.1, effort=0.1).report
    values = report["certified-error"].values
    assert values["sup_at_least"] <= report["lower-bound"].values["largest_error_found"] * (
        1 + 1e-6
    )
    assert report["lower-bound"].values["largest_error_found"] <= values["sup_at_most"]
    share = report["small-error"].values
    assert share["share_at_least"] <= values["share_at_most"]
    assert values["share_at_least"] <= share["share_at_most"]
