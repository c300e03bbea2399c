"""Train an autoencoder on a cloud of points: several seeds at once, the best one kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from geomcheck.autoencoder import ACTIVATIONS, MLPAutoencoder
from geomcheck.training_batch import NetworkBatch
from geomcheck.training_record import SeedRecord, TrainingRecord
from theory.errors import InvalidInput

__all__ = ["fit"]

Array = NDArray[np.float64]
Progress = Callable[[float, float], None]

# Steps of the longest-lived seed at effort 1.
_STEPS = 4000
# At these fractions of the steps the worse half of the remaining seeds is dropped.
_RUNGS = (0.1, 0.25)
_REPORTS = 40


def fit(
    points: ArrayLike,
    *,
    latent_dim: int,
    rng: int | np.random.Generator = 0,
    hidden: Sequence[int] = (128, 128, 128),
    activation: str = "tanh",
    seeds: int = 4,
    effort: float = 1.0,
    steps: int | None = None,
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
    points : array of shape (n, ambient_dim)
        The cloud; at least two distinct points.
    latent_dim : int
        Dimension of the codes, at least 1.
    rng : int or numpy.random.Generator
        Source of all randomness.
    hidden : sequence of int
        Widths of the encoder's hidden layers; the decoder has them in reverse.
    activation : str
        A key of `geomcheck.autoencoder.ACTIVATIONS`.
    seeds : int
        Networks to begin with; the worse ones on held-out points are given up early.
    effort : float
        Factor on the number of steps chosen by default.
    steps : int, optional
        Optimiser steps of the network that is kept, instead of the default; `effort` then does
        not count.
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
    cloud = _check_points("points", points)
    latent_dim = _check_int("latent_dim", latent_dim)
    seeds = _check_int("seeds", seeds)
    batch_size = _check_int("batch_size", batch_size)
    widths = tuple(_check_int("hidden", width) for width in hidden)
    if activation not in ACTIVATIONS:
        raise InvalidInput("activation", activation, f"one of {', '.join(ACTIVATIONS)}")
    if dtype not in ("float32", "float64"):
        raise InvalidInput("dtype", dtype, "'float32' or 'float64'")
    for name, value in (("learning_rate", learning_rate), ("effort", effort)):
        if not (math.isfinite(value) and value > 0):
            raise InvalidInput(name, value, "a positive number")
    if steps is None:
        steps = max(1, round(_STEPS * effort))
    steps = _check_int("steps", steps)
    if len(np.unique(cloud, axis=0)) < 2:
        raise InvalidInput("points", f"{len(cloud)} equal points", "at least two distinct points")
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError) as error:
        raise InvalidInput("device", device, f"a device torch can use ({error})") from error

    began, began_cpu = time.perf_counter(), time.process_time()
    source = np.random.default_rng(rng)
    train, test = _split(cloud, held_out, source)
    centre = train.mean(axis=0)
    scale = float(np.sqrt(np.square(train - centre).sum(axis=1).mean() / cloud.shape[1]))
    if scale == 0.0:
        raise InvalidInput("points", "equal training points", "at least two distinct ones")
    kind = torch.float32 if dtype == "float32" else torch.float64
    generator = torch.Generator(device="cpu").manual_seed(int(source.integers(2**62)))

    with _one_thread():
        inputs, tests = (
            torch.tensor((part - centre) / scale, dtype=kind, device=place)
            for part in (train, test)
        )
        batch = NetworkBatch(
            (cloud.shape[1], *widths, latent_dim, *widths[::-1], cloud.shape[1]),
            len(widths) + 1,
            activation=activation,
            seeds=seeds,
            generator=generator,
            dtype=kind,
            device=place,
        )
        curves = [_Curve() for _ in range(seeds)]
        alive = list(range(seeds))
        rungs = {max(1, round(steps * part)) for part in _RUNGS}
        reports = {max(1, round(steps * (i + 1) / _REPORTS)) for i in range(_REPORTS)}
        total = torch.zeros(seeds, dtype=kind, device=place)
        since = 0
        batches = _batches(inputs, batch_size, generator)
        for step in range(1, steps + 1):
            rate = learning_rate * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps))
            total += batch.step(next(batches), rate)
            since += 1
            if step in reports or step in rungs:
                errors = batch.errors(tests).double().square().mean(1).sqrt().cpu().numpy() * scale
                losses = (total / since).double().cpu().numpy() * scale**2
                for position, seed in enumerate(alive):
                    curves[seed].add(step, float(losses[position]), float(errors[position]))
                keep = _survivors(errors, halve=step in rungs)
                for position, seed in enumerate(alive):
                    if position not in keep:
                        curves[seed].abandoned = _reason(float(errors[position]), step, steps)
                if not keep:
                    raise InvalidInput(
                        "learning_rate", learning_rate, "smaller: every seed has diverged"
                    )
                if len(keep) < len(alive):
                    batch.keep(keep)
                    alive = [alive[position] for position in keep]
                total, since = torch.zeros(len(alive), dtype=kind, device=place), 0
                if progress is not None:
                    spent = time.perf_counter() - began
                    progress(step / steps, spent * (steps - step) / step)
        best = int(np.argmin([curves[seed].held_out_error[-1] for seed in alive]))
        layers = batch.layers(best)

    # The normalisation becomes part of the first and the last layer.
    first, offset = layers[0]
    layers[0] = (first / scale, offset - first @ (centre / scale))
    last, offset = layers[-1]
    layers[-1] = (last * scale, offset * scale + centre)
    record = TrainingRecord(
        seeds=tuple(curve.record() for curve in curves),
        chosen=alive[best],
        held_out_error=curves[alive[best]].held_out_error[-1],
        n_train=len(train),
        n_held_out=len(test),
        steps=steps,
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - began_cpu,
        dtype=dtype,
        device=str(place),
        hyperparameters=(
            ("hidden", widths),
            ("activation", activation),
            ("latent_dim", latent_dim),
            ("batch_size", batch_size),
            ("learning_rate", learning_rate),
            ("seeds", seeds),
            ("rng", int(rng) if isinstance(rng, Integral) else None),
        ),
    )
    return MLPAutoencoder.from_weights(
        layers[: len(widths) + 1], layers[len(widths) + 1 :], activation=activation, training=record
    )


class _Curve:
    """A seed's curve while it grows."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.train_loss: list[float] = []
        self.held_out_error: list[float] = []
        self.abandoned: str | None = None

    def add(self, step: int, loss: float, error: float) -> None:
        self.steps.append(step)
        self.train_loss.append(loss)
        self.held_out_error.append(error)

    def record(self) -> SeedRecord:
        return SeedRecord(
            tuple(self.steps), tuple(self.train_loss), tuple(self.held_out_error), self.abandoned
        )


