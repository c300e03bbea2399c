"""The stages of a verification: from a subject and an autoencoder to a study."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.clock import Clock
from geomcheck.enrich import enrich
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.exceptional import ExceptionalSet, locate
from geomcheck.ground import Ground, Subject, survey
from geomcheck.nets import thinned
from geomcheck.protocol import Autoencoder
from geomcheck.seen import seen_image, seen_set
from geomcheck.study import Settings, Study
from geomcheck.tears import climb
from geomcheck.topology import SeenHomology
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import as_points

__all__ = ["measured"]

Array = NDArray[np.float64]

_MOST_POINTS = 20_000
_GRAPH_SAMPLES = {1: 6_000}
_NEIGHBOURS = {1: 12, 2: 12, 3: 16}
_MOST_NEIGHBOURS = 24
_CLIMBERS = 24
_HIGHEST_DEGREE = 3


def measured(
    subject: Subject,
    model: Autoencoder,
    settings: Settings,
    rng: np.random.Generator,
    training_points: Array | None,
    held_out: Array | None,
    clock: Clock,
) -> Study:
    """Compute everything that the claims look at, stage by stage.

    Parameters
    ----------
    subject : Manifold or PointSet
    model : Autoencoder
    settings : Settings
    rng : numpy.random.Generator
    training_points, held_out : arrays of shape (n, N), or None
        As in `verify`.
    clock : Clock
    """
    if model.ambient_dim != subject.ambient_dim:
        raise InvalidInput(
            "model.ambient_dim", model.ambient_dim, f"{subject.ambient_dim}, as the subject"
        )
    limit = settings.memory_limit
    with clock.stage("geometry"):
        ground = survey(subject, rng=rng)
        nets = nets_of(ground, subject, rng=rng)
    with clock.stage("errors"):
        basis, points = _statistical_points(subject, settings, held_out, rng)
        sample = evaluate(model, points)
        component = ground.component_of(points)
        training = None
        if training_points is not None:
            training = evaluate(model, as_points(training_points, argument="training_points"))
    with clock.stage("homology"):
        homologies = part_homologies(nets, limit)
        known = obstructions(ground, homologies, model.latent_dim)
    with clock.stage("tears"):
        everything = sample if isinstance(subject, Manifold) else _all(model, subject, rng)
        exceptional = _exceptional(model, ground, settings, everything)
        worst = _worst(model, ground, everything, exceptional)
    with clock.stage("topology"):
        thin = [thinned(net) for net in nets[: len(ground.components)]]
        net = evaluate(model, np.concatenate([n.points for n in thin]))
        covering = max((n.covering for n in thin), key=lambda bound: bound.value)
        pool = everything.joined(net, exceptional.along)
        if ground.kind == "manifold":
            pool = enrich(model, pool, project=ground.project)
        if len(thin) == 1 and thin[0] is nets[0] and homologies:
            of_input = SeenHomology(homologies[0].diagrams, homologies[0].covering)
        else:
            of_input = seen_set(
                net.points, covering, max_degree=_degree(ground), memory_limit=limit
            )
        seen = _images(ground, settings, len(net), pool, model.latent_dim)
    return Study(
        ground=ground,
        model=model,
        settings=settings,
        held_out=sample,
        held_out_basis=basis,
        component=component,
        training=training,
        obstructions=known,
        homology_sample=net,
        covering=covering,
        of_input=of_input,
        of_codes=seen[0],
        of_kept_codes=seen[1],
        of_images=seen[2],
        exceptional=exceptional,
        worst=worst,
    )


def _statistical_points(
    subject: Subject, settings: Settings, held_out: Array | None, rng: np.random.Generator
) -> tuple[str, Array]:
    if isinstance(subject, Manifold):
        return "fresh", subject.sample(settings.samples, rng=rng)
    if held_out is None:
        return "given", subject.points
    return "held out", as_points(held_out, argument="held_out")


def _all(model: Autoencoder, subject: PointSet, rng: np.random.Generator) -> Evaluation:
    points = subject.points
    if len(points) > _MOST_POINTS:
        points = points[np.sort(rng.choice(len(points), _MOST_POINTS, replace=False))]
    return evaluate(model, points)


def _exceptional(
    model: Autoencoder, ground: Ground, settings: Settings, sample: Evaluation
) -> ExceptionalSet:
    dim = ground.intrinsic_dim or 2
    size = _GRAPH_SAMPLES.get(dim, _MOST_POINTS) if ground.kind == "manifold" else _MOST_POINTS
    part = sample.where(np.arange(min(size, len(sample))))
    return locate(
        model,
        part,
        ground.component_of(part.points),
        epsilon=settings.epsilon,
        neighbours=_NEIGHBOURS.get(dim, _MOST_NEIGHBOURS),
        project=ground.project,
    )


def _worst(
    model: Autoencoder, ground: Ground, sample: Evaluation, exceptional: ExceptionalSet
) -> Evaluation:
    top = sample.where(np.argsort(-sample.errors)[:_CLIMBERS])
    if ground.tangents is None:
        return top.where(np.arange(1))
    between = exceptional.worst
    met = between.where(np.argsort(-between.errors)[:_CLIMBERS])
    starts = np.concatenate([top.points, met.points])
    climbed = climb(model, starts, exceptional.spacing, ground.tangents, ground.project)
    return climbed.where(np.array([int(climbed.errors.argmax())]))


def _degree(ground: Ground) -> int:
    return min(2 if ground.intrinsic_dim is None else ground.intrinsic_dim, _HIGHEST_DEGREE)


def _images(
    ground: Ground, settings: Settings, size: int, pool: Evaluation, latent_dim: int
) -> tuple[SeenHomology | None, SeenHomology | None, SeenHomology | None]:
    """Return the homology of F(K), of F(K minus K0) and of G(F(K))."""
    degree = _degree(ground)
    dim = ground.covering_dim if ground.kind == "points" else None
    kept = pool.where(pool.errors <= settings.epsilon)

    def image(points: Array, top: int, *, codes: bool) -> SeenHomology | None:
        if len(points) < 2 or not np.isfinite(points).all():
            return None
        return seen_image(
            points,
            max_degree=top,
            size=size,
            memory_limit=settings.memory_limit,
            scale_free=codes,
            intrinsic_dim=dim,
        )

    code_degree = min(degree, latent_dim - 1)
    return (
        image(pool.codes, code_degree, codes=True),
        image(kept.codes, code_degree, codes=True),
        image(pool.images, degree, codes=False),
    )
