"""What a network is made of, as plain data: linear layers, activations, residual blocks.

A model that says of itself that it evaluates these layers, one after the other and nothing else,
can be certified. `as_network()` is how it says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = [
    "ACTIVATION_NAMES",
    "Activation",
    "Affine",
    "Layer",
    "Layered",
    "Network",
    "Precision",
    "Residual",
    "UnsupportedLayer",
    "check_layers",
]

Array = NDArray[np.float64]
Precision = Literal["float32", "float64"]

ACTIVATION_NAMES = (
    "tanh",
    "relu",
    "silu",
    "gelu",
    "gelu_tanh",
    "leaky_relu",
    "sigmoid",
    "softplus",
)
"""Activations a layer may have; `gelu_tanh` is GELU's approximation by a hyperbolic tangent."""


class UnsupportedLayer(ValueError):
    """A model is no sequence of layers as described here; the message says why."""


@dataclass(frozen=True, eq=False)
class Affine:
    """x to weight @ x + bias.

    Parameters
    ----------
    weight : array of shape (out, in)
    bias : array of shape (out,)
        Float64 copies of what the model holds, whatever type it computes in.
    """

    weight: Array
    bias: Array


@dataclass(frozen=True)
class Activation:
    """One function applied to every coordinate.

    Parameters
    ----------
    name : str
        One of `ACTIVATION_NAMES`.
    slope : float
        Of `leaky_relu`, left of zero: between 0 and 1.
    """

    name: str
    slope: float = 0.01


@dataclass(frozen=True, eq=False)
class Residual:
    """x to x + block(x).

    Parameters
    ----------
    block : tuple of Layer
        Returns as many coordinates as it takes.
    """

    block: tuple[Layer, ...]


Layer: TypeAlias = Affine | Activation | Residual


@dataclass(frozen=True, eq=False)
class Network:
    """An autoencoder as the layers it evaluates.

    Parameters
    ----------
    encoder, decoder : tuple of Layer
        The identity if empty.
    precision : {"float32", "float64"}
        The arithmetic in which the model evaluates them.
    """

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]
    precision: Precision = "float64"


@runtime_checkable
class Layered(Protocol):
    """A model that knows its layers."""

    def as_network(self) -> Network:
        """Return the layers that `encode` and `decode` evaluate, no others, or raise.

        Raises
        ------
        UnsupportedLayer
            If the model is made of anything else.
        """
        ...


def check_layers(argument: str, layers: tuple[Layer, ...], width: int) -> int:
    """Return the width of the outputs of layers on inputs of some width, or raise.

    Raises
    ------
    InvalidInput
        If shapes do not fit together, a number is not finite, or an activation is unknown.
    """
    for number, layer in enumerate(layers):
        where = f"{argument} layer {number}"
        if isinstance(layer, Affine):
            width = _check_affine(where, layer, width)
        elif isinstance(layer, Activation):
            if layer.name not in ACTIVATION_NAMES:
                raise InvalidInput(where, layer.name, f"one of {', '.join(ACTIVATION_NAMES)}")
            if not 0 <= layer.slope <= 1:
                raise InvalidInput(where, layer.slope, "a slope between 0 and 1")
        elif isinstance(layer, Residual):
            out = check_layers(where, layer.block, width)
            if out != width:
                raise InvalidInput(where, f"{width} -> {out}", "a block that keeps the width")
        else:
            raise InvalidInput(where, layer, "Affine, Activation or Residual")
    return width


def _check_affine(where: str, layer: Affine, width: int) -> int:
    weight, bias = np.asarray(layer.weight), np.asarray(layer.bias)
    if weight.ndim != 2 or 0 in weight.shape or bias.shape != weight.shape[:1]:
        raise InvalidInput(
            where,
            (weight.shape, bias.shape),
            "a weight of shape (out, in) and a bias of shape (out,)",
        )
    if weight.shape[1] != width:
        raise InvalidInput(where, f"{weight.shape[1]} inputs", f"a layer that takes {width} inputs")
    if not (math.isfinite(np.abs(weight).sum()) and np.isfinite(bias).all()):
        raise InvalidInput(where, "NaN or inf", "finite weights")
    return len(bias)
