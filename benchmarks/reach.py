"""Accuracy and speed of the reach estimates: python benchmarks/reach.py [accuracy|noise|speed|all].

Errors are relative to the closed form, the median and the worst of several seeds.
"""

from __future__ import annotations

import math
import resource
import sys
import time

import numpy as np
from numpy.typing import NDArray

from theory.catalogue import from_spec
from theory.manifold import Manifold
from theory.reach import estimate_reach

SUBJECTS = (
    "circle",
    "ellipse",
    "linked-circles",
    "helix",
    "moment-curve",
    "fourier-curve",
    "torus-knot",
    "torus-knot:p=3,q=2",
    "trefoil",
    "sphere",
    "ellipsoid",
    "torus",
    "flat-torus",
    "double-torus",
    "swiss-roll",
    "moebius-band",
    "klein-bottle",
    "projective-plane",
    "special-orthogonal",
)
SIZES = (1000, 10_000, 100_000)
SEEDS = 3


def accuracy(n: int, seeds: int = SEEDS) -> None:
    print(f"\nn = {n}: error in % (worst of {seeds} seeds), seconds of one run")
    print(f"{'':24}{'exact tangents':>16}{'  their curvature':>18}{'s':>7}{'bare':>12}{'s':>7}")
    for spec in SUBJECTS:
        manifold = from_spec(spec)
        truth = _truth(manifold)
        errors, curvature, bare, spent = [], [], [], [0.0, 0.0]
        for seed in range(seeds):
            points = manifold.sample(n, rng=seed)
            tangents = manifold.tangent(points)
            begun = time.perf_counter()
            found = estimate_reach(points, tangents=tangents)
            spent[0] = time.perf_counter() - begun
            errors.append(found.value / truth - 1)
            parts = [p for p in (found.curvature_radius, found.half_bottleneck) if p is not None]
            curvature.append(min(parts) / truth - 1)
            begun = time.perf_counter()
            bare.append(estimate_reach(points, intrinsic_dim=manifold.dim).value / truth - 1)
            spent[1] = time.perf_counter() - begun
        print(
            f"{spec:24}{_worst(errors):>16}{_worst(curvature):>18}{spent[0]:7.2f}"
            f"{_worst(bare):>12}{spent[1]:7.2f}",
            flush=True,
        )


def noise(n: int = 10_000) -> None:
    levels = (0.0001, 0.001, 0.005, 0.01, 0.02)
    print(f"\nbare points, n = {n}: error in % with normal noise of a share of the reach")
    print(f"{'':24}" + "".join(f"{level:>10.2%}" for level in levels))
    for spec in ("ellipse", "linked-circles", "torus-knot", "sphere", "ellipsoid", "torus"):
        manifold = from_spec(spec)
        truth = _truth(manifold)
        row = []
        for level in levels:
            points = manifold.sample(n, rng=0)
            shift = level * truth * np.random.default_rng(1).standard_normal(points.shape)
            found = estimate_reach(points + shift, intrinsic_dim=manifold.dim)
            row.append(f"{100 * (found.value / truth - 1):10.2f}")
        print(f"{spec:24}" + "".join(row), flush=True)


def speed(spec: str = "torus") -> None:
    manifold = from_spec(spec)
    n = 20_000
    points = manifold.sample(n, rng=0)
    tangents = manifold.tangent(points)
    begun = time.perf_counter()
    plain = naive(points, tangents)
    slow = time.perf_counter() - begun
    print(f"\n{spec}: plain O(n^2) at n = {n}: {slow:.1f} s, value {plain:.6f}")
    spent: dict[int, float] = {}
    for n in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        points = manifold.sample(n, rng=0)
        tangents = manifold.tangent(points)
        begun = time.perf_counter()
        found = estimate_reach(points, tangents=tangents)
        spent[n] = time.perf_counter() - begun
        ratio = slow * (n / 20_000) ** 2 / spent[n]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"n = {n:>8}: {spent[n]:7.2f} s, {ratio:8.0f} times the plain one (extrapolated), "
            f"value {found.value:.6f}, {memory:.2f} GiB at most so far, {found.method}",
            flush=True,
        )
    for low, high in ((30_000, 300_000), (100_000, 1_000_000)):
        growth = math.log(spent[high] / spent[low]) / math.log(high / low)
        print(f"growth from {low} to {high}: n^{growth:.2f}")


def naive(points: NDArray[np.float64], tangents: NDArray[np.float64]) -> float:
    """The formula, row by row of blocks, with nothing clever."""
    n, ambient = points.shape
    best = math.inf
    block = max(1, 4_000_000 // (n * ambient))
    for start in range(0, n, block):
        chord = points[None] - points[start : start + block, None]
        frames = tangents[start : start + block]
        normal = chord - np.einsum("bnk,bdk->bnd", chord @ frames, frames)
        square = (chord**2).sum(axis=2)
        height = np.sqrt((normal**2).sum(axis=2))
        usable = (square > 1e-6) & (height > 0)
        best = min(best, float((square[usable] / (2 * height[usable])).min()))
    return best


def _truth(manifold: Manifold) -> float:
    assert manifold.claims.reach is not None
    return manifold.claims.reach.value


def _worst(errors: list[float]) -> str:
    return f"{100 * max(errors, key=abs):+.4f}"


def main(parts: list[str]) -> None:
    wanted = parts or ["all"]
    if {"accuracy", "all"} & set(wanted):
        for n in SIZES:
            accuracy(n, SEEDS if n < 100_000 else 1)
    if {"noise", "all"} & set(wanted):
        noise()
    if {"speed", "all"} & set(wanted):
        speed()


if __name__ == "__main__":
    main(sys.argv[1:])
