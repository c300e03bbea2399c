"""Torch modules to plain layers and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.layers import Activation, Affine, Layer, Precision, Residual, UnsupportedLayer

__all__ = [
    "ACTIVATIONS",
    "ResidualBlock",
    "layers_of",
    "module_of",
    "normalisation",
    "precision_of",
]

Array = NDArray[np.float64]

ACTIVATIONS: Mapping[str, Callable[[], torch.nn.Module]] = MappingProxyType(
    {
        "tanh": torch.nn.Tanh,
        "relu": torch.nn.ReLU,
        "silu": torch.nn.SiLU,
        "gelu": torch.nn.GELU,
        "gelu_tanh": partial(torch.nn.GELU, approximate="tanh"),
        "leaky_relu": torch.nn.LeakyReLU,
        "sigmoid": torch.nn.Sigmoid,
        "softplus": torch.nn.Softplus,
    }
)
"""Activations an `MLPAutoencoder` may have, each with torch's default parameters."""

_PRECISIONS: Mapping[torch.dtype, Precision] = {torch.float32: "float32", torch.float64: "float64"}
_DROPOUTS = (torch.nn.Dropout, torch.nn.AlphaDropout, torch.nn.FeatureAlphaDropout)


class ResidualBlock(torch.nn.Sequential):
    """x to x + block(x), for a block that keeps the width.

    Parameters
    ----------
    *modules : torch.nn.Module
        The block, in order.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Map rows (n, width) to rows (n, width)."""
        output = input
        for module in self:
            output = module(output)
        return input + output


def layers_of(module: torch.nn.Module) -> tuple[Layer, ...]:
    """Translate what a module evaluates on rows (n, width) into plain layers.

    Parameters
    ----------
    module : torch.nn.Module
        Sequences, nested if need be, of linear layers, activations, `ResidualBlock`, batch
        normalisation and dropout that are set to evaluation, and the identity. Classes derived
        from these, hooks and replaced methods may compute anything and are not supported.

    Returns
    -------
    tuple of Layer
        Empty for the identity.

    Raises
    ------
    UnsupportedLayer
        If it is, or holds, anything else.
    """
    kind = type(module)
    if any(getattr(module, hooks, None) for hooks in ("_forward_hooks", "_forward_pre_hooks")):
        raise UnsupportedLayer(f"{_name(module)} has hooks")
    if "forward" in vars(module):
        raise UnsupportedLayer(f"{_name(module)} has a forward method put in its place")
    if kind is torch.nn.Sequential:
        return tuple(layer for child in module.children() for layer in layers_of(child))
    if kind is ResidualBlock:
        if any(getattr(child, "inplace", False) for child in module.modules()):
            raise UnsupportedLayer("a residual block overwrites its own inputs (inplace=True)")
        return (Residual(tuple(layer for c in module.children() for layer in layers_of(c))),)
    if isinstance(module, torch.nn.Linear) and kind is torch.nn.Linear:
        weight = _numbers(module.weight)
        bias = np.zeros(len(weight)) if module.bias is None else _numbers(module.bias)
        return (Affine(weight, bias),)
    if isinstance(module, torch.nn.BatchNorm1d) and kind is torch.nn.BatchNorm1d:
        return _normalisation(module)
    if kind in _DROPOUTS or kind is torch.nn.Identity:
        if module.training and kind is not torch.nn.Identity:
            raise UnsupportedLayer(f"{_name(module)} is random while it is training; call .eval()")
        return ()
    return (_activation(module),)


def precision_of(modules: Iterable[torch.nn.Module]) -> Precision:
    """Return the one floating-point type of all weights, or raise UnsupportedLayer."""
    found = {p.dtype for m in modules for p in (*m.parameters(), *m.buffers()) if p.ndim}
    if len(found) == 1 and (dtype := found.pop()) in _PRECISIONS:
        return _PRECISIONS[dtype]
    raise UnsupportedLayer("the weights are not all float32 or all float64")


def module_of(
    layers: Iterable[Layer], *, dtype: torch.dtype = torch.float64
) -> torch.nn.Sequential:
    """Build the module that evaluates the given layers; torch's random state is left alone."""
    return torch.nn.Sequential(*(_module(layer, dtype) for layer in layers))


def _module(layer: Layer, dtype: torch.dtype) -> torch.nn.Module:
    if isinstance(layer, Residual):
        return ResidualBlock(*(_module(inner, dtype) for inner in layer.block))
    if isinstance(layer, Activation):
        if layer.name == "leaky_relu":
            return torch.nn.LeakyReLU(layer.slope)
        return ACTIVATIONS[layer.name]()
    out, width = layer.weight.shape
    # skip_init: the ordinary constructor would draw from torch's global generator.
    linear = torch.nn.utils.skip_init(  # type: ignore[no-untyped-call]
        torch.nn.Linear, width, out, dtype=dtype
    )
    assert isinstance(linear, torch.nn.Linear)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(np.array(layer.weight, dtype=np.float64)))
        linear.bias.copy_(torch.from_numpy(np.array(layer.bias, dtype=np.float64)))
    return linear


def normalisation(
    mean: Array, variance: Array, eps: float, scale: Array | None, offset: Array | None
) -> tuple[Layer, ...]:
    """Return batch normalisation by stored statistics as layers.

    In two steps: the rounding of either way to evaluate it is that of the two together.

    Parameters
    ----------
    mean, variance : array of shape (width,)
    eps : float
    scale, offset : array of shape (width,) or None
    """
    factor = 1 / np.sqrt(variance + eps)
    factor = factor if scale is None else factor * scale
    moved = np.zeros(len(mean)) if offset is None else offset
    return (Affine(np.eye(len(mean)), -mean), Affine(np.diag(factor), moved))


def _normalisation(module: torch.nn.BatchNorm1d) -> tuple[Layer, ...]:
    mean, variance = module.running_mean, module.running_var
    if module.training or mean is None or variance is None:
        raise UnsupportedLayer("batch normalisation depends on the batch; call .eval()")
    own = (_numbers(module.weight), _numbers(module.bias)) if module.affine else (None, None)
    return normalisation(_numbers(mean), _numbers(variance), module.eps, *own)


def _activation(module: torch.nn.Module) -> Activation:
    if type(module) is torch.nn.LeakyReLU and 0 <= module.negative_slope <= 1:
        return Activation("leaky_relu", float(module.negative_slope))
    said = repr(module).replace(", inplace=True", "").replace("inplace=True", "")
    for name, make in ACTIVATIONS.items():
        plain = make()
        # The representation tells all parameters of these classes.
        if type(module) is type(plain) and said == repr(plain):
            return Activation(name)
    raise UnsupportedLayer(
        f"{_name(module)} is neither a linear layer, nor a residual block, nor one of the "
        f"activations {', '.join(ACTIVATIONS)}"
    )


def _numbers(tensor: torch.Tensor) -> Array:
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float64)


def _name(module: torch.nn.Module) -> str:
    said = repr(module).split("\n")[0]
    return said if said.endswith(")") else type(module).__name__
