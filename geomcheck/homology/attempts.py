"""Tries a run, and a smaller one when memory or time ran out, until there is an answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology.engines import ENGINES
from geomcheck.homology.guard import Failure, run_guarded
from geomcheck.homology.position import jitter, needs_jitter
from geomcheck.homology.reduce import Reduced, thin
from geomcheck.homology.size import Cost

__all__ = ["Job", "until_done"]

_GUARD_SHARE = 0.25  # of the memory limit: beyond, a child process does the work
_GUARD_SECONDS = 5.0
# Sizes that neither memory nor patience can run out on: computed without a guard.
_LAST_RESORT = {"line": 100_000, "alpha": 64, "rips": 32}
_LEAST_SECONDS = 0.5  # less than a child process needs to start


@dataclass(frozen=True)
class Job:
    """What stays the same from one attempt to the next.

    Parameters
    ----------
    engine : str
        A key of ENGINES.
    max_degree, field : int
    threshold : float
        Radius.
    memory_limit : int
        Bytes.
    deadline : float
        By the monotonic clock; ``inf`` for none.
    progress : callable
    """

    engine: str
    max_degree: int
    field: int
    threshold: float
    memory_limit: int
    deadline: float
    progress: Callable[[str], None]


def until_done(
    job: Job, whole: Reduced, size: int, cost: Cost, rng: np.random.Generator
) -> tuple[Reduced, list[NDArray[np.float64]], float]:
    """Try ever smaller farthest-point subsamples until one is computed within the limits.

    Returns
    -------
    used : Reduced
        The points computed on,
    bars : list of ndarray
        their bars,
    moved : float
        and the largest jitter added to them.
    """
    n = whole.points.shape[0]
    while True:
        left = job.deadline - time.monotonic()
        last = size <= _LAST_RESORT[job.engine] or left < _LEAST_SECONDS
        if last:
            size = min(size, _LAST_RESORT[job.engine])
        if size < n:
            job.progress(f"homology: {size} of {n} points, chosen farthest first")
        used = thin(whole, size)
        points, moved = used.points, 0.0
        if job.engine == "alpha" and needs_jitter(points, rng):
            points, moved = jitter(points, rng)
        memory, seconds = cost.memory(size), cost.seconds(size)
        job.progress(
            f"homology: {job.engine} on {points.shape[0]} points, about "
            f"{memory / 2**20:.0f} MiB and {seconds:.0f} s"
        )
        guarded = (
            memory > _GUARD_SHARE * job.memory_limit
            or seconds > _GUARD_SECONDS
            or math.isfinite(job.deadline)
        )
        timeout = 0.7 * (job.deadline - time.monotonic()) if guarded and not last else None
        outcome = _run(job, points, timeout)
        if not isinstance(outcome, str):
            return used, outcome, moved
        job.progress(f"homology: out of {outcome} at {size} points")
        size = max(_LAST_RESORT[job.engine], size // (2 if outcome == "memory" else 4))


def _run(
    job: Job, points: NDArray[np.float64], timeout: float | None
) -> list[NDArray[np.float64]] | Failure:
    """Run the engine at a scale near one, in a child process if a timeout is given."""
    # A part of a cloud can lie on a line, or be a single point, where the whole does not.
    engine = job.engine if points.shape[1] > 1 else "line"
    extent = float(np.abs(points).max(initial=0.0))
    scale = 2.0 ** math.frexp(extent)[1] if extent > 0.0 else 1.0  # exact in binary
    unit, threshold = points / scale, job.threshold / scale
    if timeout is None:
        bars = ENGINES[engine](unit, job.max_degree, job.field, threshold)
    else:
        outcome = run_guarded(
            engine,
            unit,
            max_degree=job.max_degree,
            field=job.field,
            threshold=threshold,
            memory_limit=job.memory_limit,
            timeout=timeout,
            progress=job.progress,
        )
        if isinstance(outcome, str):
            return outcome
        bars = outcome
    return [pairs * scale for pairs in bars]
