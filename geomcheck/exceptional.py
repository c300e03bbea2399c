"""The exceptional set {err > epsilon}: its pieces, and whether the rest stays in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.between import Jump, edge_lengths, look_between
from geomcheck.evaluation import Evaluation
from geomcheck.graph import clusters, neighbour_edges, parts_of_graph
from geomcheck.protocol import Autoencoder

__all__ = ["ExceptionalSet", "Tear", "locate"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tear:
    """One piece of the exceptional set.

    Parameters
    ----------
    component : int
        Index of the component of K it lies on.
    hits : int
        How many sample points lie in it; its share of the measure is hits / n.
    points : array of shape (p, N)
        Points met in it: sample points and points between them.
    centre : array of shape (N,)
        The point of `points` nearest to their mean.
    diameter : float
        Largest distance met between two of `points` (from below).
    worst_point : array of shape (N,)
        The point of the largest error met.
    largest_error : float
    """

    component: int
    hits: int
    points: Array
    centre: Array
    diameter: float
    worst_point: Array
    largest_error: float


@dataclass(frozen=True, eq=False)
class ExceptionalSet:
    """{err > epsilon} as a sample and the points between its neighbours show it.

    Parameters
    ----------
    n : int
        Sample points used.
    tears : tuple of Tear
        Largest share first.
    pieces : tuple of tuple of int
        For each component of K, how many sample points each connected piece of its rest
        {err <= epsilon} holds, largest first.
    stray : int
        Sample points outside the largest piece of their component, exceptional or not.
    graph_connected : bool
        Whether the neighbourhood graph joins each component of K in one piece; without it
        `pieces` says nothing.
    spacing : float
        Longest edge of the graph.
    worst : Evaluation
        The point of each steepest edge at which the largest error was met.
    along : Evaluation
        Points spread evenly along the steepest edges, where codes and images are sparse.
    jump : Jump or None
        Evidence that the model is not continuous.
    """

    n: int
    tears: tuple[Tear, ...]
    pieces: tuple[tuple[int, ...], ...]
    stray: int
    graph_connected: bool
    spacing: float
    worst: Evaluation
    along: Evaluation
    jump: Jump | None


def locate(
    model: Autoencoder,
    sample: Evaluation,
    component: Indices,
    *,
    epsilon: float,
    neighbours: int,
    project: Callable[[Array], Array] | None,
    components: int = 1,
    longest: float = np.inf,
    radius: float = 0.0,
) -> ExceptionalSet:
    """Find the pieces of {err > epsilon} and of its complement.

    Parameters
    ----------
    model : Autoencoder
    sample : Evaluation
        Points of K, dense enough for their neighbourhood graph to join each component.
    component : array of shape (n,)
        Index of the component of K of each point.
    epsilon : float
    neighbours : int
        Degree of the neighbourhood graph.
    project : callable or None
        Takes points near K to K, for the points between neighbours; None where K is not known
        off the sample, which then is all that is looked at.
    components : int
        How many components K has.
    longest : float
        Edges longer than this may join points that are far apart along K, and are left out.
    radius : float
        Points this near one another are neighbours whatever their rank.
    """
    edges = neighbour_edges(sample.points, neighbours, radius)
    edges = edges[component[edges[:, 0]] == component[edges[:, 1]]]
    edges = edges[edge_lengths(sample.points, edges) < longest]
    spacing = float(edge_lengths(sample.points, edges).max(initial=0.0))
    bad = sample.errors > epsilon
    between = look_between(model, sample, edges, epsilon, project)
    sound = ~bad[edges[:, 0]] & ~bad[edges[:, 1]] & ~between.torn
    labels = parts_of_graph(len(sample), edges[sound])
    whole = parts_of_graph(len(sample), edges)
    pieces = tuple(_piece_sizes(labels[(component == c) & ~bad]) for c in range(components))
    largest = sum(sizes[0] for sizes in pieces if sizes)
    owners = component[edges[between.rows, 0]]
    return ExceptionalSet(
        n=len(sample),
        tears=_tears(
            sample.where(bad), component[bad], between.found, owners, max(spacing, 1e-300)
        ),
        pieces=pieces,
        stray=len(sample) - largest,
        graph_connected=len(np.unique(whole)) == len(np.unique(component)) == components,
        spacing=spacing,
        worst=between.worst,
        along=between.along,
        jump=between.jump,
    )


def _piece_sizes(labels: Indices) -> tuple[int, ...]:
    if not len(labels):
        return ()
    sizes = np.unique(labels, return_counts=True)[1]
    return tuple(int(size) for size in np.sort(sizes)[::-1])


def _tears(
    bad: Evaluation,
    component: Indices,
    extra: Evaluation,
    extra_component: Indices,
    spacing: float,
) -> tuple[Tear, ...]:
    points = np.concatenate([bad.points, extra.points])
    errors = np.concatenate([bad.errors, extra.errors])
    owner = np.concatenate([component, extra_component])
    is_sample = np.arange(len(points)) < len(bad)
    found: list[Tear] = []
    for index in np.unique(owner):
        rows = np.flatnonzero(owner == index)
        labels = clusters(points[rows], spacing)
        for label in np.unique(labels):
            members = rows[labels == label]
            found.append(_tear(int(index), points[members], errors[members], is_sample[members]))
    return tuple(sorted(found, key=lambda tear: (-tear.hits, -tear.largest_error)))


def _tear(component: int, points: Array, errors: Array, is_sample: Flags) -> Tear:
    mean = points.mean(axis=0)
    centre = points[np.linalg.norm(points - mean, axis=1).argmin()]
    # Two sweeps of farthest points give the diameter from below in linear time.
    far = points[np.linalg.norm(points - centre, axis=1).argmax()]
    worst = int(errors.argmax())
    return Tear(
        component=component,
        hits=int(is_sample.sum()),
        points=points,
        centre=centre,
        diameter=float(np.linalg.norm(points - far, axis=1).max()),
        worst_point=points[worst],
        largest_error=float(errors[worst]),
    )
