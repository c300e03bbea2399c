"""Certificates: how tight and how fast? (Whether any point contradicts one: violations.py.)

    OMP_NUM_THREADS=1 python benchmarks/certificates.py [--only enclosures]

The first table trains a network on each subject, encloses its worst error and the share of K on
which it exceeds 0.1, and sets beside that what a dense grid shows. The second sets cells of two
charts before CROWN as the package auto_LiRPA has it, where that can be imported: how many a
second, and by how much the upper bound of the error exceeds the largest of 2000 samples. Seconds
are of one core's processor time.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import torch

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import certify
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.training import fit
from theory.catalogue import from_spec
from theory.manifold import Manifold

EPSILON = 0.1
SUBJECTS = (
    # Subject, latent dimension, tolerance of the share, time limit.
    ("linked-circles", 1, 1e-4, 10.0),
    ("trefoil", 1, 1e-4, 10.0),
    ("sphere", 2, 1e-4, 30.0),
    ("torus", 2, 2e-3, 60.0),
    ("sphere:dim=3", 3, 5e-2, 30.0),
    ("special-orthogonal", 3, 5e-2, 30.0),
)


def in_float64(model: MLPAutoencoder) -> MLPAutoencoder:
    return MLPAutoencoder.from_network(replace(model.as_network(), precision="float64"))


def in_float32(model: MLPAutoencoder) -> MLPAutoencoder:
    return MLPAutoencoder.from_network(replace(model.as_network(), precision="float32"))


def dense(model: MLPAutoencoder, K: Manifold, points: int) -> tuple[float, float]:
    """Return the largest error and the share above epsilon on a grid of the charts."""
    largest, above, total = 0.0, 0.0, 0.0
    for chart in K.charts:
        per_axis = round((points / len(K.charts)) ** (1 / chart.dim))
        centres, _ = chart.cell_centres([per_axis] * chart.dim)
        for part in np.array_split(centres, max(1, len(centres) // 100_000)):
            x, weight = chart.evaluate(part), chart.volume_element(part)
            error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
            largest = max(largest, float(error.max()))
            above += float(weight[error > EPSILON].sum()) / len(centres)
            total += float(weight.sum()) / len(centres)
    return largest, above / total


def enclosures() -> None:
    print(
        f"{'subject':16}{'precision':>10}{'sup err':>22}{'dense':>9}{'mu(err > 0.1)':>22}"
        f"{'width':>9}{'dense':>10}{'cells':>9}{'seconds':>9}  stopped"
    )
    for spec, latent_dim, tolerance, limit in SUBJECTS:
        K = from_spec(spec)
        trained = fit(K.sample(4000, rng=0), latent_dim=latent_dim, rng=0)
        for precision, model in (
            ("float64", in_float64(trained)),
            ("float32", in_float32(trained)),
        ):
            largest, share = dense(model, K, 1_000_000)
            for aim in ("sup", "both"):
                begun = time.process_time()
                found = certify(
                    model,
                    K,
                    epsilon=EPSILON,
                    measure_tolerance=1.0 if aim == "sup" else tolerance,
                    time_limit=limit,
                )
                seconds = time.process_time() - begun
                low, high = found.measure_lower, found.measure_upper
                agree = largest <= found.sup_upper and (aim == "sup" or low <= share <= high)
                print(
                    f"{spec if aim == 'sup' else '':16}{precision:>10}"
                    f"{f'{found.sup_lower:.4f} .. {found.sup_upper:.4f}':>22}{largest:9.4f}"
                    f"{f'{low:.6f} .. {high:.6f}':>22}{high - low:9.1e}{share:10.6f}"
                    f"{found.cells:9}{seconds:9.2f}  {found.reason_stopped}"
                    f"{'' if agree else '  CONTRADICTED BY THE GRID'}",
                    flush=True,
                )


class Error(torch.nn.Module):
    """Coordinates of a chart of the circle or the sphere to G(F(x)) - x."""

    def __init__(self, model: MLPAutoencoder) -> None:
        super().__init__()
        self.encoder, self.decoder = model.encoder, model.decoder
        self.curve = model.ambient_dim == 2

    def chart(self, u: torch.Tensor) -> torch.Tensor:
        s, c = torch.sin(u), torch.cos(u)
        if self.curve:
            return torch.cat([c, s], dim=1)
        first, rest = slice(0, 1), slice(1, 2)
        return torch.cat([c[:, first], s[:, first] * c[:, rest], s[:, first] * s[:, rest]], dim=1)

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        x = self.chart(u)
        return self.decoder(self.encoder(x)) - x


def crown(cells: int = 100) -> None:
    """Set the same cells before CROWN as auto_LiRPA has it, through the chart as well."""
    try:
        from auto_LiRPA import BoundedModule, BoundedTensor, PerturbationLpNorm
    except ImportError as error:
        print(f"\nauto_LiRPA cannot be imported ({error}): no comparison with its CROWN")
        return
    print(
        f"\n{'subject':10}{'half side':>10}{'cells/s':>10}{'CROWN':>10}{'ratio':>8}"
        f"{'excess':>11}{'CROWN':>11}{'ratio':>8}"
    )
    for spec, latent_dim in (("circle", 1), ("sphere", 2)):
        K, rng = from_spec(spec), np.random.default_rng(0)
        chart = K.charts[0]
        trained = fit(K.sample(4000, rng=0), latent_dim=latent_dim, rng=0, effort=0.5)
        # Its tables of relaxations are in float32, and it mixes no types.
        model, module = in_float64(trained), Error(in_float32(trained))
        exact = Error(model)
        ours = ErrorBounds(model.as_network())
        for half in (0.1, 0.03):
            low, high = np.array(chart.lower) + half, np.array(chart.upper) - half
            centre = rng.uniform(low, high, size=(cells, chart.dim))
            u = torch.from_numpy(centre).float()
            np.testing.assert_allclose(module.chart(u), chart.evaluate(centre), atol=1e-5)
            begun = time.process_time()
            found = ours.over(cell_points(chart, centre - half, centre + half))
            seconds = time.process_time() - begun
            bounded = BoundedModule(module, u[:1])
            box = PerturbationLpNorm(norm=np.inf, eps=half)
            begun = time.process_time()
            low_e, high_e = bounded.compute_bounds(x=(BoundedTensor(u, box),), method="CROWN")
            theirs = time.process_time() - begun
            upper = torch.maximum(low_e.abs(), high_e.abs()).norm(dim=1).detach().numpy()
            inside = centre + half * rng.uniform(-1, 1, size=(2000, 1, chart.dim))
            with torch.inference_mode():
                errors = exact(torch.from_numpy(inside.reshape(-1, chart.dim))).norm(dim=1)
            seen = errors.numpy().reshape(2000, cells).max(axis=0)
            excess, other = float((found.upper - seen).mean()), float((upper - seen).mean())
            print(
                f"{spec:10}{half:10}{cells / seconds:10.0f}{cells / theirs:10.0f}"
                f"{theirs / seconds:8.1f}{excess:11.5f}{other:11.5f}{other / excess:8.1f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", choices=["enclosures", "crown"])
    arguments = parser.parse_args()
    if arguments.only in (None, "enclosures"):
        enclosures()
    if arguments.only in (None, "crown"):
        crown()


if __name__ == "__main__":
    main()
