"""How good and how fast is `fit`, on subjects whose best possible error is known?

    python benchmarks/training.py              # linked circles, five seeds, every subject once
    python benchmarks/training.py --plain      # and a plain training script, for the ratio

The plain script is what one writes first: torch's own layers and initialisation, three hidden
layers of 128 tanh units, Adam at 1e-3, a DataLoader with batches of 20, 300 epochs of 1000 points.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import rotate

from geomcheck.training import fit

Array = NDArray[np.float64]
Generator = np.random.Generator
TURN = 2 * math.pi


def linked_circles(t: Array) -> Array:
    """Map [0, 4 pi) onto two linked unit circles."""
    zero = 0 * t
    first = np.stack([np.cos(t), np.sin(t), zero], axis=1)
    second = np.stack([1 + np.cos(t), zero, np.sin(t)], axis=1)
    return np.where((t < TURN)[:, None], first, second)


def sphere(n: int, rng: Generator) -> Array:
    points = rng.normal(size=(n, 3))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def torus(n: int, rng: Generator) -> Array:
    u, v = rng.uniform(0, TURN, (2, 4 * n))
    kept = np.flatnonzero(rng.uniform(0, 3, 4 * n) < 2 + np.cos(v))[:n]
    u, v = u[kept], v[kept]
    return np.stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)], axis=1)


def flat_torus(n: int, rng: Generator) -> Array:
    u, v = rng.uniform(0, TURN, (2, n))
    return np.stack([np.cos(u), np.sin(u), np.cos(v), np.sin(v)], axis=1)


def ellipse(n: int, rng: Generator) -> Array:
    t = np.linspace(0, TURN, 100_001)
    points = np.stack([2 * np.cos(t), np.sin(t)], axis=1)
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    t = np.interp(rng.uniform(0, length[-1], n), length, t)
    return np.stack([2 * np.cos(t), np.sin(t)], axis=1)


def digit(n: int, rng: Generator) -> Array:
    from sklearn.datasets import load_digits

    image = load_digits().images[3] / 16
    angles = rng.uniform(0, 360, n)
    return np.stack([rotate(image, a, reshape=False, order=1).ravel() for a in angles])


# Name, sampler, number of training and of dense points, latent_dim, epsilon.
SUBJECTS: list[tuple[str, Callable[[int, Generator], Array], int, int, int, float]] = [
    ("sphere", sphere, 4000, 20_000, 2, 0.1),
    ("torus (2, 1)", torus, 4000, 20_000, 2, 0.2),
    ("torus (2, 1)", torus, 4000, 20_000, 3, 0.1),
    ("flat torus", flat_torus, 4000, 20_000, 2, 0.2),
    ("flat torus", flat_torus, 4000, 20_000, 3, 0.1),
    ("ellipse (2, 1)", ellipse, 2000, 20_000, 1, 0.1),
    ("ellipse (2, 1)", ellipse, 2000, 20_000, 2, 0.1),
    ("rotated digit", digit, 2000, 4000, 1, 0.1),
    ("rotated digit", digit, 2000, 4000, 2, 0.1),
]


def count_tears(error: Array, epsilon: float) -> int:
    """Count the runs of large error along a closed curve; runs 0.3 % apart are one."""
    large = np.flatnonzero(error > epsilon)
    if len(large) == 0:
        return 0
    gaps = np.diff(np.append(large, large[0] + len(error)))
    return max(1, int((gaps > 0.003 * len(error)).sum()))


class Plain(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        sides = [(3, 128, 128, 128, 1), (1, 128, 128, 128, 3)]
        layers: list[torch.nn.Module] = []
        for widths in sides:
            for number in range(4):
                layers.append(torch.nn.Linear(widths[number], widths[number + 1]))
                if number < 3:
                    layers.append(torch.nn.Tanh())
        self.layers = torch.nn.Sequential(*layers)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layers(points)
        return result


def plain_script(points: Array, seed: int) -> Callable[[Array], Array]:
    torch.manual_seed(seed)
    model = Plain()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    data = torch.utils.data.TensorDataset(torch.tensor(points, dtype=torch.float32))
    loader = torch.utils.data.DataLoader(data, batch_size=20, shuffle=True)
    for _ in range(300):
        for (batch,) in loader:
            optimiser.zero_grad()
            loss = torch.nn.functional.mse_loss(model(batch), batch)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()

    def reconstruct(rows: Array) -> Array:
        with torch.no_grad():
            result: Array = model(torch.tensor(rows, dtype=torch.float32)).double().numpy()
        return result

    return reconstruct


def line(name: str, latent_dim: int, epsilon: float, error: Array, tears: str, clock: str) -> None:
    share = 100 * float((error > epsilon).mean())
    root = math.sqrt(float(np.square(error).mean()))
    print(
        f"{name:24s} {latent_dim:6d} {epsilon:7.1f} {share:8.2f} % {error.max():8.3f} "
        f"{root:8.4f} {tears:>6s} {clock}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plain", action="store_true", help="run the plain script as well")
    parser.add_argument("--runs", type=int, default=5, help="seeds on the linked circles")
    parser.add_argument("--first-rng", type=int, default=0, help="rng of the first of them")
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--linked-only", action="store_true")
    options = parser.parse_args()
    print(f"{'subject':24s} latent epsilon  mu(err>e)      max      rms  tears wall / cpu seconds")
    grid = linked_circles(np.linspace(0, 2 * TURN, 100_000, endpoint=False))
    seconds, shares = [], []
    for run in range(options.first_rng, options.first_rng + options.runs):
        rng = np.random.default_rng(run)
        points = linked_circles(rng.uniform(0, 2 * TURN, 4000))
        model = fit(points, latent_dim=1, rng=run, effort=options.effort)
        error = np.linalg.norm(model.decode(model.encode(grid)) - grid, axis=1)
        tears = "+".join(str(count_tears(half, 0.1)) for half in np.split(error, 2))
        assert model.training is not None
        clock = f"{model.training.seconds:6.1f} / {model.training.cpu_seconds:.1f}"
        line(f"linked circles, rng={run}", 1, 0.1, error, tears, clock)
        seconds.append(model.training.cpu_seconds)
        shares.append(float((error > 0.1).mean()))
    for name, sampler, n, dense, latent_dim, epsilon in [] if options.linked_only else SUBJECTS:
        points, grid_2 = (sampler(k, np.random.default_rng(s)) for k, s in ((n, 0), (dense, 1)))
        model = fit(points, latent_dim=latent_dim, rng=0, effort=options.effort)
        error = np.linalg.norm(model.decode(model.encode(grid_2)) - grid_2, axis=1)
        assert model.training is not None
        clock = f"{model.training.seconds:6.1f} / {model.training.cpu_seconds:.1f}"
        line(name, latent_dim, epsilon, error, "", clock)
    if options.plain:
        points = linked_circles(np.random.default_rng(0).uniform(0, 2 * TURN, 1000))
        began, began_cpu = time.perf_counter(), time.process_time()
        reconstruct = plain_script(points, 0)
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        error = np.linalg.norm(reconstruct(grid) - grid, axis=1)
        tears = "+".join(str(count_tears(half, 0.1)) for half in np.split(error, 2))
        line("linked circles, plain", 1, 0.1, error, tears, f"{wall:6.1f} / {cpu:.1f}")
        print(f"processor time, plain / fit: {cpu / float(np.mean(seconds)):.1f}")
        ratio = float((error > 0.1).mean()) / max(float(np.mean(shares)), 1e-5)
        print(f"mu(err > 0.1), plain / fit: {ratio:.1f}")


if __name__ == "__main__":
    main()
