"""A decomposition of a closed manifold into the cells of lattices in its charts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from theory.chart import Chart
from theory.lattice import whole_lattice

__all__ = ["cell_flags"]

Indices = NDArray[np.intp]
Cell = frozenset[int]


def cell_flags(charts: Sequence[Chart], per_axis: int) -> list[tuple[int, ...]] | None:
    """Return the maximal chains of cells, each in a larger one: simplices that have its homology.

    Parameters
    ----------
    charts : sequence of Chart
        Of one dimension k, covering a closed manifold and one-to-one off what they identify.
    per_axis : int
        Cells along each coordinate, at least 4.

    Returns
    -------
    list of tuple of int, or None
        Numbers of cells. None where cells at the faces of the boxes do not match one another, so
        that it is not seen how the charts close up.

    Notes
    -----
    Vertices of the same image are one; a cell is the set of its vertices, so that a cell collapses
    with its image (a pole, a circle of poles). Every point lies in the interior of one smallest
    cell, and cells are contractible, so the order complex of the cells has the homotopy type of
    the manifold (``cells-argument``).
    """
    lattice = whole_lattice(charts, per_axis)
    name = lattice.names
    k = lattice.place.shape[1]
    rows = {
        (int(chart), *map(int, place)): i
        for i, (chart, place) in enumerate(zip(lattice.chart, lattice.place, strict=True))
    }
    tops: list[list[list[Cell]]] = []
    for c, chart in enumerate(charts):
        for corner in itertools.product(range(per_axis), repeat=k):
            tops.append(_faces(chart, c, corner, per_axis, rows, name))
    if not _closed(tops, 2 ** (k - 1)):
        return None
    numbers: dict[Cell, int] = {}
    flags: set[tuple[int, ...]] = set()
    for faces in tops:
        for chain in _chains(faces):
            flags.add(tuple(sorted({numbers.setdefault(cell, len(numbers)) for cell in chain})))
    return sorted(flags)


def _faces(
    chart: Chart,
    c: int,
    corner: tuple[int, ...],
    per_axis: int,
    rows: dict[tuple[int, ...], int],
    name: Indices,
) -> list[list[Cell]]:
    """Return the faces of a cube of the lattice by dimension, as sets of vertices."""
    k = len(corner)
    faces: list[list[Cell]] = [[] for _ in range(k + 1)]
    for kind in itertools.product(((0,), (1,), (0, 1)), repeat=k):
        vertices = []
        for step in itertools.product(*kind):
            place = tuple(
                (a + b) % per_axis if periodic else a + b
                for a, b, periodic in zip(corner, step, chart.periodic, strict=True)
            )
            vertices.append(int(name[rows[(c, *place)]]))
        faces[sum(len(extent) == 2 for extent in kind)].append(frozenset(vertices))
    return faces


def _closed(tops: list[list[list[Cell]]], full: int) -> bool:
    """Tell whether every face of a top cell that does not collapse is one of another as well."""
    count: dict[Cell, int] = {}
    for faces in tops:
        for face in faces[-2]:
            if len(face) == full:
                count[face] = count.get(face, 0) + 1
    return all(number == 2 for number in count.values())


def _chains(faces: list[list[Cell]]) -> list[list[Cell]]:
    """Return the maximal chains of faces of one top cell."""
    chains = [[faces[-1][0]]]
    for lower in faces[-2::-1]:
        chains = [[*chain, face] for chain in chains for face in lower if face <= chain[-1]]
    return chains
