"""The points that an autoencoder is judged on, and whether it answers for each alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, decoded, evaluate
from geomcheck.ground import Subject
from geomcheck.protocol import Autoencoder
from geomcheck.rows import rows_within
from geomcheck.study import Settings
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import as_points

__all__ = [
    "MOST_POINTS",
    "a_few",
    "check_repeatable",
    "every_point",
    "points_like",
    "statistical_points",
]

Array = NDArray[np.float64]

MOST_POINTS = 20_000
_FEW = 4
_REPEATED = 64
# In another batch a network adds up in another order: in single precision this is what comes of
# it, in half precision a few units of the last place.
_REPEATABLE = 1e-4
_UNITS = 4
_HALF_PRECISION_BITS = (8, 11)


def a_few(subject: Subject) -> Array:
    """Return some points of a set, to find out what a model makes of them."""
    if isinstance(subject, Manifold):
        return subject.sample(_FEW, rng=0)
    return subject.points[:_FEW]


def statistical_points(
    subject: Subject,
    settings: Settings,
    training_points: Array | None,
    held_out: Array | None,
    rng: np.random.Generator,
) -> tuple[str, Array, NDArray[np.bool_] | None]:
    """Return what the points for the statistics are, the points, and which of them to take.

    They are "fresh", "held out", "given", or, where nothing but points of training is left,
    "training"; all are taken where nothing is said.
    """
    if isinstance(subject, Manifold) and held_out is not None:
        raise InvalidInput(
            "held_out", "points", "none for a manifold, of which fresh points are drawn"
        )
    if isinstance(subject, Manifold):
        basis, points = "fresh", subject.sample(settings.samples, rng=rng)
    elif held_out is not None:
        basis, points = "held out", points_like(subject, held_out, "held_out")
    else:
        basis, points = "given", subject.points
    if training_points is None:
        return basis, points, None
    unseen = ~rows_within(points, training_points)
    if not unseen.any():
        return "training", points, None
    return basis, points, None if unseen.all() else unseen


def points_like(subject: Subject, points: Array, argument: str) -> Array:
    """Return points of the dimension of the subject, or raise InvalidInput."""
    checked = as_points(points, argument=argument)
    if checked.shape[1] != subject.ambient_dim:
        raise InvalidInput(
            argument,
            f"points of dimension {checked.shape[1]}",
            f"dimension {subject.ambient_dim}, as the subject's",
        )
    return checked


def check_repeatable(model: Autoencoder, sample: Evaluation) -> None:
    """Refuse a model that answers otherwise for the same points in another company.

    Codes are also decoded in another order than they were last encoded in: a decoder that is
    handed something past the codes, as by attributes that the encoder leaves behind, is no
    function of them.
    """
    rows = np.arange(len(sample))[:: max(1, len(sample) // _REPEATED)][::-1]
    again = evaluate(model, sample.points[rows])
    before = sample.where(rows)
    alone = decoded(model, before.codes[::-1], sample.points.shape[1])[::-1]
    for name, first, second, every in (
        ("encode", before.codes, again.codes, sample.codes),
        ("decode", before.images, again.images, sample.images),
        ("decode", before.images, alone, sample.images),
    ):
        finite = np.isfinite(first)
        if (finite != np.isfinite(second)).any():
            raise InvalidInput(
                f"model.{name}", "numbers once and none again for one point", "one answer each"
            )
        change = float(np.abs(np.where(finite, first - second, 0.0)).max(initial=0.0))
        scale = float(np.abs(every[np.isfinite(every)]).max(initial=0.0))
        if change > _rounding(every) * scale:
            raise InvalidInput(
                f"model.{name}",
                f"answers that differ by {change:.2g} for the same points",
                "one answer each",
            )


def _rounding(values: Array) -> float:
    """Return the relative change that rounding may make to answers of this precision."""
    mantissas = np.frexp(values[np.isfinite(values)])[0]
    for bits in _HALF_PRECISION_BITS:
        if (np.ldexp(mantissas, bits) % 1 == 0).all():
            return float(_UNITS * 2.0**-bits)
    return _REPEATABLE


def every_point(model: Autoencoder, subject: PointSet, rng: np.random.Generator) -> Evaluation:
    """Evaluate all points of a set, or as many of them at random as can be looked at."""
    points = subject.points
    if len(points) > MOST_POINTS:
        points = points[np.sort(rng.choice(len(points), MOST_POINTS, replace=False))]
    return evaluate(model, points)
