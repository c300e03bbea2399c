"""Torus knots and the trefoil of the textbooks."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from theory.bound import Bound
from theory.catalogue.bounds import at_least
from theory.catalogue.chart_family import from_known_chart
from theory.catalogue.parameters import count, positive, spec
from theory.chart import Chart
from theory.chart_volume import chart_volume
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.reach_certificate import best_chart_reach

__all__ = ["torus_knot", "trefoil"]

_MOST_TURNS = 12
_CURVE = {2: (1, 1), 3: (1, 1)}


def torus_knot(p: int = 2, q: int = 3, R: float = 2.0, r: float = 1.0) -> Manifold:
    """Torus knot that winds p times round the axis and q times round the core of a torus.

    Notes
    -----
    e*(1) >= max(r, R - r): the knot winds p times round the axis, which is R - r away from it,
    and q times round the core circle, r away. The reach is bounded from below (``chart-reach``),
    the length numerical.
    """
    p, q = count("p", p, 1, _MOST_TURNS), count("q", q, 1, _MOST_TURNS)
    R, r = positive("R", R), positive("r", r)
    if math.gcd(p, q) != 1:
        raise InvalidInput("p, q", (p, q), "without a common factor")
    if r >= R:
        raise InvalidInput("r", r, f"less than R = {R:g}")
    fastest = math.hypot(p * (R + r), q * r)
    chart = _knot_chart(p, q, R, r)
    reach, length = _numbers(p, q, R, r)
    claims = Claims(
        reach=reach,
        volume=length,
        betti=_CURVE,
        embedding_dim=2,
        optimal_error={1: at_least(max(r, R - r), "linking-argument")},
    )
    name = spec("torus-knot", p=p, q=q, R=R, r=r)
    return from_known_chart(name, chart, 3, claims, largest_volume_element=fastest)


def _knot_chart(p: int, q: int, R: float, r: float) -> Chart:
    return Chart(
        lambda t: (
            (R + r * np.cos(q * t)) * np.cos(p * t),
            (R + r * np.cos(q * t)) * np.sin(p * t),
            r * np.sin(q * t),
        ),
        (0.0,),
        (2 * math.pi,),
        (True,),
        stretch=(math.hypot(p * (R + r), q * r),),
    )


@lru_cache(maxsize=64)
def _numbers(p: int, q: int, R: float, r: float) -> tuple[Bound, Bound]:
    chart = _knot_chart(p, q, R, r)
    return best_chart_reach(chart), chart_volume(chart)


def trefoil(scale: float = 1.0) -> Manifold:
    """Trefoil (sin t + 2 sin 2t, cos t - 2 cos 2t, -sin 3t), times a scale.

    Notes
    -----
    e*(1) >= scale: it winds twice round the third axis, from which it stays away by
    sqrt(5 - 4 cos 3t) >= 1. The reach is bounded from below (``chart-reach``), the length
    numerical.
    """
    s = positive("scale", scale)
    # |x'|^2 = 17 + 8 cos 3t + 9 cos^2 3t <= 34.
    fastest = math.sqrt(34.0) * s
    chart = _trefoil_chart(s, fastest)
    reach, length = _trefoil_numbers()
    claims = Claims(
        reach=reach.scaled(s),
        volume=length.scaled(s),
        betti=_CURVE,
        embedding_dim=2,
        optimal_error={1: at_least(s, "linking-argument")},
    )
    name = spec("trefoil", scale=s)
    return from_known_chart(name, chart, 3, claims, largest_volume_element=fastest)


def _trefoil_chart(s: float, fastest: float) -> Chart:
    return Chart(
        lambda t: (
            s * (np.sin(t) + 2 * np.sin(2 * t)),
            s * (np.cos(t) - 2 * np.cos(2 * t)),
            -s * np.sin(3 * t),
        ),
        (0.0,),
        (2 * math.pi,),
        (True,),
        stretch=(fastest,),
    )


@lru_cache(maxsize=1)
def _trefoil_numbers() -> tuple[Bound, Bound]:
    chart = _trefoil_chart(1.0, math.sqrt(34.0))
    return best_chart_reach(chart), chart_volume(chart)
