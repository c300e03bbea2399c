"""Autoencoders saved by `torch.export`: a program for each half, or one for both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.adapters.aten_graph import Graph
from geomcheck.adapters.probe import check_width, probed
from geomcheck.adapters.pt2 import Program, read_programs
from geomcheck.adapters.tensors import TensorAutoencoder
from theory.errors import InvalidInput

__all__ = ["exported_autoencoder"]


def exported_autoencoder(
    files: Sequence[Path],
    points: NDArray[np.float64],
    *,
    code: str | None = None,
    continuous: bool | None = None,
) -> TensorAutoencoder:
    """Read an autoencoder from one .pt2 file or two.

    Parameters
    ----------
    files : sequence of path
        Encoder and decoder; or one archive that holds programs of these names; or one program
        that returns (code, reconstruction), or, with `code`, the reconstruction.
    points : array of shape (n, ambient_dim)
        A few points.
    code : str, optional
        Name of the value within the program that is the code.
    continuous : bool, optional
        Whether both halves are continuous; by default found out from their operations.

    Raises
    ------
    InvalidInput
        If a file cannot be read, or the program is no autoencoder of such points.
    """
    programs = [read_programs(file) for file in files]
    name = str(files[0])
    if len(programs) == 2:
        halves = [_only(str(file), found) for file, found in zip(files, programs, strict=True)]
    elif {"encoder", "decoder"} <= programs[0].keys():
        halves = [programs[0][half] for half in ("encoder", "decoder")]
    else:
        halves = [_only(name, programs[0])]
    first, last = halves[0], halves[-1]
    if len(halves) == 2:
        encoder, decoder = first.graph, last.graph
    else:
        encoder, decoder = _cut(name, first.graph, code)
    check_width(name, math.prod(first.shape), points)
    weights = [t for g in (encoder, decoder) for t in g.tensors.values() if t.is_floating_point()]
    found = TensorAutoencoder(
        encoder,
        decoder,
        kind="torch.export",
        dtype=first.dtype,
        device=torch.device("cpu"),
        ambient_dim=points.shape[1],
        latent_dim=0,
        parameters=sum({id(t): t.numel() for t in weights}.values()),
        shape=first.shape,
        code_shape=last.shape if len(halves) == 2 else (),
    )
    latent_dim = probed(found.encode, found.decode, points)
    return found.known(points, latent_dim, (encoder, decoder), "", continuous)


def _only(name: str, programs: dict[str, Program]) -> Program:
    if len(programs) != 1:
        raise InvalidInput(
            name, f"programs {', '.join(sorted(programs))}", "one, or one encoder and one decoder"
        )
    return next(iter(programs.values()))


def _cut(name: str, graph: Graph, code: str | None) -> tuple[Graph, Graph]:
    if code is None:
        if len(graph.outputs) != 2:
            raise InvalidInput(
                name,
                f"a program with {len(graph.outputs)} output(s)",
                "one that returns (code, reconstruction), or --code, or ENCODER.pt2,DECODER.pt2",
            )
        code = graph.outputs[0]
    return graph.part(graph.input, code), graph.part(code, graph.outputs[-1])
