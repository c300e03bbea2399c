"""Several fully connected autoencoders of one shape, trained as one batch of matrices."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["NetworkBatch", "skips"]

Array = NDArray[np.float64]

_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "gelu_tanh": partial(torch.nn.functional.gelu, approximate="tanh"),
    "leaky_relu": torch.nn.functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
}

# How each activation starts: the gain of the Glorot weights, and the standard deviations of what
# the first layer's units receive (whatever the ambient dimension: the coordinates have mean
# square one) and of the biases. Too small a gain leaves the network on the saddle at the constant
# map; too large a one, or a first layer that bends much, tears more often than needed. Small
# biases leave an odd activation's network nearly odd, which tears a centrally symmetric curve
# twice where once is enough: hence the wide ones for tanh.
_STARTS = {
    "tanh": (1.3, 1.0, 1.5),
    "relu": (math.sqrt(2), 1.5, 0.5),
    "silu": (1.7, 1.5, 0.5),
    "gelu": (1.6, 1.5, 0.5),
    "gelu_tanh": (1.6, 1.5, 0.5),
    "leaky_relu": (math.sqrt(2), 1.5, 0.5),
    "sigmoid": (4.0, 1.5, 0.5),
    "softplus": (1.7, 1.5, 0.5),
}

# The weights of residual blocks are smaller by this factor where activations are unbounded: there
# each block adds to the size of the values.
_BRANCH = {"tanh": 1.0, "sigmoid": 1.0}


def skips(widths: Sequence[int], latent: int) -> frozenset[int]:
    """Return which layers lead from one hidden layer to another of the same width."""
    last = len(widths) - 1
    return frozenset(
        layer
        for layer in range(1, last - 1)
        if latent not in (layer, layer + 1) and widths[layer] == widths[layer + 1]
    )


class NetworkBatch:
    """S autoencoders with one Adam optimiser; weights of shape (S, in, out).

    Parameters
    ----------
    widths : sequence of int
        Widths of all layers, from the points through the codes to the points.
    latent : int
        Position of the codes in `widths`.
    activation : str
    residual : bool
        Whether a hidden layer as wide as the one below adds its values to that one's.
    seeds : int
        How many networks.
    generator : torch.Generator
        Source of the initial weights, on the CPU.
    dtype, device
        Of the weights.
    """

    def __init__(
        self,
        widths: Sequence[int],
        latent: int,
        *,
        activation: str,
        residual: bool = False,
        seeds: int,
        generator: torch.Generator,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self._latent = latent
        self._function = _FUNCTIONS[activation]
        self._skips = skips(widths, latent) if residual else frozenset()
        parameters: list[torch.Tensor] = []
        layers = len(widths) - 1
        gain, first_std, bias_std = _STARTS[activation]
        for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(widths)):
            std = gain * math.sqrt(2 / (fan_in + fan_out))
            if layer == 0:
                std = first_std / math.sqrt(fan_in)
            std *= _BRANCH.get(activation, 0.5) if layer in self._skips else 1.0
            linear = layer + 1 in (latent, layers)
            for rows, deviation in ((fan_in, std), (1, 0.0 if linear else bias_std)):
                # Drawn in one type on the CPU: equal seeds begin equally everywhere.
                values = torch.randn(
                    (seeds, rows, fan_out), generator=generator, dtype=torch.float64, device="cpu"
                )
                parameters.append((values * deviation).to(device, dtype))
        self._adopt(parameters)

    def _adopt(self, parameters: list[torch.Tensor]) -> None:
        self._parameters = [p.detach().clone().requires_grad_() for p in parameters]
        self._optimiser = torch.optim.Adam(self._parameters, lr=0.0, fused=True)

    @property
    def size(self) -> int:
        """Number of networks still in the batch."""
        return len(self._parameters[0])

    def _reconstruct(self, points: torch.Tensor) -> torch.Tensor:
        return self._through(points, range(len(self._parameters) // 2))

    def _through(self, points: torch.Tensor, layers: range) -> torch.Tensor:
        values = points.expand(self.size, *points.shape)
        last = len(self._parameters) // 2
        for layer in layers:
            weight, bias = self._parameters[2 * layer], self._parameters[2 * layer + 1]
            below = values
            values = torch.baddbmm(bias, values, weight)
            if layer + 1 not in (self._latent, last):
                values = self._function(values)
            if layer in self._skips:
                values = values + below
        return values

    def step(self, points: torch.Tensor, learning_rate: float) -> torch.Tensor:
        """Do one Adam step on points (b, n); return the mean squared errors (S,) before it."""
        losses = (self._reconstruct(points) - points).square().sum(2).mean(1)
        self._descend(losses, learning_rate)
        return losses.detach()

    def imitate(
        self, points: torch.Tensor, codes: torch.Tensor, learning_rate: float
    ) -> torch.Tensor:
        """Do one Adam step towards codes (b, m) for points (b, n), and points for codes.

        Encoder and decoder learn apart from one another; the mean squared errors (S,) of the
        decoder before the step are returned.
        """
        last = len(self._parameters) // 2
        coded = self._through(points, range(self._latent)) - codes
        decoded = self._through(codes, range(self._latent, last)) - points
        unit = codes.square().sum(1).mean()
        errors = decoded.square().sum(2).mean(1)
        self._descend(errors + coded.square().sum(2).mean(1) / unit, learning_rate)
        return errors.detach()

    def _descend(self, losses: torch.Tensor, learning_rate: float) -> None:
        gradients = torch.autograd.grad(losses.sum(), self._parameters)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            parameter.grad = gradient
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()

    def errors(self, points: torch.Tensor) -> torch.Tensor:
        """Return the Euclidean errors, of shape (S, n), at points (n, ambient_dim)."""
        with torch.no_grad():
            parts = [
                torch.linalg.vector_norm(self._reconstruct(part) - part, dim=2)
                for part in torch.split(points, 2048)
            ]
        return torch.cat(parts, dim=1)

    def keep(self, networks: Sequence[int]) -> None:
        """Go on with the networks at these positions only, optimiser state included."""
        chosen = list(networks)
        old, states = self._parameters, self._optimiser.state
        kept = [dict(states[p]) for p in old]
        self._adopt([p[chosen] for p in old])
        for parameter, state in zip(self._parameters, kept, strict=True):
            if state:
                self._optimiser.state[parameter] = {
                    "step": state["step"],
                    "exp_avg": state["exp_avg"][chosen].clone(),
                    "exp_avg_sq": state["exp_avg_sq"][chosen].clone(),
                }

    def layers(self, network: int) -> list[tuple[Array, Array]]:
        """Return (weight (out, in), bias (out,)) of one network's layers as float64 copies."""
        values = [p.detach()[network].cpu().numpy().astype(np.float64) for p in self._parameters]
        return [
            (np.ascontiguousarray(weight.T), bias[0].copy())
            for weight, bias in zip(values[::2], values[1::2], strict=True)
        ]
