"""The reach of a bare cloud: curvature from local fits, bottlenecks with fitted tangents."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.local_fit import LocalFit, coefficients, fit_degree, local_fit, neighbours_needed
from theory.points import as_points, deduplicate, spanning
from theory.reach_estimate import Governs, ReachEstimate
from theory.reach_federer import as_cloud, federer_parts

__all__ = ["fit_cloud", "fitted_reach"]

Array = NDArray[np.float64]
_PILOTS = 300
_MOST_FITS = 100_000
_LEAST_FITS = 1000
_MOST_WORK = 3e10
_OVERLAP = 60
# Entries of II may err by this share of the curvature before neighbourhoods are enlarged, and
# each doubling must lower the error by this factor, or it is bending that is seen, not noise.
_TOLERATED, _GAIN, _GROWTH = 0.003, 0.7, 1.5
_DOUBTS = 2.0
_CHORD = 1.0
_WIDEST = 1.5
_TIE = 0.02
_SHARPEST = 32
_ROUGH = 0.1
_CAUTION = 1.5
_MANY = 10**9


@dataclass(frozen=True)
class _Pilot:
    """What fits with neighbourhoods of one size show: the error of II, alone and against II."""

    neighbours: int
    error: float
    doubt: float
    residual: float


def fitted_reach(
    points: Array, intrinsic_dim: int, *, rng: int | np.random.Generator = 0
) -> ReachEstimate:
    """Estimate the reach of a set from points on it or near it, without tangents.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Duplicates are dropped.
    intrinsic_dim : int
    rng : int or numpy.random.Generator
        Chooses pilot points, and the points looked at where there are more than 10^5.

    Returns
    -------
    ReachEstimate
        Direction "estimate": the smaller of the least fitted radius of curvature and Federer's
        least quotient with fitted tangents over chords longer than the neighbourhoods. `error`
        is usually far too large for clean samples, and `note` says about how many points would
        bring it to a tenth of the value where it is more than that.

    Raises
    ------
    InvalidInput
        If there are too few distinct points for a fit of degree 2, or `intrinsic_dim` is larger
        than the dimension of the affine space that the points span.

    Notes
    -----
    Source ``aamari-2019``. The fits are made in the affine span of the points, so that an
    isometric embedding changes nothing. Noise shows in the residuals; the neighbourhoods grow
    until it no longer spoils the curvature. Measured at 10^4 points with normal noise of 1 % of
    the reach: within 3 % on curves and 6 % on surfaces (benchmarks/reach.py). A bottleneck
    shorter than a neighbourhood is not seen, and in a sample too sparse for its set the
    curvature of the fits can be far too large; `note` says so where the neighbourhoods are
    wider than the value.
    """
    cloud = as_points(points)
    cloud = cloud[deduplicate(cloud)]
    n, ambient = cloud.shape
    span = spanning(cloud, intrinsic_dim)
    generator = np.random.default_rng(rng)
    if intrinsic_dim == span.rank:
        return ReachEstimate(
            math.inf,
            "estimate",
            False,
            "local fits",
            None,
            None,
            "unknown",
            np.empty((0, ambient)),
            n,
            "flat: only a boundary, which is not looked at, could limit the reach",
        )
    fit = fit_cloud(span.points, intrinsic_dim, rng=generator)
    bent = np.maximum(fit.curvature - _DOUBTS * fit.curvature_error, 0.0)
    sharpest = int(bent.argmax())
    curvature = 1.0 / float(bent[sharpest]) if bent[sharpest] > 0 else math.inf
    pairs = federer_parts(as_cloud(fit.points, fit.frames, _CHORD * fit.radius), generator)
    value = min(curvature, pairs.value)
    governs: Governs = "curvature" if curvature <= pairs.value else pairs.governs
    half = pairs.half_bottleneck
    if half is not None and max(half, curvature) <= value * (1 + _TIE):
        governs = "both"
    elif governs != "curvature":
        governs = "bottleneck" if half is not None and half <= value * (1 + _TIE) else "curvature"
    where = fit.points[[sharpest]] if curvature <= pairs.value else pairs.where
    noise, width = float(np.median(fit.noise)), float(np.median(fit.radius))
    error = _error(span.points, fit, bent, value, governs)
    basis = (
        f"fits of degree {fit.degree} against coarser ones, their residuals, and how far apart the "
        "points are"
    )
    note = f"neighbourhoods of radius {width:.2g}; residuals of {noise:.1g} from the fits"
    if width > _WIDEST * value:
        note += "; the sample is too sparse, or too noisy, to show a reach as small as this"
    if error > _ROUGH * value:
        # The error of the curvature falls with the (degree - 1)th power of the width, and more
        # points allow the highest degree. Errors beyond the value itself say no more than that.
        highest = fit_degree(_MANY, intrinsic_dim)
        more = (min(error / value, 1.0) / _ROUGH) ** (intrinsic_dim / (highest - 1))
        note += f"; about {n * more:.1g} points would show it within {_ROUGH:.0%}"
    return replace(
        pairs,
        value=value,
        direction="estimate",
        method="local fits",
        curvature_radius=curvature,
        governs=governs,
        where=where @ span.basis + span.centre,
        n=n,
        note=note,
        error=error if math.isfinite(value) else None,
        error_basis=basis if math.isfinite(value) else "",
        upper=None,
        upper_at=None,
    )


def _error(cloud: Array, fit: LocalFit, bent: Array, value: float, governs: Governs) -> float:
    """Return how far the value may well be off."""
    from scipy.spatial import cKDTree

    k = fit.frames.shape[2]
    spacing = float(np.median(fit.radius)) * fit.neighbours ** (-1 / k)
    error = float(np.median(fit.noise)) + spacing**2 / value
    if governs == "bottleneck" or not math.isfinite(value):
        return float(error)
    sharp = np.argsort(-bent, kind="stable")[:_SHARPEST]
    rows = np.asarray(cKDTree(cloud).query(fit.points[sharp])[1], dtype=np.intp)
    fewer = fit.neighbours if fit.degree > 2 else 3 * fit.neighbours // 4
    coarse = local_fit(cloud, rows, k, neighbours=fewer, degree=max(2, fit.degree - 1))
    apart = _CAUTION * float(np.median(np.abs(fit.curvature[sharp] - coarse.curvature)))
    apart += _DOUBTS * float(fit.curvature_error[sharp[0]])
    return float(error + apart * value**2)


def fit_cloud(
    cloud: Array,
    intrinsic_dim: int,
    *,
    rows: NDArray[np.intp] | None = None,
    rng: int | np.random.Generator = 0,
) -> LocalFit:
    """Fit with the degree that the dimension allows, and neighbourhoods that suit the noise.

    Parameters
    ----------
    cloud : array of shape (n, ambient_dim)
        Distinct points.
    intrinsic_dim : int
        Less than ambient_dim.
    rows : array of int, optional
        Where to fit; by default everywhere, or at as many points as tell something new.
    rng : int or numpy.random.Generator
        Chooses the pilot points.

    Raises
    ------
    InvalidInput
        If there are too few points for a fit of degree 2.
    """
    n = len(cloud)
    degree = fit_degree(n, intrinsic_dim)
    generator = np.random.default_rng(rng)
    pilots = generator.choice(n, min(n, _PILOTS), replace=False)

    def pilot(neighbours: int) -> _Pilot:
        fit = local_fit(cloud, pilots, intrinsic_dim, neighbours=neighbours, degree=degree)
        error = float(np.median(fit.curvature_error))
        extremes = math.sqrt(2 * math.log(max(2.0, n / neighbours)))
        doubt = extremes * error / max(float(np.quantile(fit.curvature, 0.95)), 1e-300)
        return _Pilot(neighbours, error, doubt, float(np.quantile(fit.noise, 0.95)))

    now = pilot(neighbours_needed(intrinsic_dim, degree))
    while now.doubt > _TOLERATED and 2 * now.neighbours <= n // 2:
        wider = pilot(2 * now.neighbours)
        # Noise leaves residuals as they are; bending makes them grow. While II drowns in its
        # error, neither can be told.
        if now.doubt < 1 and (
            wider.error > _GAIN * now.error or wider.residual > _GROWTH * now.residual
        ):
            break
        now = wider
    if rows is None:
        # Wide neighbourhoods smooth: fits far closer together than their width repeat each other.
        work = now.neighbours * coefficients(intrinsic_dim, degree) ** 2
        most = min(_MOST_FITS, int(_MOST_WORK / work), _OVERLAP * n // now.neighbours)
        most = max(_LEAST_FITS, most)
        rows = np.arange(n)
        if n > most:
            rows = np.sort(generator.choice(n, most, replace=False))
    return local_fit(cloud, rows, intrinsic_dim, neighbours=now.neighbours, degree=degree)
