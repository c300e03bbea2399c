"""Circles in the plane whose loop is undone within an arc, or runs round a hole of any width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.case import Case, Plot
from geomcheck.protocol import FunctionAutoencoder

__all__ = ["loops"]

Array = NDArray[np.float64]

_BEGIN, _END = 1.0, 5.0


def loops(plot: Plot) -> Iterator[Case]:
    """Run round and back again, which keeps nothing, or round a hole at the end of an arm."""
    if plot.family != "circle":
        return
    for name, width, fine in (("there and back", 0.3, False), ("quickly back", 0.02, True)):
        yield _case(plot, name, _there_and_back(plot.size, width), (1, 0), fine, "degree 0")
    for name, radius, fine in (("ring on an arm", 0.3, False), ("narrow ring", 0.05, True)):
        yield _case(plot, name, _ring(plot.size, radius), (1, 1), fine, "once round a hole")


def _case(
    plot: Plot, name: str, model: FunctionAutoencoder, kept: tuple[int, int], fine: bool, why: str
) -> Case:
    points = plot.rule.points
    errors = np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)
    truth = replace(plot.truth_of(errors, kept), fine_codes=fine, fine_images=fine)
    return Case(name, model, truth, why)


def _there_and_back(size: float, width: float) -> FunctionAutoencoder:
    """Once round, and all the way back within an arc of a width in radians."""

    def encode(x: Array) -> Array:
        t = _angle(x)
        t = t - 2 * np.pi * np.clip((t - 3.0) / width, 0, 1)
        return size * np.stack([np.cos(t), np.sin(t)], axis=1)

    return _plane(encode)


def _ring(size: float, radius: float, width: float = 0.3) -> FunctionAutoencoder:
    """Out along an arm of length 1 within a width in radians, once round, and back along it."""

    def encode(x: Array) -> Array:
        t = _angle(x)
        arm = np.clip((t - _BEGIN) / width, 0, 1) - np.clip((t - _END) / width, 0, 1)
        turn = 2 * np.pi * np.clip((t - _BEGIN - width) / (_END - _BEGIN - width), 0, 1)
        along = arm + radius * (1 - np.cos(turn))
        # The arc that stays at the foot of the arm makes a small excursion of its own.
        aside = radius * np.sin(turn) + 0.02 * np.where(t < _BEGIN, t * (_BEGIN - t), 0.0)
        return size * np.stack([along, aside], axis=1)

    return _plane(encode)


def _angle(x: Array) -> Array:
    return np.asarray(np.mod(np.arctan2(x[:, 1], x[:, 0]), 2 * np.pi))


def _plane(encode: Callable[[Array], Array]) -> FunctionAutoencoder:
    return FunctionAutoencoder(encode, lambda z: z, 2, 2, continuous=True)
