"""Stage: the points that the statistics rest on, and the training points, with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.ground import Ground, Subject
from geomcheck.judging_points import check_repeatable, statistical_points
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings
from theory.errors import InvalidInput
from theory.points import as_points

__all__ = ["Errors", "errors_on"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors on points of K; see `Study` for what each field means."""

    held_out: Evaluation
    basis: str
    component: NDArray[np.intp]
    training: Evaluation | None


def errors_on(
    subject: Subject,
    ground: Ground,
    model: Autoencoder,
    settings: Settings,
    training_points: Array | None,
    held_out: Array | None,
    rng: np.random.Generator,
) -> Errors:
    """Evaluate the model where the statistics need it.

    Raises
    ------
    InvalidInput
        If the points or what the model returns cannot be used.
    """
    if training_points is not None:
        training_points = as_points(training_points, argument="training_points")
    basis, points = statistical_points(subject, settings, training_points, held_out, rng)
    sample = evaluate(model, points)
    if not np.isfinite(sample.errors).any():
        raise InvalidInput("model", "no finite reconstruction", "finite numbers")
    check_repeatable(model, sample)
    training = None if training_points is None else evaluate(model, training_points)
    return Errors(sample, basis, ground.component_of(points), training)
