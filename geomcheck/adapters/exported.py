"""Torch modules that are there, exported to the operations they consist of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from geomcheck.adapters.aten import short_name
from geomcheck.adapters.aten_graph import Graph, Node, Ref

__all__ = ["exported"]

Tensors = Callable[[torch.Tensor], torch.Tensor]


def exported(modules: tuple[torch.nn.Module, ...], half: Tensors, example: torch.Tensor) -> Graph:
    """Return the operations of a map of tensors, for any number of rows.

    That fails for code that branches on values, so that what the graph does not show is not
    there.

    Parameters
    ----------
    modules : tuple of torch.nn.Module
        The modules that hold the weights, in evaluation mode.
    half : callable
    example : tensor of shape (n, width)

    Raises
    ------
    Exception
        Torch's exporter raises whatever it likes.
    """
    program = torch.export.export(
        _Half(modules, half),
        (example,),
        dynamic_shapes=({0: torch.export.Dim("rows", min=1)},),
        strict=False,
    )
    held = {**program.state_dict, **program.constants}
    inputs, tensors = [], {}
    for spec in program.graph_signature.input_specs:
        name = spec.arg.name
        if spec.target is None:
            inputs.append(name)
        else:
            tensors[name] = held[spec.target]
    (output,) = (spec.arg.name for spec in program.graph_signature.output_specs)
    nodes = tuple(_node(n) for n in program.graph.nodes if n.op not in ("placeholder", "output"))
    return Graph(inputs[0], (output,), nodes, tensors)


def _node(node: torch.fx.Node) -> Node:
    overload = str(node.target)
    if getattr(node.target, "__module__", "") == "_operator":
        overload = f"_operator.{getattr(node.target, '__name__', '')}"
    args, kwargs = _plain(node.args), _plain(dict(node.kwargs))
    return Node(short_name(overload), overload, args, kwargs, (node.name,))


def _plain(value: Any) -> Any:
    if isinstance(value, torch.fx.Node):
        return Ref(value.name)
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


class _Half(torch.nn.Module):
    """One map as a module, whose submodules are those that hold its weights."""

    def __init__(self, modules: tuple[torch.nn.Module, ...], half: Tensors) -> None:
        super().__init__()
        self.held = torch.nn.ModuleList(modules)
        self.mapped = half
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mapped(x)
