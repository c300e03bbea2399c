"""The fully connected autoencoder that geomcheck trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.autoencoder_file import read_model, write_model
from geomcheck.evaluate_torch import apply_module
from geomcheck.layers import (
    Activation,
    Affine,
    Layer,
    Network,
    Residual,
    UnsupportedLayer,
    check_layers,
)
from geomcheck.torch_layers import ACTIVATIONS, layers_of, module_of, precision_of
from geomcheck.training_record import TrainingRecord
from theory.errors import InvalidInput

__all__ = ["ACTIVATIONS", "MLPAutoencoder"]

Array = NDArray[np.float64]


class MLPAutoencoder:
    """A fully connected autoencoder: linear layers, activations and residual blocks.

    Parameters
    ----------
    encoder, decoder : torch.nn.Sequential
        What `geomcheck.torch_layers.layers_of` translates, beginning and ending with a
        `torch.nn.Linear`, all of one floating-point type. Codes and reconstructions are therefore
        not squashed by an activation. The modules are kept, not copied, and set to evaluation.
    training : TrainingRecord, optional
        How the weights were found.

    Raises
    ------
    InvalidInput
        If the layers are of another kind or shape.
    """

    continuous: bool = True

    def __init__(
        self,
        encoder: torch.nn.Sequential,
        decoder: torch.nn.Sequential,
        *,
        training: TrainingRecord | None = None,
    ) -> None:
        self.encoder = encoder.eval().requires_grad_(False)
        self.decoder = decoder.eval().requires_grad_(False)
        self.training = training
        network = self._checked()
        first, last = _ends("encoder", network.encoder)
        self.ambient_dim: int = first.weight.shape[1]
        self.latent_dim: int = len(last.bias)
        for name, layers, width, out in (
            ("encoder", network.encoder, self.ambient_dim, self.latent_dim),
            ("decoder", network.decoder, self.latent_dim, self.ambient_dim),
        ):
            _ends(name, layers)
            found = check_layers(name, layers, width)
            if found != out:
                raise InvalidInput(
                    name, f"R^{width} -> R^{found}", f"a map of R^{width} to R^{out}"
                )
        names = {layer.name for layer in _flat(network) if isinstance(layer, Activation)}
        self.activation: str = ", ".join(sorted(names)) or "tanh"

    def _checked(self) -> Network:
        parts = (self.encoder, self.decoder)
        for name, part in zip(("encoder", "decoder"), parts, strict=True):
            try:
                layers_of(part)
            except UnsupportedLayer as error:
                raise InvalidInput(name, part, f"other layers: {error}") from error
        try:
            precision_of(parts)
        except UnsupportedLayer as error:
            raise InvalidInput("encoder, decoder", "mixed or other types", str(error)) from error
        if len({p.device for part in parts for p in part.parameters()}) != 1:
            raise InvalidInput("encoder, decoder", "mixed", "weights on one device")
        return self.as_network()

    def __repr__(self) -> str:
        widths = (self.ambient_dim, *self.hidden, self.latent_dim)
        kind = (
            ", residual" if any(isinstance(x, Residual) for x in _flat(self.as_network())) else ""
        )
        return f"MLPAutoencoder({' -> '.join(map(str, widths))}, {self.activation}{kind})"

    @classmethod
    def from_weights(
        cls,
        encoder: Sequence[tuple[Array, Array]],
        decoder: Sequence[tuple[Array, Array]],
        *,
        activation: str = "tanh",
        training: TrainingRecord | None = None,
    ) -> MLPAutoencoder:
        """Build the float64 network of linear layers with one activation between them.

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
        parts = []
        for pairs in (encoder, decoder):
            layers: list[Layer] = []
            for weight, bias in pairs:
                layers += [Activation(activation)] if layers else []
                layers.append(Affine(np.asarray(weight), np.asarray(bias)))
            parts.append(tuple(layers))
        return cls.from_network(Network(parts[0], parts[1]), training=training)

    @classmethod
    def from_network(
        cls, network: Network, *, training: TrainingRecord | None = None
    ) -> MLPAutoencoder:
        """Build the network with the given layers.

        Parameters
        ----------
        network : Network
            Encoder and decoder begin and end with an `Affine`.
        training : TrainingRecord, optional
            How the weights were found.

        Returns
        -------
        MLPAutoencoder
            It computes in the network's precision.

        Raises
        ------
        InvalidInput
            If shapes do not fit together, weights are not finite, or an activation is unknown.
        """
        for name, layers in (("encoder", network.encoder), ("decoder", network.decoder)):
            first, _ = _ends(name, layers)
            check_layers(name, layers, np.shape(first.weight)[-1] if np.ndim(first.weight) else 0)
        dtype = getattr(torch, network.precision)
        encoder, decoder = (
            module_of(part, dtype=dtype) for part in (network.encoder, network.decoder)
        )
        return cls(encoder, decoder, training=training)

    def as_network(self) -> Network:
        """Return the layers that `encode` and `decode` evaluate, as copies."""
        parts = (self.encoder, self.decoder)
        return Network(layers_of(parts[0]), layers_of(parts[1]), precision_of(parts))

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of the weights, in which the network is evaluated."""
        return next(self.encoder.parameters()).dtype

    @property
    def kind(self) -> str:
        """What the report calls it."""
        return "mlp"

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(p.numel() for m in (self.encoder, self.decoder) for p in m.parameters())

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the encoder's hidden layers, from the points to the codes."""
        return tuple(len(bias) for _, bias in self.weights()[0][:-1])

    def weights(self) -> tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]]:
        """Return the (weight, bias) pairs of encoder and decoder, as float64 copies.

        Those of residual blocks stand where they are evaluated.
        """
        network = self.as_network()
        encoder, decoder = (
            [(x.weight, x.bias) for x in _within(part) if isinstance(x, Affine)]
            for part in (network.encoder, network.decoder)
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
        return apply_module("points", self.encoder, points, self.ambient_dim, self.latent_dim)

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
        return apply_module("codes", self.decoder, codes, self.latent_dim, self.ambient_dim)

    def save(self, path: str | Path) -> None:
        """Write weights, architecture and training record to a safetensors file.

        Parameters
        ----------
        path : path of the file, replaced in one step if it exists
        """
        write_model(path, self.as_network(), training=self.training)

    @classmethod
    def load(cls, path: str | Path) -> MLPAutoencoder:
        """Read a file written by `save`; the network computes in the type it had.

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
            return cls.from_network(stored.network, training=stored.training)
        except InvalidInput as error:
            raise InvalidInput(str(path), "a damaged model", f"a sound one: {error}") from error


def _ends(name: str, layers: tuple[Layer, ...]) -> tuple[Affine, Affine]:
    if layers and isinstance(layers[0], Affine) and isinstance(layers[-1], Affine):
        return layers[0], layers[-1]
    raise InvalidInput(name, layers, "layers that begin and end with a linear one")


def _flat(network: Network) -> Iterator[Layer]:
    yield from _within((*network.encoder, *network.decoder))


def _within(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from _within(layer.block)
