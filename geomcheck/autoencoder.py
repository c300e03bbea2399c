"""The fully connected autoencoder that geomcheck trains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.autoencoder_file import read_model, write_model
from geomcheck.autoencoder_layers import (
    ACTIVATIONS,
    apply_layers,
    build_layers,
    check_layers,
    linear_layers,
)
from geomcheck.training_record import TrainingRecord
from theory.errors import InvalidInput

__all__ = ["ACTIVATIONS", "MLPAutoencoder"]

Array = NDArray[np.float64]


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
        encoder_activation = check_layers("encoder", encoder)
        decoder_activation = check_layers("decoder", decoder)
        names = encoder_activation | decoder_activation
        if len(names) > 1:
            raise InvalidInput("encoder, decoder", sorted(names), "the same activation throughout")
        latent_dim, ambient_dim = (
            linear_layers(encoder)[-1].out_features,
            linear_layers(encoder)[0].in_features,
        )
        if (linear_layers(decoder)[0].in_features, linear_layers(decoder)[-1].out_features) != (
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

    def __repr__(self) -> str:
        widths = (self.ambient_dim, *self.hidden, self.latent_dim)
        return f"MLPAutoencoder({' -> '.join(map(str, widths))}, {self.activation})"

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
            build_layers("encoder", encoder, activation),
            build_layers("decoder", decoder, activation),
            training=training,
        )

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of the weights, in which the network is evaluated."""
        return linear_layers(self.encoder)[0].weight.dtype

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
        return tuple(layer.out_features for layer in linear_layers(self.encoder)[:-1])

    def weights(self) -> tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]]:
        """Return the (weight, bias) pairs of encoder and decoder, as float64 copies."""
        encoder, decoder = (
            [
                (
                    layer.weight.cpu().numpy().astype(np.float64),
                    layer.bias.cpu().numpy().astype(np.float64),
                )
                for layer in linear_layers(module)
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
        return apply_layers("points", self.encoder, points, self.ambient_dim, self.latent_dim)

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
        return apply_layers("codes", self.decoder, codes, self.latent_dim, self.ambient_dim)

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
