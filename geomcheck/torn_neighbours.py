"""Torn edges between bare points: neighbours that the model sends far apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.graph import edge_lengths
from geomcheck.protocol import Autoencoder
from geomcheck.tears import cross_edges, steepest_edges

__all__ = ["TornNeighbours", "torn_neighbours"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_LOOKED_AT = 128
# So many times the median stretch of all edges is far.
_FAR = 5.0


@dataclass(frozen=True, eq=False)
class TornNeighbours:
    """Edges along which codes, or images, run far apart and the error exceeds epsilon.

    Parameters
    ----------
    first, second : Evaluation
        Their ends, the edge of the largest error between them first.
    lengths : array of shape (e,)
        Distance of the ends.
    stretch : array of shape (e,)
        Distance of the two codes, or images if that is more, as a multiple of what is usual for
        an edge of that length.
    between : array of shape (e,)
        Largest error met on the straight line between the ends. It need not lie on K, so that
        this is an estimate of what happens there.
    points : array of shape (e, N)
        Where it was met.
    """

    first: Evaluation
    second: Evaluation
    lengths: Array
    stretch: Array
    between: Array
    points: Array

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def at_ends(self) -> Array:
        """The larger of the errors at the two ends of each edge, which are points of K."""
        return np.maximum(self.first.errors, self.second.errors)


def torn_neighbours(
    model: Autoencoder, sample: Evaluation, edges: Indices, *, epsilon: float
) -> TornNeighbours:
    """Find the torn ones among the edges (e, 2) of the neighbourhood graph of a sample.

    The steepest edges are bisected towards the largest jump, on the straight line between their
    ends; where nothing is known of K but points there is no other way across.
    """
    length = np.maximum(edge_lengths(sample.points, edges), 1e-300)
    stretch = np.zeros(len(edges))
    for values in (sample.codes, sample.images):
        slope = edge_lengths(values, edges) / length
        usual = float(np.median(slope)) if len(slope) else 0.0
        if np.isfinite(usual) and usual > 0:
            stretch = np.maximum(stretch, np.nan_to_num(slope / usual, posinf=0.0))
    looked: list[Indices] = [np.zeros(0, dtype=np.intp)]
    if len(edges):
        looked += [
            steepest_edges(sample, edges, _LOOKED_AT, watch="codes"),
            steepest_edges(sample, edges, _LOOKED_AT, watch="images"),
        ]
    rows = np.unique(np.concatenate(looked))
    rows = rows[stretch[rows] >= _FAR]
    first, second = sample.where(edges[rows, 0]), sample.where(edges[rows, 1])
    crossed = cross_edges(model, first, second, lambda points: points)
    torn = np.flatnonzero(crossed.errors > epsilon)
    torn = torn[np.argsort(-crossed.errors[torn], kind="stable")]
    return TornNeighbours(
        first=first.where(torn),
        second=second.where(torn),
        lengths=length[rows][torn],
        stretch=stretch[rows][torn],
        between=crossed.errors[torn],
        points=crossed.points[torn],
    )
