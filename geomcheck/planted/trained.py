"""A trained network, with a proof that it is a good one which rests on no certificate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from geomcheck.planted.case import Case, Plot
from geomcheck.planted.truth import Truth

if TYPE_CHECKING:
    from geomcheck.autoencoder import MLPAutoencoder

__all__ = ["trained"]

_WIDTH = 32
_STEPS = 2500
# float32 evaluation, and the midpoint rule for the length of a cell.
_MARGIN = 1.01


def trained(plot: Plot) -> Iterator[Case]:
    """Train a small network of a curve, as wide in the middle as space.

    It is yielded if its error is proved to be below epsilon everywhere.
    """
    manifold = plot.manifold
    reach, length = manifold.claims.reach, manifold.claims.volume
    if manifold.dim != 1 or length is None:
        return
    from geomcheck.training import fit

    model = fit(
        manifold,
        latent_dim=plot.ambient_dim,
        hidden=(_WIDTH,),
        seeds=1,
        steps=_STEPS,
        rng=plot.rng.spawn(1)[0],
    )
    points = plot.rule.points
    met = float(np.linalg.norm(model.decode(model.encode(points)) - points, axis=1).max())
    # Each point of the rule is the middle of an arc: nothing is farther than half of it away.
    away = float(plot.rule.weights.max()) * length.value / 2
    worst = _MARGIN * (met + (1 + _lipschitz(model)) * away)
    if worst >= plot.epsilon:
        return
    # Closer than the reach, the way from x to its image stays where K is a retract.
    near = reach is not None and reach.holds_from_below() and worst < reach.value
    kept = plot.betti if near else None
    truth = Truth(
        (0.0, 0.0), (0.0, 0.0), kept_by_codes=kept, kept_by_images=kept, collide=(0.0, 0.0)
    )
    yield Case("trained network", model, truth, f"errs by at most {worst:.2g}, by Lipschitz")


def _lipschitz(model: MLPAutoencoder) -> float:
    """Return a Lipschitz constant: of tanh it is 1, of a linear layer its largest stretch."""
    return float(
        np.prod([np.linalg.norm(weight, 2) for half in model.weights() for weight, _ in half])
    )
