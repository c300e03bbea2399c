"""Confidence limits of probabilities and quantiles from independent trials."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from theory.errors import InvalidInput

__all__ = [
    "Interval",
    "Side",
    "clopper_pearson",
    "dkw_band",
    "order_statistic_limit",
    "samples_needed",
]

Side = Literal["two-sided", "lower", "upper"]
_MOST_SAMPLES = 10**12


@dataclass(frozen=True)
class Interval:
    """Limits that enclose the truth with at least the stated probability.

    Parameters
    ----------
    lower, upper : float
        The limits; of a one-sided interval the other one is the end of the range.
    confidence : float
        Least probability, over the draw of the sample, that the truth lies between them.
    """

    lower: float
    upper: float
    confidence: float


def clopper_pearson(
    successes: int, n: int, *, confidence: float = 0.99, side: Side = "two-sided"
) -> Interval:
    """Return exact limits of a probability from independent trials.

    Parameters
    ----------
    successes : int
        How many of the trials succeeded.
    n : int
        Number of trials, at least 1.
    confidence : float
        Between 0 and 1.
    side : {"two-sided", "lower", "upper"}
        ``"upper"`` spends all of 1 - confidence on the upper limit; the lower one is 0 then.

    Returns
    -------
    Interval

    Raises
    ------
    InvalidInput
        If an argument is out of range.

    Notes
    -----
    Source ``clopper-pearson``. The trials must be independent: points held out from training
    and from the choice of the threshold.
    """
    from scipy.special import betaincinv

    n = _whole("n", n, 1)
    successes = _whole("successes", successes, 0)
    if successes > n:
        raise InvalidInput("successes", successes, f"at most n = {n}")
    alpha = _tail(confidence, side)
    lower, upper = 0.0, 1.0
    if side != "upper" and successes > 0:
        lower = float(betaincinv(successes, n - successes + 1, alpha))
    if side != "lower" and successes < n:
        upper = float(betaincinv(successes + 1, n - successes, 1.0 - alpha))
    return Interval(lower, upper, confidence)


def dkw_band(n: int, confidence: float = 0.99, *, side: Side = "two-sided") -> float:
    """Return the half width of a band around a whole empirical distribution function.

    Parameters
    ----------
    n : int
        Number of independent observations.
    confidence : float
        Between 0 and 1; at least 1/2 for a one-sided band.
    side : {"two-sided", "lower", "upper"}
        One-sided bands are narrower.

    Returns
    -------
    float
        At most 1. With probability at least `confidence` the empirical distribution function
        is within it of the true one everywhere at once, so that a threshold may be chosen
        after seeing the data.

    Raises
    ------
    InvalidInput
        If an argument is out of range.

    Notes
    -----
    Source ``dvoretzky-kiefer-wolfowitz``.
    """
    n = _whole("n", n, 1)
    _tail(confidence, side)
    if side != "two-sided" and confidence < 0.5:
        raise InvalidInput("confidence", confidence, "at least 0.5 for a one-sided band")
    alpha = 1.0 - confidence
    width = math.sqrt(math.log((2.0 if side == "two-sided" else 1.0) / alpha) / (2 * n))
    return min(1.0, width)


def order_statistic_limit(
    values: ArrayLike, quantile: float, *, confidence: float = 0.99, side: Side = "two-sided"
) -> Interval:
    """Return limits of a quantile of any distribution from independent observations.

    Parameters
    ----------
    values : array_like of shape (n,)
        The observations, in any order.
    quantile : float
        Between 0 and 1, both excluded; the quantile is the least x with P(X <= x) at least
        this. A supremum (quantile 1) has no limit that holds for every distribution.
    confidence : float
        Between 0 and 1.
    side : {"two-sided", "lower", "upper"}

    Returns
    -------
    Interval
        Its ends are observations, or infinite where there are too few of them.

    Raises
    ------
    InvalidInput
        If an argument is out of range or `values` is empty or holds a NaN.

    Notes
    -----
    The number of observations up to the quantile is binomial; the limits are those of
    ``clopper-pearson`` turned around.
    """
    from scipy.special import bdtr

    ordered = np.sort(np.asarray(values, dtype=np.float64).ravel())
    if ordered.size == 0 or np.isnan(ordered[-1]):
        raise InvalidInput("values", f"{ordered.size} values", "at least one, none of them NaN")
    if not 0.0 < quantile < 1.0:
        raise InvalidInput("quantile", quantile, "between 0 and 1, both excluded")
    alpha = _tail(confidence, side)
    n = ordered.size
    # below[r-1] = P(fewer than r of n observations fall at or below the quantile).
    below = bdtr(np.arange(n, dtype=np.float64), n, quantile)
    lower, upper = -math.inf, math.inf
    if side != "upper":
        rank = int(np.searchsorted(below, alpha, side="right"))
        lower = float(ordered[rank - 1]) if rank > 0 else -math.inf
    if side != "lower":
        rank = int(np.searchsorted(below, 1.0 - alpha, side="left"))
        upper = float(ordered[rank]) if rank < n else math.inf
    return Interval(lower, upper, confidence)


def samples_needed(delta: float, confidence: float = 0.99, exceedances: int = 0) -> int:
    """Return how many trials show that a probability is at most `delta`.

    Parameters
    ----------
    delta : float
        The limit wanted, between 0 and 1.
    confidence : float
        Between 0 and 1.
    exceedances : int
        How many successes are allowed among the trials.

    Returns
    -------
    int
        The least n for which the one-sided upper limit of `clopper_pearson` is at most `delta`.

    Raises
    ------
    InvalidInput
        If an argument is out of range, or more than 10^12 trials would be needed.
    """
    from scipy.special import bdtr

    if not 0.0 < delta < 1.0:
        raise InvalidInput("delta", delta, "between 0 and 1, both excluded")
    exceedances = _whole("exceedances", exceedances, 0)
    alpha = _tail(confidence, "upper")

    def enough(n: int) -> bool:
        return bool(bdtr(exceedances, n, delta) <= alpha)

    low, high = exceedances, exceedances + 1
    while not enough(high):
        low, high = high, 2 * high
        if high > _MOST_SAMPLES:
            raise InvalidInput("delta", delta, f"a value shown by {_MOST_SAMPLES:g} trials")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _tail(confidence: float, side: str) -> float:
    if not 0.0 < confidence < 1.0:
        raise InvalidInput("confidence", confidence, "between 0 and 1, both excluded")
    if side not in get_args(Side):
        raise InvalidInput("side", side, f"one of {get_args(Side)}")
    return (1.0 - confidence) / (2 if side == "two-sided" else 1)


def _whole(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or value != int(value) or value < least:
        raise InvalidInput(name, value, f"a whole number, at least {least}")
    return int(value)
