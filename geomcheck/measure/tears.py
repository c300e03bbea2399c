"""Stages: the exceptional set, the certificate, and the worst point of K."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify import Enclosure, certify
from geomcheck.certify.certificate import obstacle
from geomcheck.collisions import Collisions
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.exceptional import ExceptionalSet, locate
from geomcheck.graph import neighbour_edges
from geomcheck.ground import Ground, Subject
from geomcheck.judging_points import MOST_POINTS, every_point
from geomcheck.measure.errors import Errors
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings
from geomcheck.tears import climb, worst_starts
from geomcheck.torn_neighbours import TornNeighbours, torn_neighbours
from theory.covering import covering_radius
from theory.manifold import Manifold

__all__ = ["certificate_of", "exceptional_set", "graph_sample", "torn_edges", "worst_point"]

Array = NDArray[np.float64]

_GRAPH_SAMPLES = {1: 4_000}
_NEIGHBOURS = {1: 4, 2: 12, 3: 16}
_MOST_NEIGHBOURS = 24
_CLIMBERS = 24
# Points of K lie on it up to rounding.
_ROUNDING = 1e-6


def graph_sample(
    model: Autoencoder, subject: Subject, ground: Ground, rng: np.random.Generator
) -> Evaluation:
    """Return the points whose neighbourhood graph shows what hangs together.

    Of a manifold they are drawn apart from those of the statistics, so that shares counted on
    these are shares of sets chosen without them.
    """
    if not isinstance(subject, Manifold):
        return every_point(model, subject, rng)
    size = _GRAPH_SAMPLES.get(subject.dim, MOST_POINTS)
    return evaluate(model, subject.sample(size, rng=rng))


def exceptional_set(
    model: Autoencoder,
    ground: Ground,
    settings: Settings,
    graph: Evaluation,
    errors: Errors,
    *,
    follow: bool = True,
) -> ExceptionalSet:
    """Locate {err > epsilon} through the neighbourhood graph of points of K.

    What is found is counted on the points of the statistics; bare points are counted themselves.
    Points of large error that were met and are not counted show tears as well.
    Unless tears are followed to their end, their worst points are found, and not what is cut off.
    """
    known = ground.kind == "manifold"
    if known:
        graph = graph.joined(errors.others.where(errors.others.errors > settings.epsilon))
    component = ground.component_of(graph.points)
    return locate(
        model,
        graph,
        component,
        counted=errors.held_out if known else graph,
        counted_component=errors.component if known else component,
        epsilon=settings.epsilon,
        neighbours=_neighbours(ground),
        project=ground.project if known else None,
        components=len(ground.components),
        # Closer than twice the reach, two points are close along K as well.
        longest=np.inf if ground.reach is None else 2 * ground.reach.value,
        radius=_joining_radius(ground, graph.points),
        curve=ground.intrinsic_dim == 1,
        follow=follow,
    )


def torn_edges(
    model: Autoencoder, ground: Ground, settings: Settings, graph: Evaluation
) -> TornNeighbours:
    """Return the torn edges of the neighbourhood graph of bare points."""
    edges = neighbour_edges(graph.points, _neighbours(ground))
    cluster = ground.component_of(graph.points)
    edges = edges[cluster[edges[:, 0]] == cluster[edges[:, 1]]]
    return torn_neighbours(model, graph, edges, epsilon=settings.epsilon)


def _neighbours(ground: Ground) -> int:
    return _NEIGHBOURS.get(ground.intrinsic_dim or 2, _MOST_NEIGHBOURS)


def _joining_radius(ground: Ground, points: Array) -> float:
    """Return a distance that joins consecutive points of curves; surfaces do without."""
    if ground.intrinsic_dim != 1 or ground.manifold is None:
        return 0.0
    return 2 * covering_radius(points, ground.manifold).value * (1 + 1e-9)


def worst_point(
    model: Autoencoder,
    ground: Ground,
    pool: Evaluation,
    exceptional: ExceptionalSet,
    certificate: Enclosure | None,
    collisions: Collisions,
) -> Evaluation:
    """Return the point of K of the largest error that the search finds."""
    if ground.tangents is None:
        return pool.where(np.array([int(pool.errors.argmax())]))
    starts = [
        worst_starts(found, _CLIMBERS).points
        for found in (pool, exceptional.worst, collisions.first, collisions.second)
    ]
    if certificate is not None:
        starts.append(certificate.sup_point[None])
    # Samples of a noisy set lie off it; the point shown has to lie on it.
    points = ground.project(np.concatenate(starts))
    climbed = climb(model, points, exceptional.spacing, ground.tangents, ground.project)
    return climbed.where(np.array([int(climbed.errors.argmax())]))


def certificate_of(
    model: Autoencoder, subject: Subject, settings: Settings, largest: float
) -> tuple[Enclosure | None, str]:
    """Return bounds of the error over all of K, or None and why there are none.

    None either where a point of K errs by more, `largest`, than the layers that are stated.
    """
    manifold = subject if isinstance(subject, Manifold) else None
    reason = obstacle(model, manifold)
    if reason is not None or manifold is None:
        return None, reason or "the set is known by points only"
    enclosure = certify(
        model,
        manifold,
        epsilon=settings.epsilon,
        delta=settings.delta,
        time_limit=settings.certificate_seconds,
    )
    most = enclosure.sup_upper
    if not manifold.noise and largest > most * (1 + _ROUNDING) + _ROUNDING * settings.epsilon:
        says = f"the model errs by {largest:.4g} at a point of K, the layers it states by"
        return None, f"{says} {most:.4g} at most"
    return enclosure, ""