def _survivors(errors: Array, *, halve: bool) -> list[int]:
    """Return the positions to go on with, in order."""
    finite = [int(i) for i in np.argsort(errors) if math.isfinite(errors[i])]
    if halve:
        finite = finite[: (len(errors) + 1) // 2]
    return sorted(finite)


def _reason(error: float, step: int, steps: int) -> str:
    if not math.isfinite(error):
        return f"diverged by step {step} of {steps}"
    return f"in the worse half on held-out points at step {step} of {steps}"


def _batches(points: torch.Tensor, size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Yield batches without end, every point once before any comes again."""
    size = min(size, len(points))
    while True:
        order = torch.randperm(len(points), generator=generator, device="cpu").to(points.device)
        for start in range(0, len(points) - size + 1, size):
            yield points[order[start : start + size]]


def _split(
    cloud: Array, held_out: float | ArrayLike, source: np.random.Generator
) -> tuple[Array, Array]:
    if np.ndim(held_out) > 0:
        test = _check_points("held_out", held_out)
        if test.shape[1] != cloud.shape[1]:
            raise InvalidInput(
                "held_out", f"shape {test.shape}", f"shape (h, {cloud.shape[1]}), as the points"
            )
        return cloud, test
    share = float(held_out)  # type: ignore[arg-type]
    if not 0 < share < 1:
        raise InvalidInput("held_out", held_out, "an array or a share between 0 and 1")
    count = min(max(1, round(share * len(cloud))), len(cloud) - 1)
    order = source.permutation(len(cloud))
    return cloud[order[count:]], cloud[order[:count]]


def _check_points(argument: str, points: ArrayLike) -> Array:
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(argument, type(points).__name__, "an array of numbers") from error
    if array.ndim != 2 or 0 in array.shape:
        raise InvalidInput(argument, f"shape {array.shape}", "shape (n, ambient_dim), not empty")
    if not np.isfinite(array).all():
        raise InvalidInput(argument, "NaN or inf", "finite coordinates")
    return array


def _check_int(argument: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InvalidInput(argument, value, "an integer of at least 1")
    return int(value)


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
