"""Bottleneck distance of persistence diagrams, with the error it was computed to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput

__all__ = ["DistanceResult", "bottleneck_distance"]

_DEFAULT_TOLERANCE = 1e-3  # relative to the largest finite radius


@dataclass(frozen=True)
class DistanceResult:
    """A distance and how far it can be from the truth.

    Parameters
    ----------
    value : float
        ``inf`` when the diagrams have different numbers of essential classes.
    error : float
        The distance of the two diagrams given is within this of `value`.
    cloud_error : float
        The distance of the diagrams of the two whole clouds is within `error` plus this:
        the sum of both `error_radius` (subsamples and jitter).
    """

    value: float
    error: float
    cloud_error: float = 0.0


def bottleneck_distance(
    a: PersistenceDiagrams,
    b: PersistenceDiagrams,
    *,
    degree: int,
    tolerance: float | None = None,
) -> DistanceResult:
    """Return the bottleneck distance of two diagrams of one degree, in radius units.

    Parameters
    ----------
    a, b : PersistenceDiagrams
        Of the same filtration, threshold and coefficient field.
    degree : int
    tolerance : float, optional
        Largest error wanted; 0 for the slower exact computation. The default is a thousandth
        of the largest finite radius. Bars shorter than the tolerance are left out (which
        costs half of it) and the rest of it goes to the approximation.

    Returns
    -------
    DistanceResult

    Raises
    ------
    InvalidInput
        If the diagrams cannot be compared, the degree was not computed in both, or the
        tolerance is negative.
    """
    for name in ("filtration", "threshold", "homology_coeff_field"):
        if getattr(a, name) != getattr(b, name):
            raise InvalidInput(
                name, f"{getattr(a, name)} and {getattr(b, name)}", "the same in both diagrams"
            )
    first, second = a.degree(degree), b.degree(degree)
    if tolerance is None:
        finite = np.concatenate([first.ravel(), second.ravel(), [0.0]])
        tolerance = _DEFAULT_TOLERANCE * float(finite[np.isfinite(finite)].max())
    elif not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise InvalidInput("tolerance", tolerance, "a finite number, zero or positive")
    cloud_error = a.error_radius + b.error_radius
    value = _essential(first, second)
    if np.isinf(value):
        return DistanceResult(value, 0.0, cloud_error)
    kept = [_finite(bars, tolerance) for bars in (first, second)]
    pruned = sum(map(len, kept)) < np.isfinite(first[:, 1]).sum() + np.isfinite(second[:, 1]).sum()
    value = max(value, _distance(kept[0], kept[1], tolerance / 2.0))
    approximation = tolerance / 2.0 if min(map(len, kept)) > 0 else 0.0
    return DistanceResult(value, approximation + (tolerance / 2.0 if pruned else 0.0), cloud_error)


def _finite(bars: NDArray[np.float64], shortest: float) -> NDArray[np.float64]:
    """Return the finite bars that are at least so long."""
    finite = bars[np.isfinite(bars[:, 1])]
    kept: NDArray[np.float64] = finite[finite[:, 1] - finite[:, 0] >= shortest]
    return kept


def _essential(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the distance of the bars that never die: births matched in order."""
    births = [np.sort(bars[np.isinf(bars[:, 1]), 0]) for bars in (first, second)]
    if births[0].size != births[1].size:
        return float("inf")
    return float(np.abs(births[0] - births[1]).max(initial=0.0))


def _distance(first: NDArray[np.float64], second: NDArray[np.float64], tolerance: float) -> float:
    """Return the bottleneck distance of finite bars, within an additive tolerance."""
    from gudhi import bottleneck_distance as distance

    if first.size == 0 or second.size == 0:
        bars = np.concatenate([first, second])
        return float((bars[:, 1] - bars[:, 0]).max(initial=0.0)) / 2.0
    # gudhi's 0 is an expensive exact method; None is exact up to the last bits of a double.
    return float(distance(first, second, tolerance if tolerance > 0.0 else None))
