"""How the box of a chart is glued to itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart

__all__ = ["Seam", "all_seams", "closes_up"]

Array = NDArray[np.float64]
_PROBES = 64
_SAME = 1e-9


@dataclass(frozen=True)
class Seam:
    """A map of coordinates, x_a to signs_a x_a + shifts_a, under which a chart is invariant.

    The chart's function, evaluated outside its box, goes on to describe the same set: the
    period of a circle is ``Seam((1,), (2 * pi,))``; on the Klein bottle (u, v) and
    (u + 2 pi, 2 pi - v) are the same point, ``Seam((1, -1), (2 * pi, 2 * pi))``. The image of
    the box is to be a neighbour of it.

    Parameters
    ----------
    signs : tuple of k numbers, 1 or -1
    shifts : tuple of k floats
    """

    signs: tuple[int, ...]
    shifts: tuple[float, ...]

    def __call__(self, coordinates: Array) -> Array:
        """Map coordinates (n, k)."""
        return np.asarray(coordinates * np.array(self.signs) + np.array(self.shifts))

    def box(self, lower: Array, upper: Array) -> tuple[Array, Array]:
        """Map boxes, given as arrays (n, k)."""
        one, other = self(lower), self(upper)
        return np.minimum(one, other), np.maximum(one, other)

    def crossed(self, chart: Chart) -> list[int]:
        """Return the axes along which it leads from the box to one next to it."""
        low, high = np.array([chart.lower]), np.array([chart.upper])
        moved_low, moved_high = self.box(low, high)
        room = 1e-9 * (high - low)
        beside = (moved_low >= high - room) | (moved_high <= low + room)
        return [int(axis) for axis in np.flatnonzero(beside[0])]

    def inverse(self) -> Seam:
        """Return the map back."""
        back = tuple(-s * t for s, t in zip(self.signs, self.shifts, strict=True))
        return Seam(self.signs, back)

    def after(self, other: Seam) -> Seam:
        """Return the map that applies `other` first."""
        shifts = zip(self.signs, other.shifts, self.shifts, strict=True)
        signs = zip(self.signs, other.signs, strict=True)
        return Seam(tuple(s * t for s, t in signs), tuple(s * t + u for s, t, u in shifts))


def all_seams(chart: Chart, seams: Sequence[Seam] = ()) -> tuple[Seam, ...]:
    """Return the identity, the chart's periods and the given seams, with products and inverses.

    These are the identifications of the box with itself and with its neighbours: of each
    generator at most one factor.
    """
    k = chart.dim
    same = Seam((1,) * k, (0.0,) * k)
    steps = list(seams)
    for axis in np.flatnonzero(chart.periodic):
        side = chart.upper[axis] - chart.lower[axis]
        steps.append(Seam((1,) * k, tuple(side * (i == axis) for i in range(k))))
    found = []
    for factors in itertools.product(*[(same, step, step.inverse()) for step in steps]):
        product = same
        for factor in factors:
            product = factor.after(product)
        found.append(product)
    return tuple(dict.fromkeys(found))


def closes_up(chart: Chart, seams: Sequence[Seam]) -> bool:
    """Tell whether the chart is invariant under seams, as random probes show it.

    Raises
    ------
    InvalidInput
        If the chart's function has no finite value outside its box.
    """
    rng = np.random.default_rng(5)
    probes = rng.uniform(chart.lower, chart.upper, (_PROBES, chart.dim))
    here = chart.evaluate(probes)
    room = _SAME * float(np.abs(here - here.mean(axis=0)).max())
    return all(np.abs(chart.evaluate(seam(probes)) - here).max() <= room for seam in seams)
