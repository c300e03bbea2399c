"""Autoencoders that are exact off a region of known measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.cap import LARGEST, Cap
from geomcheck.planted.case import Case, Plot
from geomcheck.planted.truth import Truth, about, within
from geomcheck.protocol import FunctionAutoencoder

__all__ = ["no_numbers", "noses", "tears", "walls"]

Array = NDArray[np.float64]

# Of delta: below it and above it, by a little and by much.
_SHARES = {"far below": 0.25, "just below": 0.9, "just above": 1.1, "far above": 2.5}
_HEIGHT = 1.6
_RAMP = 1.25


def _displaced(plot: Plot, along: Array, by: Callable[[Array], Array]) -> FunctionAutoencoder:
    """Return the model that moves the point z by `by(z)` along a direction."""
    n = plot.ambient_dim
    return FunctionAutoencoder(
        lambda x: x, lambda z: z + by(z)[:, None] * along, n, n, continuous=True
    )


def _kept(plot: Plot, share: tuple[float, float], cut_off: tuple[float, float]) -> Truth:
    """Return the truth of a homeomorphic encoder and an autoencoder that is one, or nearly."""
    return Truth(
        share, cut_off, kept_by_codes=plot.betti, kept_by_images=plot.betti, collide=(0.0, 0.0)
    )


def noses(plot: Plot) -> Iterator[Case]:
    """Pull a cap outwards, farther than epsilon on a share near delta."""
    cap, epsilon = plot.cap, plot.epsilon
    if cap is None:
        return
    for name, factor in _SHARES.items():
        share = factor * plot.delta
        # An increasing function of the height: the map is a homeomorphism of space.
        start, reached = cap.level(_RAMP * share), cap.level(share)

        def by(z: Array, start: float = start, reached: float = reached) -> Array:
            rise = epsilon * (cap.height(z) - start) / (reached - start)
            return np.clip(rise, 0.0, _HEIGHT * epsilon)

        # The ramp is narrower than the points of a net are apart.
        fine = not plot.shows(_HEIGHT * epsilon)
        truth = replace(_kept(plot, about(share), about(share)), fine_images=fine)
        yield Case(
            f"error on {name} delta",
            _displaced(plot, cap.direction, by),
            truth,
            "a cap stretched by a homeomorphism; the rest hangs together",
        )


def walls(plot: Plot) -> Iterator[Case]:
    """Shear a band that parts a fifth of K from the rest, farther than epsilon."""
    cap, epsilon = plot.cap, plot.epsilon
    if cap is None:
        return
    share = plot.delta / 4
    low, high = cap.level(LARGEST), cap.level(LARGEST - share)
    middle, half = (low + high) / 2, (high - low) / 2

    def by(z: Array) -> Array:
        away = np.abs(cap.height(z) - middle) / half
        return epsilon * np.maximum(0.0, _HEIGHT - (_HEIGHT - 1) * away)

    fine = not plot.shows(_HEIGHT * epsilon)
    truth = replace(_kept(plot, about(share), about(LARGEST)), fine_images=fine)
    yield Case(
        "wall", _displaced(plot, cap.across, by), truth, "a shear: a band of error cuts a cap off"
    )


def tears(plot: Plot) -> Iterator[Case]:
    """Draw the codes of a cap far away, so that a narrow band between is torn."""
    cap = plot.cap
    if cap is None:
        return
    share = plot.delta / 4
    low, high = cap.level(LARGEST), cap.level(LARGEST - share)
    yield _torn(plot, cap, "extra tear", (low, high), share)
    # So narrow that its share is nothing, for any rule or sample.
    yield _torn(plot, cap, "narrow extra tear", (low, low + 1e-6 * (high - low)), 0.0)


def _torn(plot: Plot, cap: Cap, name: str, band: tuple[float, float], share: float) -> Case:
    low, high = band
    half = 1.001 * float(np.abs(plot.rule.points @ cap.across).max())
    far = 4 * half

    def lifted(x: Array) -> Array:
        return far * np.clip((cap.height(x) - low) / (high - low), 0.0, 1.0)

    def encode(x: Array) -> Array:
        return x + lifted(x)[:, None] * cap.across

    def decode(z: Array) -> Array:
        at = z @ cap.across
        # Both ends come back to where they were; between, the way back is continuous.
        back = np.interp(at, [-half, half, far - half, far + half], [-half, half, -half, half])
        return z + (back - at)[:, None] * cap.across

    # In the band, off it exact; what of the band is exact by chance is not counted on.
    convex = plot.family in ("circle", "ellipse", "sphere", "ellipsoid", "linked-circles")
    truth = _kept(plot, within(0.0, share), within(LARGEST - share, LARGEST))
    # Moved along the band only, so never across a point, or line, inside and off the band.
    truth = replace(
        truth,
        kept_by_images=plot.betti if convex else None,
        fine_codes=True,
        fine_images=True,
    )
    model = FunctionAutoencoder(encode, decode, plot.ambient_dim, plot.ambient_dim, continuous=True)
    return Case(name, model, truth, "a homeomorphic encoder; the decoder closes a gap")


def no_numbers(plot: Plot) -> Iterator[Case]:
    """Return NaN on a cap."""
    cap = plot.cap
    if cap is None:
        return
    for name, factor in (("NaN on a small cap", 0.25), ("NaN on a cap", 2.5)):
        share = factor * plot.delta
        level = cap.level(share)

        def decode(z: Array, level: float = level) -> Array:
            return np.where((cap.height(z) > level)[:, None], np.nan, z)

        model = FunctionAutoencoder(lambda x: x, decode, plot.ambient_dim, plot.ambient_dim)
        truth = replace(_kept(plot, about(share), about(share)), kept_by_images=None, finite=False)
        yield Case(name, model, truth, "an infinite error on a cap of known measure")
