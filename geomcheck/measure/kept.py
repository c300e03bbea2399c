"""What of the homology of K survives encoding, and the whole autoencoder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitened
from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground
from geomcheck.induced import KeptClasses, KeptOver, kept_classes
from theory.covering import covering_radius
from theory.points import farthest_point_subsample

__all__ = ["HIGHEST_DEGREE", "kept_by", "kept_on_graph"]

Array = NDArray[np.float64]

HIGHEST_DEGREE = 3
# Points of a net of the graph, by highest degree; in more it is not tried.
_ON_GRAPH = {0: 1000, 1: 1500}


def kept_by(
    ground: Ground,
    net: Evaluation,
    covering: float,
    pool: Evaluation,
    measured_betti: tuple[int | None, ...],
    latent_dim: int,
    *,
    steady: bool,
) -> tuple[KeptOver, KeptOver]:
    """Return the classes that the encoder, and the whole autoencoder, keep, by field.

    Parameters
    ----------
    ground : Ground
    net : Evaluation
        A net of K.
    covering : float
        Its covering radius in K.
    pool : Evaluation
        Many more points of K, dense where the encoder is steep.
    measured_betti : tuple of int or None
        Of K over two elements, where they are not given.
    latent_dim : int
    steady : bool
        A decoder that is not steady may open holes that the codes have not.
    """
    manifold = ground.manifold
    covering_of = None if manifold is None else lambda some: covering_radius(some, manifold).value
    codes: dict[int, KeptClasses] = {}
    images: dict[int, KeptClasses] = {}
    for field, betti in _betti_over(ground, measured_betti, latent_dim).items():
        had = tuple(b for b in betti if b is not None)
        if len(had) < len(betti) or not np.isfinite(pool.codes).all():
            codes[field] = images[field] = KeptClasses([None] * len(betti))
            continue

        def kept(
            values: Array, every: Array, had: tuple[int, ...] = had, field: int = field
        ) -> KeptClasses:
            return kept_classes(
                net.points,
                values,
                pool.points,
                every,
                had,
                covering=covering,
                homology_coeff_field=field,
                covering_of=covering_of,
            )

        white = whitened(np.concatenate([net.codes, pool.codes]))
        images[field] = kept(net.images, pool.images)
        codes[field] = kept(white[: len(net)], white[len(net) :])
        if steady:
            # What survives the whole autoencoder survived the encoder, however coarse its codes.
            codes[field] = _larger(codes[field], images[field])
        if latent_dim > 1 and codes[field] != had:
            # What is seen to survive survives: with unequal axes as they are, too.
            codes[field] = _larger(codes[field], kept(net.codes, pool.codes))
        if None in codes[field] and ground.kind == "manifold":
            more = kept_on_graph(pool.points, white[len(net) :], had, homology_coeff_field=field)
            codes[field] = _larger(codes[field], more)
        # What the encoder kills no decoder brings back.
        images[field] = KeptClasses(
            0 if b is None and a == 0 else b
            for a, b in zip(codes[field], images[field], strict=True)
        )
    return codes, images


def kept_on_graph(
    points: Array, values: Array, had: tuple[int, ...], *, homology_coeff_field: int = 2
) -> KeptClasses:
    """Return the rank of what f: K -> R^d induces on homology, from a net of the graph of f.

    Parameters
    ----------
    points : array of shape (l, N)
        Points of K, dense where f is steep.
    values : array of shape (l, d)
        f at the points.
    had : tuple of int
        Betti numbers of K over the field, from the degree 0, in the degrees asked for.
    homology_coeff_field : int
        A prime.

    Notes
    -----
    The graph {(x, f(x))} is homeomorphic to K, and carries f to a projection, which stretches
    nothing. On a net of K alone, a map that crosses its image within a narrow collar has
    neighbours with values far apart; on a net of the graph it has none. That holds where the two
    sides of the collar have values far apart, as codes on two sides of a tear have.
    """
    size = _ON_GRAPH.get(len(had) - 1)
    if size is None or not np.isfinite(values).all():
        return KeptClasses([None] * len(had))
    spread = float(np.linalg.norm(np.ptp(values, axis=0)))
    scale = float(np.linalg.norm(np.ptp(points, axis=0))) / spread if spread > 0 else 1.0
    values = scale * values
    graph = np.concatenate([points, values], axis=1)
    net = farthest_point_subsample(graph, min(size, len(graph)))
    return kept_classes(
        graph[net.indices],
        values[net.indices],
        graph,
        values,
        had,
        covering=net.covering_radius,
        homology_coeff_field=homology_coeff_field,
        most_points=size,
    )


def _larger(first: KeptClasses, second: KeptClasses) -> KeptClasses:
    """Return, degree by degree, the larger of two lower bounds of what is kept."""
    return KeptClasses(
        b if a is None else a if b is None else max(a, b)
        for a, b in zip(first, second, strict=True)
    )


def _betti_over(
    ground: Ground, measured_betti: tuple[int | None, ...], latent_dim: int
) -> dict[int, tuple[int | None, ...]]:
    """Return the Betti numbers below the latent dimension, over the fields to look at.

    A curve wound three times, or 3-torsion, shows over three elements alone. Above degree 1 a
    second field costs seconds, and is looked at only where torsion makes it differ.
    """
    top = min(latent_dim, HIGHEST_DEGREE)
    known = ground.betti if ground.betti is not None else measured_betti
    over: dict[int, tuple[int | None, ...]] = {2: tuple(known[:top])}
    claims = None if ground.manifold is None else ground.manifold.claims.betti
    if claims is not None and 3 in claims and len(over[2]) > 1:
        third = tuple(claims[3][:top])
        if len(third) == 2 or third != over[2]:
            over[3] = third
    return over
