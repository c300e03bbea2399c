"""Lattices in charts: which of their points are one point, wherever the set lies."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from theory.catalogue import from_spec
from theory.chart import Chart
from theory.lattice import Lattice, refined, whole_lattice


@pytest.mark.parametrize("offset", [0.0, 1e5, -1e7])
@pytest.mark.parametrize("spec", ["torus", "klein-bottle", "sphere", "moebius-band", "circle"])
def test_a_lattice_closes_up_alike_wherever_the_set_lies(spec: str, offset: float) -> None:
    chart = from_spec(spec).charts[0]
    n = chart.evaluate(np.array([chart.lower])).shape[1]
    far = chart.mapped(np.eye(n), np.full(n, offset))
    near, moved = (whole_lattice([c], 8) for c in (chart, far))
    for first, second in (
        (near, moved),
        (refined(near, all_of(near)), refined(moved, all_of(moved))),
    ):
        np.testing.assert_array_equal(parts(first), parts(second))


def all_of(lattice: Lattice) -> NDArray[np.intp]:
    return np.arange(len(lattice.points))


def parts(lattice: Lattice) -> NDArray[np.intp]:
    """Which points are one point, as the lattice has it: the least row of each."""
    name = np.arange(len(lattice.points))
    for _ in range(len(name)):
        before = name.copy()
        for i, j in lattice.edges[lattice.seam]:
            name[i] = name[j] = min(name[i], name[j])
        if (before == name).all():
            return name
    raise AssertionError("no end")


@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_the_ends_of_an_arc_that_all_but_closes_are_two_points(offset: float) -> None:
    gap = 5e-5
    arc = Chart(lambda t: (offset + np.cos(t), np.sin(t)), (gap,), (2 * np.pi - gap,), (False,))
    lattice = whole_lattice([arc], 16)
    assert not lattice.seam.any()
    assert not refined(lattice, np.array([0, 16])).seam.any()
