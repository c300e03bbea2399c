"""An ONNX graph cut in two at its code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geomcheck.extras import needed
from theory.errors import InvalidInput

__all__ = ["cut_at"]


def cut_at(file: Path, code: str, output: str) -> tuple[bytes, bytes]:
    """Return the graph from the input to the code, and that from the code to the output.

    Parameters
    ----------
    file : path of the model
    code, output : str
        Names of values in its graph.

    Raises
    ------
    InvalidInput
        If there is no such value, or the output depends on the input past the code.
    """
    name = str(file)
    onnx = needed("onnx", "onnx", name)
    model = onnx.load(file)
    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    made = {value: node for node in graph.node for value in node.output}
    inputs = [value for value in graph.input if value.name not in weights]
    if code not in made:
        known = [value for node in graph.node for value in node.output]
        raise InvalidInput("code", code, f"one of {', '.join(known[:20])}")
    start = inputs[0]
    shapes = onnx.shape_inference.infer_shapes(model, strict_mode=False).graph
    infos = {value.name: value for value in (*shapes.value_info, *shapes.output)}
    if code not in infos:
        raise InvalidInput("code", code, "a value whose shape the graph tells")
    parts = []
    for first, last in ((start, infos[code]), (infos[code], infos[output])):
        part = onnx.ModelProto()
        part.CopyFrom(model)
        for field in ("node", "input", "output", "value_info"):
            part.graph.ClearField(field)
        part.graph.node.extend(_leading(name, graph, made, first.name, last.name, start.name))
        part.graph.input.append(first)
        part.graph.output.append(last)
        parts.append(part.SerializeToString())
    return parts[0], parts[1]


def _leading(
    name: str, graph: Any, made: dict[str, Any], first: str, last: str, start: str
) -> list[Any]:
    """Return the nodes that lead from one value to another, in their order."""
    wanted, reached = [last], set()
    while wanted:
        value = wanted.pop()
        if value in reached or value == first or not value:
            continue
        if value == start:
            raise InvalidInput(
                name,
                f"a reconstruction that depends on the points not only through {first}",
                "one that the code alone decides",
            )
        reached.add(value)
        if value in made and not _tells_rows(made[value], start):
            wanted.extend(made[value].input)
    nodes = []
    for node in graph.node:
        if reached.intersection(node.output):
            copied = type(node)()
            copied.CopyFrom(node)
            if _tells_rows(node, start):
                copied.input[0] = first
            nodes.append(copied)
    return nodes


def _tells_rows(node: Any, start: str) -> bool:
    """Whether a node tells how many rows went in, which the code tells as well."""
    if node.op_type != "Shape" or list(node.input) != [start]:
        return False
    sides = {attribute.name: attribute.i for attribute in node.attribute}
    return sides.get("start", 0) == 0 and sides.get("end") == 1
