"""How much an encoder stretches and shrinks distances where its error is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geomcheck.evaluation import Evaluation

__all__ = ["LipschitzSeen", "lipschitz_seen"]

_POINTS = 1500


@dataclass(frozen=True)
class LipschitzSeen:
    """Extremes of |F(x) - F(y)| / |x - y| over pairs of sample points off K0.

    Parameters
    ----------
    far : float
        The lower constant is asked for over pairs at least this far apart.
    lower, upper : float or None
        The least ratio over those pairs and the largest over all: the lower constant is at most
        the one, the upper at least the other. None where there are no such pairs.
    """

    far: float
    lower: float | None
    upper: float | None


def lipschitz_seen(sample: Evaluation, *, epsilon: float) -> LipschitzSeen:
    """Return the extremes over pairs of the first points with error at most epsilon.

    Below distance 2 epsilon an error of epsilon allows one code; pairs twice as far count.
    """
    from scipy.spatial.distance import pdist

    far = 4 * epsilon
    kept = sample.where(np.flatnonzero(sample.errors <= epsilon)[:_POINTS])
    distances = pdist(kept.points)
    ratios = pdist(kept.codes) / np.maximum(distances, 1e-300)
    pairs = ratios[distances >= far]
    apart = ratios[distances > 0]
    return LipschitzSeen(
        far,
        float(pairs.min()) if len(pairs) else None,
        float(apart.max()) if len(apart) else None,
    )
