"""Two maps of tensors as an autoencoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.adapters.aten_graph import Graph
from geomcheck.adapters.aten_layers import graph_layers
from geomcheck.layers import Network, UnsupportedLayer

__all__ = ["TensorAutoencoder"]

Array = NDArray[np.float64]
Tensors = Callable[[torch.Tensor], torch.Tensor]

# Numbers in the rows that are evaluated at once.
_BLOCK = 1 << 17


@dataclass(frozen=True, eq=False)
class TensorAutoencoder:
    """Two maps of tensors, evaluated in the type and on the device of their weights.

    Parameters
    ----------
    encoder, decoder : callable
        Tensors (n, *shape) to codes (n, latent_dim), and back.
    kind : str
        What the report calls it.
    dtype : torch.dtype
    device : torch.device
    ambient_dim, latent_dim : int
    parameters : int
        Number of weights and biases.
    continuous : bool
    continuity : str
        What that rests on, or why it is not known.
    shape : tuple of int, optional
        Shape that the encoder takes a point in; by default (ambient_dim,).
    code_shape : tuple of int, optional
        Shape that the decoder takes a code in; by default (latent_dim,).
    graphs : tuple of Graph
        The operations of encoder and decoder, where they are known.
    """

    encoder: Tensors
    decoder: Tensors
    kind: str
    dtype: torch.dtype
    device: torch.device
    ambient_dim: int
    latent_dim: int
    parameters: int
    continuous: bool = False
    continuity: str = ""
    shape: tuple[int, ...] = ()
    code_shape: tuple[int, ...] = ()
    graphs: tuple[Graph, ...] = ()

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        return self._applied(self.encoder, points, self.shape)

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        return self._applied(self.decoder, codes, self.code_shape)

    def known(
        self,
        points: Array,
        latent_dim: int,
        graphs: Sequence[Graph],
        reason: str,
        continuous: bool | None,
    ) -> TensorAutoencoder:
        """Return the same maps with what is known of them.

        Parameters
        ----------
        points : array of shape (n, ambient_dim)
            A few points.
        latent_dim : int
        graphs : sequence of Graph
            Of both halves; fewer if they are not known.
        reason : str
            Why they are not.
        continuous : bool or None
            What the user states.
        """
        if continuous is None:
            for name, graph in zip(("encoder", "decoder"), graphs, strict=False):
                if graph.jumps() and not reason:
                    jumps = ", ".join(graph.jumps())
                    reason = f"the {name} uses {jumps}, not known to be continuous"
            reason = reason or self._unsteady(points, graphs)
            known, says = not reason, reason or "every operation is a continuous one of torch's"
        else:
            known, says = continuous, "stated"
        return replace(
            self, latent_dim=latent_dim, graphs=tuple(graphs), continuous=known, continuity=says
        )

    def as_network(self) -> Network:
        """Return the layers that encoder and decoder evaluate.

        Raises
        ------
        UnsupportedLayer
            If their operations are not known, or others than those of plain layers.
        """
        if len(self.graphs) < 2:
            raise UnsupportedLayer(self.continuity or "the operations of the model are not known")
        if len(self.shape or (0,)) > 1 or len(self.code_shape or (0,)) > 1:
            raise UnsupportedLayer("the model takes arrays of more than one axis as points")
        if self.dtype not in (torch.float32, torch.float64):
            raise UnsupportedLayer(f"the model computes in {self.dtype}")
        encoder, decoder = (graph_layers(graph, self.dtype) for graph in self.graphs)
        return Network(encoder, decoder, "float32" if self.dtype == torch.float32 else "float64")

    def _unsteady(self, points: Array, graphs: Sequence[Graph]) -> str:
        """Return what shows that a half is no map of single points, or not its graph, if any."""
        halves = (
            ("encoder", self.encode, points, self.shape),
            ("decoder", self.decode, self.encode(points), self.code_shape),
        )
        for (name, half, rows, shape), graph in zip(halves, graphs, strict=True):
            among = half(rows)
            try:
                shown = self._applied(graph, rows, shape)
            except Exception as error:  # of torch's operations
                return f"the operations of the {name} cannot be run ({type(error).__name__})"
            try:
                alone = np.concatenate([half(rows[i : i + 1]) for i in range(len(rows))])
            except Exception as error:  # of code that is not ours
                return f"the {name} does not take one point alone ({type(error).__name__})"
            # Sums over more rows may be rounded in another order.
            slack = math.sqrt(torch.finfo(self.dtype).eps) * np.abs(among).max(initial=0.0)
            if alone.shape != among.shape or (np.abs(alone - among) > slack).any():
                return f"the {name} makes of a point alone something else than among others"
            if shown.shape != among.shape or (np.abs(shown - among) > slack).any():
                return f"the {name} does something else when torch exports it"
        return ""

    def _applied(self, function: Tensors, rows: Array, shape: tuple[int, ...]) -> Array:
        step = max(1, _BLOCK // max(1, rows.shape[1]))
        parts: list[Array] = []
        with torch.inference_mode():
            for start in range(0, max(len(rows), 1), step):
                chunk = torch.tensor(
                    rows[start : start + step], dtype=self.dtype, device=self.device
                )
                result = function(chunk.reshape(len(chunk), *(shape or rows.shape[1:])))
                if result.is_complex():
                    raise TypeError("complex numbers, of which only half would be kept")
                values = result.cpu().to(torch.float64).numpy()
                # A shape that is wrong is for the caller to see.
                flat = values.ndim > 2 and len(values) == len(chunk)
                parts.append(
                    values.reshape(len(chunk), math.prod(values.shape[1:])) if flat else values
                )
        return np.concatenate(parts)
