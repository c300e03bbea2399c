"""Whether torch modules are known to be continuous."""

from __future__ import annotations

from collections.abc import Callable

import torch

from geomcheck.adapters.aten import is_continuous, short_name

__all__ = ["obstacle_to_continuity"]

Tensors = Callable[[torch.Tensor], torch.Tensor]


def obstacle_to_continuity(
    modules: tuple[torch.nn.Module, ...],
    halves: tuple[Tensors, Tensors],
    widths: tuple[int, int],
) -> str:
    """Say why two maps of tensors are not known to be continuous; empty if they are.

    Each is exported to the graph of the operations it consists of, for any number of rows. That
    fails for code that branches on values, so that what the graph does not show is not there.

    Parameters
    ----------
    modules : tuple of torch.nn.Module
        The modules that hold the weights, in evaluation mode.
    halves : pair of callable
    widths : pair of int
        Coordinates that each half takes.
    """
    for name, half, width in zip(("encoder", "decoder"), halves, widths, strict=True):
        try:
            foreign = _foreign_operations(modules, half, width)
        except Exception as error:  # of torch's exporter, which raises whatever it likes
            says = " ".join(str(error).split()) or type(error).__name__
            return f"the {name} cannot be exported ({says[:120]})"
        if foreign:
            return f"the {name} uses {', '.join(foreign)}, not known to be continuous"
    return ""


def _foreign_operations(
    modules: tuple[torch.nn.Module, ...], half: Tensors, width: int
) -> list[str]:
    weights = [p for module in modules for p in module.parameters()]
    like = weights[0] if weights else torch.zeros(1)
    example = torch.zeros((3, width), dtype=like.dtype, device=like.device)
    exported = torch.export.export(
        _Half(modules, half),
        (example,),
        dynamic_shapes=({0: torch.export.Dim("rows", min=1)},),
        strict=False,
    )
    foreign = set()
    for node in exported.graph.nodes:
        if node.op in ("placeholder", "output"):
            continue
        name = short_name(str(node.target)) if node.op == "call_function" else node.op
        if not is_continuous(name, node.args):
            foreign.add(name)
    return sorted(foreign)


class _Half(torch.nn.Module):
    """One map as a module, whose submodules are those that hold its weights."""

    def __init__(self, modules: tuple[torch.nn.Module, ...], half: Tensors) -> None:
        super().__init__()
        self.held = torch.nn.ModuleList(modules)
        self.mapped = half
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mapped(x)
