"""Claims as assertions and as tests: what passes, what fails, and what a failure says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import theory
from geomcheck import Verdict, verify
from geomcheck.claims import ALL_CLAIMS, CLAIM_IDS
from geomcheck.planted.circles import torn_circle
from geomcheck.planted.linear import constant
from geomcheck.testing import assert_claim, parametrize_with_claims
from theory.errors import InvalidInput

pytest_plugins = ["pytester"]

_MODULE = """
import numpy as np
import theory
from geomcheck import FunctionAutoencoder, verify
from geomcheck.testing import assert_claim, parametrize_with_claims

def broken():
    return FunctionAutoencoder(
        lambda x: np.zeros((len(x), 1)), lambda z: np.zeros((len(z), 2)), 2, 1, continuous=True
    )

KNOWN = {"small-error": "it is constant"}

@parametrize_with_claims(
    [(theory.circle(), broken)],
    claims=["lower-bound", "small-error"],
    expected_failures=KNOWN,
    samples=500,
)
def test_broken(check):
    check()

@parametrize_with_claims([(theory.circle(), broken)], claims=["small-error"], samples=500)
def test_small(check):
    check()

@parametrize_with_claims(
    [(theory.circle(), broken)], claims=["lower-bound"],
    expected_failures=lambda subject, model: {"lower-bound": "wrongly declared"}, samples=500,
)
def test_declared_in_vain(check):
    check()

@parametrize_with_claims([(theory.circle(), broken)], claims=["generalisation"], samples=500)
def test_skipped(check):
    check()

def test_without_claims():
    pass
"""


@pytest.fixture(scope="module")
def report():
    return verify(theory.circle(), torn_circle(), epsilon=0.1, samples=2000)


@pytest.fixture(scope="module")
def bad_report():
    return verify(theory.circle(), constant([0.0, 0.0]), epsilon=0.1, samples=500)


def test_the_ids_are_those_of_the_claims(report):
    assert tuple(claim.id for claim in report) == CLAIM_IDS
    assert len(ALL_CLAIMS) == len(CLAIM_IDS)


def test_what_holds_is_returned(report):
    assert assert_claim(report, "small-error") is report["small-error"]
    assert assert_claim(report, "small-error", verdict=["fails", "holds"]).verdict == "holds"


def test_a_failure_says_statement_numbers_and_advice(bad_report):
    with pytest.raises(AssertionError) as caught:
        assert_claim(bad_report, "small-error")
    said = str(caught.value)
    found = bad_report["small-error"]
    assert found.verdict is Verdict.FAILS
    for part in (
        "small-error: fails, expected holds",
        "circle:R=1, latent dimension 1",
        found.statement,
        found.summary,
        "exceedances = 500",
        found.advice,
    ):
        assert part in said


def test_a_failure_shows_the_witness(bad_report):
    assert bad_report["lower-bound"].verdict is Verdict.HOLDS
    with pytest.raises(AssertionError, match=r"witness .*'point': \["):
        assert_claim(bad_report, "lower-bound", verdict="fails")


@pytest.mark.parametrize(
    ("claim", "verdict", "message"),
    [
        ("smal-error", "holds", "claim: got smal-error, expected one of lower-bound"),
        ("small-error", "true", "verdict: got true, expected one of holds"),
    ],
)
def test_unknown_names_are_refused(report, claim, verdict, message):
    with pytest.raises(InvalidInput, match=message):
        assert_claim(report, claim, verdict=verdict)


def test_unknown_claims_are_refused_at_collection():
    with pytest.raises(InvalidInput, match="claims: got nonsense"):
        parametrize_with_claims([(theory.circle(), torn_circle())], claims=["nonsense"])
    with pytest.raises(InvalidInput, match="claims: got typo"):
        parametrize_with_claims(
            [(theory.circle(), torn_circle())], expected_failures={"typo": "no such claim"}
        )


def test_models_are_named_and_made_late():
    made = []

    def later():
        made.append(1)
        return torn_circle()

    mark = parametrize_with_claims([(theory.circle(), later), (theory.circle(), torn_circle())])
    names = [parameter.id for parameter in mark.args[1]]
    assert names[0] == "circle:R=1-later-lower-bound"
    assert names[len(CLAIM_IDS)] == "circle:R=1-m1-lower-bound"
    assert not made


def test_a_pair_of_maps_is_a_model_as_it_stands():
    pair = (lambda x: x[:, :1], lambda code: code.repeat(2, axis=1))
    mark = parametrize_with_claims([(theory.circle(), pair)], claims=["lower-bound"], samples=200)
    (parameter,) = mark.args[1]
    assert parameter.values[0].report.autoencoder["latent_dim"] == 1


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_a_test_run_leaves_one_report(pytester, monkeypatch, workers):
    monkeypatch.setenv("COLUMNS", "200")  # or the summary is cut short
    pytester.makepyfile(test_broken=_MODULE)
    run = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "--geomcheck-report", "verdicts", *workers
    )
    run.assert_outcomes(passed=2, failed=2, xfailed=1, skipped=1)
    run.stdout.fnmatch_lines(
        ["geomcheck: 5 verdicts, verdicts*report.html", "*small-error: fails*"]
    )
    document = json.loads((pytester.path / "verdicts" / "verdicts.json").read_text())
    outcomes = {(t["test"].split("::")[1].split("[")[0], t["claim"]): t for t in document["tests"]}
    assert outcomes["test_broken", "lower-bound"]["outcome"] == "passed"
    assert outcomes["test_broken", "small-error"]["outcome"] == "failed as expected"
    assert outcomes["test_small", "small-error"]["outcome"] == "failed"
    assert outcomes["test_declared_in_vain", "lower-bound"]["verdict"] == "holds"
    assert outcomes["test_declared_in_vain", "lower-bound"]["outcome"] == "failed"
    assert outcomes["test_skipped", "generalisation"]["outcome"] == "skipped"
    page = (pytester.path / "verdicts" / "report.html").read_text()
    assert "test_broken.py::test_small" in page


def test_without_the_option_nothing_is_written(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    assert not list(pytester.path.rglob("*.html"))
    assert not list(pytester.path.rglob("verdicts*"))


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    (pytester.path / "taken").write_text("")
    run = pytester.runpytest_subprocess("--geomcheck-report", "taken/verdicts")
    assert run.ret == 4
    run.stderr.fnmatch_lines(["ERROR: --geomcheck-report: *taken*: got a file, expected a folder*"])


def test_the_plugin_loads_no_heavy_library():
    code = (
        "import sys, geomcheck.pytest_plugin; "
        "print([m for m in ('numpy', 'torch', 'geomstats', 'gudhi') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_example_module_passes(pytester):
    source = Path(__file__).parents[1] / "examples" / "test_my_autoencoder.py"
    pytester.makepyfile(test_my_autoencoder=source.read_text(encoding="utf-8"))
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    run.assert_outcomes(passed=5, xfailed=1)


_FIXTURE = """
import numpy as np
import pytest
import theory
from geomcheck import FunctionAutoencoder, verify
from geomcheck.testing import assert_claim, parametrize_with_claims

