"""From a subject and an autoencoder to a report: the stages, in order."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.claims import ALL_CLAIMS
from geomcheck.enrich import enrich
from geomcheck.environment import versions
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.exceptional import ExceptionalSet, locate
from geomcheck.figure_data import figure_data
from geomcheck.ground import Ground, Subject, survey
from geomcheck.nets import thinned
from geomcheck.protocol import Autoencoder
from geomcheck.result import Report
from geomcheck.seen import seen_image, seen_set
from geomcheck.study import Progress, Settings, Study
from geomcheck.summary import describe_model, describe_subject
from geomcheck.tears import climb
from geomcheck.topology import SeenHomology
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import as_points

__all__ = ["default_epsilon", "verify"]

Array = NDArray[np.float64]

_SAMPLES = 20_000
_GRAPH_SAMPLES = {1: 6_000}
_NEIGHBOURS = {1: 12, 2: 12, 3: 16}
_MOST_NEIGHBOURS = 24
_CLIMBERS = 24


def verify(
    subject: Subject,
    model: Autoencoder,
    *,
    epsilon: float | None = None,
    delta: float = 0.02,
    confidence: float = 0.99,
    samples: int = _SAMPLES,
    rng: int | np.random.Generator = 0,
    training_points: Array | None = None,
    held_out: Array | None = None,
    memory_limit: int = 4 * 2**30,
    progress: Progress | None = None,
) -> Report:
    """Judge every claim on an autoencoder and the set it is meant for.

    Parameters
    ----------
    subject : Manifold or PointSet
        The set K, or points of it.
    model : Autoencoder
        Anything with encode, decode, ambient_dim, latent_dim and continuous.
    epsilon : float, optional
        Error that counts as small; by default about a tenth of the size of K (see
        `default_epsilon`).
    delta : float
        Share of K that may have a larger error, in (0, 1).
    confidence : float
        Of every statistical verdict, in (0, 1).
    samples : int
        Fresh points drawn from a manifold for the statistics.
    rng : int or numpy.random.Generator
    training_points : array of shape (n, N), optional
        Without them nothing can be said of generalisation.
    held_out : array of shape (n, N), optional
        Points of a `PointSet` that training did not see; by default all of its points.
    memory_limit : int
        Bytes that homology may use.
    progress : callable, optional
        Called with the stage, the fraction done and the seconds left.

    Returns
    -------
    Report

    Raises
    ------
    InvalidInput
        If an argument is out of range, or the model does not map points of K to points.
    """
    settings = Settings(
        epsilon=default_epsilon(subject, rng=0) if epsilon is None else float(epsilon),
        delta=float(delta),
        confidence=float(confidence),
        samples=int(samples),
        seed=int(rng) if isinstance(rng, int | np.integer) else None,
        memory_limit=int(memory_limit),
    )
    _check(settings)
    generator = np.random.default_rng(rng)
    clock = _Clock(progress)
    study = _measured(subject, model, settings, generator, training_points, held_out, clock)
    with clock.stage("claims"):
        claims = tuple(claim(study) for claim in ALL_CLAIMS)
    with clock.stage("figures"):
        figures = figure_data(study)
    return Report(
        subject=describe_subject(study.ground),
        autoencoder=describe_model(model),
        settings=_plain_settings(settings),
        environment=versions(),
        claims=claims,
        timings=clock.seconds,
        figures=figures,
    )


def default_epsilon(subject: Subject, *, rng: int | np.random.Generator = 0) -> float:
    """Return a tenth of the root mean square distance from the centre, to one digit."""
    points = subject.sample(2000, rng=rng) if isinstance(subject, Manifold) else subject.points
    spread = float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))
    if not spread > 0:
        raise InvalidInput("points", "all equal", "at least two different points")
    return float(f"{spread / 10:.0e}")


class _Clock:
    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if self.progress is not None:
            self.progress(name, None, None)
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


def _measured(
    subject: Subject,
    model: Autoencoder,
    settings: Settings,
    rng: np.random.Generator,
    training_points: Array | None,
    held_out: Array | None,
    clock: _Clock,
) -> Study:
    if model.ambient_dim != subject.ambient_dim:
        raise InvalidInput(
            "model.ambient_dim", model.ambient_dim, f"{subject.ambient_dim}, as the subject"
        )
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
        homologies = part_homologies(nets, settings.memory_limit)
        known = obstructions(ground, homologies, model.latent_dim)
    with clock.stage("tears"):
        everything = sample if isinstance(subject, Manifold) else _all(model, subject, rng)
        exceptional = _exceptional(model, ground, settings, everything)
        worst, on_subject = _worst(model, ground, everything, exceptional)
    with clock.stage("topology"):
        thin = [thinned(net) for net in nets[: len(ground.components)]]
        net = evaluate(model, np.concatenate([n.points for n in thin]))
        covering = max((n.covering for n in thin), key=lambda bound: bound.value)
        pool = everything.joined(net, exceptional.along)
        if ground.kind == "manifold":
            pool = enrich(model, pool, project=ground.project)
        degree = min(2 if ground.intrinsic_dim is None else ground.intrinsic_dim, 3)
        if len(thin) == 1 and thin[0] is nets[0] and homologies:
            of_input = SeenHomology(homologies[0].diagrams, homologies[0].covering)
        else:
            of_input = seen_set(
                net.points, covering, max_degree=degree, memory_limit=settings.memory_limit
            )
        bare_dim = ground.covering_dim if ground.kind == "points" else None
        seen = _seen_images(degree, settings, len(net), pool, model.latent_dim, bare_dim)
    return Study(
        ground=ground,
        model=model,
        settings=settings,
        held_out=sample,
        held_out_basis=basis,
        component=component,
        training=training,
        obstructions=known,
        part_homologies=homologies,
        homology_sample=net,
        covering=covering,
        of_input=of_input,
        of_codes=seen[0],
        of_kept_codes=seen[1],
        of_images=seen[2],
        exceptional=exceptional,
        worst=worst,
        worst_on_subject=on_subject,
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
    if len(points) > _SAMPLES:
        points = points[np.sort(rng.choice(len(points), _SAMPLES, replace=False))]
    return evaluate(model, points)


def _exceptional(
    model: Autoencoder, ground: Ground, settings: Settings, sample: Evaluation
) -> ExceptionalSet:
    dim = ground.intrinsic_dim or 2
    size = _GRAPH_SAMPLES.get(dim, _SAMPLES) if ground.kind == "manifold" else _SAMPLES
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
) -> tuple[Evaluation, bool]:
    top = sample.where(np.argsort(-sample.errors)[:_CLIMBERS])
    if ground.tangents is None:
        return top.where(np.arange(1)), True
    between = exceptional.worst
    met = between.where(np.argsort(-between.errors)[:_CLIMBERS])
    starts = np.concatenate([top.points, met.points])
    climbed = climb(model, starts, exceptional.spacing, ground.tangents, ground.project)
    return climbed.where(np.array([int(climbed.errors.argmax())])), True


def _seen_images(
    degree: int,
    settings: Settings,
    size: int,
    pool: Evaluation,
    latent_dim: int,
    intrinsic_dim: int | None,
) -> tuple[SeenHomology | None, SeenHomology | None, SeenHomology | None]:
    limit = settings.memory_limit
    kept = pool.where(pool.errors <= settings.epsilon)

    def image(points: Array, top: int, *, codes: bool) -> SeenHomology | None:
        if len(points) < 2 or not np.isfinite(points).all():
            return None
        return seen_image(
            points,
            max_degree=top,
            size=size,
            memory_limit=limit,
            scale_free=codes,
            intrinsic_dim=intrinsic_dim,
        )

    code_degree = min(degree, latent_dim - 1)
    return (
        image(pool.codes, code_degree, codes=True),
        image(kept.codes, code_degree, codes=True),
        image(pool.images, degree, codes=False),
    )


def _check(settings: Settings) -> None:
    if not (math.isfinite(settings.epsilon) and settings.epsilon > 0):
        raise InvalidInput("epsilon", settings.epsilon, "a positive number")
    for name in ("delta", "confidence"):
        value = getattr(settings, name)
        if not 0 < value < 1:
            raise InvalidInput(name, value, "a number between 0 and 1, both excluded")
    if settings.samples < 2:
        raise InvalidInput("samples", settings.samples, "at least 2")


def _plain_settings(settings: Settings) -> dict[str, Any]:
    return {
        "epsilon": settings.epsilon,
        "delta": settings.delta,
        "confidence": settings.confidence,
        "samples": settings.samples,
        "seed": settings.seed,
        "memory_limit": settings.memory_limit,
    }
