"""Stage: the homology of K, of its codes and of its images, and what of it the maps keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import enrich
from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.exceptional import ExceptionalSet
from geomcheck.ground import Ground
from geomcheck.kept import KeptOver
from geomcheck.measure.kept import HIGHEST_DEGREE, kept_by
from geomcheck.nets import Net, thinned
from geomcheck.protocol import Autoencoder
from geomcheck.seen import seen_image, seen_set
from geomcheck.study import Settings
from geomcheck.topology import SeenHomology
from theory.bound import Bound
from theory.obstruction import PartHomology

__all__ = ["Topology", "topology_of"]

Array = NDArray[np.float64]

# Points in so many tears at most, and of each so many, are among those looked at.
_TEARS, _IN_EACH = 64, 16


@dataclass(frozen=True, eq=False)
class Topology:
    """What is seen of the topology; see `Study` for what each field means.

    Parameters
    ----------
    pool : Evaluation
        Every point of K at which the images were looked at.
    """

    homology_sample: Evaluation
    covering: Bound
    of_input: SeenHomology
    of_codes: SeenHomology | None
    of_kept_codes: SeenHomology | None
    of_kept: SeenHomology | None
    of_images: SeenHomology | None
    kept_by_codes: KeptOver
    kept_by_images: KeptOver
    pool: Evaluation


def topology_of(
    ground: Ground,
    model: Autoencoder,
    settings: Settings,
    nets: Sequence[Net],
    homologies: Sequence[PartHomology],
    everything: Evaluation,
    exceptional: ExceptionalSet,
) -> Topology:
    """Compute the homology of K and of its images under the two maps.

    Parameters
    ----------
    ground : Ground
    model : Autoencoder
    settings : Settings
    nets : sequence of Net
        On each component of K, then on its cycles.
    homologies : sequence of PartHomology
        Of the nets.
    everything : Evaluation
        Points of K.
    exceptional : ExceptionalSet
    """
    thin = [thinned(net) for net in nets[: len(ground.components)]]
    net = evaluate(model, np.concatenate([n.points for n in thin]))
    covering = _union_covering([n.covering for n in thin])
    in_tears = evaluate(model, _in_tears(exceptional, net.points))
    pool = everything.joined(net, exceptional.along, exceptional.worst, in_tears)
    if ground.kind == "manifold":
        pool = enrich(model, pool, project=ground.project)
    if len(thin) == 1 and thin[0] is nets[0] and homologies:
        of_input = SeenHomology(homologies[0].diagrams, homologies[0].covering)
    else:
        of_input = seen_set(
            net.points,
            covering,
            max_degree=_degree(ground),
            memory_limit=settings.memory_limit,
        )
    codes, kept_codes, kept, images = _images(ground, settings, len(net), pool, model.latent_dim)
    by_codes, by_images = kept_by(
        ground,
        model,
        net,
        covering.value,
        pool,
        of_input.betti(),
        steady=exceptional.jump is None,
    )
    return Topology(
        net, covering, of_input, codes, kept_codes, kept, images, by_codes, by_images, pool
    )


def _in_tears(exceptional: ExceptionalSet, points: Array) -> Array:
    """Return a few points of each tear, the worst one first; of none of `points` where none is."""
    found = [points[:0]]
    for tear in exceptional.tears[:_TEARS]:
        found += [tear.worst_point[None], tear.points[:: -(-len(tear.points) // _IN_EACH)]]
    return np.concatenate(found)


def _union_covering(bounds: Sequence[Bound]) -> Bound:
    """Return the covering radius of a union from those of its parts: only as sure as the least."""
    worst = max(bounds, key=lambda bound: bound.value)
    if all(bound.certified for bound in bounds):
        return worst
    return Bound(worst.value, "estimate", False, "numerical")


def _degree(ground: Ground) -> int:
    return min(2 if ground.intrinsic_dim is None else ground.intrinsic_dim, HIGHEST_DEGREE)


def _images(
    ground: Ground, settings: Settings, size: int, pool: Evaluation, latent_dim: int
) -> tuple[SeenHomology | None, ...]:
    """Return the homology of F(K), of F(K minus K0), of K minus K0 and of G(F(K))."""
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
        image(kept.points, degree, codes=False),
        image(pool.images, degree, codes=False),
    )
