"""Good autoencoders: exact, or wrong by far less than epsilon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.case import Case, Plot
from geomcheck.planted.linear import identity, through
from geomcheck.planted.truth import Truth
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.witness import obstacle, witness
from geomcheck.witness_autoencoder import WitnessAutoencoder
from geomcheck.witness_band import Band
from geomcheck.witness_shell import Shell
from geomcheck.witness_tube import Tube

__all__ = ["exact", "half_precision", "network", "turned", "wider", "witnesses"]

Array = NDArray[np.float64]

_NONE = (0.0, 0.0)
_SCALES = (1e-6, 1e6)
_HALF = 2.0**-11


def _all_kept(plot: Plot, *, jump: float = 0.0) -> Truth:
    return Truth(
        _NONE,
        _NONE,
        kept_by_codes=plot.betti,
        kept_by_images=plot.betti,
        jump=jump,
        collide=_NONE,
    )


def exact(plot: Plot) -> Iterator[Case]:
    """Code each point by itself."""
    yield Case("exact", identity(plot.ambient_dim), _all_kept(plot), "the identity")


def turned(plot: Plot) -> Iterator[Case]:
    """Rotate and rescale the codes, which must not matter."""
    frame = np.linalg.qr(plot.rng.standard_normal((plot.ambient_dim,) * 2))[0]
    for name, scale in zip(("tiny codes", "huge codes"), _SCALES, strict=True):
        yield Case(name, through(frame, scale), _all_kept(plot), "the identity in other codes")


def wider(plot: Plot) -> Iterator[Case]:
    """Use two more code dimensions than the points have."""
    n = plot.ambient_dim
    frame = np.linalg.qr(plot.rng.standard_normal((n + 2, n)))[0]
    yield Case("wider codes", through(frame), _all_kept(plot), "an isometry into R^(N+2)")


def half_precision(plot: Plot) -> Iterator[Case]:
    """Round the codes to 16 bits."""
    model = FunctionAutoencoder(
        lambda x: x.astype(np.float16).astype(np.float64),
        lambda z: z,
        plot.ambient_dim,
        plot.ambient_dim,
    )
    error = _HALF * plot.size * np.sqrt(plot.ambient_dim)
    if error < plot.epsilon / 4:
        # Rounding steps from one number to the next: not continuous, by a thousandth.
        yield Case("float16", model, _all_kept(plot, jump=2 * _HALF), "errs by 2^-11 of a number")


def network(plot: Plot) -> Iterator[Case]:
    """Make the identity a network of layers, so that it can be certified."""
    from geomcheck.autoencoder import MLPAutoencoder

    layer = [(np.eye(plot.ambient_dim), np.zeros(plot.ambient_dim))]
    model = MLPAutoencoder.from_weights(layer, layer)
    yield Case("network", model, _all_kept(plot), "the identity as a network")


def witnesses(plot: Plot) -> Iterator[Case]:
    """Take the theorem's own autoencoder, with as many dimensions as K."""
    manifold, dim = plot.manifold, plot.manifold.dim
    if obstacle(manifold, dim):
        return
    for name, measure in (("witness", plot.delta / 4), ("narrow witness", 1e-6)):
        model = witness(manifold, measure=measure)
        kept = _kept_by_witness(model)
        off = (0.0, measure)
        truth = Truth(off, off, kept_by_codes=kept, kept_by_images=kept, collide=off)
        truth = replace(truth, fine_codes=True, fine_images=True)
        yield Case(name, model, truth, "exact off a collar that cuts nothing off")


def _kept_by_witness(model: WitnessAutoencoder) -> tuple[int, ...]:
    """Return how many classes each map keeps, by degree: the images have those of the codes."""
    kept = np.zeros(model.manifold.dim + 1, dtype=int)
    for disc in model.discs:
        # A disc keeps its component alone, a band its loop as well, a shell its sphere, and a
        # tube what the projective plane has over F2.
        kept[0] += 1
        if isinstance(disc, Band):
            kept[1] += 1
        elif isinstance(disc, Shell) and disc.cell.sphere is not None:
            kept[disc.cell.sphere] += 1
        elif isinstance(disc, Tube):
            kept[1:3] += 1
    return tuple(kept.tolist())
