"""What of the homology of K survives encoding, and the whole autoencoder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.enrich import whitened
from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground
from geomcheck.induced import KeptClasses, affine_dim, kept_classes
from geomcheck.kept import Carried, Kept, KeptOver, Wound
from geomcheck.limits import Limits, limits_of
from geomcheck.measure.retracts import carried_along
from geomcheck.measure.winding import winding_over
from geomcheck.protocol import Autoencoder
from theory.covering import covering_radius

__all__ = ["HIGHEST_DEGREE", "kept_by"]

Array = NDArray[np.float64]

HIGHEST_DEGREE = 3


def kept_by(
    ground: Ground,
    model: Autoencoder,
    net: Evaluation,
    covering: float,
    pool: Evaluation,
    measured_betti: tuple[int | None, ...],
    *,
    steady: bool,
) -> tuple[KeptOver, KeptOver]:
    """Return the classes that the encoder, and the whole autoencoder, keep, by field.

    Parameters
    ----------
    ground : Ground
    model : Autoencoder
    net : Evaluation
        A net of K.
    covering : float
        Its covering radius in K.
    pool : Evaluation
        Many more points of K, dense where the encoder is steep.
    measured_betti : tuple of int or None
        Of K over two elements, where they are not given.
    steady : bool
        A decoder that is not steady may open holes that the codes have not.
    """
    m = model.latent_dim
    over = _betti_over(ground, measured_betti, m)
    around = [winding_over(over, ground, model, pool, decoded=decoded) for decoded in (False, True)]
    span = max(1, affine_dim(m, pool.codes)) if np.isfinite(pool.codes).all() else m
    # A map that jumps carries nothing along.
    carried = carried_along(ground, pool, m) if steady else ()
    codes: dict[int, Kept] = {}
    images: dict[int, Kept] = {}
    for field, betti in over.items():
        winding = [each[field] for each in around]
        if steady:
            winding[0] = max(winding, key=lambda wound: (wound.number, wound.certain))
        had = tuple(b for b in betti if b is not None)
        limits = limits_of(ground, m, field)
        known = len(had) == len(betti) and bool(np.isfinite(pool.codes).all())
        seen = [KeptClasses([None] * len(betti))] * 2
        both = [Kept(numbers) for numbers in seen]
        if known:
            both = [_outside_nets(had, wound, carried, field, limits, span) for wound in winding]
        if known and not all(each.settled for each in both):
            seen = _on_net(ground, net, covering, pool, had, field, steady=steady)
        codes[field], images[field] = (
            replace(each, on_net=numbers) for each, numbers in zip(both, seen, strict=True)
        )
    return codes, images


def _outside_nets(
    had: tuple[int, ...],
    wound: Wound,
    carried: tuple[Carried, ...],
    field: int,
    limits: Limits,
    span: int,
) -> Kept:
    """Return what is kept as holes show it and, where that does not settle it, retractions."""
    least = [0] * len(had)
    if len(had) == limits.latent_dim:
        least[-1] = wound.number
    found = _between(had, least, limits, span)
    used: list[Carried] = []
    for each in () if found.settled else carried:
        raised = [max(pair) for pair in zip(least, each.betti.get(field, ()), strict=False)]
        raised += least[len(raised) :]
        # More than any map keeps is not believed.
        believed = all(
            number <= limits.most(degree, count, raised)[0]
            for degree, (count, number) in enumerate(zip(had, raised, strict=True))
        )
        if believed and raised[1:] != least[1:]:
            least = raised
            used.append(each)
    return replace(_between(had, least, limits, span), wound=wound, carried=tuple(used))


def _between(had: tuple[int, ...], least: list[int], limits: Limits, span: int) -> Kept:
    """Return what the limits leave open of what is kept, from lower bounds of it.

    What spans few dimensions passes through as many, whatever the bottleneck.
    """
    through, kept = replace(limits, latent_dim=span), [number or None for number in least]
    bounds = [
        min(
            (each.most(degree, count, kept) for each in (limits, through)), key=lambda most: most[0]
        )
        for degree, count in enumerate(had)
    ]
    most, sources = zip(*bounds, strict=True) if bounds else ((), ())
    below = span if span < limits.latent_dim else 0
    settled = all(a >= b for a, b in zip(least[1:], most[1:], strict=True))
    nothing = KeptClasses([None] * len(had))
    return Kept(nothing, tuple(least), most, sources, below, settled=settled)


def _on_net(
    ground: Ground,
    net: Evaluation,
    covering: float,
    pool: Evaluation,
    had: tuple[int, ...],
    field: int,
    *,
    steady: bool,
) -> list[KeptClasses]:
    """Return what the encoder, and the whole autoencoder, keep as a net shows it."""
    manifold = ground.manifold
    low, beyond = had[:HIGHEST_DEGREE], (None,) * len(had[HIGHEST_DEGREE:])

    def kept(values: Array, every: Array) -> KeptClasses:
        return kept_classes(
            net.points,
            values,
            pool.points,
            every,
            low,
            covering=covering,
            homology_coeff_field=field,
            covering_of=covering_of,
        )

    covering_of = None if manifold is None else lambda some: covering_radius(some, manifold).value
    white = whitened(np.concatenate([net.codes, pool.codes]))
    images = kept(net.images, pool.images)
    codes = kept(white[: len(net)], white[len(net) :])
    if steady:
        # What survives the whole autoencoder survived the encoder, however coarse its codes.
        codes = _larger(codes, images)
    if white.shape[1] > 1 and codes != low:
        # What is seen to survive survives: with unequal axes as they are, too.
        codes = _larger(codes, kept(net.codes, pool.codes))
    # What the encoder kills no decoder brings back.
    numbers = (0 if b is None and a == 0 else b for a, b in zip(codes, images, strict=True))
    return [
        KeptClasses((*codes, *beyond), codes.hole),
        KeptClasses((*numbers, *beyond), max(codes.hole, images.hole)),
    ]


def _larger(first: KeptClasses, second: KeptClasses) -> KeptClasses:
    """Return, degree by degree, the larger of two lower bounds of what is kept."""
    numbers = (
        b if a is None else a if b is None else max(a, b)
        for a, b in zip(first, second, strict=True)
    )
    return KeptClasses(numbers, max(first.hole, second.hole))


def _betti_over(
    ground: Ground, measured_betti: tuple[int | None, ...], latent_dim: int
) -> dict[int, tuple[int | None, ...]]:
    """Return the Betti numbers below the latent dimension, over the fields to look at.

    A curve wound three times, or 3-torsion, shows over three elements alone. Above degree 1 a
    second field costs seconds, and is looked at only where torsion makes it differ. Nets show
    the degrees below HIGHEST_DEGREE.
    """
    top = latent_dim
    known = ground.betti if ground.betti is not None else measured_betti
    over: dict[int, tuple[int | None, ...]] = {2: tuple(known[:top])}
    claims = None if ground.manifold is None else ground.manifold.claims.betti
    if claims is not None and 3 in claims and len(over[2]) > 1:
        third = tuple(claims[3][:top])
        if len(third) == 2 or third != over[2]:
            over[3] = third
    return over
