"""Ranks over finite fields."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["BinarySpan", "rank_mod"]


def rank_mod(rows: NDArray[np.intp], prime: int) -> int:
    """Return the rank of an integer matrix (a, b) over the field with `prime` elements."""
    left = np.mod(np.atleast_2d(rows), prime)
    rank = 0
    while left.size and left.any():
        row, column = (int(i) for i in np.argwhere(left)[0])
        pivot = left[row] * pow(int(left[row, column]), -1, prime) % prime
        left = np.delete(left, row, axis=0)
        left = (left - left[:, column, None] * pivot) % prime
        rank += 1
    return rank


class BinarySpan:
    """A space of vectors over two elements, each given as the bits of a whole number."""

    def __init__(self, vectors: Iterable[int] = ()) -> None:
        self._by_length: dict[int, int] = {}
        for vector in vectors:
            self.add(vector)

    def __len__(self) -> int:
        return len(self._by_length)

    def add(self, vector: int) -> bool:
        """Span one vector more; tell whether it was new."""
        while vector:
            found = self._by_length.get(vector.bit_length())
            if found is None:
                self._by_length[vector.bit_length()] = vector
                return True
            vector ^= found
        return False
