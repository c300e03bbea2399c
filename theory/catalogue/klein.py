"""The Klein bottle in R^4."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.catalogue.bounds import exact
from theory.catalogue.chart_family import from_known_chart
from theory.catalogue.parameters import positive, spec
from theory.catalogue.spheres import round_sphere
from theory.catalogue.turns import turn_about_axis
from theory.chart import Chart
from theory.chart_volume import chart_volume
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.moved import moved
from theory.reach_certificate import best_chart_reach
from theory.seam import Seam

__all__ = ["klein_bottle"]

Array = NDArray[np.float64]
_MERIDIANS = 48
_STEPS = 60


def klein_bottle(a: float = 2.0, b: float = 1.0) -> Manifold:
    """Klein bottle in R^4: a circle of radius b that turns over on its way round one of radius a.

    Notes
    -----
    With C the core circle of radius a and P the surface (a e^iu, t i e^(iu/2)), t real, every
    point of C and of P is at least b from K (direct computation, a > b).

    - e*(2) = b. C, pushed off the solid Klein bottle that K bounds, meets it an odd number of
      times, so K links C modulo 2 and does not bound in K^s for s <= b; collapsing K to C, which
      embeds in the plane, has error b.
    - e*(3) = b. P meets the disc in a meridian once, so the meridian does not bound modulo 2 in
      K^s for s <= b, and some x in H^1(K^s; F2) is 1 on it. On K, x^2 is x on the dual of w_1,
      the meridian: not 0. So the integral Bockstein of x is torsion in H^2(K^s; Z) that is not
      0 on K, and cannot pass through an open subset of R^3.
    - e*(1) = a + b: so for the round circle v = 0, and a constant map to the centre has that
      error.

    Reach: not above min(b, a - b), half the chords across a meridian and across the hole; bounded
    from below (``chart-reach``), and no smaller value than that was found.

    The nearest point on the meridian u, a circle of radius b, is at the squared distance
    |p|^2 + a^2 + b^2 - 2 a x(u) - 2 b D(u) with D the distance of p, dropped on the plane of that
    circle, from its centre, and x(u) its first coordinate there: one variable is left.
    """
    a, b = positive("a", a), positive("b", b)
    if b >= a:
        raise InvalidInput("b", b, f"less than a = {a:g}")

    def coordinates(points: Array) -> Array:
        u = np.mod(np.arctan2(points[:, 1], points[:, 0]), 2 * math.pi)
        height = points[:, 2] * np.cos(u / 2) + points[:, 3] * np.sin(u / 2)
        v = np.arctan2(height, np.hypot(points[:, 0], points[:, 1]) - a)
        return np.stack([u, np.mod(v, 2 * math.pi)], axis=1)

    def projection(points: Array) -> Array:
        u = _nearest_meridian(points, a, b)
        x, h = _on_plane(points, u)
        v = np.arctan2(h, x - a)
        return np.stack(chart.map(u, v), axis=1)

    along = math.hypot(a + b, b / 2)
    chart = _chart(a, b)
    outer = moved(round_sphere(1, a + b, ""), np.eye(4)[:, :2], name="outer circle")
    claims = Claims(
        reach=_reach(a, b),
        volume=chart_volume(chart),
        betti={2: (1, 2, 1), 3: (1, 1, 0)},
        embedding_dim=4,
        optimal_error={
            1: exact(a + b, "linking-argument"),
            2: exact(b, "linking-argument"),
            3: exact(b, "torsion-argument"),
        },
    )
    return from_known_chart(
        spec("klein-bottle", a=a, b=b),
        chart,
        4,
        claims,
        largest_volume_element=along * b,
        orientable=False,
        cycles=(outer,),
        retracts=(turn_about_axis(a + b, a - b, 4),),
        coordinates=coordinates,
        projection=projection,
    )


def _chart(a: float, b: float) -> Chart:
    return Chart(
        lambda u, v: (
            (a + b * np.cos(v)) * np.cos(u),
            (a + b * np.cos(v)) * np.sin(u),
            b * np.sin(v) * np.cos(u / 2),
            b * np.sin(v) * np.sin(u / 2),
        ),
        (0.0, 0.0),
        (2 * math.pi, 2 * math.pi),
        (False, True),
        stretch=(math.hypot(a + b, b / 2), b),
    )


@lru_cache(maxsize=64)
def _reach(a: float, b: float) -> Bound:
    turned_over = Seam((1, -1), (2 * math.pi, 2 * math.pi))
    return best_chart_reach(_chart(a, b), seams=(turned_over,))


def _on_plane(points: Array, u: Array) -> tuple[Array, Array]:
    """Return the coordinates of points (n, 4) on the planes of the meridians u (n,)."""
    x = points[:, 0] * np.cos(u) + points[:, 1] * np.sin(u)
    return x, points[:, 2] * np.cos(u / 2) + points[:, 3] * np.sin(u / 2)


def _nearest_meridian(points: Array, a: float, b: float) -> Array:
    """Return the u (n,) that maximises a x + b D: the best of a few, then Newton in a bracket."""
    grid = 2 * math.pi * np.arange(_MERIDIANS) / _MERIDIANS
    x = points[:, :2] @ np.stack([np.cos(grid), np.sin(grid)])
    h = points[:, 2:] @ np.stack([np.cos(grid / 2), np.sin(grid / 2)])
    u = grid[np.argmax(a * x + b * np.sqrt((x - a) ** 2 + h**2), axis=1)]
    low, high = u - grid[1], u + grid[1]
    for _ in range(_STEPS):
        slope, bend = _derivatives(points, u, a, b)
        low, high = np.where(slope >= 0, u, low), np.where(slope <= 0, u, high)
        # Where the function is not concave, or the step leaves the bracket, halve it.
        with np.errstate(divide="ignore", invalid="ignore"):
            step = u - slope / bend
        inside = (bend < 0) & (step >= low) & (step <= high)
        moved = np.where(inside, step, (low + high) / 2)
        change = float(np.abs(moved - u).max(initial=0.0))
        u = moved
        if change < 1e-15:
            break
    return np.asarray(np.mod(u, 2 * math.pi))


def _derivatives(points: Array, u: Array, a: float, b: float) -> tuple[Array, Array]:
    """Return the first and second derivatives of a x + b D in u."""
    x, h = _on_plane(points, u)
    dx = points[:, 1] * np.cos(u) - points[:, 0] * np.sin(u)
    dh = (points[:, 3] * np.cos(u / 2) - points[:, 2] * np.sin(u / 2)) / 2
    away = x - a
    # On the core circle D has a kink; any point of the meridian is as near as any other.
    d = np.maximum(np.hypot(away, h), 1e-300)
    slope = (away * dx + h * dh) / d
    bend = (dx**2 - away * x + dh**2 - h**2 / 4 - slope**2) / d
    return a * dx + b * slope, b * bend - a * x
