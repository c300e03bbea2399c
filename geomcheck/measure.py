"""The stages of a verification: from a subject and an autoencoder to a study."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.certify import Enclosure, certify
from geomcheck.certify.certificate import obstacle
from geomcheck.clock import Clock
from geomcheck.enrich import enrich, whitened
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.exceptional import ExceptionalSet, locate
from geomcheck.ground import Ground, Subject, survey
from geomcheck.induced import KeptClasses, kept_classes
from geomcheck.judging_points import (
    MOST_POINTS,
    check_repeatable,
    every_point,
    statistical_points,
)
from geomcheck.nets import thinned
from geomcheck.protocol import Autoencoder
from geomcheck.seen import seen_image, seen_set
from geomcheck.study import Settings, Study
from geomcheck.tears import climb
from geomcheck.topology import SeenHomology
from theory.bound import Bound
from theory.covering import covering_radius
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.points import as_points

__all__ = ["measured"]

Array = NDArray[np.float64]

_GRAPH_SAMPLES = {1: 4_000}
_NEIGHBOURS = {1: 4, 2: 12, 3: 16}
_MOST_NEIGHBOURS = 24
_CLIMBERS = 24
_HIGHEST_DEGREE = 3
_CERTIFICATE_SECONDS = 4.0


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
        if training_points is not None:
            training_points = as_points(training_points, argument="training_points")
        basis, points = statistical_points(subject, settings, training_points, held_out, rng)
        sample = evaluate(model, points)
        if not np.isfinite(sample.errors).any():
            raise InvalidInput("model", "no finite reconstruction", "finite numbers")
        check_repeatable(model, sample)
        component = ground.component_of(points)
        training = None if training_points is None else evaluate(model, training_points)
    with clock.stage("homology"):
        homologies = part_homologies(nets, limit)
        known = obstructions(ground, homologies, model.latent_dim)
    with clock.stage("tears"):
        everything = sample if isinstance(subject, Manifold) else every_point(model, subject, rng)
        exceptional = _exceptional(model, ground, settings, everything)
    with clock.stage("certificate"):
        certificate, reason = _certificate(model, subject, settings)
    with clock.stage("topology"):
        thin = [thinned(net) for net in nets[: len(ground.components)]]
        net = evaluate(model, np.concatenate([n.points for n in thin]))
        covering = _union_covering([n.covering for n in thin])
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
        kept = _kept(ground, net, covering.value, pool, of_input.betti(), model.latent_dim)
        worst = _worst(model, ground, pool, exceptional)
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
        kept_by_codes=kept[0],
        kept_by_images=kept[1],
        certificate=certificate,
        no_certificate=reason,
        exceptional=exceptional,
        worst=worst,
    )


def _exceptional(
    model: Autoencoder, ground: Ground, settings: Settings, sample: Evaluation
) -> ExceptionalSet:
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


def _worst(
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


def _union_covering(bounds: Sequence[Bound]) -> Bound:
    """Return the covering radius of a union from those of its parts: only as sure as the least."""
    worst = max(bounds, key=lambda bound: bound.value)
    if all(bound.certified for bound in bounds):
        return worst
    return Bound(worst.value, "estimate", False, "numerical")


def _certificate(
    model: Autoencoder, subject: Subject, settings: Settings
) -> tuple[Enclosure | None, str]:
    manifold = subject if isinstance(subject, Manifold) else None
    reason = obstacle(model, manifold)
    if reason is not None or manifold is None:
        return None, reason or "the set is known by points only"
    enclosure = certify(model, manifold, epsilon=settings.epsilon, time_limit=_CERTIFICATE_SECONDS)
    return enclosure, ""


def _kept(
    ground: Ground,
    net: Evaluation,
    covering: float,
    pool: Evaluation,
    measured_betti: tuple[int | None, ...],
    latent_dim: int,
) -> tuple[KeptClasses, KeptClasses]:
    """Return what of K's homology survives encoding, and the whole autoencoder."""
    known = ground.betti if ground.betti is not None else measured_betti
    had = tuple(known[: min(latent_dim, _HIGHEST_DEGREE)])
    numbers = tuple(b for b in had if b is not None)
    if len(numbers) < len(had) or not np.isfinite(pool.codes).all():
        none = KeptClasses([None] * len(had))
        return none, none
    codes = whitened(np.concatenate([net.codes, pool.codes]))
    by_codes = kept_classes(net.points, codes[: len(net)], codes, numbers, covering=covering)
    by_images = kept_classes(net.points, net.images, pool.images, numbers, covering=covering)
    # What survives the whole autoencoder survived the encoder, however coarse its codes look.
    at_least = [
        b if a is None else a if b is None else max(a, b)
        for a, b in zip(by_codes, by_images, strict=True)
    ]
    return KeptClasses(at_least), by_images


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
