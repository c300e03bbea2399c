"""Autoencoders in ONNX: a graph for each half, or one whose code is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters.onnx_cut import cut_at
from geomcheck.adapters.probe import check_width, probed
from geomcheck.extras import needed
from geomcheck.layers import Network, UnsupportedLayer
from theory.errors import InvalidInput

__all__ = ["OnnxAutoencoder", "onnx_autoencoder"]

Array = NDArray[np.float64]

_TYPES: dict[str, type[np.floating[Any]]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
}
# Numbers in the rows that are evaluated at once.
_BLOCK = 1 << 17
_EXPECTED = "an ONNX model"


@dataclass(frozen=True, eq=False)
class Half:
    """One session of onnxruntime, from its one input to one output."""

    session: Any
    input: str
    output: str
    dtype: type[np.floating[Any]]
    shape: tuple[int, ...]
    rows: int | None

    def __call__(self, rows: Array) -> NDArray[Any]:
        """Map rows (n, width) to rows."""
        if self.rows is not None:
            return self._padded(rows)
        step = max(1, _BLOCK // max(1, rows.shape[1]))
        parts = [self._run(rows[i : i + step]) for i in range(0, max(len(rows), 1), step)]
        return np.concatenate(parts)

    def _run(self, rows: Array) -> NDArray[Any]:
        given = np.ascontiguousarray(rows, dtype=self.dtype)
        (found,) = self.session.run(
            [self.output], {self.input: given.reshape(len(rows), *self.shape)}
        )
        found = np.asarray(found)
        # A shape that is wrong is for the caller to see.
        if found.ndim > 2 and len(found) == len(rows):
            return found.reshape(len(rows), math.prod(found.shape[1:]))
        return found

    def _padded(self, rows: Array) -> NDArray[Any]:
        """Run as many rows at once as the graph was exported for."""
        assert self.rows is not None
        parts = []
        for start in range(0, max(len(rows), 1), self.rows):
            chunk = rows[start : start + self.rows]
            filled = np.resize(chunk, (self.rows, rows.shape[1])) if len(chunk) else chunk
            parts.append(self._run(filled)[: len(chunk)])
        return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class OnnxAutoencoder:
    """Two halves evaluated by onnxruntime.

    Parameters
    ----------
    encoder, decoder : Half
    ambient_dim, latent_dim : int
    continuous : bool
    continuity : str
        What that rests on.
    """

    encoder: Half
    decoder: Half
    ambient_dim: int
    latent_dim: int
    continuous: bool
    continuity: str
    kind: str = "onnx"

    def as_network(self) -> Network:
        """Raise UnsupportedLayer: the arithmetic of the runtime is not vouched for."""
        raise UnsupportedLayer(
            "how exact onnxruntime's elementary functions are is not known; "
            "give the torch module or a .pt2 file instead"
        )

    def encode(self, points: Array, /) -> NDArray[Any]:
        """Map points (n, ambient_dim) to codes (n, latent_dim)."""
        return self.encoder(points)

    def decode(self, codes: Array, /) -> NDArray[Any]:
        """Map codes (n, latent_dim) to points (n, ambient_dim)."""
        return self.decoder(codes)


def onnx_autoencoder(
    files: Sequence[Path],
    points: Array,
    *,
    code: str | None = None,
    continuous: bool | None = None,
) -> OnnxAutoencoder:
    """Read an autoencoder from one .onnx file or two.

    Parameters
    ----------
    files : sequence of path
        Encoder and decoder; or one graph with outputs (code, reconstruction), or, with `code`,
        whose last output is the reconstruction.
    points : array of shape (n, ambient_dim)
        A few points.
    code : str, optional
        Name of the value within the graph that is the code.
    continuous : bool, optional
        Whether both halves are continuous; not known by default.

    Raises
    ------
    InvalidInput
        If a file cannot be read, or is no autoencoder of such points, or onnxruntime is missing.
    """
    name = str(files[0])
    runtime = needed("onnxruntime", "onnx", name)
    if len(files) == 2:
        encoder, decoder = (_half(runtime, str(file), str(file)) for file in files)
    else:
        encoder, decoder = _both(runtime, name, code)
    check_width(name, math.prod(encoder.shape), points)
    latent_dim = probed(encoder, decoder, points)
    says = "not known of ONNX graphs" if continuous is None else "stated"
    return OnnxAutoencoder(encoder, decoder, points.shape[1], latent_dim, bool(continuous), says)


def _both(runtime: Any, name: str, code: str | None) -> tuple[Half, Half]:
    outputs = [out.name for out in _session(runtime, name, name).get_outputs()]
    if code is None:
        if len(outputs) != 2:
            raise InvalidInput(
                name,
                f"a graph with {len(outputs)} output(s)",
                "one with outputs (code, reconstruction), or --code, or ENCODER.onnx,DECODER.onnx",
            )
        code = outputs[0]
    encoder, decoder = cut_at(Path(name), code, outputs[-1])
    return _half(runtime, name, encoder), _half(runtime, name, decoder)


def _half(runtime: Any, name: str, model: str | bytes) -> Half:
    session = _session(runtime, name, model)
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise InvalidInput(name, f"a graph of {len(inputs)} inputs", "one input: the points")
    kind, shape = inputs[0].type, inputs[0].shape
    if kind not in _TYPES:
        raise InvalidInput(name, f"an input of type {kind}", " or ".join(_TYPES))
    if len(shape) < 2 or not all(isinstance(side, int) for side in shape[1:]):
        raise InvalidInput(name, f"an input of shape {shape}", "(batch, and the sides of a point)")
    rows = shape[0] if isinstance(shape[0], int) else None
    output = session.get_outputs()[0].name
    return Half(session, inputs[0].name, output, _TYPES[kind], tuple(shape[1:]), rows)


def _session(runtime: Any, name: str, model: str | bytes) -> Any:
    """Open a model: a path, beside which weights may lie in a file of their own, or its bytes."""
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    # On matrices this small more threads only wait for one another.
    options.intra_op_num_threads = 1
    try:
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes, which differ by version
        says = " ".join(str(error).split())
        raise InvalidInput(name, f"no ONNX model, or a damaged one ({says})", _EXPECTED) from error
