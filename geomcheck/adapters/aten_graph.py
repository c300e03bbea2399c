"""A torch computation as a list of operations: run, cut in two, and judged."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from geomcheck.adapters.aten import PLAIN, VIEWS, is_continuous
from theory.errors import InvalidInput

__all__ = ["Graph", "Node", "Ref"]


@dataclass(frozen=True)
class Ref:
    """A value computed before, by its name."""

    name: str


@dataclass(frozen=True, eq=False)
class Node:
    """One operation.

    Parameters
    ----------
    target : str
        Short name of the operation, see `geomcheck.adapters.aten.short_name`.
    overload : str
        As torch writes it: ``"aten.add.Tensor"``, ``"_operator.mul"``.
    args, kwargs
        Numbers, references, and sequences of these.
    outputs : tuple of str
        Names of the values; several where the operation returns a sequence of them.
    several : bool
        Whether it returns a sequence.
    """

    target: str
    overload: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: tuple[str, ...]
    several: bool = False

    def needs(self) -> Iterator[str]:
        """Yield the names of the values that go in."""
        yield from _names((*self.args, *self.kwargs.values()))


@dataclass(frozen=True, eq=False)
class Graph:
    """Operations in the order of their execution.

    Parameters
    ----------
    input : str
        Name of what goes in.
    outputs : tuple of str
    nodes : tuple of Node
    tensors : mapping of str to torch.Tensor
        Weights and constants by name.
    """

    input: str
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    tensors: Mapping[str, torch.Tensor]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return the first output."""
        values: dict[str, Any] = {**self.tensors, self.input: x}
        for node in self.nodes:
            result = _operation(node.overload)(
                *_filled(node.args, values), **_filled(dict(node.kwargs), values)
            )
            if node.several:
                values.update(zip(node.outputs, result, strict=True))
            elif node.outputs:
                values[node.outputs[0]] = result
        found = values[self.outputs[0]]
        assert isinstance(found, torch.Tensor)
        return found

    def part(self, start: str, end: str) -> Graph:
        """Return the operations that lead from one value to another.

        Raises
        ------
        InvalidInput
            If there is no such value, or the end is reached from the input past the start.
        """
        # How many rows there are is told by either end.
        nodes = tuple(
            replace(node, args=(Ref(start), 0))
            if node.target == "sym_size" and node.args == (Ref(self.input), 0)
            else node
            for node in self.nodes
        )
        made = {name: node for node in nodes for name in node.outputs}
        for name in (start, end):
            if name not in made and name != self.input:
                raise InvalidInput("code", name, f"one of {', '.join(list(made)[:20])}")
        wanted, reached = [end], set()
        while wanted:
            name = wanted.pop()
            if name in reached or name == start or name in self.tensors:
                continue
            reached.add(name)
            if name == self.input:
                raise InvalidInput(
                    "model",
                    f"a reconstruction that depends on the points not only through {start}",
                    "one that the code alone decides",
                )
            wanted.extend(made[name].needs())
        kept = tuple(node for node in nodes if reached.intersection(node.outputs))
        return replace(self, input=start, outputs=(end,), nodes=kept)

    def jumps(self) -> list[str]:
        """Return the operations that are not known to be continuous."""
        jumps, whole = set[str](), set[str]()
        for node in self.nodes:
            counts = node.target == "sym_size" or whole.issuperset(node.needs())
            if counts:
                whole.update(node.outputs)
            # Of numbers of rows it is a whole number, of tensors it jumps.
            floors = node.target == "_operator.floordiv" and not counts
            if floors or not is_continuous(node.target, node.args, node.kwargs):
                jumps.add(node.target)
        return sorted(jumps)

    def foreign(self) -> list[str]:
        """Return the operations that may do something else than compute a value.

        Among these is an operation in place on what is used again, under its old name.
        """
        used = Counter(name for node in self.nodes for name in node.needs())
        used.update(self.outputs)
        fresh = {name for n in self.nodes if n.target not in VIEWS for name in n.outputs}
        found = set()
        for node in self.nodes:
            if node.target not in PLAIN or not _exists(node.overload):
                found.add(node.target)
            elif (
                node.overload.split(".")[1].endswith("_")
                and node.target != "detach"
                and any(used[name] > 1 or name not in fresh for name in node.needs())
            ):
                found.add(f"{node.target}_")
        return sorted(found)


def _names(values: Sequence[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Ref):
            yield value.name
        elif isinstance(value, list | tuple):
            yield from _names(value)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Ref):
        return values[value.name]
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, values) for item in value)
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return value


def _exists(overload: str) -> bool:
    home, name, *rest = overload.split(".")
    if home == "_operator":
        return not rest
    known = getattr(torch.ops.aten, name).overloads()
    return len(rest) == 1 and rest[0] in known and "out" not in rest[0]


def _operation(overload: str) -> Callable[..., Any]:
    home, name, *rest = overload.split(".")
    if home == "_operator":
        found: Callable[..., Any] = getattr(operator, name)
        return found
    return getattr(getattr(torch.ops.aten, name), rest[0])  # type: ignore[no-any-return]
