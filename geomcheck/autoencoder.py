"""What an autoencoder is to geomcheck, and the fully connected one it trains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.autoencoder_file import read_model, write_model
from geomcheck.training_record import TrainingRecord
from theory.errors import InvalidInput

__all__ = ["ACTIVATIONS", "Autoencoder", "MLPAutoencoder"]

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


@runtime_checkable
class Autoencoder(Protocol):
    """A pair of maps R^ambient_dim -> R^latent_dim -> R^ambient_dim.

    Attributes
    ----------
    ambient_dim, latent_dim : int
        Dimensions of points and of codes.
    continuous : bool
        True when both maps are known to be continuous by construction; False when that is not
        known.
    """

    @property
    def ambient_dim(self) -> int:
        """Dimension of the points."""
        ...

    @property
    def latent_dim(self) -> int:
        """Dimension of the codes."""
        ...

    @property
    def continuous(self) -> bool:
        """Whether both maps are known to be continuous by construction."""
        ...

    def encode(self, points: Array) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        ...

    def decode(self, codes: Array) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        ...


class MLPAutoencoder:
    """A fully connected autoencoder: linear layers with one activation between them.

    Parameters
    ----------
    encoder, decoder : torch.nn.Sequential
        Alternating `torch.nn.Linear` (with bias) and one and the same activation out of
        `ACTIVATIONS`, beginning and ending with a linear layer, all of one floating-point type.
        Codes and reconstructions are therefore not squashed by an activation. The modules are
        kept, not copied.
    training : TrainingRecord, optional
        How the weights were found.

    Raises
    ------
    InvalidInput
        If the layers are of another shape.
    """

    continuous: bool = True

    def __init__(
        self,
        encoder: torch.nn.Sequential,
        decoder: torch.nn.Sequential,
        *,
        training: TrainingRecord | None = None,
    ) -> None:
        encoder_activation = _check_layers("encoder", encoder)
        decoder_activation = _check_layers("decoder", decoder)
        names = encoder_activation | decoder_activation
        if len(names) > 1:
            raise InvalidInput("encoder, decoder", sorted(names), "the same activation throughout")
        latent_dim, ambient_dim = _linear(encoder)[-1].out_features, _linear(encoder)[0].in_features
        if (_linear(decoder)[0].in_features, _linear(decoder)[-1].out_features) != (
            latent_dim,
            ambient_dim,
        ):
            raise InvalidInput(
                "decoder", decoder, f"a map of R^{latent_dim} to R^{ambient_dim}, as the encoder's"
            )
        weights = [p for module in (encoder, decoder) for p in module.parameters()]
        if len({(p.dtype, p.device) for p in weights}) != 1:
            raise InvalidInput("encoder, decoder", "mixed", "weights of one dtype on one device")
        if weights[0].dtype not in (torch.float32, torch.float64):
            raise InvalidInput("encoder, decoder", weights[0].dtype, "float32 or float64 weights")
        self.encoder = encoder.eval().requires_grad_(False)
        self.decoder = decoder.eval().requires_grad_(False)
        self.training = training
        self.ambient_dim: int = ambient_dim
        self.latent_dim: int = latent_dim
        self.activation: str = names.pop() if names else "tanh"

    @classmethod
    def from_weights(
        cls,
        encoder: Sequence[tuple[Array, Array]],
        decoder: Sequence[tuple[Array, Array]],
        *,
        activation: str = "tanh",
        training: TrainingRecord | None = None,
    ) -> MLPAutoencoder:
        """Build the float64 network with the given weights.

        Parameters
        ----------
        encoder, decoder : sequence of (weight, bias)
            For each linear layer a weight of shape (out, in) and a bias of shape (out,).
        activation : str
            A key of `ACTIVATIONS`.
        training : TrainingRecord, optional
            How the weights were found.

        Returns
        -------
        MLPAutoencoder

        Raises
        ------
        InvalidInput
            If shapes do not fit together, weights are not finite, or the activation is unknown.
        """
        if activation not in ACTIVATIONS:
            raise InvalidInput("activation", activation, f"one of {', '.join(ACTIVATIONS)}")
        return cls(
            _sequential("encoder", encoder, activation),
            _sequential("decoder", decoder, activation),
            training=training,
        )

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of the weights, in which the network is evaluated."""
        return _linear(self.encoder)[0].weight.dtype

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the encoder's hidden layers, from the points to the codes."""
        return tuple(layer.out_features for layer in _linear(self.encoder)[:-1])

    def weights(self) -> tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]]:
        """Return the (weight, bias) pairs of encoder and decoder, as float64 copies."""
        encoder, decoder = (
            [
                (
                    layer.weight.cpu().numpy().astype(np.float64),
                    layer.bias.cpu().numpy().astype(np.float64),
                )
                for layer in _linear(module)
            ]
            for module in (self.encoder, self.decoder)
        )
        return encoder, decoder

    def encode(self, points: Array) -> Array:
        """Map points to codes.

        Parameters
        ----------
        points : array of shape (n, ambient_dim)

        Returns
        -------
        array of shape (n, latent_dim), float64

        Raises
        ------
        InvalidInput
            If the array has another shape.
        """
        return _apply("points", self.encoder, points, self.ambient_dim, self.latent_dim)

    def decode(self, codes: Array) -> Array:
        """Map codes to points.

        Parameters
        ----------
        codes : array of shape (n, latent_dim)

        Returns
        -------
        array of shape (n, ambient_dim), float64

        Raises
        ------
        InvalidInput
            If the array has another shape.
        """
        return _apply("codes", self.decoder, codes, self.latent_dim, self.ambient_dim)

    def save(self, path: str | Path) -> None:
        """Write weights, architecture and training record to a safetensors file.

        Parameters
        ----------
        path : path of the file, replaced in one step if it exists
        """
        encoder, decoder = self.weights()
        write_model(path, encoder, decoder, activation=self.activation, training=self.training)

    @classmethod
    def load(cls, path: str | Path) -> MLPAutoencoder:
        """Read a file written by `save`; the network computes in float64.

        Parameters
        ----------
        path : path of the file

        Returns
        -------
        MLPAutoencoder

        Raises
        ------
        InvalidInput
            If the file is missing, damaged, or was not written by `save`.
        """
        stored = read_model(path)
        try:
            return cls.from_weights(
                stored.encoder,
                stored.decoder,
                activation=stored.activation,
                training=stored.training,
            )
        except InvalidInput as error:
            raise InvalidInput(str(path), "a damaged model", f"a sound one: {error}") from error


def _linear(module: torch.nn.Sequential) -> list[torch.nn.Linear]:
    return [layer for layer in module if isinstance(layer, torch.nn.Linear)]


def _check_layers(argument: str, module: torch.nn.Sequential) -> set[str]:
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


def _sequential(
    argument: str, layers: Sequence[tuple[Array, Array]], activation: str
) -> torch.nn.Sequential:
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


def _apply(argument: str, module: torch.nn.Sequential, rows: Array, width: int, out: int) -> Array:
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise InvalidInput(argument, f"shape {rows.shape}", f"shape (n, {width})")
    weight = _linear(module)[0].weight
    result = np.empty((len(rows), out))
    with torch.inference_mode():
        for start in range(0, len(rows), _ROWS):
            chunk = torch.tensor(
                rows[start : start + _ROWS], dtype=weight.dtype, device=weight.device
            )
            result[start : start + _ROWS] = module(chunk).cpu().numpy()
    return result
