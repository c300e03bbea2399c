"""Retractions of K that the whole autoencoder leaves alone, so that their classes are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground
from geomcheck.kept import Carried
from theory.manifold import Manifold
from theory.retract import Retract

__all__ = ["carried_along"]

Array = NDArray[np.float64]
# Between points the map may stray twice as far as it is seen to.
_ROOM = 0.5


def carried_along(ground: Ground, pool: Evaluation) -> tuple[Carried, ...]:
    """Return the retractions r of K with r(G(F(x))) near r(x), as points show it.

    Parameters
    ----------
    ground : Ground
    pool : Evaluation
        Many points of K, those where the map is steepest among them.

    Notes
    -----
    Source ``retract-argument``. K itself counts as what it retracts to.
    """
    manifold = ground.manifold
    if manifold is None or not np.isfinite(pool.images).all():
        return ()
    every = (_itself(manifold), *(() if manifold.parts else manifold.retracts))
    # Samples may lie off K by its noise.
    points = ground.project(pool.points) if manifold.noise > 0 else pool.points
    found = (_carried(retract, points, pool.images) for retract in every)
    return tuple(each for each in found if each is not None)


def _itself(manifold: Manifold) -> Retract:
    return Retract("the point itself", manifold, lambda x: x, lambda x: x)


def _carried(retract: Retract, points: Array, images: Array) -> Carried | None:
    claims = retract.manifold.claims
    if claims.betti is None or claims.reach is None or not claims.reach.holds_from_below():
        return None
    away = np.linalg.norm(retract.map(images) - retract.map(points), axis=1)
    strays = float(away.max())
    if strays > _ROOM * claims.reach.value:
        return None
    name = retract.manifold.name
    return Carried(retract.name, name, claims.betti, len(points), strays, claims.reach.value)
