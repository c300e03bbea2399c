"""PCA and a kernel method under the same claims as a network.

    python examples/linear_and_kernel.py [FOLDER]

The theorem binds every continuous pair of maps, whatever it was fitted with.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sklearn.decomposition import PCA, KernelPCA

import geomcheck
import theory


def main(folder: str = "linear-and-kernel", effort: float = 1.0) -> dict[str, geomcheck.Report]:
    """Judge three models of latent dimension 1 on an ellipse, side by side on one page."""
    ellipse = theory.ellipse(a=2, b=1)
    X = ellipse.sample(1000, rng=0)
    kernel = KernelPCA(1, kernel="rbf", gamma=0.5, fit_inverse_transform=True, alpha=1e-3)
    models = {
        "PCA": geomcheck.as_autoencoder(PCA(1).fit(X), X, continuous=True),
        "kernel PCA": geomcheck.as_autoencoder(kernel.fit(X), X, continuous=True),
        "network": geomcheck.fit(X, latent_dim=1, rng=0, effort=effort),
    }
    reports = {}
    for name, model in models.items():
        report = geomcheck.verify(
            ellipse, model, epsilon=0.2, samples=5000, rng=0, training_points=X
        )
        reports[name] = report
        print(f"{name}\n{report}\n")
    _write(reports, Path(folder))
    return reports


def _write(reports, folder):
    from geomcheck.report.comparison import SCHEMA_VERSION, write_comparison

    folder.mkdir(parents=True, exist_ok=True)
    results = [report.to_document() for report in reports.values()]
    document = {"schema_version": SCHEMA_VERSION, "results": results}
    write_comparison(document, folder / "linear-and-kernel.html")


if __name__ == "__main__":
    main(*sys.argv[1:2])
