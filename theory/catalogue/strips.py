"""Surfaces with a boundary: the Swiss roll and the Moebius band."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.bounds import at_least, exact
from theory.catalogue.chart_family import from_known_chart
from theory.catalogue.parameters import positive, spec
from theory.catalogue.spheres import round_sphere
from theory.catalogue.turns import turn_about_axis
from theory.chart import Chart
from theory.chart_projection import ChartProjection
from theory.chart_volume import chart_volume, uniform_sampler
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.moved import moved
from theory.reach_certificate import best_chart_reach
from theory.seam import Seam

__all__ = ["moebius_band", "swiss_roll"]

Array = NDArray[np.float64]
_INNER, _OUTER = 1.5 * math.pi, 4.5 * math.pi
_WIDTH = 8 * math.pi  # from the outer end to the opposite side


def swiss_roll(height: float = 21.0) -> Manifold:
    """Swiss roll (t cos t, y, t sin t), 3/2 pi <= t <= 9/2 pi, 0 <= y <= height.

    Notes
    -----
    It is scikit-learn's set, sampled uniformly in area. The reach is that of the spiral: chords
    normal at both ends do not exist (the two conditions add up to (s + t)(1 - cos(t - s)) = 0),
    the radius of curvature is at least 4.6, and half the distance from the inner end to the
    next layer is 3.11; the direction there lies in the normal cone of the end.

    e*(1) = height/2 up to a height of 8 pi: collapsing to the spiral at half the height has that
    error. From below, the border of the part 7/2 pi <= t <= 9/2 pi winds once round the line
    y = height/2, z = pi/2 parallel to the x-axis: two sides are height/2 away from it, two 4 pi.
    """
    height = positive("height", height)
    spiral = Chart(
        lambda t: (t * np.cos(t), t * np.sin(t)),
        (_INNER,),
        (_OUTER,),
        (False,),
        stretch=(math.hypot(1, _OUTER),),
    )
    on_spiral = ChartProjection(spiral)
    uniform = uniform_sampler(spiral, math.hypot(1, _OUTER))

    def sampler(n: int, rng: np.random.Generator) -> Array:
        x, z = uniform(n, rng).T
        return np.stack([x, rng.uniform(0, height, n), z], axis=1)

    def projection(points: Array) -> Array:
        x, z = on_spiral(points[:, [0, 2]]).T
        return np.stack([x, np.clip(points[:, 1], 0, height), z], axis=1)

    def tangents(points: Array) -> Array:
        x, z = points[:, 0], points[:, 2]
        t = np.hypot(x, z)
        zero = np.zeros_like(t)
        along = np.stack([x / t - z, zero, z / t + x], axis=1) / np.hypot(1, t)[:, None]
        across = np.stack([zero, zero + 1, zero], axis=1)
        return np.stack([along, across], axis=2)

    return Manifold(
        name=spec("swiss-roll", height=height),
        dim=2,
        ambient_dim=3,
        sampler=sampler,
        tangents=tangents,
        projection=projection,
        boundary=True,
        charts=(
            Chart(
                lambda t, y: (t * np.cos(t), y, t * np.sin(t)),
                (_INNER, 0.0),
                (_OUTER, height),
                (False, False),
                stretch=(math.hypot(1, _OUTER), 1.0),
                inverse=lambda x: np.stack([np.hypot(x[:, 0], x[:, 2]), x[:, 1]], axis=1),
            ),
        ),
        claims=Claims(
            reach=exact(_half_distance_to_next_layer()),
            volume=exact(height * (_arc_length(_OUTER) - _arc_length(_INNER))),
            betti={2: (1, 0, 0), 3: (1, 0, 0)},
            embedding_dim=2,
            optimal_error={
                1: exact(height / 2, "linking-argument")
                if height <= _WIDTH
                else at_least(_WIDTH / 2, "linking-argument")
            },
        ),
    )


def _arc_length(t: float) -> float:
    return (t * math.hypot(1, t) + math.asinh(t)) / 2


def _half_distance_to_next_layer() -> float:
    # Half the distance from the inner end, angle s, to angle t: d/dt vanishes near s + 2 pi.
    s = _INNER
    low, high = s + 1.5 * math.pi, s + 2.25 * math.pi
    for _ in range(80):
        t = (low + high) / 2
        if t - s * math.cos(t - s) + s * t * math.sin(t - s) < 0:
            low = t
        else:
            high = t
    return math.sqrt(s * s + t * t - 2 * s * t * math.cos(t - s)) / 2


def moebius_band(R: float = 1.0, w: float = 0.4) -> Manifold:
    """Moebius band in space: a segment of half length w turned over along a circle of radius R.

    Notes
    -----
    e*(1) >= R + w/2: with s = w up to u = pi and s = -w from there on, the loop of radius
    R + w |cos(u/2)| winds once round the line (w/2, 0) parallel to the z-axis, and with
    k = |cos(u/2)| its squared distance exceeds (R + w/2)^2 by 2 R w k (1-k) + w^2 k (1-k)(1+2k).
    A non-orientable surface does not embed in the plane; e*(2) > 0 is not known. The
    reach is bounded from below (``chart-reach``), the area numerical.
    """
    R, w = positive("R", R), positive("w", w)
    if w >= R:
        raise InvalidInput("w", w, f"less than R = {R:g}")
    # |d/du|^2 = (R + s cos(u/2))^2 + s^2/4.
    along = math.hypot(R + w, w / 2)
    chart = _band(R, w, along)
    core = moved(round_sphere(1, R, ""), np.eye(3)[:, :2], name="core circle")
    reach, area = _band_numbers(R, w)
    claims = Claims(
        reach=reach,
        volume=area,
        betti={2: (1, 1, 0), 3: (1, 1, 0)},
        embedding_dim=3,
        optimal_error={1: at_least(R + w / 2, "linking-argument")},
    )

    def coordinates(points: Array) -> Array:
        u = np.mod(np.arctan2(points[:, 1], points[:, 0]), 2 * math.pi)
        outward = np.hypot(points[:, 0], points[:, 1]) - R
        return np.stack([u, outward * np.cos(u / 2) + points[:, 2] * np.sin(u / 2)], axis=1)

    return from_known_chart(
        spec("moebius-band", R=R, w=w),
        chart,
        3,
        claims,
        largest_volume_element=along,
        boundary=True,
        orientable=False,
        cycles=(core,),
        retracts=(turn_about_axis(R, R - w, 3),),
        coordinates=coordinates,
    )


def _band(R: float, w: float, along: float) -> Chart:
    return Chart(
        lambda u, s: (
            (R + s * np.cos(u / 2)) * np.cos(u),
            (R + s * np.cos(u / 2)) * np.sin(u),
            s * np.sin(u / 2),
        ),
        (0.0, -w),
        (2 * math.pi, w),
        (False, False),
        stretch=(along, 1.0),
    )


@lru_cache(maxsize=32)
def _band_numbers(R: float, w: float) -> tuple[Bound, Bound]:
    chart = _band(R, w, math.hypot(R + w, w / 2))
    turned_over = Seam((1, -1), (2 * math.pi, 0.0))
    return best_chart_reach(chart, ((1, 0), (1, 1)), (turned_over,)), chart_volume(chart)
