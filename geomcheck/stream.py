"""One pass of any number of points through an autoencoder, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.extremes import Extremes, Map, extremes_of
from geomcheck.protocol import Autoencoder

__all__ = ["Stream", "stream"]

Array = NDArray[np.float64]
Progress = Callable[[float], None]

_BLOCK = 1 << 15


@dataclass(frozen=True, eq=False)
class Stream:
    """What is kept of a pass.

    Parameters
    ----------
    errors : array of shape (n,)
        Of every point, in their order; infinite where the model did not return finite numbers.
    sample : Evaluation
        Of all points, or of as many as were asked for, drawn at random.
    others : Evaluation
        Of the points that are not in the sample, those that stand out: by their errors, the
        largest first, and by codes or images far from those of a point nearby.
    """

    errors: Array
    sample: Evaluation
    others: Evaluation

    def __len__(self) -> int:
        return len(self.errors)


def stream(
    model: Autoencoder,
    points: Array,
    *,
    keep: int,
    rng: np.random.Generator,
    rows: NDArray[np.bool_] | None = None,
    maps: Sequence[Map] = (),
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
    maps : sequence of callable
        Points and images that these tell apart most stand out as well (see `extremes_of`).
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
        return Stream(whole.errors, whole, whole.where(np.zeros(0, dtype=np.intp)))
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.choice(n, keep, replace=False)] = True
    errors = np.empty(n)
    parts: list[Evaluation] = []
    others: Extremes | None = None
    start = 0
    for block in _blocks(points, rows):
        found = evaluate(model, block)
        stop = start + len(block)
        errors[start:stop] = found.errors
        parts.append(found.where(chosen[start:stop]))
        more = extremes_of(found, maps).where(~chosen[start:stop])
        others = more if others is None else others.joined(more)
        start = stop
        if progress is not None:
            progress(stop / n)
    assert others is not None
    return Stream(errors, parts[0].joined(*parts[1:]), others.chosen())


def _blocks(points: Array, rows: NDArray[np.bool_] | None) -> Iterator[Array]:
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        if rows is not None:
            block = block[rows[start : start + _BLOCK]]
        if len(block):
            yield block
