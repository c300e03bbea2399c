"""Programs that `torch.export` saved, read without `torch.export.load`.

That function unpickles, evaluates text as expressions and looks operations up by any name that
the file gives. Here the graph is read as the JSON it is, the weights as the raw bytes they are,
and the operations are those of a fixed list.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from geomcheck.adapters.aten import short_name
from geomcheck.adapters.aten_graph import Graph, Node, Ref
from geomcheck.adapters.pt2_archive import EXPECTED, TYPES, read_members, read_tensors
from theory.errors import InvalidInput

__all__ = ["Program", "read_programs"]

_SCHEMA = 8
_LITERALS = ("as_int", "as_ints", "as_float", "as_floats", "as_bool", "as_bools", "as_string")
# Where a constant is to lie: with the rest.
_PLACES = ("as_device", "as_layout", "as_memory_format")


@dataclass(frozen=True, eq=False)
class Program:
    """One saved program.

    Parameters
    ----------
    graph : Graph
    dtype : torch.dtype
        Of its input.
    shape : tuple of int
        Of a single point that goes in.
    """

    graph: Graph
    dtype: torch.dtype
    shape: tuple[int, ...]


def read_programs(file: Path) -> dict[str, Program]:
    """Return the programs in a .pt2 file by name; ``"model"`` where there is only one.

    Parameters
    ----------
    file : path

    Raises
    ------
    InvalidInput
        If the file is damaged, holds anything pickled, uses an operation that is not known, or
        was exported for a fixed number of rows.
    """
    name = str(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = read_members(name, archive)
            models = [m for m in members if m.startswith("models/") and m.endswith(".json")]
            if not models:
                raise InvalidInput(name, "a zip file without a program", EXPECTED)
            return {
                m.removeprefix("models/").removesuffix(".json"): _program(name, members, m)
                for m in models
            }
    except InvalidInput:
        raise
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise InvalidInput(name, "no archive, or a damaged one", EXPECTED) from error
    except Exception as error:  # whatever a file that is not as it should be leads to
        says = f"{type(error).__name__}: {error}"
        raise InvalidInput(name, f"a damaged archive ({says})", EXPECTED) from error


def _program(name: str, members: Mapping[str, bytes], path: str) -> Program:
    document = json.loads(members[path])
    version = document["schema_version"]["major"]
    if version != _SCHEMA:
        raise InvalidInput(name, f"schema {version}", f"schema {_SCHEMA}, of torch 2.8 and later")
    model = path.removeprefix("models/").removesuffix(".json")
    held = {
        kind: read_tensors(name, members, f"data/{kind}/", f"{model}_{kind}_config.json")
        for kind in ("weights", "constants")
    }
    module = document["graph_module"]
    tensors, inputs = {}, []
    for spec in module["signature"]["input_specs"]:
        ((kind, content),) = spec.items()
        if kind == "user_input":
            inputs.append(content["arg"]["as_tensor"]["name"])
            continue
        keys = {
            "parameter": ("weights", "parameter_name"),
            "buffer": ("weights", "buffer_name"),
            "tensor_constant": ("constants", "tensor_constant_name"),
        }
        if kind not in keys:
            raise InvalidInput(name, f"an input of kind {kind}", EXPECTED)
        where, key = keys[kind]
        held_there = held[where] if content[key] in held[where] else held["constants"]
        tensors[content["arg"]["name"]] = held_there[content[key]]
    outputs = []
    for spec in module["signature"]["output_specs"]:
        ((kind, content),) = spec.items()
        if kind != "user_output":
            raise InvalidInput(name, f"an output of kind {kind}", "a program that changes nothing")
        outputs.append(content["arg"]["as_tensor"]["name"])
    if len(inputs) != 1:
        raise InvalidInput(name, f"a program of {len(inputs)} inputs", "one input: the points")
    nodes = tuple(_node(name, node) for node in module["graph"]["nodes"])
    graph = Graph(inputs[0], tuple(outputs), nodes, tensors)
    if graph.foreign():
        raise InvalidInput(
            name, f"operations {', '.join(graph.foreign())}", "those that geomcheck knows"
        )
    defined = {*tensors, *inputs}
    for node in nodes:
        if not defined.issuperset(node.needs()):
            raise InvalidInput(name, f"a value before {node.overload} that nothing made", EXPECTED)
        defined.update(node.outputs)
    if not defined.issuperset(outputs):
        raise InvalidInput(name, "an output that nothing made", EXPECTED)
    meta = module["graph"]["tensor_values"][inputs[0]]
    sizes = meta["sizes"]
    if len(sizes) < 2 or "as_int" in sizes[0]:
        raise InvalidInput(
            name,
            "a program for a fixed number of rows",
            "one with a dynamic batch: torch.export.export(..., dynamic_shapes=({0: Dim('n')},))",
        )
    shape = tuple(int(size["as_int"]) for size in sizes[1:])
    return Program(graph, TYPES[meta["dtype"]], shape)


def _node(name: str, node: Mapping[str, Any]) -> Node:
    overload = str(node["target"]).removeprefix("torch.ops.")
    args, kwargs = [], {}
    for entry in node["inputs"]:
        ((kind, content),) = entry["arg"].items()
        if kind in _PLACES or entry["name"] == "pin_memory":
            continue
        value = _value(name, kind, content)
        if entry.get("kind") == 2:
            kwargs[str(entry["name"])] = value
        else:
            args.append(value)
    outputs: list[str] = []
    several = False
    for output in node["outputs"]:
        ((kind, content),) = output.items()
        if kind == "as_tensors":
            several = True
            outputs += [item["name"] for item in content]
        elif kind == "as_tensor":
            outputs.append(content["name"])
        elif kind != "as_none":
            outputs.append(content["as_name"])
    return Node(
        short_name(overload),
        overload,
        tuple(args),
        kwargs,
        tuple(outputs),
        several or len(outputs) > 1,
    )


def _value(name: str, kind: str, content: Any) -> Any:
    if kind == "as_none":
        return None
    if kind in _LITERALS:
        return content
    if kind == "as_tensor":
        return Ref(content["name"])
    if kind == "as_tensors":
        return [Ref(item["name"]) for item in content]
    if kind == "as_optional_tensors":
        return [Ref(i["as_tensor"]["name"]) if "as_tensor" in i else None for i in content]
    if kind == "as_sym_int":
        return _sym_int(content)
    if kind == "as_sym_ints":
        return [_sym_int(item) for item in content]
    if kind == "as_scalar_type":
        return TYPES[content]
    raise InvalidInput(name, f"an argument of kind {kind}", "numbers and tensors")


def _sym_int(content: Mapping[str, Any]) -> int | Ref:
    return Ref(content["as_name"]) if "as_name" in content else int(content["as_int"])
