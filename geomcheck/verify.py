"""Judge every claim on an autoencoder and the set it is meant for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters import as_autoencoder
from geomcheck.claims import ALL_CLAIMS
from geomcheck.clock import Clock
from geomcheck.environment import versions
from geomcheck.figure_data import figure_data
from geomcheck.ground import Subject
from geomcheck.judging_points import a_few
from geomcheck.measure import measured
from geomcheck.result import Report
from geomcheck.study import Progress, Settings
from geomcheck.summary import describe_model, describe_subject
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet
from theory.points import as_points

__all__ = ["default_epsilon", "verify"]

Array = NDArray[np.float64]

_SAMPLES = 20_000
_BLOCK = 1 << 16
_STREAM = 0x67656F6D
# A smaller chance, divided among what is inferred, would be lost to rounding.
_LEAST_MISS = 1e-12


def verify(
    subject: object,
    model: object,
    *,
    epsilon: float | None = None,
    delta: float = 0.02,
    confidence: float = 0.99,
    samples: int = _SAMPLES,
    rng: int | np.random.Generator = 0,
    training_points: Array | None = None,
    held_out: Array | None = None,
    memory_limit: int = 4 * 2**30,
    certificate_seconds: float = 10.0,
    progress: Progress | None = None,
) -> Report:
    """Judge every claim on an autoencoder and the set it is meant for.

    Parameters
    ----------
    subject : Manifold, PointSet, array, tensor or data frame of shape (n, N)
        The set K, or points of it.
    model : object
        Whatever `as_autoencoder` takes: an `Autoencoder`, a torch module, a pair of modules or
        functions, a scikit-learn transformer.
    epsilon : float, optional
        Error that counts as small; by default about a tenth of the size of K (see
        `default_epsilon`).
    delta : float
        Share of K that may have a larger error, in (0, 1).
    confidence : float
        Least probability, over the draw of the points, that all statistical verdicts of the
        report and their limits are right together, in (0, 1). Each of the quantities inferred
        is enclosed at a level so much higher (`ClaimResult.confidence`).
    samples : int
        Fresh points drawn from a manifold for the statistics.
    rng : int or numpy.random.Generator
    training_points : array of shape (n, N), optional
        Without them nothing can be said of generalisation.
    held_out : array of shape (n, N), optional
        Points of a `PointSet` that training did not see; by default all of its points.
    memory_limit : int
        Bytes that homology may use.
    certificate_seconds : float
        Time for the certificate: what it says holds whenever it ends, and is tighter the later.
    progress : callable, optional
        Called with the stage, the fraction done and the seconds left.

    Returns
    -------
    Report

    Raises
    ------
    InvalidInput
        If an argument is out of range, or the model does not map points of K to points.
    """
    if not isinstance(subject, Manifold | PointSet):
        subject = PointSet("points", as_points(subject))
    settings = Settings(
        epsilon=default_epsilon(subject, rng=0) if epsilon is None else float(epsilon),
        delta=float(delta),
        confidence=float(confidence),
        samples=int(samples),
        seed=int(rng) if isinstance(rng, int | np.integer) else None,
        memory_limit=int(memory_limit),
        certificate_seconds=float(certificate_seconds),
    )
    _check(settings)
    autoencoder = as_autoencoder(model, a_few(subject))
    # A stream of its own: the same seed elsewhere must not hand out the same points.
    own = rng if isinstance(rng, np.random.Generator) else [_STREAM, int(rng)]
    generator = np.random.default_rng(own)
    clock = Clock(progress)
    study = measured(subject, autoencoder, settings, generator, training_points, held_out, clock)
    with clock.stage("claims"):
        claims = tuple(claim(study) for claim in ALL_CLAIMS)
    with clock.stage("figures"):
        figures = figure_data(study)
    return Report(
        subject=describe_subject(study.ground),
        autoencoder=describe_model(autoencoder),
        settings=_plain_settings(settings),
        environment=versions(),
        claims=claims,
        timings=clock.seconds,
        figures=figures,
    )


def default_epsilon(subject: Subject, *, rng: int | np.random.Generator = 0) -> float:
    """Return a tenth of the root mean square distance from the centre, to one digit.

    Not more than half the reach, where it is known: an error that counts as small must not
    take a point to another part of the set.
    """
    points = subject.sample(2000, rng=rng) if isinstance(subject, Manifold) else subject.points
    spread = float(np.sqrt(_mean_square(points)))
    if not spread > 0:
        raise InvalidInput("points", "all equal", "at least two different points")
    rounded = float(f"{spread / 10:.0e}")
    if isinstance(subject, Manifold) and subject.claims.reach is not None:
        most = subject.claims.reach.value / 2
        if rounded > most:
            unit = 10.0 ** math.floor(math.log10(most))
            return float(f"{math.floor(most / unit) * unit:.0e}")
    return rounded


def _mean_square(points: Array) -> float:
    """Return the mean square distance from the centre, in blocks: the points may be many."""
    centre = points.mean(axis=0)
    blocks = (points[i : i + _BLOCK] - centre for i in range(0, len(points), _BLOCK))
    return float(sum(np.square(block).sum() for block in blocks)) / len(points)


def _check(settings: Settings) -> None:
    if not (math.isfinite(settings.epsilon) and settings.epsilon > 0):
        raise InvalidInput("epsilon", settings.epsilon, "a positive number")
    for name in ("delta", "confidence"):
        value = getattr(settings, name)
        if not 0 < value < 1:
            raise InvalidInput(name, value, "a number between 0 and 1, both excluded")
    if not 1 - settings.confidence >= _LEAST_MISS:
        raise InvalidInput("confidence", settings.confidence, f"at most 1 - {_LEAST_MISS:g}")
    if not (math.isfinite(settings.certificate_seconds) and settings.certificate_seconds > 0):
        raise InvalidInput("certificate_seconds", settings.certificate_seconds, "a positive number")
    if settings.samples < 2:
        raise InvalidInput("samples", settings.samples, "at least 2")


def _plain_settings(settings: Settings) -> dict[str, Any]:
    return {
        "epsilon": settings.epsilon,
        "delta": settings.delta,
        "confidence": settings.confidence,
        "samples": settings.samples,
        "seed": settings.seed,
        "memory_limit": settings.memory_limit,
        "certificate_seconds": settings.certificate_seconds,
    }
