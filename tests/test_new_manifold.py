"""The example of a new manifold: checked, judged and reported, from Python and by commands."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

import new_manifold

from geomcheck.cli.entry import run_command_line
from geomcheck.result import Verdict
from theory import check_manifold as own_checks


def test_a_new_manifold_keeps_its_claims_and_a_wrong_one_is_caught() -> None:
    torus = new_manifold.wavy_torus
    assert not any(check.failed for check in own_checks(torus, rng=0, n=500))
    points = torus.sample(50, rng=0)
    np.testing.assert_allclose(torus.project(points), points, atol=1e-6)
    assert new_manifold.wrong().claims.betti[2] == (1, 0, 1)


@pytest.mark.slow
def test_the_new_manifold_passes_from_check_to_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = new_manifold.main(str(tmp_path), effort=0.02)
    said = capsys.readouterr().out
    sound, wrong = said.split("wavy torus, wrongly described")
    assert " fails " not in sound
    assert re.search(r"betti +\| fails", wrong)
    assert report["lower-bound"].verdict is not Verdict.FAILS
    assert (tmp_path / "report.html").stat().st_size > 0


@pytest.mark.slow
@pytest.mark.parametrize(("name", "latent_dim"), [("wavy_torus", 2), ("stiefel", 3)])
def test_the_steps_on_the_command_line_work_as_written(
    name: str, latent_dim: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "stiefel":
        pytest.importorskip("geomstats")
    file = f"{Path(new_manifold.__file__)}:{name}"
    assert run_command_line(["manifold", file, "--samples", "500"]) == 0
    capsys.readouterr()
    short = ["--effort", "0.01", "--samples", "1000", "--json", "--out", str(tmp_path)]
    status = run_command_line(["run", file, "--latent-dim", str(latent_dim), *short])
    document = json.loads(capsys.readouterr().out)
    verdicts = {claim["id"]: claim["verdict"] for claim in document["claims"]}
    assert status == int("fails" in verdicts.values())
    assert verdicts["lower-bound"] in ("holds", "inconclusive")
    assert verdicts["intrinsic-dimension"] != "fails"
