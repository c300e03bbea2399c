"""Shares of a manifold by quadrature over its charts: no sampling, no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["Quadrature", "quadrature"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_POINTS = 120_000
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Quadrature:
    """Points of K, each with the share of K that it stands for.

    Parameters
    ----------
    points : array of shape (n, N)
    weights : array of shape (n,)
        They add up to 1.
    component : array of shape (n,)
    """

    points: Array
    weights: Array
    component: NDArray[np.intp]

    def share(self, of: Flags) -> float:
        """Return the share of K where a flag (n,) is set."""
        return float(self.weights[of].sum())

    def level(self, heights: Array, share: float) -> float:
        """Return the level above which heights (n,) lie on a given share of K."""
        # A row of the grid at one height is one step: its middle is where half of it lies above.
        unit = _SAME * (1.0 + float(np.abs(heights).max()))
        rows, of = np.unique(np.round(-heights / unit), return_inverse=True)
        steps = np.bincount(of, self.weights)
        return float(np.interp(share, np.cumsum(steps) - steps / 2, -rows * unit))


def quadrature(manifold: Manifold, *, size: int = _POINTS) -> Quadrature:
    """Return the midpoint rule over the charts, exact to about 1e-4 on a region of K.

    Parameters
    ----------
    manifold : Manifold
        Each component covered by one chart.
    size : int
        How many points, about.

    Raises
    ------
    InvalidInput
        If a component has no chart, or several.
    """
    parts = manifold.components
    points, weights, component = [], [], []
    for index, part in enumerate(parts):
        if len(part.charts) != 1:
            raise InvalidInput("manifold", part.name, "one chart for each component")
        chart = part.charts[0]
        each = max(2, round((size / len(parts)) ** (1 / chart.dim)))
        centres, half = chart.cell_centres([each] * chart.dim)
        points.append(chart.evaluate(centres))
        weights.append(chart.volume_element(centres) * float(np.prod(2 * half)))
        component.append(np.full(len(centres), index, dtype=np.intp))
    every = np.concatenate(weights)
    return Quadrature(np.concatenate(points), every / every.sum(), np.concatenate(component))
