"""Sequences of linear layers and activations: checked, built, evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = [
    "ACTIVATIONS",
    "apply_layers",
    "build_layers",
    "check_layers",
    "linear_layers",
    "one_thread",
]

Array = NDArray[np.float64]

ACTIVATIONS: dict[str, type[torch.nn.Module]] = {
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "silu": torch.nn.SiLU,
    "gelu": torch.nn.GELU,
    "leaky_relu": torch.nn.LeakyReLU,
    "sigmoid": torch.nn.Sigmoid,
    "softplus": torch.nn.Softplus,
}
"""Activations an `MLPAutoencoder` may have, each with torch's default parameters."""

# Rows evaluated at once: the widest intermediate array stays within a processor's cache.
_ROWS = 4096


def linear_layers(module: torch.nn.Sequential) -> list[torch.nn.Linear]:
    """Return the linear layers in order."""
    return [layer for layer in module if isinstance(layer, torch.nn.Linear)]


def check_layers(argument: str, module: torch.nn.Sequential) -> set[str]:
    """Return the names of the activations, or raise if linear layers do not alternate."""
    expected = "Linear layers with bias and activations in alternation, Linear first and last"
    names = {kind: name for name, kind in ACTIVATIONS.items()}
    found: set[str] = set()
    width: int | None = None
    if len(module) % 2 == 0:
        raise InvalidInput(argument, module, expected)
    for position, layer in enumerate(module):
        if position % 2:
            if type(layer) not in names:
                raise InvalidInput(argument, layer, f"an activation of {', '.join(ACTIVATIONS)}")
            found.add(names[type(layer)])
        else:
            if not isinstance(layer, torch.nn.Linear) or layer.bias is None:
                raise InvalidInput(argument, layer, expected)
            if width is not None and layer.in_features != width:
                raise InvalidInput(argument, layer, f"a layer that takes {width} inputs")
            width = layer.out_features
    return found


def build_layers(
    argument: str, layers: Sequence[tuple[Array, Array]], activation: str
) -> torch.nn.Sequential:
    """Build float64 layers from (weight (out, in), bias (out,)) pairs, or raise InvalidInput."""
    modules: list[torch.nn.Module] = []
    for number, (weight, bias) in enumerate(layers):
        if weight.ndim != 2 or 0 in weight.shape or bias.shape != weight.shape[:1]:
            raise InvalidInput(
                f"{argument} layer {number}",
                (weight.shape, bias.shape),
                "a weight of shape (out, in) and a bias of shape (out,)",
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise InvalidInput(f"{argument} layer {number}", "NaN or inf", "finite weights")
        # skip_init: the ordinary constructor would draw from torch's global generator.
        layer = torch.nn.utils.skip_init(  # type: ignore[no-untyped-call]
            torch.nn.Linear, weight.shape[1], weight.shape[0], dtype=torch.float64
        )
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(np.array(weight, dtype=np.float64)))
            layer.bias.copy_(torch.from_numpy(np.array(bias, dtype=np.float64)))
        if modules:
            modules.append(ACTIVATIONS[activation]())
        modules.append(layer)
    return torch.nn.Sequential(*modules)


def apply_layers(
    argument: str, module: torch.nn.Sequential, rows: Array, width: int, out: int
) -> Array:
    """Map rows (n, width) to (n, out) in chunks, or raise InvalidInput naming `argument`."""
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise InvalidInput(argument, f"shape {rows.shape}", f"shape (n, {width})")
    weight = linear_layers(module)[0].weight
    result = np.empty((len(rows), out))
    with one_thread(), torch.inference_mode():
        for start in range(0, len(rows), _ROWS):
            chunk = torch.tensor(
                rows[start : start + _ROWS], dtype=weight.dtype, device=weight.device
            )
            result[start : start + _ROWS] = module(chunk).cpu().numpy()
    return result


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, then as many as before.

    On matrices this small more threads gain little, and waste all of it waiting for one
    another where the machine is busy.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
