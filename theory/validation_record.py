"""What one check of a manifold against itself found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["ManifoldCheck", "Outcome"]

Outcome = Literal["holds", "fails", "not-checked"]


@dataclass(frozen=True, eq=False)
class ManifoldCheck:
    """One check of a manifold's maps or claims.

    Parameters
    ----------
    name : str
        What was checked: ``"points"``, ``"reach"``, ...
    outcome : {"holds", "fails", "not-checked"}
    statement : str
        What was found, with its numbers; why it was not checked.
    value, threshold : float or None
        What was measured, and the limit it was held against.
    witness : array or None
        Points of R^N that show it, of shape (n, ambient_dim).
    """

    name: str
    outcome: Outcome
    statement: str
    value: float | None = None
    threshold: float | None = None
    witness: NDArray[np.float64] | None = None

    @property
    def failed(self) -> bool:
        """Whether the manifold breaks its word here."""
        return self.outcome == "fails"
