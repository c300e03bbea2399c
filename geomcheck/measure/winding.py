"""What of the homology of K goes round holes of the latent set, and still does decoded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify import certain_sides
from geomcheck.enrich import whitening
from geomcheck.evaluation import Evaluation, encoded, evaluate
from geomcheck.ground import Ground
from geomcheck.kept import Wound
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
# Principal axes of the images that planes to look at them in are taken from.
_AXES = 3
# No narrower holes are looked at in such a plane, in units of the standard deviation.
_WIDE = 0.15


@dataclass(frozen=True, eq=False)
class _View:
    """A map f: K -> R^m that passes what is asked about, its values on a pool of points."""

    map: Callable[[Array], Array]
    values: Array
    matrix: Array | None = None


def winding_over(
    had: Mapping[int, tuple[int | None, ...]],
    ground: Ground,
    model: Autoencoder,
    pool: Evaluation,
    *,
    decoded: bool,
) -> dict[int, Wound]:
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
        codes that the images have, or of the images seen along some of their principal axes
        (``winding-argument``).
    """
    m, manifold = model.latent_dim, ground.manifold
    best = dict.fromkeys(had, Wound())
    if m not in (2, 3) or manifold is None or not all(p.charts for p in manifold.components):
        return best
    enough = {field: _possible(betti, limits_of(ground, m, field)) for field, betti in had.items()}
    enough = {field: number for field, number in enough.items() if number}
    for view in _views(model, pool, decoded):
        enough = {field: n for field, n in enough.items() if best[field].number < n}
        if not enough:
            break
        for field, wound in _seen_in(view, model, ground, pool, enough, decoded).items():
            best[field] = max(best[field], wound, key=lambda w: (w.number, w.certain))
    return best


def _possible(had: tuple[int | None, ...], limits: Limits) -> int:
    degree = limits.latent_dim - 1
    count = had[degree] if degree < len(had) else 0
    return 0 if count is None else limits.most(degree, count, [None] * len(had))[0]


def _views(model: Autoencoder, pool: Evaluation, decoded: bool) -> Iterator[_View]:
    if not np.isfinite(pool.codes).all():
        return
    if not decoded:
        yield _View(lambda x: encoded(model, x), pool.codes)
        return
    if not np.isfinite(pool.images).all():
        return
    try:
        again = encoded(model, pool.images)
    except InvalidInput:
        # Its own images are no points that every encoder takes.
        again = np.full_like(pool.codes, np.nan)
    if np.isfinite(again).all():
        yield _View(lambda x: encoded(model, evaluate(model, x).images), again)
    about = pool.images - pool.images.mean(axis=0)
    axes = np.linalg.svd(about, full_matrices=False)[2][:_AXES]
    for some in itertools.combinations(axes, model.latent_dim):
        matrix = np.array(some)
        yield _View(_seen_along(model, matrix), pool.images @ matrix.T, matrix)


def _seen_along(model: Autoencoder, matrix: Array) -> Callable[[Array], Array]:
    return lambda x: np.asarray(evaluate(model, x).images @ matrix.T)


def _seen_in(
    view: _View,
    model: Autoencoder,
    ground: Ground,
    pool: Evaluation,
    enough: Mapping[int, int],
    decoded: bool,
) -> dict[int, Wound]:
    manifold = ground.manifold
    assert manifold is not None
    charts = [part.charts for part in manifold.components]
    white = whitening(view.values)
    values = white(view.values)
    centres, widths = widest_holes(values, _HOLES)
    if not len(centres) or (view.matrix is not None and widths[0] < _WIDE):
        return {}
    steep = _steep(ground, pool, values, centres)
    found = classes_round(lambda x: white(view.map(x)), charts, centres, enough=enough, seen=steep)
    certain: Mapping[int, int] = {}
    points = white.undone(found.points)
    misses = None
    if len(points):
        misses = certain_sides(model, manifold, decoded=decoded, view=view.matrix)
    if misses is not None:
        certain = classes_round(
            view.map, charts, points, enough=found.classes, misses=misses
        ).classes
    about = () if decoded else tuple(tuple(map(float, point)) for point in points)
    return {
        field: Wound(number, min(number, certain.get(field, 0)), about if number else ())
        for field, number in found.classes.items()
    }


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
