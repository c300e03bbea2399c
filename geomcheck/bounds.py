"""What is impossible: the lower bounds on sup err for each latent dimension."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from geomcheck.ground import Ground, Subject, few_enough, survey
from geomcheck.homology import persistence
from geomcheck.loops import found_loops
from geomcheck.nets import Net, net_of_manifold, net_of_points
from theory.bound import Bound
from theory.diagram import PersistenceDiagrams
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.obstruction import LinkedLoop, Obstruction, PartHomology, strongest
from theory.obstruction_arguments import (
    closed_form_obstructions,
    homological_obstruction,
    linking_obstruction,
    torsion_obstruction,
    with_attainment,
)
from theory.stated_reach import with_reaches_seen

__all__ = ["bounds", "nets_of", "obstructions", "part_homologies"]

_DEFAULT_MEMORY = 4 * 2**30
_HIGHEST_DEGREE = 3


def bounds(
    subject: Subject,
    *,
    rng: int | np.random.Generator = 0,
    memory_limit: int = _DEFAULT_MEMORY,
) -> tuple[Obstruction, ...]:
    """Return the strongest lower bound on sup err for each latent dimension from 1 on.

    Parameters
    ----------
    subject : Manifold or PointSet
    rng : int or numpy.random.Generator
        For the samples whose homology is computed.
    memory_limit : int
        Bytes that homology may use.

    Returns
    -------
    tuple of Obstruction
        Up to the first latent dimension at which nothing is known to be obstructed; that one
        carries the bound 0. A claimed reach that points of the set contradict
        (`theory.stated_reach`) is not relied on.

    Notes
    -----
    Sources: ``kvalheim-sontag-2``, ``homotopy-argument``, ``torsion-argument``.
    """
    generator = np.random.default_rng(rng)
    if isinstance(subject, Manifold):
        subject = with_reaches_seen(subject)
    subject = few_enough(subject, rng=generator)
    ground = survey(subject, rng=generator)
    nets = nets_of(ground, subject, rng=generator)
    homologies = part_homologies(nets, memory_limit)
    loops = found_loops(nets[: len(ground.components)], rng=generator)
    found: list[Obstruction] = []
    for latent_dim in range(1, ground.ambient_dim + 1):
        best = strongest(obstructions(ground, homologies, loops, latent_dim))
        if best is None:
            nothing = Bound(0.0, "estimate", False, "numerical")
            best = Obstruction(latent_dim, nothing, ground.name, "homology")
        found.append(best)
        # Obstructions come from classes of degree >= m: once there is none, none comes later.
        if best.bound.value == 0.0:
            break
    return tuple(found)


def obstructions(
    ground: Ground,
    homologies: Iterable[PartHomology],
    loops: Iterable[LinkedLoop],
    latent_dim: int,
) -> tuple[Obstruction, ...]:
    """Return every lower bound known for one latent dimension, strongest first."""
    if latent_dim < 1:
        raise InvalidInput("latent_dim", latent_dim, "a whole number, at least 1")
    found: list[Obstruction] = []
    if ground.manifold is not None:
        found.extend(closed_form_obstructions(ground.manifold, latent_dim))
        if any(o.argument == "embedding" for o in found):
            return tuple(found)
    for homology in homologies:
        for argue in (homological_obstruction, torsion_obstruction):
            obstruction = argue(homology, latent_dim)
            if obstruction is not None:
                found.append(obstruction)
    linked = (linking_obstruction(loop, latent_dim) for loop in loops)
    found.extend(obstruction for obstruction in linked if obstruction is not None)
    if ground.manifold is not None:
        claims = ground.manifold.claims
        found = [with_attainment(obstruction, claims) for obstruction in found]
    ranked: list[Obstruction] = []
    while found:
        best = strongest(found)
        assert best is not None
        ranked.append(best)
        found.remove(best)
    return tuple(ranked)


def nets_of(ground: Ground, subject: Subject, *, rng: np.random.Generator) -> tuple[Net, ...]:
    """Return well-spread points on each component, and on each closed cycle of a manifold."""
    if isinstance(subject, Manifold):
        parts = (*subject.components, *subject.cycles)
        return tuple(net_of_manifold(part, rng=rng) for part in parts)
    labels = ground.component_of(subject.points)
    return tuple(
        net_of_points(
            name,
            subject.points[labels == i],
            ground.reach,
            ground.intrinsic_dim,
            covering_dim=ground.covering_dim,
            rng=rng,
        )
        for i, name in enumerate(ground.components)
    )


def part_homologies(nets: Iterable[Net], memory_limit: int) -> tuple[PartHomology, ...]:
    """Return the persistence diagrams of each net that can obstruct, over one field or two."""
    found: list[PartHomology] = []
    for net in nets:
        if net.dim == 0:
            continue
        degree = min(net.dim if net.dim is not None else 2, _HIGHEST_DEGREE)
        diagrams = persistence(net.points, max_degree=degree, memory_limit=memory_limit)
        covering = replace(net.covering, value=net.covering.value + diagrams.subsample_radius)
        over_three = None
        if _may_be_twisted(net, diagrams):
            over_three = persistence(
                net.points,
                max_degree=degree,
                homology_coeff_field=3,
                memory_limit=memory_limit,
            )
        found.append(PartHomology(net.part, diagrams, covering, net.reach, over_three))
    return tuple(found)


def _may_be_twisted(net: Net, diagrams: PersistenceDiagrams) -> bool:
    """Tell whether a second field may show torsion: in codimension 2 alone does it prove some."""
    if net.dim is None or net.dim < 2 or diagrams.affine_dim != net.dim + 2:
        return False
    if net.manifold is not None and (net.manifold.orientable or net.manifold.boundary):
        return False
    return diagrams.filtration == "alpha" and len(diagrams.degree(net.dim)) > 0
