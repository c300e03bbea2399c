"""Autoencoders of circles through one number: torn once, torn twice, and cut by a jump."""

from __future__ import annotations

from collections.abc import Iterator

from geomcheck.planted.case import Case, Plot
from geomcheck.planted.circles import (
    jumping_circle,
    linked_circles_torn,
    torn_circle,
    twice_torn_circle,
)
from geomcheck.planted.truth import Truth

__all__ = ["circles"]

_HALF_WIDTH = 0.01


def circles(plot: Plot) -> Iterator[Case]:
    """Tear the unit circle, and the two linked ones."""
    name = plot.manifold.name
    band = 2 * _HALF_WIDTH / 6.283185307179586
    once, kept = (0.0, band), (1, 0)
    if name == "circle:R=1":
        model = torn_circle(_HALF_WIDTH)
        truth = Truth(once, once, 2.0, kept, kept, collide=once)
        yield Case("torn", model, truth, "one tear of known width")
        # The codes are continuous; the decoder jumps by 0.43 between the two arcs.
        wide, apart = (0.0, 2 * band), (0.5 - band, 0.5 + band)
        truth = Truth(wide, apart, 2.0, kept, jump=0.15, steady_codes=True, collide=wide)
        yield Case("torn twice", twice_torn_circle(_HALF_WIDTH), truth, "two arcs of a half each")
        truth = Truth((0.0, 0.0), (0.0, 0.0), jump=1.0, collide=(0.0, 0.0))
        yield Case("jump", jumping_circle(), truth, "the angle itself: no error, a jump")
    if name == "linked-circles":
        truth = Truth(once, once, 2.0, (2, 0), (2, 0), collide=once)
        yield Case("torn", linked_circles_torn(_HALF_WIDTH), truth, "each circle torn once")
