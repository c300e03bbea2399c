"""The examples run, and say what they should."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

import rotated_digit

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
