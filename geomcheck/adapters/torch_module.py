"""Torch modules as autoencoders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.adapters.continuity import obstacle_to_continuity
from geomcheck.adapters.probe import probed
from theory.errors import InvalidInput

__all__ = ["TorchAutoencoder", "torch_autoencoder"]

Array = NDArray[np.float64]
Tensors = Callable[[torch.Tensor], torch.Tensor]

# Rows evaluated at once.
_ROWS = 4096


class TorchAutoencoder:
    """Two maps of tensors, evaluated in the type and on the device of their weights.

    Parameters
    ----------
    encoder, decoder : callable
        Tensors (n, ambient_dim) to (n, latent_dim), and back.
    modules : tuple of torch.nn.Module
        The modules behind them: in evaluation mode while they are called, and afterwards in
        the mode they were in.
    ambient_dim, latent_dim : int
    continuous : bool
    continuity : str
        What that rests on.
    """

    kind: str = "torch"

    def __init__(
        self,
        encoder: Tensors,
        decoder: Tensors,
        *,
        modules: tuple[torch.nn.Module, ...],
        ambient_dim: int,
        latent_dim: int,
        continuous: bool,
        continuity: str,
    ) -> None:
        self.encoder = encoder
        self.decoder = decoder
        self.modules = modules
        self.ambient_dim = ambient_dim
        self.latent_dim = latent_dim
        self.continuous = continuous
        self.continuity = continuity

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        own = {id(p): p.numel() for module in self.modules for p in module.parameters()}
        return sum(own.values())

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        return _applied(self.encoder, self.modules, points)

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        return _applied(self.decoder, self.modules, codes)


def torch_autoencoder(
    model: object, points: Array, *, continuous: bool | None = None
) -> TorchAutoencoder:
    """Make an autoencoder of a torch module, or of a pair of them.

    Parameters
    ----------
    model : torch.nn.Module or pair of torch.nn.Module
        A single module has methods ``encode`` and ``decode`` or submodules ``encoder`` and
        ``decoder``.
    points : array of shape (n, ambient_dim)
        A few points.
    continuous : bool, optional
        Whether both halves are continuous; by default found out from their operations.

    Raises
    ------
    InvalidInput
        If the module has no two halves, or does not take the points.
    """
    encoder, decoder, modules = _halves(model)
    latent_dim = probed(
        lambda x: _applied(encoder, modules, x), lambda z: _applied(decoder, modules, z), points
    )
    if continuous is None:
        with _evaluating(modules):
            reason = obstacle_to_continuity(
                modules, (encoder, decoder), (points.shape[1], latent_dim)
            )
        known, says = not reason, reason or "every operation is a continuous one of torch's"
    else:
        known, says = continuous, "stated"
    return TorchAutoencoder(
        encoder,
        decoder,
        modules=modules,
        ambient_dim=points.shape[1],
        latent_dim=latent_dim,
        continuous=known,
        continuity=says,
    )


def _halves(model: object) -> tuple[Tensors, Tensors, tuple[torch.nn.Module, ...]]:
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


def _applied(function: Tensors, modules: tuple[torch.nn.Module, ...], rows: Array) -> Array:
    dtype, device = _place(modules)
    parts: list[Array] = []
    with _evaluating(modules), torch.inference_mode():
        for start in range(0, max(len(rows), 1), _ROWS):
            chunk = torch.tensor(rows[start : start + _ROWS], dtype=dtype, device=device)
            parts.append(function(chunk).cpu().numpy().astype(np.float64))
    return np.concatenate(parts)


def _place(modules: tuple[torch.nn.Module, ...]) -> tuple[torch.dtype, torch.device]:
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                return tensor.dtype, tensor.device
    return torch.float32, torch.device("cpu")


@contextmanager
def _evaluating(modules: tuple[torch.nn.Module, ...]) -> Iterator[None]:
    every = [part for module in modules for part in module.modules()]
    modes = [part.training for part in every]
    for module in modules:
        module.eval()
    try:
        yield
    finally:
        for part, mode in zip(every, modes, strict=True):
            part.training = mode
