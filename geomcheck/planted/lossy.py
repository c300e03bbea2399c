"""Autoencoders that lose topology, where they had to and where they had not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.case import Case, Plot
from geomcheck.planted.linear import constant, flattened, shrunk
from geomcheck.planted.truth import Truth, within
from geomcheck.protocol import FunctionAutoencoder

__all__ = [
    "collapsed_component",
    "collapses",
    "folds",
    "glued",
    "shrunken",
    "swapped",
    "wound",
]

Array = NDArray[np.float64]

_FOLDED = {
    "circle": (1, 0),
    "ellipse": (1, 0),
    "sphere": (1, 0, 0),
    # Half of the tube is an annulus; the other half lies on it.
    "torus": (1, 1, 0),
    "flat-torus": (1, 1, 0),
    # One circle is folded, the other stays.
    "linked-circles": (2, 1),
}
"""Classes kept by x_1 -> |x_1|, a symmetry of these sets (of one circle of the two)."""

_FLAT = {
    "circle": (1, 0),
    "ellipse": (1, 0),
    "sphere": (1, 0, 0),
    # An annulus: the way round the axis stays.
    "torus": (1, 1, 0),
    # A cylinder: one circle becomes an interval.
    "flat-torus": (1, 1, 0),
    # The upright circle becomes a segment that meets the other.
    "linked-circles": (1, 1),
    # Winding numbers of the plane diagram are odd on the lobes: the class is not 0.
    "trefoil": (1, 1),
    # The meridian shrinks at the pinch; the map is injective off it, so its degree is odd.
    "klein-bottle": (1, 1, 1),
}
"""Classes kept when the last coordinate is dropped."""


_MIRRORED = frozenset(
    ("circle", "ellipse", "sphere", "ellipsoid", "torus", "flat-torus", "linked-circles")
)
"""Sets that the reflection in the last coordinate takes to themselves."""

_NOTHING = (0.0, 0.0)


def _half_of(plot: Plot, distances: Array) -> tuple[float, float]:
    """Return what to leave out where codes are shared by pairs this far apart, at least."""
    return within(plot.rule.share(distances > 2 * plot.epsilon) / 2, 1.0)


def folds(plot: Plot) -> Iterator[Case]:
    """Fold K onto its half with x_1 >= 0."""
    kept = _FOLDED.get(plot.family)
    if kept is None or plot.betti is None or len(kept) != len(plot.betti):
        return
    n = plot.ambient_dim

    def encode(x: Array) -> Array:
        return np.concatenate([np.abs(x[:, :1]), x[:, 1:]], axis=1)

    errors = 2 * np.maximum(0.0, -plot.rule.points[:, 0])
    model = FunctionAutoencoder(encode, lambda z: z, n, n, continuous=True)
    # Of each pair, one on either side, one has to go.
    share = plot.rule.share(errors > 2 * plot.epsilon)
    truth = plot.truth_of(errors, kept, within(share, 1.0))
    yield Case("fold", model, truth, "x_1 becomes |x_1|")


def glued(plot: Plot) -> Iterator[Case]:
    """Drop the last coordinate: with a code as wide as space, and with one less."""
    n, kept = plot.ambient_dim, _FLAT.get(plot.family)
    if kept is None or plot.betti is None or len(kept) != len(plot.betti):
        return
    heights = np.abs(plot.rule.points[:, -1])
    # Where K is not mirrored the projection is one to one but for a set of measure zero.
    collide = _half_of(plot, 2 * heights) if plot.family in _MIRRORED else _NOTHING
    truth = plot.truth_of(heights, kept, collide)
    wide = FunctionAutoencoder(
        lambda x: x * np.r_[np.ones(n - 1), 0.0], lambda z: z, n, n, continuous=True
    )
    yield Case("glued sheets", wide, truth, "the last coordinate becomes 0, with room for it")
    yield Case("projection", flattened(n, n - 1), truth, "the last coordinate is not coded")
    from geomcheck.autoencoder import MLPAutoencoder

    eye = np.eye(n)[: n - 1]
    network = MLPAutoencoder.from_weights([(eye, np.zeros(n - 1))], [(eye.T, np.zeros(n))])
    yield Case("projecting network", network, truth, "the same as a network")


def collapses(plot: Plot) -> Iterator[Case]:
    """Collapse K to a segment, and to a point."""
    n, points = plot.ambient_dim, plot.rule.points
    if plot.betti is None:
        return
    # Two components that overlap on the segment, as all in the catalogue do, become one.
    spans = [points[plot.rule.component == c, 0] for c in np.unique(plot.rule.component)]
    if max(s.min() for s in spans) < min(s.max() for s in spans):
        gone = (1, *([0] * (len(plot.betti) - 1)))
        segment = FunctionAutoencoder(
            lambda x: x * np.eye(n)[0], lambda z: z, n, n, continuous=True
        )
        errors = np.linalg.norm(points[:, 1:], axis=1)
        mirrored = plot.family in _MIRRORED
        collide = _half_of(plot, 2 * np.abs(points[:, -1])) if mirrored else None
        truth = plot.truth_of(errors, gone, collide)
        yield Case("segment", segment, truth, "only x_1 is left")
        centre = plot.rule.weights @ points
        errors = np.linalg.norm(points - centre, axis=1)
        # What is left must fit into a ball of radius 2 epsilon about one of its points.
        truth = plot.truth_of(errors, gone, (0.5, 1.0))
        for name, m in (("constant", 1), ("constant, wide code", n)):
            yield Case(name, constant(centre, m), truth, "one point is left")


def collapsed_component(plot: Plot) -> Iterator[Case]:
    """Collapse the last component to one of its points, the others untouched."""
    parts = plot.manifold.parts
    if not parts or plot.betti is None:
        return
    last, n = len(parts) - 1, plot.ambient_dim
    own = parts[last].claims.betti
    if own is None:
        return
    mine = plot.rule.component == last
    points = plot.rule.points
    # The farthest point from the others: no two components meet there.
    away = np.linalg.norm(points[mine] - points[~mine].mean(axis=0), axis=1)
    target = points[mine][int(away.argmax())]

    def encode(x: Array) -> Array:
        return np.where((plot.manifold.component_of(x) == last)[:, None], target, x)

    kept = (plot.betti[0], *(b - c for b, c in zip(plot.betti[1:], own[2][1:], strict=True)))
    errors = np.where(mine, np.linalg.norm(points - target, axis=1), 0.0)
    model = FunctionAutoencoder(encode, lambda z: z, n, n, continuous=True)
    truth = plot.truth_of(errors, kept, (plot.rule.share(mine) / 2, 1.0))
    yield Case("collapsed component", model, truth, "a component becomes a point")


def swapped(plot: Plot) -> Iterator[Case]:
    """Send each of two linked circles to the other."""
    if plot.family != "linked-circles":
        return

    def encode(x: Array) -> Array:
        first = (plot.manifold.component_of(x) == 0)[:, None]
        forth, back = x[:, [0, 2, 1]] + [1.0, 0, 0], x[:, [0, 2, 1]] - [1.0, 0, 0]
        return np.where(first, forth, back)

    model = FunctionAutoencoder(encode, lambda z: z, 3, 3, continuous=True)
    # From (x, y, 0) to (x + 1, 0, y): a way of sqrt(1 + 2 y^2).
    truth = Truth((1.0, 1.0), (1.0, 1.0), 1.0, plot.betti, plot.betti, collide=_NOTHING)
    yield Case("swapped components", model, truth, "an isometry, but not the identity")


def shrunken(plot: Plot) -> Iterator[Case]:
    """Shrink the output."""
    factor = 0.7
    errors = (1 - factor) * np.linalg.norm(plot.rule.points, axis=1)
    truth = plot.truth_of(errors, plot.betti, _NOTHING)
    yield Case("shrunk output", shrunk(plot.ambient_dim, factor), truth, "a similarity of space")


def wound(plot: Plot) -> Iterator[Case]:
    """Wind the circle twice round itself: the Betti numbers stay, the class does not."""
    if plot.family != "circle":
        return
    size = plot.size

    def encode(x: Array) -> Array:
        u, v = x.T / size
        return size * np.stack([u * u - v * v, 2 * u * v], axis=1)

    u, v = plot.rule.points.T / size
    # From the angle t to 2 t: a chord over the angle t.
    errors = 2 * size * np.abs(np.sin(np.arctan2(v, u) / 2))
    model = FunctionAutoencoder(encode, lambda z: z, 2, 2, continuous=True)
    truth = plot.truth_of(errors, (1, 0), (0.5, 1.0))
    yield Case("wound twice", model, truth, "a map of degree two")
