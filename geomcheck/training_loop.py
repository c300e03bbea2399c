"""The loop: batches, learning rate, curves, and which seeds go on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from geomcheck.training_batch import NetworkBatch
from geomcheck.training_record import SeedRecord
from theory.errors import InvalidInput

__all__ = ["Outcome", "train"]

Array = NDArray[np.float64]

# Points of each curve, and calls of the progress callback.
_REPORTS = 40
# After these shares of the steps the worse half of the remaining seeds is given up (successive
# halving). Seeds on a saddle, and most with more tears than needed, show by then.
_RUNGS = (0.05, 0.12, 0.25)
# Share of the steps in which given codes are imitated, before the error itself is made small.
_IMITATED = 0.1


@dataclass(frozen=True, eq=False)
class Outcome:
    """The layers (weight, bias) of the best network, all curves, and which one it was."""

    layers: list[tuple[Array, Array]]
    seeds: tuple[SeedRecord, ...]
    chosen: int


def train(
    batch: NetworkBatch,
    train_points: torch.Tensor,
    held_out: torch.Tensor,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    generator: torch.Generator,
    unit: float,
    codes: torch.Tensor | None = None,
    report: Callable[[float], None],
) -> Outcome:
    """Train all networks of a batch, giving up the worse ones on the way.

    Parameters
    ----------
    batch : NetworkBatch
        Used up.
    train_points, held_out : tensors of shape (n, ambient_dim) and (h, ambient_dim)
    steps, batch_size : int
    learning_rate : float
        At the first step; it falls to zero along a cosine.
    generator : torch.Generator
        Chooses the batches.
    unit : float
        Length of a unit of the tensors, in units of the data; the curves are in the latter.
    codes : tensor of shape (n, latent_dim), optional
        Codes of the training points to imitate for a first part of the steps.
    report : callable
        Called now and then with the fraction done.

    Returns
    -------
    Outcome

    Raises
    ------
    InvalidInput
        If no seed kept finite weights.
    """
    alive = list(range(batch.size))
    curves: list[list[tuple[int, float, float]]] = [[] for _ in alive]
    abandoned: list[str | None] = [None for _ in alive]
    rungs = {max(1, round(steps * share)) for share in _RUNGS}
    pauses = rungs | {max(1, round(steps * (i + 1) / _REPORTS)) for i in range(_REPORTS)}
    losses = torch.zeros(batch.size, dtype=train_points.dtype, device=train_points.device)
    since = 0
    imitated = 0 if codes is None else max(1, round(steps * _IMITATED))
    batches = _batches(len(train_points), batch_size, generator)
    for step in range(1, steps + 1):
        rate = learning_rate * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps))
        rows = next(batches).to(train_points.device)
        if codes is not None and step <= imitated:
            losses += batch.imitate(train_points[rows], codes[rows], rate)
        else:
            losses += batch.step(train_points[rows], rate)
        since += 1
        if step not in pauses:
            continue
        errors = batch.errors(held_out).double().square().mean(1).sqrt().cpu().numpy() * unit
        means = (losses / since).double().cpu().numpy() * unit**2
        for seed, mean, error in zip(alive, means, errors, strict=True):
            curves[seed].append((step, float(mean), float(error)))
        going_on = _survivors(errors, halve=step in rungs)
        for position, seed in enumerate(alive):
            if position not in going_on:
                abandoned[seed] = (
                    f"in the worse half on held-out points after {step} of {steps} steps"
                    if math.isfinite(errors[position])
                    else f"no longer finite after {step} of {steps} steps"
                )
        if not going_on:
            raise InvalidInput("learning_rate", learning_rate, "smaller: every seed diverged")
        if len(going_on) < len(alive):
            batch.keep(going_on)
            alive = [alive[position] for position in going_on]
        losses, since = torch.zeros_like(losses[: len(alive)]), 0
        report(step / steps)
    best = int(np.argmin([curves[seed][-1][2] for seed in alive]))
    for position, seed in enumerate(alive):
        if position != best:
            abandoned[seed] = "finished, but another seed did better on held-out points"
    records = tuple(
        SeedRecord(
            tuple(row[0] for row in curve),
            tuple(row[1] for row in curve),
            tuple(row[2] for row in curve),
            reason,
        )
        for curve, reason in zip(curves, abandoned, strict=True)
    )
    return Outcome(batch.layers(best), records, alive[best])


def _survivors(errors: Array, *, halve: bool) -> list[int]:
    """Return the positions that go on, in order: the finite ones, or the better half of all."""
    finite = [int(i) for i in np.argsort(errors) if math.isfinite(errors[i])]
    if halve:
        finite = finite[: (len(errors) + 1) // 2]
    return sorted(finite)


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Yield rows in batches without end, none twice in one pass over the shuffled rows."""
    size = min(size, count)
    while True:
        order = torch.randperm(count, generator=generator, device="cpu")
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]
