"""What each bottleneck dimension costs on a torus: the bound, and what a trained network does.

    python examples/torus_bottleneck.py [FOLDER]

Through one number the outer circle cannot pass, through two the tube cannot: errors of R + r and
of r are forced somewhere. Three numbers are enough.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geomcheck
import theory

EPSILON = 0.2


def main(
    folder: str = "torus-bottleneck", effort: float = 1.0, samples: int = 20_000
) -> dict[int, geomcheck.Report]:
    """Fit one autoencoder for each latent dimension, and draw bound against worst error."""
    torus = theory.torus(R=2, r=1)
    bounds = {o.latent_dim: o.bound.value for o in geomcheck.bounds(torus)}
    reports = {}
    print("m  bound   worst error found  share above epsilon, at most")
    for m in (1, 2, 3):
        result = geomcheck.run(
            torus, latent_dim=m, epsilon=EPSILON, rng=0, effort=effort, samples=samples
        )
        reports[m] = report = result.report
        worst = report["lower-bound"].values.get("largest_error_found")
        share = report["small-error"].values["share_at_most"]
        shown = "-" if worst is None else f"{worst:.3f}"
        print(f"{m}  {bounds[m]:.3f}   {shown:17}  {share:.2%}")
    _draw(bounds, reports, Path(folder))
    return reports


def _draw(bounds, reports, folder):
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(5.5, 3), layout="constrained")
    axes = figure.add_subplot()
    dims = list(reports)
    axes.bar(dims, [bounds[m] for m in dims], width=0.5, color="0.8", label="no one beats")
    for kind, marker, key in (("worst error", "D", "sup"), ("mean error", "o", "mean")):
        values = [_error(report, key) for report in reports.values()]
        axes.plot(dims, values, marker, color="black", label=kind)
    axes.set(xticks=dims, xlabel="latent dimension", ylabel="error", title="Torus, R = 2, r = 1")
    axes.legend()
    figure.savefig(folder / "torus-bottleneck.pdf")
    figure.savefig(folder / "torus-bottleneck.png", dpi=200)


def _error(report, key):
    if key == "mean":
        return report["small-error"].values["mean_error"]
    certified = report["certified-error"].values.get("sup_at_least")
    return report["small-error"].values["largest_error_sampled"] if certified is None else certified


if __name__ == "__main__":
    main(*sys.argv[1:2])
