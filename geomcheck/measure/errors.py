"""Stage: the points that the statistics rest on, and the training points, with their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.extremes import extremes_of
from geomcheck.ground import Ground, Subject
from geomcheck.judging_points import MOST_POINTS, check_repeatable, points_like, statistical_points
from geomcheck.protocol import Autoencoder
from geomcheck.stream import stream
from geomcheck.study import Settings
from theory.errors import InvalidInput

__all__ = ["Errors", "errors_on"]

Array = NDArray[np.float64]

_MOST_TRAINING = 200_000
# Relative to the extent of the points.
_ON_SET = 1e-6


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors on points of K; see `Study` for what each field means.

    Parameters
    ----------
    others : Evaluation
        Points of K that are not among those held out and stand out (see `Stream`), those of
        training among them.
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
    maps = [] if ground.manifold is None else [each.map for each in ground.manifold.retracts]
    found = stream(
        model, points, keep=MOST_POINTS, rng=rng, rows=rows, maps=maps, progress=progress
    )
    sample = found.sample
    if not np.isfinite(found.errors).any():
        raise InvalidInput("model", "no finite reconstruction", "finite numbers")
    check_repeatable(model, sample)
    training, training_errors, others = None, None, found.others
    if training_points is not None:
        seen = stream(model, training_points, keep=_MOST_TRAINING, rng=rng, maps=maps)
        training, training_errors = seen.sample, seen.errors
        others = others.joined(_on_set(ground, extremes_of(training, maps).chosen()))
        others = others.joined(_on_set(ground, seen.others))
    component = ground.component_of(sample.points)
    return Errors(found.errors, sample, basis, component, training, training_errors, others)


def _on_set(ground: Ground, found: Evaluation) -> Evaluation:
    """Return those of the points that lie on K: a model may have been trained on others."""
    noise = 0.0 if ground.manifold is None else ground.manifold.noise
    off = np.linalg.norm(ground.project(found.points) - found.points, axis=1)
    size = np.linalg.norm(np.ptp(found.points, axis=0)) if len(found) else 0.0
    return found.where(off <= noise + _ON_SET * size)
