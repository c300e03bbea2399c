"""The reach of a set from a sample of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from theory.dimension import estimate_dimension
from theory.errors import InvalidInput
from theory.points import as_points
from theory.reach_estimate import Governs, ReachEstimate
from theory.reach_federer import federer_reach
from theory.reach_local import fitted_reach

__all__ = ["Governs", "ReachEstimate", "estimate_reach"]

_LEAST_FOR_DIMENSION = 20


def estimate_reach(
    points: NDArray[np.float64],
    *,
    tangents: NDArray[np.float64] | None = None,
    intrinsic_dim: int | None = None,
    rng: int | np.random.Generator = 0,
) -> ReachEstimate:
    """Estimate the reach: the largest r such that points nearer than r have one nearest point.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Points of the set; duplicates are dropped.
    tangents : array of shape (n, ambient_dim, intrinsic_dim), optional
        Exact orthonormal tangent frames at the points. With them there is a one-sided value
        beside the estimate.
    intrinsic_dim : int, optional
        Dimension of the set; without it, and without tangents, it is estimated.
    rng : int or numpy.random.Generator
        Seed of what is chosen at random in large samples.

    Returns
    -------
    ReachEstimate
        Never certified. `value` is the best guess, with its `error`; with exact tangents `upper`
        is one-sided, and `value` looks between the sample points too. In the units of the
        coordinates.

    Raises
    ------
    InvalidInput
        If there are fewer distinct points than needed, tangents and points or dimensions
        contradict each other, or the dimension is neither given nor clear from the points.

    Notes
    -----
    Sources ``federer`` and ``aamari-2019``.
    """
    cloud = as_points(points)
    if tangents is not None:
        frames = np.asarray(tangents, dtype=np.float64)
        if intrinsic_dim is not None and frames.ndim == 3 and frames.shape[2] != intrinsic_dim:
            raise InvalidInput(
                "intrinsic_dim", intrinsic_dim, f"{frames.shape[2]}, the width of the tangents"
            )
        return federer_reach(cloud, frames, rng=rng)
    generator = np.random.default_rng(rng)
    if intrinsic_dim is None:
        estimate = estimate_dimension(cloud, rng=generator)
        if estimate.value is None:
            raise InvalidInput(
                "intrinsic_dim",
                f"None, and estimates {dict(estimate.estimates)} that disagree",
                "a dimension",
            )
        intrinsic_dim = estimate.value
        return fitted_reach(cloud, intrinsic_dim, rng=generator)
    return _doubted(fitted_reach(cloud, intrinsic_dim, rng=generator), cloud, intrinsic_dim)


def _doubted(found: ReachEstimate, cloud: NDArray[np.float64], given: int) -> ReachEstimate:
    """Add to the note if all estimators see fewer dimensions than were given."""
    if found.n < _LEAST_FOR_DIMENSION or given < 2:
        return found
    seen = estimate_dimension(cloud, rng=0)
    if not seen.agreement or seen.value is None or seen.value >= given:
        return found
    said = f"the points look {seen.value}-dimensional, and intrinsic_dim = {given} was given"
    return replace(found, note=f"{said}; {found.note}")
