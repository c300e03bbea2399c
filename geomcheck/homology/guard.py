"""Runs an engine in a child process that may be killed: gudhi's C++ answers no signal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomcheck.homology.worker import OUT_OF_MEMORY

__all__ = ["Failure", "run_guarded"]

Failure = Literal["memory", "time"]

_TICK = 5.0  # seconds between two messages
_KILLED = {-6, -9, -11}  # abort on a failed allocation, the system's killer, a null pointer


def run_guarded(
    engine: str,
    points: NDArray[np.float64],
    *,
    max_degree: int,
    field: int,
    threshold: float,
    memory_limit: int,
    timeout: float,
    progress: Callable[[str], None],
) -> list[NDArray[np.float64]] | Failure:
    """Run an engine in a child process with a memory limit and a time limit.

    Returns
    -------
    list of ndarray, or "memory" or "time"
        The bars, or what ran out.

    Raises
    ------
    RuntimeError
        If the child ended for another reason.
    """
    with tempfile.TemporaryDirectory(prefix="geomcheck-") as folder:
        np.save(os.path.join(folder, "points.npy"), points)
        job = {
            "engine": engine,
            "max_degree": max_degree,
            "field": field,
            "threshold": threshold,
            "memory_limit": memory_limit,
        }
        with open(os.path.join(folder, "job.json"), "w", encoding="utf-8") as file:
            json.dump(job, file)
        status, message = _run(folder, timeout, progress)
        if status is None:
            return "time"
        if status == OUT_OF_MEMORY or status in _KILLED:
            return "memory"
        if status != 0:
            raise RuntimeError(f"the homology process ended with status {status}: {message}")
        with np.load(os.path.join(folder, "bars.npz"), allow_pickle=False) as stored:
            return [stored[f"arr_{k}"] for k in range(len(stored.files))]


def _run(folder: str, timeout: float, progress: Callable[[str], None]) -> tuple[int | None, str]:
    """Return the exit status (None when the time is up) and the end of what the child said."""
    # One thread: more gain nothing here, and each reserves address space.
    environment = dict(
        os.environ,
        PYTHONPATH=os.pathsep.join(path or os.getcwd() for path in sys.path),
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
    )
    command = [sys.executable, "-m", "geomcheck.homology.worker", folder]
    begun = time.monotonic()
    # A file, not a pipe: nothing to fill up while nobody reads.
    with open(os.path.join(folder, "errors.txt"), "w+b") as errors:
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            while True:
                left = begun + timeout - time.monotonic()
                if left <= 0:
                    return None, ""
                try:
                    status = child.wait(min(left, _TICK))
                    break
                except subprocess.TimeoutExpired:
                    if left > _TICK:
                        progress(f"homology: running for {time.monotonic() - begun:.0f} s")
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        errors.seek(0)
        return status, errors.read().decode(errors="replace").strip()[-500:]
