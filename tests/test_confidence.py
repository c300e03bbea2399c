"""The confidence of a report: for all that its sample shows, together."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from scipy.stats import binom

import geomcheck
import theory
from geomcheck.confidence import (
    Quantity,
    curve_band,
    each_share_limits,
    level_of_each,
    points_needed,
    share_limits,
)
from geomcheck.planted import circles
from geomcheck.result import Report
from geomcheck.verify import verify
from theory.errors import InvalidInput

SHARE: Quantity = "share of large errors"


def missed(p: float, n: int, confidence: float) -> float:
    """Return the exact chance that the limits of a share miss it."""
    hits = np.arange(n + 1)
    limits = [share_limits(int(k), n, of=SHARE, confidence=confidence) for k in hits]
    out = [not limit.lower <= p <= limit.upper for limit in limits]
    return float(binom.pmf(hits, n, p)[np.array(out)].sum())


@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_all_quantities_together_miss_no_more_than_allowed(confidence: float) -> None:
    worst = max(missed(p, 120, confidence) for p in (0.003, 0.01, 0.02, 0.1, 0.37, 0.5, 0.99))
    assert 0 < len(get_args(Quantity)) * worst <= 1 - confidence
    # Nor is the level wasted: a share is missed about as often as it may be.
    assert worst > 0.3 * (1 - level_of_each(confidence))


def test_a_band_about_the_curve_is_one_of_them() -> None:
    alpha = (1 - 0.99) / len(get_args(Quantity))
    assert curve_band(500, confidence=0.99) == pytest.approx(np.sqrt(np.log(2 / alpha) / 1000))


def test_tears_together_miss_no_more_than_one_quantity_may() -> None:
    # Ten tears of 3 % each: one at a time their limits would miss ten times as often.
    n, confidence, rng = 200, 0.5, np.random.default_rng(0)
    counts = rng.multinomial(n, [0.03] * 10 + [0.7], size=4000)[:, :10]
    limits = {
        int(k): each_share_limits([int(k)] * 10, n, confidence=confidence)[0]
        for k in np.unique(counts)
    }
    inside = {k: at.lower <= 0.03 <= at.upper for k, at in limits.items()}
    missed_any = [not all(inside[int(k)] for k in row) for row in counts]
    assert np.mean(missed_any) <= 1 - level_of_each(confidence)


@pytest.mark.parametrize("hits", [0, 3])
def test_points_needed_are_enough_and_no_more(hits: int) -> None:
    n = points_needed(0.02, hits, confidence=0.99)
    assert share_limits(hits, n, of=SHARE, confidence=0.99).upper <= 0.02
    assert share_limits(hits, n - 1, of=SHARE, confidence=0.99).upper > 0.02


@pytest.fixture(scope="module")
def report() -> Report:
    train = theory.circle().sample(50, rng=1)
    return verify(
        theory.circle(), circles.torn_circle(0.05), epsilon=0.1, samples=800, training_points=train
    )


def test_each_verdict_says_its_own_level(report: Report) -> None:
    statistical = {c.id: c.confidence for c in report if c.confidence is not None}
    assert set(statistical) >= {"small-error", "exceptional-set", "generalisation", "embedding"}
    assert set(statistical.values()) == {level_of_each(report.settings["confidence"])}
    assert min(statistical.values()) > report.settings["confidence"] == 0.99


def test_verdicts_on_one_share_use_one_interval(report: Report) -> None:
    first, second = report["small-error"].values, report["generalisation"].values
    for name in ("share", "share_at_least", "share_at_most"):
        assert first[name] == second[name]
    assert first["share_at_least"] <= first["share"] <= first["share_at_most"]
    hits, n = first["exceedances"], first["points"]
    limits = share_limits(hits, n, of=SHARE, confidence=0.99)
    assert (limits.lower, limits.upper) == (first["share_at_least"], first["share_at_most"])


def test_a_quantity_outside_the_family_is_refused() -> None:
    with pytest.raises(InvalidInput, match="share of luck"):
        share_limits(1, 100, of="share of luck", confidence=0.99)


def test_every_limit_belongs_to_the_family_and_the_family_has_no_more() -> None:
    """Nothing is inferred from a sample but through `geomcheck.confidence`."""
    sources = [p for p in Path(geomcheck.__file__).parent.rglob("*.py") if "planted" not in p.parts]
    called = {
        (path.name, node.func.id)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for limits in ("clopper_pearson", "dkw_band", "samples_needed"):
        assert {path for path, name in called if name == limits} == {"confidence.py"}
    said = " ".join(p.read_text(encoding="utf-8") for p in sources if p.name != "confidence.py")
    named = set(re.findall(r'of="([^"]+)"', said)) & set(get_args(Quantity))
    # The others: by a band, by a rank test at the level of each, and several at once.
    others = {"curve of errors", "distances to the training points", "shares of single tears"}
    assert named | others == set(get_args(Quantity))
    assert {path for path, name in called if name == "curve_band"} == {"figure_data.py"}
    assert {path for path, name in called if name == "each_share_limits"} == {
        "exceptional_set.py",
        "figure_data.py",
    }
    assert ("nearness.py", "level_of_each") in called
