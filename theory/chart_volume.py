"""Volume of the image of a chart, and points on it uniform in volume."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.chart import Chart
from theory.chart_grid import confine, unit_grid, widths
from theory.zoom import zoom

__all__ = [
    "chart_volume",
    "integral",
    "largest_volume_element",
    "uniform_coordinates",
    "uniform_sampler",
]

Array = NDArray[np.float64]
_CONVERGED = 1e-11
_MOST_NODES = 300_000
_PANEL = 16


def chart_volume(chart: Chart) -> Bound:
    """Integrate the volume element over the box, doubling the nodes until nothing changes.

    Returns
    -------
    Bound
        An estimate (source ``quadrature``): the trapezoidal rule in periodic coordinates and
        composite Gauss-Legendre in the others converge fast for analytic charts.
    """
    value, _ = integral(chart, chart.volume_element, precision=_CONVERGED)
    return Bound(value, "estimate", False, "quadrature")


def integral(
    chart: Chart, density: Callable[[Array], Array], *, precision: float, least: float = 0.0
) -> tuple[float, float]:
    """Integrate a function over the box of a chart, doubling the nodes until nothing changes.

    Parameters
    ----------
    chart : Chart
    density : callable
        Coordinates (n, k) to values (n,).
    precision, least : float
        Doubling stops where it changes the value by less than `precision` times the value,
        or times `least` if that is more, or at 3 * 10^5 nodes.

    Returns
    -------
    value, change : float
        The integral, and by how much the last doubling changed it.
    """
    # In many dimensions as many nodes as may be had at all.
    fewest = max(2, min(_PANEL, int(_MOST_NODES ** (1 / chart.dim))))
    counts = [fewest] * chart.dim
    value, change = _quadrature(chart, density, counts), math.inf
    while math.prod(counts) * 2**chart.dim <= _MOST_NODES:
        counts = [2 * c for c in counts]
        before, value = value, _quadrature(chart, density, counts)
        change = abs(value - before)
        if change <= precision * max(abs(value), least):
            break
    return value, change


def _quadrature(chart: Chart, density: Callable[[Array], Array], counts: Sequence[int]) -> float:
    axes, weights = [], []
    for low, high, periodic, count in zip(
        chart.lower, chart.upper, chart.periodic, counts, strict=True
    ):
        if periodic:
            axes.append(low + (high - low) * (np.arange(count) + 0.5) / count)
            weights.append(np.full(count, (high - low) / count))
        else:
            panel = min(count, _PANEL)
            panels = count // panel
            nodes, gauss = np.polynomial.legendre.leggauss(panel)
            inside = (np.arange(panels)[:, None] + (nodes + 1) / 2) / panels
            axes.append(low + (high - low) * inside.ravel())
            weights.append(np.tile((high - low) / (2 * panels) * gauss, panels))
    grid = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    weight = np.prod([g.ravel() for g in np.meshgrid(*weights, indexing="ij")], axis=0)
    return float(weight @ density(grid))


def largest_volume_element(chart: Chart) -> float:
    """Return the largest volume element found on the box, by a grid and refinement."""
    grid, spacing = unit_grid(chart, 4096)
    values = chart.volume_element(grid)
    starts = grid[np.argsort(values)[-8:]]
    _, lowest = zoom(
        lambda c: -chart.volume_element(c), starts, spacing, lambda c: confine(chart, c), rounds=20
    )
    return -lowest


def uniform_coordinates(chart: Chart, n: int, rng: np.random.Generator, largest: float) -> Array:
    """Draw coordinates (n, k) whose images are uniform in volume, by rejection.

    Parameters
    ----------
    chart : Chart
    n : int
    rng : numpy.random.Generator
    largest : float
        An upper bound of the volume element.
    """
    low, side = np.array(chart.lower), widths(chart)
    kept: list[Array] = []
    missing, rate = n, 0.5
    while missing > 0:
        trials = min(int(missing / rate) + 32, 200_000)
        proposal = low + side * rng.uniform(0, 1, (trials, chart.dim))
        accepted = proposal[rng.uniform(0, largest, trials) < chart.volume_element(proposal)]
        rate = max(len(accepted) / trials, 1e-3)
        kept.append(accepted[:missing])
        missing -= len(kept[-1])
    return np.concatenate(kept)


def uniform_sampler(
    chart: Chart, largest: float | None = None
) -> Callable[[int, np.random.Generator], Array]:
    """Return a sampler uniform in volume; the bound is searched for unless it is given."""
    found: list[float] = [] if largest is None else [largest]

    def sampler(n: int, rng: np.random.Generator) -> Array:
        if not found:
            # A little above the largest value seen, which no search can promise to be the maximum.
            found.append(1.01 * largest_volume_element(chart))
        return chart.evaluate(uniform_coordinates(chart, n, rng, found[0]))

    return sampler
