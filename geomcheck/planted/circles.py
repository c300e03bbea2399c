"""Autoencoders of circles through one number, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geomcheck.protocol import FunctionAutoencoder

__all__ = ["jumping_circle", "linked_circles_torn", "tent", "torn_circle", "twice_torn_circle"]

Array = NDArray[np.float64]


def _angle(x: Array, y: Array) -> Array:
    return np.arctan2(y, x)


def tent(theta: Array, half_width: float, at: float = np.pi) -> Array:
    """The angle measured from the tear at `at`, continuous: steep within `half_width` of it."""
    t = np.mod(theta - at, 2 * np.pi)
    low, high = half_width, 2 * np.pi - half_width
    inside = np.clip(t, low, high)
    # Within the tear the code runs back from high to low.
    back = np.where(t < low, t + 2 * np.pi, t)
    steep = high - (back - high) * (high - low) / (2 * half_width)
    return np.where((t < low) | (t > high), steep, inside)


def torn_circle(half_width: float = 0.01, *, radius: float = 1.0) -> FunctionAutoencoder:
    """One tear at (-1, 0); no error elsewhere; the largest error is 2 radius."""
    return FunctionAutoencoder(
        encoder=lambda x: tent(_angle(x[:, 0], x[:, 1]), half_width)[:, None],
        decoder=lambda z: radius * np.stack([np.cos(z[:, 0] + np.pi), np.sin(z[:, 0] + np.pi)], 1),
        ambient_dim=2,
        latent_dim=1,
        continuous=True,
    )


def twice_torn_circle(half_width: float = 0.01) -> FunctionAutoencoder:
    """Two tears, at the ends of the horizontal diameter: the circle falls into two arcs.

    Codes of the upper half run over [0, pi], those of the lower over [4, 4 + pi]; between them
    the code jumps, continuously, within `half_width` of either end.
    """

    def encode(x: Array) -> Array:
        theta = np.mod(_angle(x[:, 0], x[:, 1]), 2 * np.pi)
        knots = [0, half_width, np.pi - half_width, np.pi + half_width, 2 * np.pi - half_width]
        codes = [2.0 + np.pi / 2, half_width, np.pi - half_width, 4 + half_width, 4 + np.pi]
        codes[-1] -= half_width
        knots.append(2 * np.pi)
        codes.append(2.0 + np.pi / 2)
        return np.asarray(np.interp(theta, knots, codes)[:, None])

    def decode(z: Array) -> Array:
        code = z[:, 0]
        theta = np.where(code <= (4 + np.pi) / 2, np.clip(code, 0, np.pi), code - 4 + np.pi)
        return np.stack([np.cos(theta), np.sin(theta)], axis=1)

    return FunctionAutoencoder(encode, decode, 2, 1, continuous=False)


def jumping_circle() -> FunctionAutoencoder:
    """The angle read off with arctan2: no error at all, and not continuous."""
    return FunctionAutoencoder(
        lambda x: _angle(x[:, 0], x[:, 1])[:, None],
        lambda z: np.stack([np.cos(z[:, 0]), np.sin(z[:, 0])], axis=1),
        2,
        1,
        continuous=False,
    )


def linked_circles_torn(half_width: float = 0.01, *, gap: float = 1.0) -> FunctionAutoencoder:
    """Each of the two linked circles torn once; their codes lie `gap` apart on the line."""
    length = 2 * np.pi

    def encode(x: Array) -> Array:
        first = np.abs(x[:, 2]) + np.abs(np.hypot(x[:, 0], x[:, 1]) - 1) < 1e-6
        a = tent(_angle(x[:, 0], x[:, 1]), half_width)
        b = tent(_angle(x[:, 0] - 1, x[:, 2]), half_width, at=np.pi / 2) + length + gap
        return np.where(first, a, b)[:, None]

    def decode(z: Array) -> Array:
        code = z[:, 0]
        a = np.minimum(code, length) + np.pi
        b = np.maximum(code, length + gap) - length - gap + np.pi / 2
        zero = np.zeros_like(code)
        return np.where(
            (code <= length + gap / 2)[:, None],
            np.stack([np.cos(a), np.sin(a), zero], axis=1),
            np.stack([1 + np.cos(b), zero, np.sin(b)], axis=1),
        )

    # Continuous on the two circles, which is what the theorem asks for.
    return FunctionAutoencoder(encode, decode, 3, 1, continuous=True)
