"""Check of a claimed reach: pairs of points searched for on the set, or over its chart."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.chart_faces import inspect_faces
from theory.chart_projection import ChartProjection
from theory.chart_reach import chart_reach
from theory.manifold import Manifold
from theory.validation_maps import points_of_parts
from theory.validation_record import ManifoldCheck
from theory.zoom import zoom

__all__ = ["check_reach"]

Array = NDArray[np.float64]
_PAIR_POINTS = 2000
_STARTS = 8
_ROUNDS = 24
_SHORTEST = 0.03
_SHORTEST_OF_REACH = 0.2
_SLACK = 0.03


def check_reach(manifold: Manifold, sample: Array, size: float) -> ManifoldCheck:
    """No pair has a Federer ratio below the claim, and some pair or curvature comes near it."""
    claim = manifold.claims.reach
    if claim is None:
        return ManifoldCheck("reach", "not-checked", "no reach is claimed")
    if manifold.tangent(sample[:1]).shape[2] != manifold.dim:
        return ManifoldCheck("reach", "not-checked", "the tangent frames have the wrong shape")
    several = len(manifold.components) > 1
    if len(manifold.charts) == 1 and manifold.dim <= 2 and not several:
        value, pair = _over_chart(manifold)
        sharp = True
    else:
        # A sample of a union may miss a small part, and has no point of one of less dimension.
        drawn = points_of_parts(manifold, _PAIR_POINTS) if several else sample[:_PAIR_POINTS]
        value, pair = _over_pairs(manifold, manifold.project(drawn), size)
        # At a boundary the tangent cone is smaller than the frame's span, and ratios too large.
        sharp = manifold.closed
    said = f"the smallest reach that a search shows is {value:.6g}, the claim is {claim.value:.6g}"
    below = _SLACK if claim.direction == "estimate" else 1e-5
    too_high = claim.direction != "upper" and value < claim.value * (1 - below)
    two_sided = sharp and claim.direction in ("exact", "estimate", "upper")
    too_low = two_sided and value > claim.value * (1 + _SLACK)
    if too_high or too_low:
        return ManifoldCheck("reach", "fails", said, value, claim.value, pair)
    return ManifoldCheck("reach", "holds", said, value, claim.value)


def _over_chart(manifold: Manifold) -> tuple[float, Array]:
    (chart,) = manifold.charts
    edges = inspect_faces(chart, ChartProjection(chart)).edges if manifold.boundary else ()
    found = chart_reach(chart, edges)
    if found.curvature_radius <= found.chord_ratio:
        return found.reach.value, chart.evaluate(found.curvature_at[None])
    return found.reach.value, chart.evaluate(found.chord_at)


def _over_pairs(manifold: Manifold, points: Array, size: float) -> tuple[float, Array]:
    n = manifold.ambient_dim
    assert manifold.claims.reach is not None
    # Short chords show the curvature; shorter than this they would show rounding.
    shortest = min(_SHORTEST * size, _SHORTEST_OF_REACH * manifold.claims.reach.value)

    def ratio(base: Array, other: Array, frames: Array) -> Array:
        chord = other - base
        square = (chord**2).sum(axis=-1)
        along = np.einsum("...ia,...i->...a", frames, chord)
        offset = np.linalg.norm(chord - np.einsum("...ia,...a->...i", frames, along), axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(square >= shortest**2, square / (2 * offset), np.inf)
        return np.asarray(value)

    frames = manifold.tangent(points)
    best = np.full(len(points), np.inf)
    partner = np.zeros(len(points), dtype=np.intp)
    for i, base in enumerate(points):
        values = ratio(base, points, frames[i])
        partner[i], best[i] = values.argmin(), values.min()
    order = np.argsort(best)[: 4 * _STARTS : 4]
    starts = np.concatenate([points[order], points[partner[order]]], axis=1)

    def confined(pairs: Array) -> Array:
        both = manifold.project(np.concatenate([pairs[:, :n], pairs[:, n:]]))
        return np.concatenate([both[: len(pairs)], both[len(pairs) :]], axis=1)

    def objective(pairs: Array) -> Array:
        return ratio(pairs[:, :n], pairs[:, n:], manifold.tangent(pairs[:, :n]))

    spacing = size * len(points) ** (-1 / max(manifold.dim, 1)) / math.sqrt(n)
    widths = np.full(2 * n, spacing)
    found, value = zoom(objective, starts, widths, confined, rounds=_ROUNDS)
    return value, found.reshape(2, n)
