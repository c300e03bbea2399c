"""A manifold of one's own: a chart, its claims, a wrong claim caught, and an autoencoder on it.

    python examples/new_manifold.py [FOLDER]

On the command line the same manifold is `examples/new_manifold.py:wavy_torus`:

    geomcheck manifold examples/new_manifold.py:wavy_torus
    geomcheck run examples/new_manifold.py:wavy_torus --latent-dim 2

and a Stiefel manifold from geomstats (`pip install '.[geomstats]'`):

    geomcheck manifold examples/new_manifold.py:stiefel
    geomcheck run examples/new_manifold.py:stiefel --latent-dim 3
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import geomcheck
import theory

TURN = (0.0, 2 * np.pi)


def chart(u, v):
    """Return the points of a torus whose core circle rises and falls twice on its way round."""
    radius = 2 + np.cos(v)
    return radius * np.cos(u), radius * np.sin(u), np.sin(v) + 0.3 * np.sin(2 * u)


wavy_torus = theory.Manifold.from_chart(
    chart,
    [TURN, TURN],
    periodic=True,
    name="wavy torus",
    claims=theory.Claims(betti={2: (1, 2, 1), 3: (1, 2, 1)}, embedding_dim=3),
)


def stiefel():
    """Return the frames of two orthonormal vectors in R^3, from geomstats."""
    from geomstats.geometry.stiefel import Stiefel

    return theory.from_geomstats(Stiefel(3, 2))


def wrong():
    """Return the same torus with the Betti numbers of a sphere."""
    claims = replace(wavy_torus.claims, betti={2: (1, 0, 1), 3: (1, 0, 1)})
    return replace(wavy_torus, name="wavy torus, wrongly described", claims=claims)


def main(folder: str = "new-manifold", effort: float = 1.0) -> geomcheck.Report:
    """Check the manifold, see a wrong claim fail, then train and judge an autoencoder."""
    for manifold in (wavy_torus, wrong()):
        print(geomcheck.check_manifold(manifold, rng=0))
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    result = geomcheck.run(wavy_torus, latent_dim=2, rng=0, effort=effort)
    result.report.save(out / "report.html")
    print(result.report)
    return result.report


if __name__ == "__main__":
    main(*sys.argv[1:2])