def constant():
    return FunctionAutoencoder(
        lambda x: np.zeros((len(x), 1)), lambda z: np.zeros((len(z), 2)), 2, 1, continuous=True
    )

@pytest.fixture
def judged():
    report = verify(theory.circle(), constant(), samples=200)
    yield assert_claim(report, "small-error", verdict=["holds", "fails"])
    assert_claim(report, "small-error")

def test_with_a_fixture(judged):
    pass

def unbuilt():
    raise AssertionError("not what the claim is about")

@parametrize_with_claims(
    [(theory.circle(), unbuilt)], claims=["small-error"],
    expected_failures={"small-error": "it is constant"},
)
def test_no_model(check):
    check()
"""


def test_what_fixtures_ask_is_reported_and_other_failures_are_not_expected(pytester, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makepyfile(test_fixture=_FIXTURE)
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--geomcheck-report", "verdicts")
    run.assert_outcomes(passed=1, errors=1, failed=1)
    run.stdout.fnmatch_lines(["*RuntimeError: no verdict on circle:R=1-unbuilt*"])
    document = json.loads((pytester.path / "verdicts" / "verdicts.json").read_text())
    assert [(t["claim"], t["outcome"]) for t in document["tests"]] == [
        ("small-error", "passed"),
        ("small-error", "failed"),
    ]


def test_a_list_of_the_tests_leaves_an_earlier_report(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    earlier = pytester.mkdir("verdicts") / "report.html"
    earlier.write_text("earlier")
    pytester.runpytest_subprocess("--collect-only", "--geomcheck-report", "verdicts")
    assert earlier.read_text() == "earlier"
