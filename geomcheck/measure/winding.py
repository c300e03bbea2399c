"""What of the homology of K goes round holes of the latent set, and still does decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitening
from geomcheck.evaluation import Evaluation, encoded, evaluate
from geomcheck.ground import Ground
from geomcheck.limits import Limits, limits_of
from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput
from theory.holes import widest_holes
from theory.winding import classes_round

__all__ = ["winding_over"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
_HOLES = 8
_STEEP = 3000
_FEW = 4000
_MOST_TURNED = 500


def winding_over(
    had: Mapping[int, tuple[int | None, ...]],
    ground: Ground,
    model: Autoencoder,
    pool: Evaluation,
    *,
    decoded: bool,
) -> dict[int, int]:
    """Return for each field how many classes of degree m - 1, at least, go round holes.

    Parameters
    ----------
    had : mapping of int to tuple
        For each field, the Betti numbers of K below degree m.
    ground : Ground
    model : Autoencoder
    pool : Evaluation
        Many points of K, those where the encoder is steepest last.
    decoded : bool
        Whether what the whole autoencoder keeps is asked for: the holes are then those of the
        codes that the images have (``winding-argument``).
    """
    m, manifold = model.latent_dim, ground.manifold
    nothing = dict.fromkeys(had, 0)
    if m not in (2, 3) or manifold is None or not all(p.charts for p in manifold.components):
        return nothing
    enough = {field: _possible(betti, limits_of(ground, m, field)) for field, betti in had.items()}
    enough = {field: number for field, number in enough.items() if number}
    if not enough:
        return nothing
    try:
        centres, map, values = _holes(_map(model, decoded), pool.points)
        found = classes_round(
            map,
            [part.charts for part in manifold.components],
            centres,
            enough=enough,
            seen=_steep(ground, pool, values, centres),
        )
    except InvalidInput:
        # Its own images are no points that every encoder takes.
        return nothing
    return nothing | found


def _possible(had: tuple[int | None, ...], limits: Limits) -> int:
    degree = limits.latent_dim - 1
    count = had[degree] if degree < len(had) else 0
    return 0 if count is None else limits.most(degree, count, [None] * len(had))[0]


def _map(model: Autoencoder, decoded: bool) -> Callable[[Array], Array]:
    if not decoded:
        return lambda points: encoded(model, points)
    return lambda points: encoded(model, evaluate(model, points).images)


def _steep(ground: Ground, pool: Evaluation, values: Array, centres: Array) -> list[Array]:
    """Return, for each component, points where the map may be steep.

    Those of the largest errors, those at the end, and those that are seen from one of the centres
    in another direction than the nearest of a few others is.
    """
    rows = [np.argsort(-pool.errors, kind="stable")[:_STEEP], np.arange(len(pool))[-_STEEP:]]
    rows.extend(_turned(pool.points, values - centre) for centre in centres)
    points = pool.points[np.unique(np.concatenate(rows))]
    owner = ground.component_of(points)
    return [points[owner == i] for i in range(len(ground.components))]


def _turned(points: Array, seen: Array) -> Indices:
    """Return the rows whose directions (n, m) differ most from those of points nearby."""
    from scipy.spatial import cKDTree

    some = slice(None, None, -(-len(points) // _FEW))
    nearest = cKDTree(points[some]).query(points)[1]
    unit = seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-300)
    alike = np.einsum("nj,nj->n", unit, unit[some][nearest])
    return np.argsort(alike, kind="stable")[:_MOST_TURNED]


def _holes(
    map: Callable[[Array], Array], points: Array
) -> tuple[Array, Callable[[Array], Array], Array]:
    """Return the centres of the widest holes of the values, the map they are of, its values."""
    values = map(points)
    if not np.isfinite(values).all():
        return np.empty((0, values.shape[1])), map, values
    white = whitening(values)
    whitened = white(values)
    return widest_holes(whitened, _HOLES)[0], lambda x: white(map(x)), whitened
