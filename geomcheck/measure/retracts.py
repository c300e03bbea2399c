"""Retractions of K that the whole autoencoder leaves alone, so that their classes are kept."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground
from geomcheck.kept import Carried, KeptOver
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.retract import Retract

__all__ = ["carried_along", "refuted"]

Array = NDArray[np.float64]
# Between points the map may stray twice as far as it is seen to.
_ROOM = 0.5
# Fewer points of a component show nothing.
_LEAST = 1000
_FEW, _ROUNDING = 100, 1e-6


def carried_along(ground: Ground, pool: Evaluation, latent_dim: int) -> tuple[Carried, ...]:
    """Return the retractions r of K with r(G(F(x))) near r(x), as points show it.

    Parameters
    ----------
    ground : Ground
    pool : Evaluation
        Many points of K, those where the map is steepest among them.
    latent_dim : int
        What no autoencoder through so many dimensions does is not believed of this one.

    Notes
    -----
    Source ``retract-argument``. K itself counts as what it retracts to.
    """
    manifold = ground.manifold
    if manifold is None or not np.isfinite(pool.images).all():
        return ()
    owner = ground.component_of(pool.points)
    count = int(np.bincount(owner, minlength=len(ground.components)).min())
    if count < _LEAST:
        return ()
    found = []
    for retract in _retracts(manifold):
        onto, claims = retract.manifold.name, retract.manifold.claims
        if claims.betti is None or not _possible(retract.manifold, latent_dim):
            continue
        if not _undoes_section(retract):
            continue
        strays, reach = _strays(retract, ground, pool), claims.reach
        if reach is not None and reach.holds_from_below() and strays <= _ROOM * reach.value:
            found.append(
                Carried(
                    retract.name,
                    onto,
                    claims.betti,
                    count,
                    strays,
                    reach.value,
                    retract.manifold is manifold,
                )
            )
    return tuple(found)


def _undoes_section(retract: Retract) -> bool:
    """Tell whether r takes points of its section back to where they came from.

    Raises
    ------
    InvalidInput
        If they come back in another shape.
    """
    onto = retract.manifold
    few = onto.project(onto.sample(_FEW, rng=0))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        back = np.asarray(retract.map(retract.section(few)))
        if back.shape != few.shape:
            expected = f"shape {few.shape}, that of points of {onto.name}"
            raise InvalidInput(f"retracts, {retract.name}", f"shape {back.shape}", expected)
        off = np.abs(back - few).max()
    return bool(off <= _ROUNDING * np.abs(few).max())


def refuted(kept: Iterable[KeptOver], ground: Ground, found: Evaluation) -> bool:
    """Tell whether points show that a retraction that was relied on is not left alone."""
    if ground.manifold is None:
        return False
    used = {each.name: each for over in kept for one in over.values() for each in one.carried}
    return any(
        not _strays(retract, ground, found) <= _ROOM * used[retract.name].reach
        for retract in _retracts(ground.manifold)
        if retract.name in used
    )


def _retracts(manifold: Manifold) -> tuple[Retract, ...]:
    itself = Retract("the point itself", manifold, lambda x: x, lambda x: x)
    return (itself, *manifold.retracts)


def _strays(retract: Retract, ground: Ground, found: Evaluation) -> float:
    """Return how far r(G(F(x))) is from r(x) at most; infinite where that is no number."""
    assert ground.manifold is not None
    # Samples may lie off K by its noise.
    points = ground.project(found.points) if ground.manifold.noise > 0 else found.points
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        away = np.linalg.norm(retract.map(found.images) - retract.map(points), axis=1)
    return float(np.nan_to_num(away, nan=np.inf).max())


def _possible(onto: Manifold, latent_dim: int) -> bool:
    """Tell whether a set may have an autoencoder whose worst error is below its reach.

    If r(G(F(x))) stays so near r(x), then r G and F s, with s the section, are one of L.
    """
    reach, bound = onto.claims.reach, onto.claims.error_at(latent_dim)
    if any(part.closed and part.dim >= latent_dim for part in onto.components):
        return False
    if reach is None or bound is None or not bound.holds_from_below():
        return True
    return bound.value < reach.value
