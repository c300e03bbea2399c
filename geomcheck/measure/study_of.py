"""From a subject and an autoencoder to a study, stage by stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.clock import Clock
from geomcheck.evaluation import evaluate
from geomcheck.extremes import extremes_of
from geomcheck.ground import Subject, few_enough, survey
from geomcheck.loops import found_loops
from geomcheck.measure.collisions import collisions_of
from geomcheck.measure.errors import errors_on
from geomcheck.measure.retracts import refuted
from geomcheck.measure.tears import (
    certificate_of,
    exceptional_set,
    graph_sample,
    torn_edges,
    worst_point,
)
from geomcheck.measure.topology import topology_of
from geomcheck.nearest_code import nearest_code_errors
from geomcheck.protocol import Autoencoder
from geomcheck.protocol_check import check_protocol
from geomcheck.restricted_lipschitz import lipschitz_seen
from geomcheck.study import Settings, Study

__all__ = ["measured"]

Array = NDArray[np.float64]


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
    check_protocol(model, subject.ambient_dim)
    with clock.stage("geometry"):
        looked_at = few_enough(subject, rng=rng)
        ground = survey(looked_at, rng=rng)
        nets = nets_of(ground, looked_at, rng=rng)
    with clock.stage("errors") as done:
        errors = errors_on(subject, ground, model, settings, training_points, held_out, rng, done)
    with clock.stage("homology"):
        homologies = part_homologies(nets, settings.memory_limit)
        # Loops have a class of degree 1 alone: a wider bottleneck lets it pass.
        connected = nets[: len(ground.components)] if model.latent_dim == 1 else ()
        loops = found_loops(connected, rng=rng)
        known = obstructions(ground, homologies, loops, model.latent_dim)
    with clock.stage("tears"):
        bare = ground.kind == "points"
        graph = graph_sample(model, looked_at, ground, rng)
        exceptional = exceptional_set(model, ground, settings, graph, errors)
        torn = torn_edges(model, ground, settings, graph) if bare else None
    with clock.stage("certificate"):
        certificate, reason = certificate_of(model, subject, settings, float(errors.all.max()))
    with clock.stage("topology"):
        points, more = (graph, errors.held_out) if bare else (errors.held_out, graph)
        points = points.joined(errors.others, extremes_of(more).chosen())
        if certificate is not None:
            points = points.joined(evaluate(model, certificate.sup_point[None]))
        topology = topology_of(ground, model, settings, nets, homologies, points, exceptional)
    with clock.stage("collisions"):
        pool = topology.pool
        collisions, image_collisions = collisions_of(model, ground, settings, errors.held_out, pool)
        worst = worst_point(model, ground, pool, exceptional, certificate, collisions)
    if refuted((topology.kept_by_codes, topology.kept_by_images), ground, worst):
        # The search for the worst point went where no other point was.
        with clock.stage("topology"):
            points = points.joined(worst)
            topology = topology_of(ground, model, settings, nets, homologies, points, exceptional)
    return Study(
        ground=ground,
        model=model,
        settings=settings,
        errors=errors.all,
        held_out=errors.held_out,
        held_out_basis=errors.basis,
        component=errors.component,
        training=errors.training,
        training_errors=errors.training_errors,
        obstructions=known,
        homology_sample=topology.homology_sample,
        covering=topology.covering,
        of_input=topology.of_input,
        of_codes=topology.of_codes,
        of_kept_codes=topology.of_kept_codes,
        of_kept=topology.of_kept,
        of_images=topology.of_images,
        kept_by_codes=topology.kept_by_codes,
        kept_by_images=topology.kept_by_images,
        certificate=certificate,
        no_certificate=reason,
        exceptional=exceptional,
        torn=torn,
        worst=worst,
        collisions=collisions,
        image_collisions=image_collisions,
        nearest_code_errors=None if bare else nearest_code_errors(graph, errors.held_out),
        lipschitz=lipschitz_seen(errors.held_out, epsilon=settings.epsilon),
    )
