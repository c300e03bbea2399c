"""Every planted autoencoder of a manifold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from geomcheck.planted import layered, loops, lossy, memory, regions, sound, torn
from geomcheck.planted.case import Case, Plot
from geomcheck.planted.trained import trained
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["GROUPS", "cases"]

GROUPS: Mapping[str, Callable[[Plot], Iterator[Case]]] = {
    "exact": sound.exact,
    "turned": sound.turned,
    "wider": sound.wider,
    "half precision": sound.half_precision,
    "network": sound.network,
    "trained": trained,
    "witness": sound.witnesses,
    "torn": torn.circles,
    "noses": regions.noses,
    "walls": regions.walls,
    "tears": regions.tears,
    "layered": layered.layered,
    "no numbers": regions.no_numbers,
    "folds": lossy.folds,
    "glued": lossy.glued,
    "collapses": lossy.collapses,
    "collapsed component": lossy.collapsed_component,
    "swapped": lossy.swapped,
    "shrunken": lossy.shrunken,
    "wound": lossy.wound,
    "loops": loops.loops,
    "memorised": memory.memorised,
    "between training points": memory.between_training_points,
    "steps": memory.steps,
    "noise": memory.noisy,
}
"""What can be planted; each yields what a manifold has room for."""


def cases(
    manifold: Manifold,
    *,
    epsilon: float,
    delta: float = 0.02,
    rng: int | np.random.Generator = 0,
    groups: tuple[str, ...] = tuple(GROUPS),
) -> Iterator[Case]:
    """Yield autoencoders of a manifold of which the truth is known.

    Parameters
    ----------
    manifold : Manifold
        Each component covered by one chart.
    epsilon, delta : float
        As in `geomcheck.verify`: the truth is about them.
    rng : int or numpy.random.Generator
        For rotations and training points.
    groups : tuple of str
        Keys of `GROUPS`.

    Raises
    ------
    InvalidInput
        If a group is not known, or a component has no chart or several.
    """
    for group in groups:
        if group not in GROUPS:
            raise InvalidInput("groups", group, f"some of {', '.join(GROUPS)}")
    plot = Plot(manifold, float(epsilon), float(delta), np.random.default_rng(rng))
    for group in groups:
        yield from GROUPS[group](plot)
