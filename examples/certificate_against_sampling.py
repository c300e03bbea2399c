"""What samples say of the worst error, and what is certain.

    python examples/certificate_against_sampling.py [FOLDER]

The error of a network on two linked circles is large on a few thousandths of them. A thousand
points may all miss that part; a certificate misses nothing, and takes a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import geomcheck
import theory
from geomcheck.certify import certify

SIZES = (100, 1000, 10_000, 100_000)
REPETITIONS = 20


def main(folder: str = "certificate", effort: float = 1.0) -> dict[str, object]:
    """Fit, sample, certify, and draw the largest error of samples against the enclosure."""
    circles = theory.linked_circles()
    model = geomcheck.fit(circles.sample(4000, rng=0), latent_dim=1, rng=1, effort=effort)
    largest = {n: [_largest(circles, model, n, seed) for seed in range(REPETITIONS)] for n in SIZES}
    certificate = certify(model, circles, epsilon=0.1, time_limit=30.0)
    for n, values in largest.items():
        print(f"{n:7} points: largest error {min(values):.3f} to {max(values):.3f}")
    print(f"certified: {certificate.sup_lower:.3f} to {certificate.sup_upper:.3f}")
    _draw(largest, certificate, Path(folder))
    return {"largest": largest, "certificate": certificate}


def _largest(manifold, model, n, seed):
    points = manifold.sample(n, rng=seed)
    errors = np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)
    return float(errors.max())


def _draw(largest, certificate, folder):
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(5.5, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.axhspan(certificate.sup_lower, certificate.sup_upper, color="0.7", label="certified")
    axes.boxplot(list(largest.values()), tick_labels=[f"{n:,}" for n in largest], widths=0.4)
    axes.plot([], [], color="black", label="largest of a sample")
    axes.set(xlabel="points in the sample", ylabel="worst error", ylim=(0, None))
    axes.legend(loc="lower right")
    figure.savefig(folder / "certificate.pdf")
    figure.savefig(folder / "certificate.png", dpi=200)


if __name__ == "__main__":
    main(*sys.argv[1:2])
