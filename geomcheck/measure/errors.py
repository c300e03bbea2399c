"""Stage: the points that the statistics rest on, and the training points, with their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground, Subject
from geomcheck.judging_points import MOST_POINTS, check_repeatable, points_like, statistical_points
from geomcheck.protocol import Autoencoder
from geomcheck.stream import stream
from geomcheck.study import Settings
from theory.errors import InvalidInput

__all__ = ["Errors", "errors_on"]

Array = NDArray[np.float64]

_MOST_TRAINING = 200_000


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors on points of K; see `Study` for what each field means.

    Parameters
    ----------
    others : Evaluation
        Points that are not among those held out and stand out (see `Stream`).
    """

    all: Array
    held_out: Evaluation
    basis: str
    component: NDArray[np.intp]
    training: Evaluation | None
    training_errors: Array | None
    others: Evaluation


def errors_on(
    subject: Subject,
    ground: Ground,
    model: Autoencoder,
    settings: Settings,
    training_points: Array | None,
    held_out: Array | None,
    rng: np.random.Generator,
    progress: Callable[[float], None],
) -> Errors:
    """Evaluate the model where the statistics need it, in one pass over the points.

    Raises
    ------
    InvalidInput
        If the points or what the model returns cannot be used.
    """
    if training_points is not None:
        training_points = points_like(subject, training_points, "training_points")
    basis, points, rows = statistical_points(subject, settings, training_points, held_out, rng)
    found = stream(model, points, keep=MOST_POINTS, rng=rng, rows=rows, progress=progress)
    sample = found.sample
    if not np.isfinite(found.errors).any():
        raise InvalidInput("model", "no finite reconstruction", "finite numbers")
    check_repeatable(model, sample)
    training, training_errors = None, None
    if training_points is not None:
        seen = stream(model, training_points, keep=_MOST_TRAINING, rng=rng)
        training, training_errors = seen.sample, seen.errors
    component = ground.component_of(sample.points)
    return Errors(found.errors, sample, basis, component, training, training_errors, found.others)
