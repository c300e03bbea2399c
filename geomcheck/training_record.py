"""What is kept of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

__all__ = ["SeedRecord", "TrainingRecord"]


@dataclass(frozen=True)
class SeedRecord:
    """The training curve of one seed.

    Parameters
    ----------
    steps : tuple of int
        Steps done at each point of the curve.
    train_loss : tuple of float
        Mean squared error on the training batches since the previous point, in squared units
        of the data.
    held_out_error : tuple of float
        Root mean squared Euclidean error on the held-out points, in units of the data.
    abandoned : str or None
        Why this seed was given up, early or at the end; None for the one kept.
    """

    steps: tuple[int, ...]
    train_loss: tuple[float, ...]
    held_out_error: tuple[float, ...]
    abandoned: str | None = None


@dataclass(frozen=True)
class TrainingRecord:
    """How the weights of a model were found.

    Parameters
    ----------
    seeds : tuple of SeedRecord
        One curve for each seed, the abandoned ones included.
    chosen : int
        Index of the seed whose weights were kept: the smallest held-out error.
    held_out_error : float
        Root mean squared Euclidean error of the model on the held-out points. The held-out
        points chose the seed, so this is no unbiased estimate of the error elsewhere.
    n_train, n_held_out : int
        Number of training points and of held-out points.
    steps : int
        Optimiser steps of the chosen seed.
    seconds, cpu_seconds : float
        Wall and processor time spent.
    dtype, device : str
        Where and in which type the training ran.
    hyperparameters : tuple of (name, value)
        Everything else the result depends on.
    """

    seeds: tuple[SeedRecord, ...]
    chosen: int
    held_out_error: float
    n_train: int
    n_held_out: int
    steps: int
    seconds: float
    cpu_seconds: float
    dtype: str
    device: str
    hyperparameters: tuple[tuple[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        result = asdict(self)
        result["hyperparameters"] = dict(self.hyperparameters)
        return result

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> TrainingRecord:
        """Rebuild the record that `to_dict` wrote, possibly through JSON."""
        values = {field.name: stored[field.name] for field in fields(cls)}
        values["seeds"] = tuple(
            SeedRecord(
                steps=tuple(seed["steps"]),
                train_loss=tuple(seed["train_loss"]),
                held_out_error=tuple(seed["held_out_error"]),
                abandoned=seed["abandoned"],
            )
            for seed in stored["seeds"]
        )
        values["hyperparameters"] = tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in dict(stored["hyperparameters"]).items()
        )
        return cls(**values)
