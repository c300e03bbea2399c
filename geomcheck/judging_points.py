"""The points that an autoencoder is judged on, and whether it answers for each alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.ground import Subject
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import as_points

__all__ = ["MOST_POINTS", "check_repeatable", "every_point", "statistical_points"]

Array = NDArray[np.float64]

MOST_POINTS = 20_000
_REPEATED = 64
# Networks in single precision add up in another order in another batch.
_REPEATABLE = 1e-4


def statistical_points(
    subject: Subject,
    settings: Settings,
    training_points: Array | None,
    held_out: Array | None,
    rng: np.random.Generator,
) -> tuple[str, Array]:
    """Return points for the statistics, less those of training, and what they are.

    They are "fresh", "held out", "given", or, where nothing else is left, "training".
    """
    if isinstance(subject, Manifold):
        basis, points = "fresh", subject.sample(settings.samples, rng=rng)
    elif held_out is not None:
        basis, points = "held out", as_points(held_out, argument="held_out")
    else:
        basis, points = "given", subject.points
    if training_points is None:
        return basis, points
    seen = {row.tobytes() for row in np.ascontiguousarray(training_points)}
    unseen = np.array([row.tobytes() not in seen for row in np.ascontiguousarray(points)])
    if not unseen.any():
        return "training", points
    return basis, points[unseen]


def check_repeatable(model: Autoencoder, sample: Evaluation) -> None:
    """Refuse a model that answers otherwise for the same points in another company."""
    rows = np.arange(len(sample))[:: max(1, len(sample) // _REPEATED)][::-1]
    again = evaluate(model, sample.points[rows])
    before = sample.images[rows]
    both = np.isfinite(before) & np.isfinite(again.images)
    change = float(np.abs(np.where(both, before - again.images, 0.0)).max(initial=0.0))
    scale = float(np.abs(before[both]).max(initial=0.0))
    if change > _REPEATABLE * (1 + scale):
        raise InvalidInput(
            "model", f"answers that differ by {change:.2g} for the same points", "one answer each"
        )


def every_point(model: Autoencoder, subject: PointSet, rng: np.random.Generator) -> Evaluation:
    """Evaluate all points of a set, or as many of them at random as can be looked at."""
    points = subject.points
    if len(points) > MOST_POINTS:
        points = points[np.sort(rng.choice(len(points), MOST_POINTS, replace=False))]
    return evaluate(model, points)
