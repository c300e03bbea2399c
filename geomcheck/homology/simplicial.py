"""Betti numbers of an abstract simplicial complex."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["simplicial_betti"]


def simplicial_betti(
    simplices: Iterable[tuple[int, ...]], *, max_degree: int, homology_coeff_field: int
) -> tuple[int, ...]:
    """Return the Betti numbers of degrees 0..max_degree of the complex with these simplices.

    Parameters
    ----------
    simplices : iterable of tuple of int
        With all their faces.
    max_degree : int
    homology_coeff_field : int
        A prime.
    """
    from gudhi import SimplexTree

    tree = SimplexTree()
    for simplex in simplices:
        tree.insert(simplex)
    tree.compute_persistence(
        homology_coeff_field=homology_coeff_field, min_persistence=-1.0, persistence_dim_max=True
    )
    numbers = [*tree.betti_numbers(), *(0,) * (max_degree + 1)]
    return tuple(int(number) for number in numbers[: max_degree + 1])
