"""One pass of any number of points through an autoencoder, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.protocol import Autoencoder

__all__ = ["Stream", "stream"]

Array = NDArray[np.float64]
Progress = Callable[[float], None]

_BLOCK = 1 << 15
_WORST = 24


@dataclass(frozen=True, eq=False)
class Stream:
    """What is kept of a pass.

    Parameters
    ----------
    errors : array of shape (n,)
        Of every point, in their order; infinite where the model did not return finite numbers.
    sample : Evaluation
        Of all points, or of as many as were asked for, drawn at random.
    worst : Evaluation
        Of the points of the largest errors, the largest first.
    """

    errors: Array
    sample: Evaluation
    worst: Evaluation

    def __len__(self) -> int:
        return len(self.errors)


def stream(
    model: Autoencoder,
    points: Array,
    *,
    keep: int,
    rng: np.random.Generator,
    rows: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> Stream:
    """Send points through a model, keeping the error of each and the rest of a few.

    Parameters
    ----------
    model : Autoencoder
    points : array of shape (n, N)
        May be mapped from a file.
    keep : int
        How many evaluations to keep whole.
    rng : numpy.random.Generator
        Chooses them; not used if all are kept.
    rows : array of bool, shape (n,), optional
        Which points to send.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    InvalidInput
        If the model raises, or returns another shape than it should, or no real numbers.
    """
    n = len(points) if rows is None else int(np.count_nonzero(rows))
    if n <= keep:
        whole = evaluate(model, points if rows is None else points[rows])
        return Stream(whole.errors, whole, _worst(whole))
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.choice(n, keep, replace=False)] = True
    errors = np.empty(n)
    parts: list[Evaluation] = []
    worst: Evaluation | None = None
    start = 0
    for block in _blocks(points, rows):
        found = evaluate(model, block)
        stop = start + len(block)
        errors[start:stop] = found.errors
        parts.append(found.where(chosen[start:stop]))
        worst = _worst(found if worst is None else worst.joined(_worst(found)))
        start = stop
        if progress is not None:
            progress(stop / n)
    assert worst is not None
    return Stream(errors, parts[0].joined(*parts[1:]), worst)


def _blocks(points: Array, rows: NDArray[np.bool_] | None) -> Iterator[Array]:
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        if rows is not None:
            block = block[rows[start : start + _BLOCK]]
        if len(block):
            yield block


def _worst(found: Evaluation) -> Evaluation:
    return found.where(np.argsort(-found.errors, kind="stable")[:_WORST])
