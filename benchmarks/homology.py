"""Times homology against the naive ways and prints the ratios: python benchmarks/homology.py."""

from __future__ import annotations

import time
from collections.abc import Callable

import gudhi
import numpy as np

from geomcheck.homology import estimate_memory, persistence
from theory.points import farthest_point_subsample


def torus(n: int) -> np.ndarray:
    u, v = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, (2, n))
    return np.column_stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)])


def sphere(n: int) -> np.ndarray:
    cloud = np.random.default_rng(0).normal(size=(n, 3))
    return cloud / np.linalg.norm(cloud, axis=1, keepdims=True)


def linked_circles(n: int) -> np.ndarray:
    t = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, n)
    one = np.column_stack([np.cos(t), np.sin(t), 0 * t])
    other = np.column_stack([1.0 + np.cos(t), 0 * t, np.sin(t)])
    return np.where((np.arange(n) % 2 == 0)[:, None], one, other)


def seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def naive_alpha(cloud: np.ndarray) -> None:
    tree = gudhi.AlphaComplex(points=cloud).create_simplex_tree(output_squared_values=False)
    tree.compute_persistence(homology_coeff_field=2)


def naive_rips(cloud: np.ndarray) -> None:
    tree = gudhi.RipsComplex(points=cloud).create_simplex_tree(max_dimension=3)
    tree.compute_persistence(homology_coeff_field=2)


def naive_farthest(cloud: np.ndarray, size: int) -> None:
    nearest = np.full(len(cloud), np.inf)
    place = 0
    for _ in range(size):
        nearest = np.minimum(nearest, ((cloud - cloud[place]) ** 2).sum(axis=1))
        place = int(nearest.argmax())


def compare(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    a, b = seconds(ours), seconds(theirs)
    print(f"{what:46s} {a:8.3f} s   plain {b:8.3f} s   ratio {b / a:7.2f}")


def main() -> None:
    persistence(torus(100))  # imports
    compare(
        "torus, n=120, degree 2, against plain Rips",
        lambda: persistence(torus(120)),
        lambda: naive_rips(torus(120)),
    )
    for name, cloud in (("torus", torus(2000)), ("sphere", sphere(5000))):
        compare(
            f"{name}, n={len(cloud)}, against plain alpha",
            lambda cloud=cloud: persistence(cloud),
            lambda cloud=cloud: naive_alpha(cloud),
        )
    cloud = linked_circles(2000)
    print(f"linked circles, n=2000: {estimate_memory(cloud) / 2**20:.0f} MiB predicted")
    compare(
        "linked circles, n=2000, against plain alpha",
        lambda: persistence(cloud),
        lambda: naive_alpha(cloud),
    )
    large = torus(100_000)
    compare(
        "100,000 points to 2000 farthest points",
        lambda: farthest_point_subsample(large, 2000),
        lambda: naive_farthest(large, 2000),
    )
    begun = time.perf_counter()
    result = persistence(large)
    print(
        f"torus, n=100000: {time.perf_counter() - begun:.1f} s, {result.n_points} points used, "
        f"covering radius {result.subsample_radius:.4f}"
    )


if __name__ == "__main__":
    main()
