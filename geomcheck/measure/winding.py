"""What of the homology of K goes round holes of the latent set, and still does decoded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.duality import closed_components
from geomcheck.enrich import whitening
from geomcheck.evaluation import Evaluation, encoded, evaluate
from geomcheck.ground import Ground
from geomcheck.induced import KeptClasses, KeptOver
from geomcheck.protocol import Autoencoder
from geomcheck.topology import most_kept
from theory.errors import InvalidInput
from theory.holes import widest_holes
from theory.winding import classes_round

__all__ = ["with_winding"]

Array = NDArray[np.float64]
_HOLES = 8
_STEEP = 3000


def with_winding(
    kept: KeptOver,
    had: dict[int, tuple[int | None, ...]],
    ground: Ground,
    model: Autoencoder,
    pool: Evaluation,
    *,
    decoded: bool,
) -> KeptOver:
    """Say how many classes of degree m - 1 go round holes, where a net shows too few.

    Parameters
    ----------
    kept : mapping of int to KeptClasses
        For each field, what is kept as far as nets show it.
    had : dict of int to tuple
        The Betti numbers of K over each field, in the same degrees.
    ground : Ground
    model : Autoencoder
    pool : Evaluation
        Many points of K, those where the encoder is steepest last.
    decoded : bool
        Whether what the whole autoencoder keeps is asked for: the holes are then those of the
        codes that the images have (``winding-argument``).
    """
    m, manifold = model.latent_dim, ground.manifold
    if m not in (2, 3) or manifold is None or not all(p.charts for p in manifold.components):
        return kept
    enough = {field: _wanted(ground, kept[field], had[field], field, m) for field in kept}
    enough = {field: number for field, number in enough.items() if number}
    if not enough:
        return kept
    try:
        centres, map = _holes(_map(model, decoded), pool.points)
        found = classes_round(
            map,
            [part.charts for part in manifold.components],
            centres,
            enough=enough,
            seen=_steep(ground, pool),
        )
    except InvalidInput:
        # Its own images are no points that every encoder takes.
        return kept
    return {
        field: KeptClasses(numbers, numbers.hole, found.get(field, 0))
        for field, numbers in kept.items()
    }


def _wanted(
    ground: Ground, kept: KeptClasses, had: tuple[int | None, ...], field: int, m: int
) -> int:
    """Return how many classes of degree m - 1 can be kept, unless all are seen to be."""
    if len(kept) < m:
        return 0
    count, seen = had[m - 1], kept[m - 1]
    if count is None or seen == count:
        return 0
    return min(count, most_kept(m - 1, count, kept, m, closed_components(ground, field)))


def _map(model: Autoencoder, decoded: bool) -> Callable[[Array], Array]:
    if not decoded:
        return lambda points: encoded(model, points)
    return lambda points: encoded(model, evaluate(model, points).images)


def _steep(ground: Ground, pool: Evaluation) -> list[Array]:
    """Return, for each component, the points of the largest errors and those at the end."""
    rows = np.union1d(
        np.argsort(-pool.errors, kind="stable")[:_STEEP], np.arange(len(pool))[-_STEEP:]
    )
    points = pool.points[rows]
    owner = ground.component_of(points)
    return [points[owner == i] for i in range(len(ground.components))]


def _holes(map: Callable[[Array], Array], points: Array) -> tuple[Array, Callable[[Array], Array]]:
    """Return the centres of the widest holes of the values, and the map that they are holes of."""
    values = map(points)
    if not np.isfinite(values).all():
        return np.empty((0, values.shape[1])), map
    white = whitening(values)
    return widest_holes(white(values), _HOLES)[0], lambda x: white(map(x))
