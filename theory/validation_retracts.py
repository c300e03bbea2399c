"""Check of what a manifold is said to retract to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.manifold import Manifold, PointMap
from theory.retract import Retract
from theory.validation_record import ManifoldCheck, Outcome

__all__ = ["check_retracts"]

Array = NDArray[np.float64]
_POINTS = 200
_ON_IT = 1e-6
_HALVINGS = 40
_TOGETHER = 1e-9


def check_retracts(manifold: Manifold, sample: Array, rng: np.random.Generator) -> ManifoldCheck:
    """Retractions map into what they are said to, undo their sections, and do not jump."""
    if not manifold.retracts:
        return ManifoldCheck("retracts", "not-checked", "no retraction is known")
    points = manifold.project(sample[:_POINTS])
    faults = [_fault(manifold, retract, points, rng) for retract in manifold.retracts]
    worst = float(np.max(faults))
    said = (
        f"retractions leave their set, do not undo their section, or jump, by at most {worst:.3g}"
    )
    outcome: Outcome = "holds" if worst <= _ON_IT else "fails"
    return ManifoldCheck("retracts", outcome, said, worst, _ON_IT)


def _fault(manifold: Manifold, retract: Retract, points: Array, rng: np.random.Generator) -> float:
    """Return how far off a retraction is, relative to the sizes of the two sets."""
    onto, size = retract.manifold, float(np.ptp(points, axis=0).max())
    few = onto.project(onto.sample(_POINTS, rng=rng))
    small = float(np.ptp(few, axis=0).max())
    there, lifted = retract.map(points), retract.section(few)
    if there.shape[1:] != few.shape[1:] or lifted.shape[1:] != points.shape[1:]:
        return np.inf
    off = (
        onto.distance(there).max() / small,
        manifold.distance(lifted).max() / size,
        np.linalg.norm(retract.map(lifted) - few, axis=1).max() / small,
        _jump(retract.map, points, manifold.project) / small,
        _jump(retract.section, few, onto.project) / size,
    )
    # What is no number is no small one.
    return float(np.nan_to_num(np.max(off), nan=np.inf))


def _jump(map: PointMap, points: Array, project: PointMap) -> float:
    """Return how far apart a map leaves points of a set that are brought together."""
    low, high = points[:-1], points[1:]
    for _ in range(_HALVINGS):
        middle = project((low + high) / 2)
        first, second = map(middle) - map(low), map(high) - map(middle)
        left = np.linalg.norm(first, axis=1) >= np.linalg.norm(second, axis=1)
        low = np.where(left[:, None], low, middle)
        high = np.where(left[:, None], middle, high)
    # Where the middle of two points has no nearest one, they do not come together.
    near = np.linalg.norm(high - low, axis=1) <= _TOGETHER * np.ptp(points, axis=0).max()
    return float(np.linalg.norm(map(high) - map(low), axis=1)[near].max(initial=0.0))
