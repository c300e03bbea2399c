"""Confidence limits: known values, exact inversion, and coverage by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from theory.errors import InvalidInput
from theory.statistics import (
    clopper_pearson,
    dkw_band,
    order_statistic_limit,
    samples_needed,
)

REPETITIONS = 2000
# A coverage of exactly 95 % is seen below this in 2,000 repetitions once in a thousand tries.
LEAST_SEEN = binom.ppf(0.001, REPETITIONS, 0.95) / REPETITIONS


@pytest.mark.parametrize(("exceedances", "n"), [(0, 459), (1, 662), (5, 1307)])
def test_sample_sizes_for_one_percent_at_99_percent(exceedances, n):
    assert samples_needed(0.01, 0.99, exceedances) == n


@settings(derandomize=True, max_examples=60)
@given(st.floats(0.001, 0.9), st.floats(0.5, 0.999), st.integers(0, 20))
def test_sample_size_is_the_least_whose_limit_is_small_enough(delta, confidence, exceedances):
    n = samples_needed(delta, confidence, exceedances)

    def limit(trials):
        return clopper_pearson(exceedances, trials, confidence=confidence, side="upper").upper

    assert limit(n) <= delta * (1 + 1e-9)
    if n - 1 > exceedances:
        assert limit(n - 1) > delta * (1 - 1e-9)


@settings(derandomize=True, max_examples=100)
@given(st.data())
def test_clopper_pearson_inverts_the_binomial_tails(data):
    n = data.draw(st.integers(1, 500))
    s = data.draw(st.integers(0, n))
    confidence = data.draw(st.floats(0.5, 0.999))
    found = clopper_pearson(s, n, confidence=confidence)
    tail = (1 - confidence) / 2
    assert 0 <= found.lower <= s / n <= found.upper <= 1
    if s < n:
        assert binom.cdf(s, n, found.upper) == pytest.approx(tail, rel=1e-6)
    if s > 0:
        assert binom.sf(s - 1, n, found.lower) == pytest.approx(tail, rel=1e-6)


def test_one_sided_limits_leave_the_other_end_open_and_are_tighter():
    both = clopper_pearson(5, 100, confidence=0.95)
    upper = clopper_pearson(5, 100, confidence=0.95, side="upper")
    lower = clopper_pearson(5, 100, confidence=0.95, side="lower")
    assert (upper.lower, lower.upper) == (0.0, 1.0)
    assert upper.upper < both.upper
    assert lower.lower > both.lower


@pytest.mark.parametrize("side", ["two-sided", "lower", "upper"])
@pytest.mark.parametrize(("n", "p"), [(20, 0.3), (100, 0.02), (459, 0.01)])
def test_clopper_pearson_covers(n, p, side):
    draws = np.random.default_rng(1).binomial(n, p, REPETITIONS)
    limits = {int(s): clopper_pearson(int(s), n, confidence=0.95, side=side) for s in set(draws)}
    covered = np.mean([limits[int(s)].lower <= p <= limits[int(s)].upper for s in draws])
    assert covered >= LEAST_SEEN


@pytest.mark.parametrize("side", ["two-sided", "upper"])
def test_dkw_band_covers_the_whole_distribution(side):
    n = 50
    ordered = np.sort(np.random.default_rng(2).uniform(size=(REPETITIONS, n)), axis=1)
    above = (np.arange(1, n + 1) / n - ordered).max(axis=1)
    below = (ordered - np.arange(n) / n).max(axis=1)
    worst = np.maximum(above, below) if side == "two-sided" else below
    assert np.mean(worst <= dkw_band(n, 0.95, side=side)) >= LEAST_SEEN


@pytest.mark.parametrize("side", ["two-sided", "lower", "upper"])
@pytest.mark.parametrize("discrete", [False, True])
def test_order_statistic_limits_cover(side, discrete):
    rng = np.random.default_rng(3)
    quantile, n = 0.9, 80
    values = rng.exponential(size=(REPETITIONS, n))
    truth = -math.log(1 - quantile)
    if discrete:
        values, truth = np.floor(values), math.floor(truth)
    covered = 0
    for row in values:
        found = order_statistic_limit(row, quantile, confidence=0.95, side=side)
        covered += found.lower <= truth <= found.upper
    assert covered / REPETITIONS >= LEAST_SEEN


def test_too_few_observations_have_no_upper_limit():
    assert order_statistic_limit(range(458), 0.99, side="upper").upper == math.inf
    assert order_statistic_limit(range(459), 0.99, side="upper").upper == 458


def test_dkw_band_shrinks_with_n_and_is_never_more_than_one():
    assert dkw_band(1) == 1.0
    assert dkw_band(400, 0.95) == pytest.approx(dkw_band(100, 0.95) / 2)
    assert dkw_band(100, 0.95, side="upper") < dkw_band(100, 0.95)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: clopper_pearson(-1, 10), "successes"),
        (lambda: clopper_pearson(11, 10), "successes"),
        (lambda: clopper_pearson(1, 0), "n"),
        (lambda: clopper_pearson(1, 2.5), "n"),
        (lambda: clopper_pearson(1, 10, confidence=1.0), "confidence"),
        (lambda: clopper_pearson(1, 10, side="both"), "side"),
        (lambda: dkw_band(0), "n"),
        (lambda: dkw_band(10, 0.0), "confidence"),
        (lambda: dkw_band(10, 0.4, side="upper"), "confidence"),
        (lambda: order_statistic_limit([], 0.5), "values"),
        (lambda: order_statistic_limit([1.0, math.nan], 0.5), "values"),
        (lambda: order_statistic_limit([1.0], 1.0), "quantile"),
        (lambda: samples_needed(0.0), "delta"),
        (lambda: samples_needed(1e-13), "delta"),
        (lambda: samples_needed(0.1, 0.9, -1), "exceedances"),
    ],
)
def test_arguments_out_of_range_are_named(call, argument):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.argument == argument
