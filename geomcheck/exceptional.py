"""The exceptional set {err > epsilon}: its pieces, and whether the rest stays in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.between import look_between
from geomcheck.evaluation import Evaluation
from geomcheck.free_edges import clear_of, held_together
from geomcheck.graph import edge_lengths, neighbour_edges, parts_of_graph
from geomcheck.jumps import Jump
from geomcheck.placing import NOWHERE, Mapped, place
from geomcheck.protocol import Autoencoder
from geomcheck.tear_pieces import Tear, tears_of

__all__ = ["ExceptionalSet", "locate"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ExceptionalSet:
    """{err > epsilon} as a sample and the points between its neighbours show it.

    Parameters
    ----------
    n : int
        Points counted.
    tears : tuple of Tear
        Largest share first.
    pieces : tuple of tuple of int
        For each component of K, how many counted points each connected piece of its rest
        {err <= epsilon} holds, in the order of their size in the graph.
    stray : int
        Counted points outside the first piece of their component, exceptional or not.
    stray_if_apart : int
        The same, where edges that run among bad points join nothing: one of them may cross a
        tear where it is thinner than what was looked at.
    across : int
        How many edges not found torn join points that would then be apart.
    followed : bool
        Whether every edge beside a bad point was looked along.
    unplaced : int
        Counted points with a large error that lie near no tear.
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
    stray_if_apart: int
    across: int
    followed: bool
    unplaced: int
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
    counted: Evaluation,
    counted_component: Indices,
    epsilon: float,
    neighbours: int,
    project: Callable[[Array], Array] | None,
    components: int = 1,
    longest: float = np.inf,
    radius: float = 0.0,
    curve: bool = False,
    follow: bool = True,
) -> ExceptionalSet:
    """Find the pieces of {err > epsilon} and of its complement.

    Parameters
    ----------
    model : Autoencoder
    sample : Evaluation
        Points of K, dense enough for their neighbourhood graph to join each component.
    component : array of shape (n,)
        Index of the component of K of each point.
    counted, counted_component : Evaluation, array of shape (l,)
        Other points of K, to count what is found; the sample itself where there are none.
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
    curve : bool
        Whether K is of dimension one.
    follow : bool
        Whether to follow tears to their end, as it takes to know what hangs together.
    """
    edges = neighbour_edges(sample.points, neighbours, radius)
    edges = edges[component[edges[:, 0]] == component[edges[:, 1]]]
    edges = edges[edge_lengths(sample.points, edges) < longest]
    spacing = float(edge_lengths(sample.points, edges).max(initial=0.0))
    bad = sample.errors > epsilon
    between = look_between(model, sample, edges, epsilon, project, curve=curve, follow=follow)
    sound = ~bad[edges[:, 0]] & ~bad[edges[:, 1]] & ~between.torn
    labels = parts_of_graph(len(sample), edges[sound])
    labels[bad] = NOWHERE
    whole = parts_of_graph(len(sample), edges)
    number = np.where(bad, np.cumsum(bad) - 1, NOWHERE)
    crossed = edges[between.rows]
    tears = tears_of(
        sample.where(bad),
        component[bad],
        between.found,
        component[crossed[:, 0]],
        max(spacing, 1e-300),
        links=number[edges[bad[edges].all(axis=1)]],
        beside=number[crossed].max(axis=1, initial=NOWHERE),
    )
    placed = place(
        model,
        Mapped(sample, component, ~bad),
        tears,
        counted,
        counted_component,
        epsilon=epsilon,
        near=2 * spacing,
        project=project,
    )
    met = np.concatenate([sample.points[bad], between.found.points])
    clear = clear_of(sample.points, edges[sound], met)
    apart = held_together(len(sample), edges[sound], clear, 2 * neighbours)
    pieces = _counts(placed.on(labels), labels, component, ~bad, components)
    if_apart = _counts(placed.on(apart), apart, component, ~bad, components)
    sides = apart[edges[sound]]
    return ExceptionalSet(
        n=len(counted),
        tears=tuple(
            sorted(
                (replace(t, hits=int((placed.tear == i).sum())) for i, t in enumerate(tears)),
                key=lambda tear: (-tear.hits, -tear.largest_error),
            )
        ),
        pieces=pieces,
        stray=len(counted) - _first(pieces),
        stray_if_apart=len(counted) - _first(if_apart),
        across=int(((sides[:, 0] != sides[:, 1]) & (sides != NOWHERE).all(axis=1)).sum()),
        followed=between.closed,
        unplaced=int(((placed.tear == NOWHERE) & ~(counted.errors <= epsilon)).sum()),
        graph_connected=len(np.unique(whole)) == len(np.unique(component)) == components,
        spacing=spacing,
        worst=between.worst,
        along=between.along,
        jump=between.jump,
    )


def _counts(
    placed: Indices, piece: Indices, component: Indices, sound: Flags, components: int
) -> tuple[tuple[int, ...], ...]:
    """Return how many points were placed on the pieces of each component, the largest first."""
    found = []
    for index in range(components):
        mine = piece[(component == index) & sound]
        order = _largest_first(mine[mine != NOWHERE])
        found.append(tuple(int((placed == label).sum()) for label in order))
    return tuple(found)


def _first(pieces: tuple[tuple[int, ...], ...]) -> int:
    return sum(sizes[0] for sizes in pieces if sizes)


def _largest_first(labels: Indices) -> Indices:
    names, sizes = np.unique(labels, return_counts=True)
    return np.asarray(names[np.argsort(-sizes, kind="stable")])
