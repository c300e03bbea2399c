"""Where a set bends most, and its bottlenecks, between the points of a sample with tangents."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.hermite_fit import HermiteFit, hermite_fit, hermite_neighbours
from theory.local_fit import coefficients
from theory.reach_pairs import Cloud, Pairs

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["Refined", "refined_bottleneck", "refined_curvature"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_HIGHEST, _MOST_COEFFICIENTS, _PART, _PILOTS = 7, 80, 4, 8
_SCREENED, _CANDIDATES, _CLIMBING, _JUDGED = 1024, 32, 10, 6
_ROUNDS, _TRIALS, _SHRINK = 12, 8, 0.7
_PAIRS, _NEWTON_STEPS, _SINGULAR = 8, 12, 1e-6
_NORMAL = 1e-7
_DOUBTS, _DOUBTFUL, _STEADY = 3.0, 0.5, 0.1
_INSIDE = 1e-9


@dataclass(frozen=True, eq=False)
class Refined:
    """A radius found on local models of a set, between the sample points.

    Parameters
    ----------
    radius : float
        Of curvature, or half a bottleneck: as small as the models show beyond their error.
    error : float
        How far the models are apart there: the radius may be as much smaller still.
    least : float
        How small it may well be, just beyond an edge of the sample too.
    where : array of shape (1, ambient_dim) or (2, ambient_dim)
        Relative to the cloud's origin.
    degree : int
        Of the models.
    """

    radius: float
    error: float
    least: float
    where: Array
    degree: int


def refined_curvature(cloud: Cloud, tree: cKDTree, bent: Pairs) -> Refined | None:
    """Return the least radius of curvature of local models around the points that bend most.

    Parameters
    ----------
    cloud : Cloud
        With exact frames.
    tree : cKDTree
        Of its points.
    bent : Pairs
        Of each point, the pair that shows most bending.

    Returns
    -------
    Refined or None
        None where there are too few points for models of two degrees, or they disagree so much
        that no bending is left.

    Notes
    -----
    From exact tangents a polynomial of degree d shows the curvature of a neighbourhood of radius
    h up to O(h^(d-1)). The degree is the one that differs least from the next lower one, and
    what they differ by at a point, and typically, is taken off the curvature: the largest of many
    estimates is otherwise one that errs upwards. The models are followed from the sample points
    as far as the next ones, within the convex hull of these.
    """
    k = cloud.frames.shape[2]
    degrees = _degrees(len(cloud.points), k)
    if len(degrees) < 2:
        return None
    rows = _candidates(cloud, tree, bent, degrees)
    chosen = _best_degree(cloud, tree, rows[:: -(-len(rows) // _PILOTS)], degrees)
    model = hermite_fit(cloud, tree, rows, degrees[chosen])
    sharp = model.bending(np.zeros((len(rows), k))) - _DOUBTS * model.bending_error
    model = model[np.argsort(-sharp, kind="stable")[:_CLIMBING]]
    # Twice: as far as the next points, and as far as the neighbourhood goes.
    m = len(model.points)
    shortest = np.sort(np.linalg.norm(model.around, axis=2), axis=1)[:, 2 * k]
    u = np.concatenate([_climbed(model, shortest), _climbed(model, np.ones(m))])
    model = model[np.tile(np.arange(m), 2)]
    places = model.jets(u)[0]
    inside = _surrounded(cloud, tree, model, places)
    beyond = _most_beyond(cloud, tree, model, places, ~inside, degrees[chosen - 1 : chosen + 1])
    u[~inside], places[~inside] = 0.0, model.points[~inside]
    sharp = model.bending(u) - _DOUBTS * model.bending_error
    first = np.argsort(-sharp, kind="stable")[:_JUDGED]
    bending, doubt = _judged(cloud, tree, places[first], degrees[chosen - 1 : chosen + 1])
    sure = bending - doubt
    best = int(sure.argmax())
    if not doubt[best] < _DOUBTFUL * bending[best]:
        return None
    radius = 1 / float(sure[best])
    least = 1 / float(bending[best] + doubt[best])
    beyond = min(least, 1 / beyond) if beyond > 0 else least
    return Refined(radius, radius - least, beyond, places[first[[best]]], degrees[chosen])


def _most_beyond(
    cloud: Cloud,
    tree: cKDTree,
    model: HermiteFit,
    places: Array,
    outside: NDArray[np.bool_],
    degrees: list[int],
) -> float:
    """Return the largest bending that the models have just outside the sample, 0 if none."""
    # No farther out than the next points are.
    rows = np.flatnonzero(outside[: len(outside) // 2])[:_JUDGED]
    if len(rows) == 0:
        return 0.0
    bending, doubt = _judged(cloud, tree, places[rows], degrees)
    return float(np.where(doubt < _STEADY * bending, bending, 0.0).max())


def _judged(cloud: Cloud, tree: cKDTree, places: Array, degrees: list[int]) -> tuple[Array, Array]:
    """Return how much the set bends at places near the sample, and the doubt of it.

    The models around all the nearest points speak: their median, and how far they are apart.
    """
    k = cloud.frames.shape[2]
    count = 2 * (k + 1)
    rows = np.asarray(tree.query(places, count)[1], dtype=np.intp)
    spoken = []
    for degree in degrees:
        model = hermite_fit(cloud, tree, rows.ravel(), degree)
        away = np.repeat(places, count, axis=0) - model.points
        u = np.einsum("md,mdk->mk", away, model.frames) / model.radius[:, None]
        spoken.append(model.bending(u).reshape(-1, count))
    coarse, fine = (np.median(each, axis=1) for each in spoken)
    apart = np.median(np.abs(spoken[1] - fine[:, None]), axis=1)
    return fine, np.abs(fine - coarse) + _DOUBTS * apart


def refined_bottleneck(cloud: Cloud, tree: cKDTree, pairs: Pairs) -> Refined | None:
    """Return half the shortest bottleneck between local models at the ends of pairs.

    Parameters
    ----------
    cloud : Cloud
        With exact frames.
    tree : cKDTree
        Of its points.
    pairs : Pairs
        Nearly normal to the set at both ends.

    Returns
    -------
    Refined or None
        None where no pair leads to one near it, or there are too few points.
    """
    degrees = _degrees(len(cloud.points), cloud.frames.shape[2])
    if len(degrees) < 2 or len(pairs) == 0:
        return None
    found: list[tuple[Array, Array, NDArray[np.bool_]]] = []
    start = pairs.best(_PAIRS)
    for degree in degrees[-2:]:
        ends = [hermite_fit(cloud, tree, rows, degree) for rows in (start.first, start.second)]
        found.append(_normal_chords(ends[0], ends[1]))
        if degree == degrees[-1]:
            for side, end in enumerate(ends):
                found[-1][2][:] &= _surrounded(cloud, tree, end, found[-1][0][:, side])
    (_, other, _), (places, half, fits) = found
    doubt = np.abs(half - other)
    doubt += float(np.median(doubt[fits])) if fits.any() else 0.0
    radius = np.where(fits & (doubt < _DOUBTFUL * half), half + doubt, np.inf)
    best = int(radius.argmin())
    if not np.isfinite(radius[best]):
        return None
    error = float(2 * doubt[best])
    least = float(radius[best]) - error
    return Refined(float(radius[best]), error, least, places[best], degrees[-1])


def _degrees(n: int, k: int) -> list[int]:
    return [
        degree
        for degree in range(2, _HIGHEST + 1)
        if coefficients(k, degree) <= _MOST_COEFFICIENTS
        and _PART * hermite_neighbours(k, degree) <= n
    ]


def _best_degree(cloud: Cloud, tree: cKDTree, rows: Rows, degrees: list[int]) -> int:
    """Return the place of the degree that differs least from the one below it, at least 1."""
    centre = np.zeros((len(rows), cloud.frames.shape[2]))
    bending = [hermite_fit(cloud, tree, rows, degree).bending(centre) for degree in degrees]
    apart = [np.median(np.abs(b - a)) for a, b in pairwise(bending)]
    return 1 + int(np.argmin(apart))


def _candidates(cloud: Cloud, tree: cKDTree, bent: Pairs, degrees: list[int]) -> Rows:
    """Return the points that bend most by their quotients, and by fits of low degree."""
    screened = bent.best(_SCREENED).first
    fit = hermite_fit(cloud, tree, screened, degrees[1])
    order = np.argsort(-fit.bending(np.zeros(fit.around[:, 0].shape)), kind="stable")
    return np.unique(np.concatenate([screened[:_CANDIDATES], screened[order[:_CANDIDATES]]]))


def _climbed(model: HermiteFit, room: Array) -> Array:
    """Return where each model bends most, within `room` of its centre and between points."""
    m, _, k = model.around.shape
    rng = np.random.default_rng(0)
    best = np.zeros((m, k))
    value = model.bending(best)
    every = np.arange(m)
    repeated = model[np.repeat(every, _TRIALS)]
    width = room.copy()
    for _ in range(_ROUNDS):
        trial = best[:, None] + width[:, None, None] * rng.uniform(-1, 1, (m, _TRIALS, k))
        length = np.linalg.norm(trial, axis=2)
        trial *= np.minimum(1.0, room[:, None] / np.maximum(length, 1e-300))[:, :, None]
        found = repeated.bending(trial.reshape(-1, k)).reshape(m, _TRIALS)
        choice = found.argmax(axis=1)
        better = found[every, choice] > value
        best[better] = trial[every, choice][better]
        value[better] = found[every, choice][better]
        width *= _SHRINK
    return best


def _surrounded(cloud: Cloud, tree: cKDTree, model: HermiteFit, places: Array) -> NDArray[np.bool_]:
    """Tell which places have sample points on all sides, seen along the model's tangents."""
    from scipy.optimize import nnls

    k = cloud.frames.shape[2]
    around = np.asarray(tree.query(places, min(8 * (k + 1), len(cloud.points)))[1])
    away = cloud.points[around] - places[:, None]
    sides = np.einsum("mid,mdk->mik", away, model.frames) / model.radius[:, None, None]
    inside = np.zeros(len(places), dtype=bool)
    for row, corners in enumerate(sides):
        system = np.concatenate([corners.T, np.ones((1, len(corners)))])
        inside[row] = nnls(system, np.append(np.zeros(k), 1.0))[1] < _INSIDE
    return inside


