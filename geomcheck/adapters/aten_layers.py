"""A graph of torch operations as a sequence of plain layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.adapters.aten_graph import Graph, Node, Ref
from geomcheck.layers import Activation, Affine, Layer, Residual, UnsupportedLayer
from geomcheck.torch_layers import normalisation

__all__ = ["graph_layers"]

Array = NDArray[np.float64]

_SAME = frozenset(("alias", "clone", "contiguous", "detach", "dropout"))


def graph_layers(graph: Graph, dtype: torch.dtype) -> tuple[Layer, ...]:
    """Translate what a graph evaluates on rows (n, width) into plain layers.

    Parameters
    ----------
    graph : Graph
        Linear layers, activations, sums of a value and what was made of it, batch normalisation
        by stored statistics, and what changes nothing.
    dtype : torch.dtype
        Of the input, which all weights have to share.

    Raises
    ------
    UnsupportedLayer
        If there is any other operation.
    """
    if foreign := graph.foreign():
        raise UnsupportedLayer(f"{', '.join(foreign)} may do more than compute a value")
    try:
        return _Translation(graph, dtype).between(graph.input, graph.outputs[0])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, UnsupportedLayer):
            raise
        # Files from outside may give an operation other arguments than torch does.
        raise UnsupportedLayer(f"an operation has arguments that are not known: {error}") from error


class _Translation:
    def __init__(self, graph: Graph, dtype: torch.dtype) -> None:
        self.tensors, self.dtype, self.input = graph.tensors, dtype, graph.input
        self.made = {name: node for node in graph.nodes for name in node.outputs}
        self.order = {name: number for number, name in enumerate(self.made)}

    def between(self, start: str, end: str) -> tuple[Layer, ...]:
        """Return the layers that lead from one value to another."""
        layers: list[Layer] = []
        # Backwards, one value at a time.
        while end != start:
            if end not in self.made:
                raise UnsupportedLayer("two values meet of which neither is made of the other")
            node = self.made[end]
            before, here = self._sum(node) if node.target == "add" else self._step(node)
            if self.order.get(before, -1) >= self.order[end]:
                raise UnsupportedLayer("a value is used before it is computed")
            layers[:0] = here
            end = before
        return tuple(layers)

    def _sum(self, node: Node) -> tuple[str, tuple[Layer, ...]]:
        ends = [arg.name for arg in node.args if isinstance(arg, Ref)]
        if len(ends) != 2 or node.kwargs or any(name in self.tensors for name in ends):
            raise UnsupportedLayer("a constant is added outside of a linear layer")
        first, last = sorted(ends, key=lambda name: self.order.get(name, -1))
        return first, (Residual(self.between(first, last)),)

    def _step(self, node: Node) -> tuple[str, tuple[Layer, ...]]:
        """Return the value that goes in, and the layers made of it."""
        target, args = node.target, node.args
        if target == "dropout" and args[2]:
            raise UnsupportedLayer("dropout is random while the model is training")
        if target in _SAME:
            return _name(args[0]), ()
        if target == "linear":
            bias = args[2] if len(args) > 2 else None
            return _name(args[0]), (self._linear(self._numbers(args[1]), bias),)
        if target == "addmm" and not node.kwargs:
            turned = self.made.get(_name(args[2]))
            if turned is not None and turned.target == "t":
                return _name(args[1]), (self._linear(self._numbers(turned.args[0]), args[0]),)
            return _name(args[1]), (self._linear(self._numbers(args[2]).T, args[0]),)
        if target == "batch_norm":
            return _name(args[0]), self._normalisation(args)
        make = _ACTIVATIONS.get(target)
        activation = None if make is None else make(args[1:], node.kwargs)
        if activation is None:
            raise UnsupportedLayer(
                f"{_told(node)} is neither a linear layer, nor one of the activations that are "
                "bounded"
            )
        return _name(args[0]), (activation,)

    def _linear(self, weight: Array, bias: Any) -> Affine:
        return Affine(weight, np.zeros(len(weight)) if bias is None else self._numbers(bias))

    def _normalisation(self, args: tuple[Any, ...]) -> tuple[Layer, ...]:
        _, weight, bias, mean, variance, training, _, eps, *_ = args
        if training or mean is None or variance is None:
            raise UnsupportedLayer("batch normalisation depends on the batch")
        return normalisation(
            self._numbers(mean),
            self._numbers(variance),
            float(eps),
            None if weight is None else self._numbers(weight),
            None if bias is None else self._numbers(bias),
        )

    def _numbers(self, value: Any) -> Array:
        tensor = self.tensors.get(_name(value))
        if tensor is None:
            raise UnsupportedLayer("a weight is computed")
        if tensor.dtype != self.dtype:
            raise UnsupportedLayer("the weights are not all of the type of the input")
        return np.array(tensor.detach().cpu().numpy(), dtype=np.float64)


def _name(value: Any) -> str:
    if not isinstance(value, Ref):
        raise UnsupportedLayer(f"{value} stands where a value was expected")
    return value.name


def _told(node: Node) -> str:
    options = [arg for arg in node.args[1:] if isinstance(arg, int | float)]
    return f"{node.target}({', '.join(map(str, options))})" if options else node.target


def _plain(name: str) -> Callable[[Any, Any], Activation | None]:
    return lambda args, kwargs: None if args or kwargs else Activation(name)


def _leaky(args: Any, kwargs: Any) -> Activation | None:
    slope = float(args[0]) if args else 0.01
    return Activation("leaky_relu", slope) if 0 <= slope <= 1 and not kwargs else None


def _gelu(args: Any, kwargs: Any) -> Activation | None:
    names = {"none": "gelu", "tanh": "gelu_tanh"}
    return None if args else Activation(names[kwargs.get("approximate", "none")])


def _softplus(args: Any, kwargs: Any) -> Activation | None:
    return None if kwargs or tuple(args) != (1.0, 20.0)[: len(args)] else Activation("softplus")


_ACTIVATIONS: Mapping[str, Callable[[Any, Any], Activation | None]] = {
    **{name: _plain(name) for name in ("tanh", "relu", "silu", "sigmoid")},
    "leaky_relu": _leaky,
    "gelu": _gelu,
    "softplus": _softplus,
}
