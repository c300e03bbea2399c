"""The main job: fit an autoencoder to a subject, then judge every claim on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.ground import Subject
from geomcheck.result import Report
from geomcheck.study import Progress
from geomcheck.training import DEFAULT_HIDDEN, fit
from geomcheck.verify import default_epsilon, verify
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["Fitted", "RunResult", "fit_subject", "judging_rng", "run"]

Array = NDArray[np.float64]

_TRAINING_POINTS = 4000
_HELD_OUT_SHARE = 0.2
_MOST_TRAINING = 200_000


@dataclass(frozen=True)
class RunResult:
    """A trained autoencoder and the report on it.

    Parameters
    ----------
    model : MLPAutoencoder
    report : Report
    """

    model: MLPAutoencoder
    report: Report


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained autoencoder and the points it was and was not trained on.

    Parameters
    ----------
    model : MLPAutoencoder
    training_points : array of shape (n, N)
    held_out : array of shape (h, N) or None
        Points of a `PointSet` set apart before training.
    """

    model: MLPAutoencoder
    training_points: Array
    held_out: Array | None


def run(
    subject: Subject,
    *,
    latent_dim: int,
    epsilon: float | None = None,
    delta: float = 0.02,
    confidence: float = 0.99,
    samples: int = 20_000,
    training_points: int = _TRAINING_POINTS,
    rng: int = 0,
    hidden: Sequence[int] = DEFAULT_HIDDEN,
    effort: float = 1.0,
    memory_limit: int = 4 * 2**30,
    certificate_seconds: float = 10.0,
    device: str = "cpu",
    dtype: Literal["float32", "float64"] = "float32",
    progress: Progress | None = None,
) -> RunResult:
    """Fit an autoencoder to a subject and verify it.

    Parameters
    ----------
    subject : Manifold or PointSet
        Training points are drawn from a manifold; of bare points a fifth is held out for the
        statistics.
    latent_dim : int
        At least 1.
    epsilon, delta, confidence, samples, memory_limit, certificate_seconds
        As in `verify`.
    training_points : int
        How many to draw from a manifold.
    rng : int
        Seed of every random choice.
    hidden, effort, device, dtype
        As in `fit`.
    progress : callable, optional
        Called with the stage, the fraction done and the seconds left.

    Returns
    -------
    RunResult

    Raises
    ------
    InvalidInput
        If an argument is out of range.
    """
    fitted = fit_subject(
        subject,
        latent_dim=latent_dim,
        training_points=training_points,
        rng=rng,
        hidden=hidden,
        effort=effort,
        device=device,
        dtype=dtype,
        progress=progress,
    )
    model = fitted.model
    report = verify(
        subject,
        model,
        epsilon=default_epsilon(subject) if epsilon is None else epsilon,
        delta=delta,
        confidence=confidence,
        samples=samples,
        rng=judging_rng(rng),
        training_points=fitted.training_points,
        held_out=fitted.held_out,
        memory_limit=memory_limit,
        certificate_seconds=certificate_seconds,
        progress=progress,
    )
    seconds = {} if model.training is None else {"training": model.training.seconds}
    settings = {
        **report.settings,
        "seed": int(rng),
        "training_points": len(fitted.training_points),
        "effort": effort,
        "device": device,
        "dtype": dtype,
    }
    return RunResult(
        model, replace(report, settings=settings, timings={**seconds, **report.timings})
    )


def fit_subject(
    subject: Subject,
    *,
    latent_dim: int,
    training_points: int = _TRAINING_POINTS,
    rng: int = 0,
    hidden: Sequence[int] = DEFAULT_HIDDEN,
    effort: float = 1.0,
    device: str = "cpu",
    dtype: Literal["float32", "float64"] = "float32",
    progress: Progress | None = None,
) -> Fitted:
    """Fit an autoencoder to a subject, as `run` does.

    Parameters
    ----------
    subject, latent_dim, training_points, rng, hidden, effort, device, dtype, progress
        As in `run`.

    Returns
    -------
    Fitted

    Raises
    ------
    InvalidInput
        If an argument is out of range.
    """
    data_rng, fit_rng, _ = _streams(rng)
    if isinstance(subject, Manifold):
        train, held_out = subject.sample(training_points, rng=data_rng), None
    else:
        order = data_rng.permutation(len(subject))
        count = max(1, round(_HELD_OUT_SHARE * len(subject)))
        if len(subject) - count < 2:
            raise InvalidInput("points", f"{len(subject)} points", "at least 3, to hold one out")
        # More than this many are hardly met twice in training.
        chosen = order[count:][:_MOST_TRAINING]
        train, held_out = subject.points[chosen], subject.points[order[:count]]

    def training_progress(fraction: float, seconds_left: float) -> None:
        if progress is not None:
            progress("training", fraction, seconds_left)

    model = fit(
        train,
        latent_dim=latent_dim,
        rng=fit_rng,
        hidden=hidden,
        effort=effort,
        device=device,
        dtype=dtype,
        progress=training_progress,
    )
    return Fitted(model, train, held_out)


def judging_rng(seed: int) -> np.random.Generator:
    """Return the source of the points that `run` judges on with this seed."""
    return _streams(seed)[2]


def _streams(seed: int) -> tuple[np.random.Generator, ...]:
    """Return sources of data, training and judgement that have nothing to do with each other."""
    return tuple(np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3))