def _normal_chords(first: HermiteFit, second: HermiteFit) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Move both ends over their models until the chord is normal, by Newton's method.

    Returns
    -------
    places : array of shape (m, 2, ambient_dim)
    half : array of shape (m,)
        Half the lengths.
    fits : array of bool, shape (m,)
        Where the chord is normal and its ends are within the neighbourhoods.
    """
    m, _, k = first.around.shape
    lengths = np.concatenate(
        [np.repeat(first.radius[:, None], k, 1), np.repeat(second.radius[:, None], k, 1)], axis=1
    )
    state = np.zeros((m, 2 * k))
    for step in range(_NEWTON_STEPS + 1):
        x, jx, hx = first.jets(state[:, :k])
        y, jy, hy = second.jets(state[:, k:])
        chord = x - y
        gradient = np.concatenate(
            [np.einsum("md,mda->ma", chord, jx), -np.einsum("md,mda->ma", chord, jy)], axis=1
        )
        if step == _NEWTON_STEPS:
            break
        hessian = np.empty((m, 2 * k, 2 * k))
        hessian[:, :k, :k] = np.einsum("mda,mdb->mab", jx, jx)
        hessian[:, :k, :k] += np.einsum("md,mdab->mab", chord, hx)
        hessian[:, k:, k:] = np.einsum("mda,mdb->mab", jy, jy)
        hessian[:, k:, k:] -= np.einsum("md,mdab->mab", chord, hy)
        hessian[:, :k, k:] = -np.einsum("mda,mdb->mab", jx, jy)
        hessian[:, k:, :k] = hessian[:, :k, k:].transpose(0, 2, 1)
        # Whole families of bottlenecks make it singular: the nearest one will do.
        move = np.linalg.pinv(hessian, rcond=_SINGULAR, hermitian=True) @ gradient[:, :, None]
        state = np.clip(state - move[:, :, 0] / lengths, -1.0, 1.0)
    length = np.linalg.norm(chord, axis=1)
    steep = np.linalg.norm(gradient, axis=1) / np.where(length > 0, length, 1.0)
    fits = (
        (steep < _NORMAL) & (length > 0) & np.isfinite(first.bending_error + second.bending_error)
    )
    return np.stack([x, y], axis=1), length / 2, fits
