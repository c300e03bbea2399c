"""Layers as the steps in which they are enclosed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.relaxation import Relaxation, relaxation_of
from geomcheck.layers import Affine, Layer, Residual

__all__ = ["Skip", "Step", "Weights", "extent", "steps_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """A linear layer with the absolute values of its numbers."""

    weight: Array
    bias: Array
    absolute: Array
    absolute_bias: Array


@dataclass(frozen=True, eq=False)
class Step:
    """A linear layer with the activation that follows it; either may be missing."""

    linear: Weights | None
    relax: Relaxation | None


@dataclass(frozen=True, eq=False)
class Skip:
    """x to x + block(x)."""

    block: tuple[Step | Skip, ...]


def steps_of(layers: Sequence[Layer]) -> tuple[Step | Skip, ...]:
    """Return layers as steps: a linear layer and the activation after it are one."""
    steps: list[Step | Skip] = []
    for layer in layers:
        if isinstance(layer, Residual):
            steps.append(Skip(steps_of(layer.block)))
        elif isinstance(layer, Affine):
            w, b = layer.weight, layer.bias
            steps.append(Step(Weights(w, b, np.abs(w), np.abs(b)), None))
        else:
            linear = None
            if steps and isinstance(before := steps[-1], Step) and before.relax is None:
                linear = before.linear
                steps.pop()
            steps.append(Step(linear, relaxation_of(layer)))
    return tuple(steps)


def extent(steps: Sequence[Step | Skip]) -> tuple[int, int]:
    """Return how many steps there are, and the widest layer."""
    depth = widest = 1
    for step in steps:
        if isinstance(step, Skip):
            inside, wide = extent(step.block)
            depth, widest = depth + inside + 2, max(widest, wide)
        else:
            wide = 1 if step.linear is None else max(step.linear.weight.shape)
            depth, widest = depth + 1, max(widest, wide)
    return depth, widest
