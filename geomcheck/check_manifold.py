"""Does a manifold keep its own claims? All of them, Betti numbers by homology included."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

from geomcheck.betti_check import check_betti
from theory.errors import GeomcheckError, InvalidInput, NoConvergence
from theory.manifold import Manifold
from theory.validation import CHECKS, ManifoldCheck, ManifoldChecks
from theory.validation import check_manifold as check_in_theory

__all__ = ["check_manifold"]

_DEFAULT_MEMORY = 4 * 2**30


def check_manifold(
    manifold: Manifold,
    *,
    rng: int | np.random.Generator = 0,
    level: float = 1e-4,
    n: int = 2000,
    memory_limit: int = _DEFAULT_MEMORY,
    progress: Callable[[str, float | None, float | None], None] | None = None,
) -> ManifoldChecks:
    """Hold a manifold's maps and claims against one another, and against real homology.

    Parameters
    ----------
    manifold : Manifold
    rng : int or numpy.random.Generator
    level : float
        How often a sound manifold may fail each of the two random tests (uniformity, tube).
    n : int
        Number of points drawn, at least 100.
    memory_limit : int
        Bytes that homology may use.
    progress : callable, optional
        Receives the name of each check before it is made, the fraction done and None.

    Returns
    -------
    ManifoldChecks
        A tuple of `ManifoldCheck`, shown one a line: those of `theory.check_manifold`, with the
        Betti numbers computed. A check that an error in the manifold's own maps stops has failed;
        where the sampler returns nothing that can be used, ``"points"`` is the only one.

    Raises
    ------
    InvalidInput
        If `n` or `level` is out of range.
    """
    # The theory's checks, one at a time, see what they see together with the same seed.
    seed = int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng

    def made(name: str) -> ManifoldCheck:
        if name == "betti":
            return check_betti(manifold, rng=seed, memory_limit=memory_limit)
        # One at a time: an error in one leaves the others as they are.
        return check_in_theory(manifold, rng=seed, level=level, n=n, only=[name])[0]

    fault = _sampler_fault(manifold, seed, n, level)
    if fault is not None:
        return ManifoldChecks([fault], manifold.name)
    found = []
    for done, name in enumerate(CHECKS):
        if progress is not None:
            progress(name, done / len(CHECKS), None)
        try:
            found.append(made(name))
        except NoConvergence as error:
            found.append(ManifoldCheck(name, "not-checked", str(error)))
        except MemoryError:
            raise
        except Exception as error:
            found.append(ManifoldCheck(name, "fails", _stopped(error)))
    return ManifoldChecks(found, manifold.name)


def _sampler_fault(manifold: Manifold, seed: int, n: int, level: float) -> ManifoldCheck | None:
    """Return what is wrong with a sampler that gives no points at all; refuse bad arguments."""
    # The theory's own check draws the sample before anything else, and speaks only of it if
    # it is unusable.
    try:
        rest = check_in_theory(manifold, rng=seed, level=level, n=n, only=["topology"])
    except (InvalidInput, MemoryError) as error:
        if isinstance(error, InvalidInput) and error.argument not in ("n", "level"):
            return ManifoldCheck("points", "fails", _stopped(error))
        raise
    except Exception as error:
        return ManifoldCheck("points", "fails", _stopped(error))
    return None if rest[0].name == "topology" else rest[0]


def _stopped(error: Exception) -> str:
    if isinstance(error, GeomcheckError):
        return f"stopped by: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return f"stopped by {type(error).__name__}: {' '.join(str(error).split())} ({place})"
