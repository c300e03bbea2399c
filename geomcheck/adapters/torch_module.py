"""Torch modules as autoencoders."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.adapters.aten_graph import Graph
from geomcheck.adapters.exported import Tensors, exported
from geomcheck.adapters.probe import probed
from geomcheck.adapters.tensors import TensorAutoencoder
from theory.errors import InvalidInput

__all__ = ["torch_autoencoder"]

Array = NDArray[np.float64]
Modules = tuple[torch.nn.Module, ...]


def torch_autoencoder(
    model: object,
    points: Array,
    *,
    shape: tuple[int, ...] | None = None,
    continuous: bool | None = None,
) -> TensorAutoencoder:
    """Make an autoencoder of a torch module, or of a pair of them.

    The modules are kept, not copied: in evaluation mode while they are called, and afterwards
    in the mode they were in.

    Parameters
    ----------
    model : torch.nn.Module or pair of torch.nn.Module
        A single module has methods ``encode`` and ``decode`` or submodules ``encoder`` and
        ``decoder``.
    points : array of shape (n, ambient_dim)
        A few points.
    shape : tuple of int, optional
        In which the encoder takes a point; codes and images of any shape are laid flat.
    continuous : bool, optional
        Whether both halves are continuous; by default found out from their operations.

    Raises
    ------
    InvalidInput
        If the module has no two halves, or does not take the points.
    """
    *halves, modules = _halves(model)
    encoder, decoder = (_evaluated(half, modules) for half in halves)
    dtype, device = _place(modules)
    if shape is not None and math.prod(shape) != points.shape[1]:
        raise InvalidInput("shape", shape, f"sides whose product is {points.shape[1]}")
    found = TensorAutoencoder(
        encoder,
        decoder,
        kind="torch",
        dtype=dtype,
        device=device,
        ambient_dim=points.shape[1],
        latent_dim=0,
        parameters=sum({id(p): p.numel() for m in modules for p in m.parameters()}.values()),
        shape=shape or (points.shape[1],),
    )
    found = replace(found, code_shape=_code_shape(found, points))
    latent_dim = probed(found.encode, found.decode, points)
    graphs: list[Graph] = []
    reason = ""
    with _evaluating(modules):
        for name, half, sides in zip(
            ("encoder", "decoder"), halves, (found.shape, found.code_shape), strict=True
        ):
            try:
                example = torch.zeros((3, *sides), dtype=dtype, device=device)
                graphs.append(exported(modules, half, example))
            except Exception as error:  # of torch's exporter, which raises whatever it likes
                says = " ".join(str(error).split()) or type(error).__name__
                reason = f"the {name} cannot be exported ({says[:120]})"
                break
    return found.known(points, latent_dim, graphs, reason, continuous)


def _halves(model: object) -> tuple[Tensors, Tensors, Modules]:
    if isinstance(model, tuple):
        encoder, decoder = model
        if not (isinstance(encoder, torch.nn.Module) and isinstance(decoder, torch.nn.Module)):
            kinds = ", ".join(type(half).__name__ for half in model)
            raise InvalidInput("model", f"a pair of {kinds}", "a pair of torch modules")
        return encoder, decoder, (encoder, decoder)
    assert isinstance(model, torch.nn.Module)
    for names in (("encode", "decode"), ("encoder", "decoder")):
        first, second = (getattr(model, name, None) for name in names)
        if callable(first) and callable(second):
            return first, second, (model,)
    raise InvalidInput(
        "model",
        f"a module {type(model).__name__} without them",
        "a module with methods encode and decode or submodules encoder and decoder",
    )


def _code_shape(found: TensorAutoencoder, points: Array) -> tuple[int, ...]:
    """Return the shape of a code before it is laid flat, or nothing where that is not needed."""
    seen: list[tuple[int, ...]] = []

    def watched(x: torch.Tensor) -> torch.Tensor:
        code = found.encoder(x)
        seen.append(tuple(code.shape[1:]))
        return code

    # What goes wrong in it is said by the probe that follows, in which it goes wrong again.
    with suppress(Exception):
        replace(found, encoder=watched).encode(points)
    return seen[0] if seen else ()


def _evaluated(half: Tensors, modules: Modules) -> Tensors:
    def call(x: torch.Tensor) -> torch.Tensor:
        with _evaluating(modules):
            return half(x)

    return call


def _place(modules: Modules) -> tuple[torch.dtype, torch.device]:
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                return tensor.dtype, tensor.device
    return torch.float32, torch.device("cpu")


@contextmanager
def _evaluating(modules: Modules) -> Iterator[None]:
    every = [part for module in modules for part in module.modules()]
    modes = [part.training for part in every]
    for module in modules:
        module.eval()
    try:
        yield
    finally:
        for part, mode in zip(every, modes, strict=True):
            part.training = mode
