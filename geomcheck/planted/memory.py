"""Autoencoders that know their training points, and steps and noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.case import Case, Plot
from geomcheck.planted.truth import Truth, about, within
from geomcheck.protocol import FunctionAutoencoder

__all__ = ["between_training_points", "memorised", "noisy", "steps"]

Array = NDArray[np.float64]

_TABLE = 12
_TRAINED = 40
_HEIGHT = 1.6


def memorised(plot: Plot) -> Iterator[Case]:
    """Look up the nearest training point."""
    from scipy.spatial import cKDTree

    train = plot.manifold.sample(_TABLE, rng=plot.rng)
    tree, n = cKDTree(train), plot.ambient_dim
    distances = np.asarray(tree.query(plot.rule.points)[0])
    share = plot.rule.share(distances > plot.epsilon)
    model = FunctionAutoencoder(lambda x: train[tree.query(x)[1]], lambda z: z, n, n)
    truth = Truth(about(share), within(share, 1.0), jump=1.0, training_share=0.0)
    yield Case("table", model, truth, "errs by the distance to the nearest training point", train)


def between_training_points(plot: Plot) -> Iterator[Case]:
    """Err only away from the training points, by less than the reach."""
    from scipy.spatial import cKDTree

    reach = plot.manifold.claims.reach
    if plot.cap is None:
        return
    train = plot.manifold.sample(_TRAINED, rng=plot.rng)
    tree, n = cKDTree(train), plot.ambient_dim
    distances = np.asarray(tree.query(plot.rule.points)[0])
    across, epsilon = plot.cap.across, plot.epsilon
    first, reached = plot.rule.level(distances, 0.7), plot.rule.level(distances, 0.5)

    def decode(z: Array) -> Array:
        rise = epsilon * (tree.query(z)[0] - first) / (reached - first)
        return z + np.clip(rise, 0.0, _HEIGHT * epsilon)[:, None] * across

    # Closer than the reach, the way from x to its image stays where K is a retract.
    near = reach is not None and _HEIGHT * epsilon < reach.value
    share = plot.rule.share(distances > reached)
    truth = Truth(
        about(share),
        within(share, 1.0),
        kept_by_codes=plot.betti,
        kept_by_images=plot.betti if near else None,
        fine_images=not plot.shows(_HEIGHT * epsilon),
        training_share=0.0,
        collide=(0.0, 0.0),
    )
    model = FunctionAutoencoder(lambda x: x, decode, n, n, continuous=True)
    yield Case("between training points", model, truth, "exact near them, off elsewhere", train)


def steps(plot: Plot) -> Iterator[Case]:
    """Round the codes to a grid, fine and coarse."""
    n, points = plot.ambient_dim, plot.rule.points
    spread = float(np.linalg.norm(np.ptp(points, axis=0)))
    for name, step in (
        ("fine steps", plot.epsilon / np.sqrt(n)),
        ("coarse steps", 8 * plot.epsilon),
    ):

        def encode(x: Array, step: float = step) -> Array:
            return step * np.round(x / step)

        errors = np.linalg.norm(points - step * np.round(points / step), axis=1)
        share = plot.rule.share(errors > plot.epsilon)
        cut_off = (0.0, 0.0) if share == 0 else within(share, 1.0)
        # Cells smaller than 2 epsilon hide nothing.
        collide = (0.0, 0.0) if step * np.sqrt(n) < 2 * plot.epsilon else None
        truth = Truth(
            about(share), cut_off, float(errors.max()), jump=step / spread, collide=collide
        )
        model = FunctionAutoencoder(encode, lambda z: z, n, n)
        yield Case(name, model, truth, "codes on a grid: a map that jumps")


def noisy(plot: Plot) -> Iterator[Case]:
    """Add noise to the output, drawn at each call."""
    n, rng = plot.ambient_dim, plot.rng.spawn(1)[0]
    model = FunctionAutoencoder(
        lambda x: x, lambda z: z + rng.normal(0.0, plot.epsilon / 4, z.shape), n, n
    )
    truth = Truth((0.0, 1.0), (0.0, 1.0))
    yield Case("decoder noise", model, truth, "no function of the point", refused="one answer each")
