"""Betti numbers of a closed manifold from how its charts close up."""

from __future__ import annotations

from geomcheck.homology import simplicial_betti
from theory.chart_cells import cell_flags
from theory.manifold import Manifold

__all__ = ["betti_by_cells"]

# Cells along each coordinate, by dimension: no two that are apart have the same vertices.
_CELLS = {1: 8, 2: 8, 3: 6}


def betti_by_cells(
    manifold: Manifold, fields: tuple[int, ...]
) -> dict[int, tuple[int, ...]] | None:
    """Compute Betti numbers from how the charts of a closed manifold close up, or return None.

    Parameters
    ----------
    manifold : Manifold
    fields : tuple of int
        Primes.

    Notes
    -----
    Source ``cells-argument``. Neither reach nor covering radius is needed, but charts, of
    dimension 3 at most, that are one-to-one off what they identify.
    """
    totals = {p: [0] * (manifold.dim + 1) for p in fields}
    for part in manifold.components:
        if not part.charts or part.boundary or part.dim not in _CELLS:
            return None
        flags = cell_flags(part.charts, _CELLS[part.dim])
        if flags is None:
            return None
        for p in fields:
            betti = simplicial_betti(flags, max_degree=part.dim, homology_coeff_field=p)
            for degree, number in enumerate(betti[: part.dim + 1]):
                totals[p][degree] += number
    return {p: tuple(numbers) for p, numbers in totals.items()}
