"""What checks of a manifold against itself found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["ManifoldCheck", "ManifoldChecks", "Outcome"]

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


class ManifoldChecks(tuple[ManifoldCheck, ...]):
    """Every check of one manifold, in the order they were made; shown one a line."""

    subject: str

    def __new__(cls, checks: Iterable[ManifoldCheck], subject: str = "") -> ManifoldChecks:
        """Take the checks, and the name of the manifold."""
        found = super().__new__(cls, checks)
        found.subject = subject
        return found

    @property
    def failed(self) -> tuple[ManifoldCheck, ...]:
        """Those that failed."""
        return tuple(check for check in self if check.failed)

    def __repr__(self) -> str:
        counts = Counter(check.outcome for check in self)
        told = (f"{outcome} {counts[outcome]}" for outcome in get_args(Outcome) if counts[outcome])
        names, outcomes = (
            max((len(getattr(check, of)) for check in self), default=0)
            for of in ("name", "outcome")
        )
        rows = (f"{c.name:<{names}} | {c.outcome:<{outcomes}} | {c.statement}" for c in self)
        return "\n".join((f"{self.subject or 'manifold'}: {', '.join(told)}", *rows))
