"""The examples run, and say what they should (that of a new manifold: test_new_manifold.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

import certificate_against_sampling
import klein_bottle
import linear_and_kernel
import linked_circles
import own_torch_model
import rotated_digit
import torus_bottleneck

from geomcheck.result import Verdict


@pytest.mark.slow
def test_a_turning_digit_must_be_torn_by_one_number_and_need_not_by_two(tmp_path: Path) -> None:
    reports = rotated_digit.main(str(tmp_path))
    points = np.load(tmp_path / "rotated-digit.npy", allow_pickle=False)
    assert points.shape == (360, 64)
    one, two = reports[1], reports[2]
    assert one["latent-topology"].values["losses"][0]["mark"] == "forced"
    assert one["latent-topology"].verdict is Verdict.INCONCLUSIVE
    bound = one["lower-bound"].values
    assert not bound["certified"]
    assert bound["largest_error_found"] > bound["bound"] > 0.3
    assert one["lower-bound"].verdict is Verdict.INCONCLUSIVE
    assert two["lower-bound"].verdict is Verdict.NOT_APPLICABLE
    assert two["latent-topology"].values["losses"] == []
    assert two["latent-topology"].verdict is Verdict.INCONCLUSIVE


def written(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if file.stat().st_size > 0}


def test_the_papers_example_writes_report_and_picture(tmp_path: Path) -> None:
    report = linked_circles.main(str(tmp_path), effort=0.05)
    assert report["lower-bound"].verdict is Verdict.HOLDS
    assert report["lower-bound"].values["bound"] == 1.0
    assert {"report.html", "result.json", "linked-circles.png"} <= written(tmp_path)


def test_a_torus_costs_less_with_every_dimension(tmp_path: Path) -> None:
    reports = torus_bottleneck.main(str(tmp_path), effort=0.02, samples=2000)
    bounds = [reports[m]["lower-bound"].values.get("bound") for m in (1, 2)]
    assert bounds == [3.0, 1.0]
    assert reports[3]["lower-bound"].verdict is Verdict.NOT_APPLICABLE
    for m in (1, 2):
        found = reports[m]["lower-bound"].values["largest_error_found"]
        assert found >= 0.95 * bounds[m - 1]
    assert written(tmp_path) == {"torus-bottleneck.pdf", "torus-bottleneck.png"}


def test_the_klein_bottle_is_obstructed_up_to_three_dimensions(tmp_path: Path) -> None:
    bounds = klein_bottle.main(str(tmp_path), points=400)
    assert [bounds[m].bound.value >= 1 for m in (1, 2, 3)] == [True] * 3
    assert bounds[4].bound.value == 0
    assert written(tmp_path) == {"klein-bottle.pdf", "klein-bottle.png"}


def test_samples_stay_below_what_is_certified(tmp_path: Path) -> None:
    found = certificate_against_sampling.main(str(tmp_path), effort=0.05)
    certificate = found["certificate"]
    for values in found["largest"].values():
        assert max(values) <= certificate.sup_upper
    assert certificate.sup_lower >= 1 - 1e-9
    assert min(found["largest"][100]) < certificate.sup_lower
    assert written(tmp_path) == {"certificate.pdf", "certificate.png"}


def test_linear_and_kernel_methods_are_bound_like_networks(tmp_path: Path) -> None:
    reports = linear_and_kernel.main(str(tmp_path), effort=0.05)
    for report in reports.values():
        assert report["lower-bound"].verdict is Verdict.HOLDS
    # The best line through an ellipse keeps the long axis: the error is the other coordinate.
    pca = reports["PCA"]
    assert pca["lower-bound"].values["largest_error_found"] == pytest.approx(1.0, abs=0.06)
    assert pca["small-error"].verdict is Verdict.FAILS
    assert written(tmp_path) == {"linear-and-kernel.html"}


def test_a_torch_model_of_ones_own_is_certified(tmp_path: Path) -> None:
    report = own_torch_model.main(str(tmp_path), steps=150)
    certified = report["certified-error"].values
    assert certified["sup_at_most"] >= certified["sup_at_least"] >= 1 - 1e-6
    assert report["lower-bound"].verdict is Verdict.HOLDS
    assert written(tmp_path) == {"report.html"}
