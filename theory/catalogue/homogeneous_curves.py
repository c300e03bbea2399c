"""Curves that are orbits of a one-parameter group: the same at every point."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.bounds import at_least, exact
from theory.catalogue.chart_family import from_known_chart
from theory.catalogue.parameters import count, nonnegative, positive, spec
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold

__all__ = ["helix", "moment_curve"]

Array = NDArray[np.float64]
_GRID = 20_001
_HALVINGS = 60


def helix(a: float = 1.0, b: float = 0.3, turns: float = 2.0) -> Manifold:
    """Helix of radius a that rises by 2 pi b a turn.

    Notes
    -----
    Every chord depends only on the parameter difference t: it has length D(t),
    D^2 = 4 a^2 sin^2(t/2) + b^2 t^2, and is normal to the curve at both ends where D' = 0. So
    the reach is the smaller of the radius of curvature (a^2 + b^2)/a and half the least D(t)
    beyond the first maximum of D (the chord between the ends counts where D decreases there).
    """
    a, b, turns = positive("a", a), positive("b", b), positive("turns", turns)
    total = 2 * math.pi * turns
    speed = math.hypot(a, b)
    chart = Chart(
        lambda t: (a * np.cos(t), a * np.sin(t), b * t),
        (0.0,),
        (total,),
        (False,),
        stretch=(speed,),
    )
    claims = Claims(
        reach=exact(min((a * a + b * b) / a, _helix_gap(a, b, total) / 2)),
        volume=exact(speed * total),
        betti={2: (1, 0), 3: (1, 0)},
        embedding_dim=1,
    )
    return from_known_chart(
        spec("helix", a=a, b=b, turns=turns),
        chart,
        3,
        claims,
        largest_volume_element=1.001 * speed,
        boundary=True,
        coordinates=lambda points: points[:, 2:] / b,
    )


def _helix_gap(a: float, b: float, total: float) -> float:
    """Return the least chord beyond the first maximum of D, infinite if there is none."""

    def slope(t: float) -> float:
        return a * a * math.sin(t) + b * b * t

    # D D' = slope; it decreases from pi on until cos t = -b^2/a^2 and then increases.
    if b >= a:
        return math.inf
    turning = 2 * math.pi - math.acos(-b * b / (a * a))
    if slope(turning) >= 0:
        return math.inf
    first_maximum = _root(slope, math.pi, turning)
    if total <= first_maximum:
        return math.inf
    least = min(_root(slope, turning, 2 * math.pi), total)
    return math.hypot(2 * a * math.sin(least / 2), b * least)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    sign = 1.0 if function(low) > 0 else -1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if sign * function(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def moment_curve(n: int = 4, decay: float = 1.0) -> Manifold:
    """Trigonometric moment curve in R^n, n even: harmonic j on a circle of radius j^-decay.

    Notes
    -----
    The reach is the smaller of the constant radius of curvature and half the least chord D(t)
    with D' = 0, as for the helix. e*(1) >= 1: the first harmonic winds once round a plane of
    codimension 2 which is 1 away.
    """
    n, decay = count("n", n, 2, 32), nonnegative("decay", decay)
    if n % 2:
        raise InvalidInput("n", n, "an even number")
    order = np.arange(1, n // 2 + 1, dtype=np.float64)
    radii: Array = np.power(order, -decay)
    speed = math.sqrt(((order * radii) ** 2).sum())
    bend = math.sqrt(((order**2 * radii) ** 2).sum())

    chart = Chart(
        lambda t: [
            radius * wave(j * t)
            for j, radius in zip(order.tolist(), radii.tolist(), strict=True)
            for wave in (np.cos, np.sin)
        ],
        (0.0,),
        (2 * math.pi,),
        (True,),
        stretch=(speed,),
    )
    claims = Claims(
        reach=exact(min(speed**2 / bend, _least_chord(order, radii) / 2)),
        volume=exact(2 * math.pi * speed),
        betti={2: (1, 1), 3: (1, 1)},
        embedding_dim=2,
        optimal_error={
            1: exact(1.0, "linking-argument") if n == 2 else at_least(1.0, "linking-argument")
        },
    )
    return from_known_chart(
        spec("moment-curve", n=n, decay=decay),
        chart,
        n,
        claims,
        largest_volume_element=1.001 * speed,
        coordinates=lambda points: np.mod(np.arctan2(points[:, 1:2], points[:, :1]), 2 * math.pi),
    )


def _least_chord(order: Array, radii: Array) -> float:
    """Return the least chord D(t), 0 < t <= pi, that is normal to the curve at both ends."""

    def slope(t: float) -> float:
        return float((radii**2 * order * np.sin(order * t)).sum())

    grid = np.linspace(0, math.pi, _GRID)[1:-1]
    slopes = np.sin(np.outer(grid, order)) @ (radii**2 * order)
    changes = np.flatnonzero(np.diff(np.sign(slopes)))
    critical = [math.pi] + [_root(slope, grid[i], grid[i + 1]) for i in changes]
    chords = [2 * math.sqrt(((radii * np.sin(order * t / 2)) ** 2).sum()) for t in critical]
    return min(chords)
