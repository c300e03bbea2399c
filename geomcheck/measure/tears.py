"""Stages: the exceptional set, the worst point of K, and the certificate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify import Enclosure, certify
from geomcheck.certify.certificate import obstacle
from geomcheck.evaluation import Evaluation
from geomcheck.exceptional import ExceptionalSet, locate
from geomcheck.ground import Ground, Subject
from geomcheck.judging_points import MOST_POINTS
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings
from geomcheck.tears import climb
from theory.covering import covering_radius
from theory.manifold import Manifold

__all__ = ["certificate_of", "exceptional_set", "worst_point"]

Array = NDArray[np.float64]

_GRAPH_SAMPLES = {1: 4_000}
_NEIGHBOURS = {1: 4, 2: 12, 3: 16}
_MOST_NEIGHBOURS = 24
_CLIMBERS = 24
_CERTIFICATE_SECONDS = 4.0


def exceptional_set(
    model: Autoencoder, ground: Ground, settings: Settings, sample: Evaluation
) -> ExceptionalSet:
    """Locate {err > epsilon} through the neighbourhood graph of a sample of K."""
    dim = ground.intrinsic_dim or 2
    size = _GRAPH_SAMPLES.get(dim, MOST_POINTS) if ground.kind == "manifold" else MOST_POINTS
    part = sample.where(np.arange(min(size, len(sample))))
    return locate(
        model,
        part,
        ground.component_of(part.points),
        epsilon=settings.epsilon,
        neighbours=_NEIGHBOURS.get(dim, _MOST_NEIGHBOURS),
        project=ground.project if ground.kind == "manifold" else None,
        components=len(ground.components),
        # Closer than twice the reach, two points are close along K as well.
        longest=np.inf if ground.reach is None else 2 * ground.reach.value,
        radius=_joining_radius(ground, part.points),
    )


def _joining_radius(ground: Ground, points: Array) -> float:
    """Return a distance that joins consecutive points of curves; surfaces do without."""
    if ground.intrinsic_dim != 1 or ground.manifold is None:
        return 0.0
    return 2 * covering_radius(points, ground.manifold).value * (1 + 1e-9)


def worst_point(
    model: Autoencoder, ground: Ground, pool: Evaluation, exceptional: ExceptionalSet
) -> Evaluation:
    """Return the point of K of the largest error that the search finds."""
    top = pool.where(np.argsort(-pool.errors)[:_CLIMBERS])
    if ground.tangents is None:
        return top.where(np.arange(1))
    between = exceptional.worst
    met = between.where(np.argsort(-between.errors)[:_CLIMBERS])
    # Samples of a noisy set lie off it; the point shown has to lie on it.
    starts = ground.project(np.concatenate([top.points, met.points]))
    climbed = climb(model, starts, exceptional.spacing, ground.tangents, ground.project)
    return climbed.where(np.array([int(climbed.errors.argmax())]))


def certificate_of(
    model: Autoencoder, subject: Subject, settings: Settings
) -> tuple[Enclosure | None, str]:
    """Return bounds of the error over all of K, or None and why there are none."""
    manifold = subject if isinstance(subject, Manifold) else None
    reason = obstacle(model, manifold)
    if reason is not None or manifold is None:
        return None, reason or "the set is known by points only"
    enclosure = certify(model, manifold, epsilon=settings.epsilon, time_limit=_CERTIFICATE_SECONDS)
    return enclosure, ""
