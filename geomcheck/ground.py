"""What is known of the set K under study, whether it is a manifold or bare points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.graph import clusters
from geomcheck.point_reach import reach_of_points
from theory.bound import Bound
from theory.covering import estimate_covering_radius
from theory.dimension import DimensionEstimate, estimate_dimension
from theory.manifold import Manifold
from theory.point_set import PointSet

__all__ = ["Ground", "Subject", "few_enough", "survey"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Subject = Manifold | PointSet
_LOOKED_AT = 50_000


@dataclass(frozen=True, eq=False)
class Ground:
    """The facts about K that claims rest on.

    Parameters
    ----------
    name : str
    kind : {"manifold", "points"}
    intrinsic_dim : int or None
        Given for a manifold, estimated for points; None where the estimators disagree.
    ambient_dim : int
    components : tuple of str
        Names of the connected components; for points, of the clusters seen.
    component_of : callable
        Points (n, N) to the index of their component.
    project : callable
        Points near K to K; for bare points the identity.
    tangents : callable or None
        Points of K to orthonormal frames; None for bare points.
    reach : Bound or None
    betti : tuple of int or None
        Over the field with two elements.
    embedding_dim : int or None
        Smallest m such that K is known to embed in R^m.
    manifold : Manifold or None
    dimension : DimensionEstimate or None
        What the estimators say of a sample.
    covering_dim : int
        Dimension that covering radii are estimated with: `intrinsic_dim` where known.
    points, looked_at : int or None
        How many points were given, and how many of them, drawn at random, all that is said of
        geometry and homology rests on.
    """

    name: str
    kind: Literal["manifold", "points"]
    intrinsic_dim: int | None
    ambient_dim: int
    components: tuple[str, ...]
    component_of: Callable[[Array], Indices]
    project: Callable[[Array], Array]
    tangents: Callable[[Array], Array] | None
    reach: Bound | None
    betti: tuple[int, ...] | None
    embedding_dim: int | None
    manifold: Manifold | None
    dimension: DimensionEstimate | None
    covering_dim: int
    points: int | None = None
    looked_at: int | None = None


def few_enough(subject: Subject, *, rng: np.random.Generator) -> Subject:
    """Return a subject whose geometry can be looked at: of many points a random choice."""
    if isinstance(subject, Manifold) or len(subject) <= _LOOKED_AT:
        return subject
    rows = np.sort(rng.choice(len(subject), _LOOKED_AT, replace=False))
    return PointSet(subject.name, subject.points[rows], given=len(subject))


def survey(subject: Subject, *, rng: np.random.Generator) -> Ground:
    """Collect what is known of a subject, estimating what is not given.

    Parameters
    ----------
    subject : Manifold or PointSet
    rng : numpy.random.Generator
    """
    if isinstance(subject, Manifold):
        return _of_manifold(subject, rng)
    return _of_points(subject, rng)


def _of_manifold(manifold: Manifold, rng: np.random.Generator) -> Ground:
    betti = manifold.claims.betti
    return Ground(
        name=manifold.name,
        kind="manifold",
        intrinsic_dim=manifold.dim,
        ambient_dim=manifold.ambient_dim,
        components=tuple(part.name for part in manifold.components),
        component_of=manifold.component_of,
        project=manifold.project,
        tangents=manifold.tangent,
        reach=manifold.claims.reach,
        betti=None if betti is None else betti.get(2),
        embedding_dim=manifold.embeds_from,
        manifold=manifold,
        dimension=estimate_dimension(manifold.sample(2000, rng=rng)),
        covering_dim=manifold.dim,
    )


def _of_points(subject: PointSet, rng: np.random.Generator) -> Ground:
    points = subject.points
    dimension = estimate_dimension(points, rng=rng)
    # Where the estimators disagree the larger guess makes the covering radius larger: safer.
    guess = dimension.value or max(1, round(max(dimension.estimates.values())))
    covering = estimate_covering_radius(points, intrinsic_dim=guess, rng=rng)
    labels = clusters(points, 2 * covering.value)
    names = tuple(f"cluster {i + 1}" for i in range(int(labels.max(initial=0)) + 1))
    reach = None
    if dimension.value is not None:
        value = reach_of_points(points, labels, dimension.value, rng=rng).value
        # Points that fill their space show no reach: what they bound is not seen.
        reach = Bound(value, "estimate", False, "numerical") if np.isfinite(value) else None
    return Ground(
        name=subject.name,
        kind="points",
        intrinsic_dim=dimension.value,
        ambient_dim=subject.ambient_dim,
        components=names,
        component_of=_nearest_label(points, labels),
        project=lambda x: x,
        tangents=None,
        reach=reach,
        betti=None,
        embedding_dim=None,
        manifold=None,
        dimension=dimension,
        covering_dim=guess,
        points=subject.given or len(points),
        looked_at=len(points),
    )


def _nearest_label(points: Array, labels: Indices) -> Callable[[Array], Indices]:
    from scipy.spatial import cKDTree

    tree = cKDTree(points)

    def nearest(queries: Array) -> Indices:
        return np.asarray(labels[tree.query(queries)[1]], dtype=np.intp)

    return nearest
