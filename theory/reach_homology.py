"""An upper limit of the reach from homology: where the offsets stop being the set."""

from __future__ import annotations

import math

import numpy as np

from theory.bound import Bound
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.reach_estimate import ReachEstimate

__all__ = ["reach_from_diagrams"]


def reach_from_diagrams(diagrams: PersistenceDiagrams, covering: Bound) -> ReachEstimate:
    """Return the largest radius up to which the offsets keep the homology of the set.

    Parameters
    ----------
    diagrams : PersistenceDiagrams
        Of a sample of the set, in radius units.
    covering : Bound
        Covering radius of that sample in the set; what the diagrams record of a subsample or a
        perturbation is added.

    Returns
    -------
    ReachEstimate
        Direction "upper" if `covering` errs upwards, else "estimate"; ``inf`` if no bar ends.

    Raises
    ------
    InvalidInput
        If `covering` is negative or not finite.

    Notes
    -----
    Source ``homotopy-argument``. Let a class of the sample's offsets be born at b and die at
    d > b + eta. The sample's offset of radius b + eta contains the set's of radius b, so the
    class is not zero there; in the set's offset of radius d it is. Offsets below the reach all
    have the homology of the set, so the reach is at most d (or at most b). In degree 0, d is
    half a gap between components.
    """
    if not (math.isfinite(covering.value) and covering.value >= 0):
        raise InvalidInput("covering", covering.value, "a finite radius, zero or positive")
    perturbation = diagrams.perturbation
    eta = covering.value + diagrams.subsample_radius + 2 * perturbation
    value, degree = math.inf, -1
    # A class that ends at d in the Rips complexes has ended at theta d in the offsets.
    affine = diagrams.affine_dim
    theta = 1.0 if diagrams.filtration == "alpha" else math.sqrt(2 * affine / (affine + 1))
    for index, bars in enumerate(diagrams.by_degree):
        limits = diagrams.offset_bounds(index)
        counts = np.isfinite(bars[:, 1]) & (limits.death_lower > limits.birth_upper + eta)
        end = theta * float(bars[counts, 1].min(initial=math.inf)) + perturbation
        if end < value:
            value, degree = end, index
    upper = covering.direction in ("upper", "exact")
    return ReachEstimate(
        value=value,
        direction="upper" if upper else "estimate",
        certified=False,
        method=f"homology over F{diagrams.homology_coeff_field}",
        curvature_radius=None,
        half_bottleneck=value if degree == 0 else None,
        governs="bottleneck" if degree == 0 else "unknown",
        where=np.empty((0, diagrams.ambient_dim)),
        n=diagrams.n_points,
        note=f"a class of degree {degree} ends" if degree >= 0 else "no bar ends",
        upper=value if upper else None,
    )
