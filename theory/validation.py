"""Does a manifold keep its own claims?"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.manifold import Manifold, as_manifold
from theory.validation_claims import (
    BettiNumbers,
    check_betti,
    check_errors,
    check_topology,
    check_volume,
)
from theory.validation_maps import (
    check_charts,
    check_dimension,
    check_points,
    check_projection,
    check_tangents,
    check_uniform,
)
from theory.validation_reach import check_reach
from theory.validation_record import ManifoldCheck, ManifoldChecks
from theory.validation_retracts import check_retracts

__all__ = ["CHECKS", "BettiNumbers", "ManifoldCheck", "ManifoldChecks", "check_manifold"]

Array = NDArray[np.float64]
CHECKS = (
    "points",
    "projection",
    "tangents",
    "dimension",
    "charts",
    "uniform",
    "reach",
    "volume",
    "betti",
    "topology",
    "optimal-error",
    "retracts",
)
_LEAST_POINTS = 100


def check_manifold(
    manifold: Manifold,
    *,
    rng: int | np.random.Generator = 0,
    level: float = 1e-4,
    n: int = 2000,
    betti: BettiNumbers | None = None,
    only: Collection[str] | None = None,
) -> ManifoldChecks:
    """Hold a manifold's maps and claims against one another.

    Parameters
    ----------
    manifold : Manifold
    rng : int or numpy.random.Generator
    level : float
        How often a sound manifold may fail each of the two random tests (uniformity, tube).
    n : int
        Number of points drawn, at least 100.
    betti : callable, optional
        ``(points, p)`` to the Betti numbers, over the field with p elements, of the set the
        points (n, ambient_dim) were drawn from. Without it they are only checked for
        consistency (under ``"topology"``); `geomcheck.check_manifold` computes them.
    only : collection of str, optional
        Names of the checks to make, out of `CHECKS`; by default all of them.

    Returns
    -------
    ManifoldChecks
        A tuple of `ManifoldCheck`, shown one a line: points, projection, tangents, dimension,
        charts, uniformity, reach, volume, Betti numbers, topology, optimal errors,
        retractions. What cannot be checked says so.

    Raises
    ------
    InvalidInput
        If it is no manifold, `n` or `level` is out of range, or a name in `only` is unknown.

    Notes
    -----
    The reach is held against what a search over the chart, or over pairs of points, finds
    (``federer``, ``aamari-2019``), to 3 percent; a volume against the charts' integral, or
    against the tube's (``weyl``). Optimal errors are only checked for consistency: with the
    reach, with those of parts and cycles, with one another and with the error of a constant
    map.
    """
    as_manifold("manifold", manifold)
    if n < _LEAST_POINTS:
        raise InvalidInput("n", n, f"at least {_LEAST_POINTS}")
    if not 0 < level < 1:
        raise InvalidInput("level", level, "between 0 and 1")
    wanted = CHECKS if only is None else tuple(only)
    for name in wanted:
        if name not in CHECKS:
            raise InvalidInput("only", name, f"names out of {', '.join(CHECKS)}")
    generator = np.random.default_rng(rng)
    sample = manifold.sample(n, rng=generator)
    if sample.shape != (n, manifold.ambient_dim) or not np.isfinite(sample).all():
        said = f"the sampler returned an array of shape {sample.shape}, or not finite"
        return ManifoldChecks([ManifoldCheck("points", "fails", said)], manifold.name)
    size = float(np.ptp(sample, axis=0).max())
    # Each check has its own stream, so that leaving some out changes no other.
    streams = dict(zip(CHECKS, generator.spawn(len(CHECKS)), strict=True))
    makers: dict[str, Callable[[], ManifoldCheck]] = {
        "points": lambda: check_points(manifold, sample, size),
        "projection": lambda: check_projection(manifold, sample, size, streams["projection"]),
        "tangents": lambda: check_tangents(manifold, sample, size),
        "dimension": lambda: check_dimension(manifold, sample, size, streams["dimension"]),
        "charts": lambda: check_charts(manifold, size, streams["charts"]),
        "uniform": lambda: check_uniform(manifold, sample, level),
        "reach": lambda: check_reach(manifold, sample, size),
        "volume": lambda: check_volume(manifold, streams["volume"], level),
        "betti": lambda: check_betti(manifold, sample, betti),
        "topology": lambda: check_topology(manifold),
        "optimal-error": lambda: check_errors(manifold),
        "retracts": lambda: check_retracts(manifold, sample, streams["retracts"]),
    }
    return ManifoldChecks((makers[name]() for name in CHECKS if name in wanted), manifold.name)
