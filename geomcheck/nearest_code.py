"""The decoder that every encoder has: the known point whose code is nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitening
from geomcheck.evaluation import Evaluation

__all__ = ["nearest_code_errors"]

Array = NDArray[np.float64]


def nearest_code_errors(table: Evaluation, sample: Evaluation) -> Array:
    """Return the errors (n,) of decoding a code as the point of a table with the nearest code.

    Points with one code are decoded alike, whatever the model's own decoder does: where these
    errors stay below epsilon, points more than 2 epsilon apart have different codes.

    Parameters
    ----------
    table : Evaluation
        Points chosen without looking at the sample.
    sample : Evaluation
        Infinite errors are returned where a code is not finite.
    """
    from scipy.spatial import cKDTree

    known = table.where(np.flatnonzero(np.isfinite(table.codes).all(axis=1)))
    errors = np.full(len(sample), np.inf)
    finite = np.flatnonzero(np.isfinite(sample.codes).all(axis=1))
    if not len(known) or not len(finite):
        return errors
    white = whitening(known.codes)
    _, nearest = cKDTree(white(known.codes)).query(white(sample.codes[finite]))
    errors[finite] = np.linalg.norm(known.points[nearest] - sample.points[finite], axis=1)
    return errors
