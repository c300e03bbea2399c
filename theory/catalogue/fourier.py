"""Closed curves with random Fourier coefficients."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.chart_family import from_known_chart
from theory.catalogue.parameters import count, spec
from theory.chart import Chart
from theory.chart_volume import chart_volume
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.reach_certificate import best_chart_reach

__all__ = ["fourier_curve"]

Array = NDArray[np.float64]
_THINNEST = 1e-3


def fourier_curve(n: int = 3, modes: int = 3, seed: int = 11) -> Manifold:
    """Closed curve in R^n with random Fourier coefficients, harmonic j scaled by 1/j^2.

    Notes
    -----
    The reach is bounded from below (``chart-reach``), the length numerical. The
    optimal error is not known.

    Raises
    ------
    InvalidInput
        Also where the curve of that seed all but meets itself.
    """
    n, modes = count("n", n, 2, 64), count("modes", modes, 1, 16)
    seed = count("seed", seed, 0, 2**31)
    return _built(n, modes, seed)


@lru_cache(maxsize=32)
def _built(n: int, modes: int, seed: int) -> Manifold:
    rng = np.random.default_rng(seed)
    order = np.arange(1, modes + 1)
    cosines, sines = rng.standard_normal((2, modes, n)) / order[None, :, None] ** 2
    fastest = float((order * np.sqrt((cosines**2 + sines**2).sum(axis=1))).sum())
    chart = _chart(cosines, sines, fastest)
    reach = best_chart_reach(chart)
    if reach.value < _THINNEST * float(np.abs(cosines[0]).max()):
        raise InvalidInput(
            "seed", seed, f"another one: this curve has a reach of {reach.value:.1g}"
        )
    claims = Claims(
        reach=reach,
        volume=chart_volume(chart),
        betti={2: (1, 1), 3: (1, 1)},
        embedding_dim=2,
    )
    name = spec("fourier-curve", n=n, modes=modes, seed=seed)
    return from_known_chart(name, chart, n, claims, largest_volume_element=fastest)


def _chart(cosines: Array, sines: Array, fastest: float) -> Chart:
    a, b = cosines.tolist(), sines.tolist()

    def image(t: Array) -> list[Array]:
        waves = [(np.cos((j + 1) * t), np.sin((j + 1) * t)) for j in range(len(a))]
        return [
            sum((a[j][i] * c + b[j][i] * s for j, (c, s) in enumerate(waves)), start=0.0 * t)
            for i in range(len(a[0]))
        ]

    return Chart(image, (0.0,), (2 * math.pi,), (True,), stretch=(fastest,))
