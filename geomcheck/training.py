"""Train an autoencoder on a cloud of points: several seeds at once, the best one kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from geomcheck.autoencoder import ACTIVATIONS, MLPAutoencoder
from geomcheck.evaluate_torch import one_thread
from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from geomcheck.protocol import Autoencoder
from geomcheck.training_batch import NetworkBatch, skips
from geomcheck.training_input import check_int, check_positive, prepare
from geomcheck.training_loop import train
from geomcheck.training_record import TrainingRecord
from geomcheck.training_start import codes_to_imitate, teacher_of
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["DEFAULT_HIDDEN", "fit"]

Array = NDArray[np.float64]
Progress = Callable[[float, float], None]

DEFAULT_HIDDEN = (64, 64, 64)
"""Widths of the encoder's hidden layers: in equal time, wider ones did worse on all surfaces."""

# Steps at effort 1.
_STEPS = 8000
_SAMPLES = 4000


def fit(
    points: ArrayLike | Manifold,
    *,
    latent_dim: int,
    rng: int | np.random.Generator = 0,
    hidden: Sequence[int] = DEFAULT_HIDDEN,
    activation: str = "tanh",
    residual: bool = False,
    seeds: int = 6,
    effort: float = 1.0,
    steps: int | None = None,
    start: Literal["random", "witness"] | Autoencoder = "random",
    batch_size: int = 100,
    learning_rate: float = 3e-3,
    held_out: float | ArrayLike = 0.1,
    dtype: Literal["float32", "float64"] = "float32",
    device: str = "cpu",
    progress: Progress | None = None,
) -> MLPAutoencoder:
    """Train a fully connected autoencoder and return the best of several seeds.

    Equal arguments give equal weights on one machine: the length of the training is counted in
    steps, never in seconds. Neither torch's, numpy's nor Python's global random state is
    touched, nor torch's default type; torch's thread count is one during the call (more threads
    gain nothing on matrices this small) and what it was afterwards.

    Parameters
    ----------
    points : array of shape (n, ambient_dim), or Manifold
        The cloud; at least two distinct points, and one more if a share is held out. Of a
        manifold 4000 points are drawn.
    latent_dim : int
        Dimension of the codes, at least 1.
    rng : int or numpy.random.Generator
        Source of all randomness.
    hidden : sequence of int
        Widths of the encoder's hidden layers; the decoder has them in reverse.
    activation : str
        A key of `geomcheck.autoencoder.ACTIVATIONS`.
    residual : bool
        Whether a hidden layer as wide as the one below it adds its values to that one's: a
        residual block of one layer.
    seeds : int
        Networks to begin with; the worse ones on held-out points are given up early.
    effort : float
        Factor on the number of steps chosen by default.
    steps : int, optional
        Optimiser steps of the network that is kept, instead of the default; `effort` then does
        not count.
    start : {"random", "witness"} or Autoencoder
        What the networks begin with: random weights; or, in the first tenth of the steps, an
        imitation of another autoencoder's codes, such as the theorem's own (``"witness"``,
        which needs the manifold). On spheres that ends with a smaller error; on linked circles
        with about the same, and on a torus, where plain training finds better tears than the
        witness has, with a larger one.
    batch_size : int
        Points in a step.
    learning_rate : float
        Adam's step length at the start; it falls to zero along a cosine.
    held_out : float or array of shape (h, ambient_dim)
        Share of `points` set aside to choose the seed, or other points for it.
    dtype : {"float32", "float64"}
        Type of the arithmetic in training. The model computes in float64 afterwards.
    device : str
        A torch device.
    progress : callable, optional
        Called with the fraction done and an estimate of the seconds left.

    Returns
    -------
    MLPAutoencoder
        With the attribute `training`, a `TrainingRecord`.

    Raises
    ------
    InvalidInput
        If an argument cannot be used, or every seed ended in numbers that are not finite.
    """
    latent_dim = check_int("latent_dim", latent_dim)
    seeds = check_int("seeds", seeds)
    batch_size = check_int("batch_size", batch_size)
    widths = tuple(check_int("hidden", width) for width in hidden)
    if activation not in ACTIVATIONS:
        raise InvalidInput("activation", activation, f"one of {', '.join(ACTIVATIONS)}")
    if dtype not in ("float32", "float64"):
        raise InvalidInput("dtype", dtype, "'float32' or 'float64'")
    learning_rate = check_positive("learning_rate", learning_rate)
    effort = check_positive("effort", effort)
    steps = max(1, round(_STEPS * effort)) if steps is None else check_int("steps", steps)
    kind = torch.float32 if dtype == "float32" else torch.float64
    place = _check_device(device, kind)
    began, began_cpu = time.perf_counter(), time.process_time()
    source = np.random.default_rng(rng)
    teacher = teacher_of(start, points, latent_dim)
    if isinstance(points, Manifold):
        points = points.sample(_SAMPLES, rng=source)
    data = prepare(points, held_out, source)
    ambient_dim = data.train.shape[1]
    all_widths = (ambient_dim, *widths, latent_dim, *widths[::-1], ambient_dim)
    cut = len(widths) + 1
    skipped = skips(all_widths, cut) if residual else frozenset()
    if residual and not skipped:
        raise InvalidInput("hidden", widths, "two equal widths next to each other, for residual")

    def report(fraction: float) -> None:
        if progress is not None:
            spent = time.perf_counter() - began
            progress(fraction, spent * (1 - fraction) / fraction)

    with _own_modes():
        generator = torch.Generator(device="cpu").manual_seed(int(source.integers(2**62)))
        batch = NetworkBatch(
            all_widths,
            cut,
            activation=activation,
            residual=residual,
            seeds=seeds,
            generator=generator,
            dtype=kind,
            device=place,
        )
        codes = None
        if teacher is not None:
            imitated = codes_to_imitate(teacher, data)
            codes = torch.tensor(imitated, dtype=kind, device=place)
        outcome = train(
            batch,
            torch.tensor(data.train, dtype=kind, device=place),
            torch.tensor(data.held_out, dtype=kind, device=place),
            steps=steps,
            batch_size=batch_size,
            learning_rate=learning_rate,
            generator=generator,
            unit=data.scale,
            codes=codes,
            report=report,
        )
    # The normalisation becomes part of the first and the last layer.
    layers = outcome.layers
    weight, bias = layers[0]
    layers[0] = (weight / data.scale, bias - weight @ (data.centre / data.scale))
    weight, bias = layers[-1]
    layers[-1] = (weight * data.scale, bias * data.scale + data.centre)
    chosen = outcome.seeds[outcome.chosen]
    record = TrainingRecord(
        seeds=outcome.seeds,
        chosen=outcome.chosen,
        held_out_error=chosen.held_out_error[-1],
        n_train=len(data.train),
        n_held_out=len(data.held_out),
        steps=steps,
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - began_cpu,
        dtype=dtype,
        device=str(place),
        hyperparameters=(
            ("hidden", widths),
            ("activation", activation),
            ("residual", residual),
            ("start", start if isinstance(start, str) else type(start).__name__),
            ("latent_dim", latent_dim),
            ("batch_size", batch_size),
            ("learning_rate", learning_rate),
            ("seeds", seeds),
            ("rng", int(rng) if isinstance(rng, Integral) else None),
        ),
    )
    parts = [
        _assembled(layers, span, activation, skipped)
        for span in (range(cut), range(cut, len(layers)))
    ]
    return MLPAutoencoder.from_network(Network(parts[0], parts[1]), training=record)


def _assembled(
    pairs: Sequence[tuple[Array, Array]], span: range, activation: str, skipped: frozenset[int]
) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    for number in span:
        affine, bent = Affine(*pairs[number]), Activation(activation)
        if number in skipped:
            layers.append(Residual((affine, bent)))
        else:
            layers += [affine] if number == span[-1] else [affine, bent]
    return tuple(layers)


def _check_device(device: str, kind: torch.dtype) -> torch.device:
    try:
        place = torch.device(device)
        torch.ones(1, device=place, dtype=kind).cpu()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput("device", device, f"a device torch can use here ({reason})") from error
    return place


@contextmanager
def _own_modes() -> Iterator[None]:
    """One thread, and gradients even if the caller has switched them off."""
    with one_thread(), torch.inference_mode(False), torch.enable_grad():
        yield
