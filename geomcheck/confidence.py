"""One confidence level for all that a report infers from its sample, together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from theory.errors import InvalidInput
from theory.statistics import Interval, clopper_pearson, dkw_band, samples_needed

__all__ = [
    "Quantity",
    "curve_band",
    "each_share_limits",
    "level_of_each",
    "points_needed",
    "share_limits",
]

Quantity = Literal[
    "share of large errors",
    "share cut off",
    "shares of single tears",
    "curve of errors",
    "share of the witness's collar",
    "distances to the training points",
    "share that the nearest code decodes",
    "share of colliding pairs",
]
"""What is inferred from a sample. Verdicts that look at the same quantity share one interval."""

_COUNT = len(get_args(Quantity))


def level_of_each(confidence: float) -> float:
    """Return the level at which each quantity is enclosed, so that all are at `confidence`.

    Notes
    -----
    Source ``bonferroni``: the chance that any of q intervals misses is at most the sum of
    their chances, however they depend on one another, as they do when they rest on the same
    points. So each may miss with probability (1 - confidence) / q.
    """
    return 1.0 - (1.0 - confidence) / _COUNT


def share_limits(hits: int, n: int, *, of: Quantity, confidence: float) -> Interval:
    """Return two-sided limits of one share, at the level of each.

    Parameters
    ----------
    hits, n : int
    of : str
        What the share is: one of the family that `confidence` is shared among.
    confidence : float
        Of all together.
    """
    if of not in get_args(Quantity):
        raise InvalidInput("of", of, f"one of {', '.join(get_args(Quantity))}")
    return clopper_pearson(hits, n, confidence=level_of_each(confidence))


def each_share_limits(hits: Sequence[int], n: int, *, confidence: float) -> list[Interval]:
    """Return limits of several shares counted on the same n points: together one quantity.

    To show only some of them, the largest say, takes the limits of all: which are shown is then
    seen on the same points.
    """
    miss = (1.0 - level_of_each(confidence)) / max(1, len(hits))
    return [clopper_pearson(count, n, confidence=1.0 - miss) for count in hits]


def points_needed(delta: float, hits: int, *, confidence: float) -> int | None:
    """Return how many points show a share of at most `delta` if `hits` of them are hits.

    None where they are too many to be counted.
    """
    tail = (1.0 - level_of_each(confidence)) / 2
    try:
        return samples_needed(delta, 1.0 - tail, exceedances=hits)
    except InvalidInput:
        return None


def curve_band(n: int, *, confidence: float) -> float:
    """Return the half width of a band about the whole curve of errors, at the level of each."""
    return dkw_band(n, confidence=level_of_each(confidence))
