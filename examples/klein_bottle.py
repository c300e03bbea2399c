"""The Klein bottle cannot pass a bottleneck of three dimensions, although it is a surface.

    python examples/klein_bottle.py [FOLDER]

Homology over two fields shows why: a class of degree 2 lives over the field of two elements and
not over that of three, which is torsion, and no open subset of R^3 has any. In R^4 it lies as
it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import geomcheck
import theory

POINTS = 1200


def main(folder: str = "klein-bottle", points: int = POINTS) -> dict[int, theory.Obstruction]:
    """Compute the bounds and the diagrams over both fields, and draw them."""
    klein = theory.klein_bottle(a=2, b=1)
    bounds = {o.latent_dim: o for o in geomcheck.bounds(klein)}
    for m, found in bounds.items():
        print(f"m = {m}: error of at least {found.bound.value:.3f} ({found.argument})")
    sample = theory.farthest_point_subsample(klein.sample(8 * points, rng=0), points)
    net = klein.sample(8 * points, rng=0)[sample.indices]
    diagrams = {
        field: geomcheck.persistence(net, max_degree=2, homology_coeff_field=field)
        for field in (2, 3)
    }
    for field, found in diagrams.items():
        for degree in (1, 2):
            (birth, death), *_ = found.longest(degree, 1)
            print(f"F{field}, degree {degree}: longest bar {birth:.3f} to {death:.3f}")
    _draw(diagrams, Path(folder))
    return bounds


def _draw(diagrams, folder):
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(6.5, 3.2), layout="constrained")
    for place, (field, found) in enumerate(diagrams.items(), 1):
        axes = figure.add_subplot(1, 2, place)
        axes.plot([0, 1.2], [0, 1.2], color="0.6", lw=0.8)
        for degree, marker in ((1, "o"), (2, "D")):
            bars = np.array(found.longest(degree, 12))
            shade = "black" if degree == 2 else "0.55"
            axes.plot(*bars.T, marker, color=shade, ms=5, label=f"degree {degree}")
        axes.set(xlabel="birth", ylabel="death", xlim=(0, 1.2), ylim=(0, 1.2), aspect="equal")
        axes.set(xticks=np.arange(0, 1.3, 0.2), yticks=np.arange(0, 1.3, 0.2))
        axes.set_title(f"field of {field} elements")
        axes.legend(loc="lower right")
    figure.savefig(folder / "klein-bottle.pdf")
    figure.savefig(folder / "klein-bottle.png", dpi=200)


if __name__ == "__main__":
    main(*sys.argv[1:2])
