"""Accuracy and speed of the reach estimates: python benchmarks/reach.py [accuracy|noise|speed|all].

Errors are relative to the closed form. With exact tangents: of the pairs of sample points alone,
which never show less than the reach, and of the estimate that looks between them, with the error
it states. Seconds are of processor time.
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
    print(f"\nn = {n}: error in % (the worst of {seeds} samples), what is asked, whether it is met")
    print(
        f"{'':20}{'pairs alone':>12}{'between':>10}{'+-':>9}{'asked':>7}{'':5}{'s':>6}"
        f"{'bare':>11}{'+-':>9}{'asked':>7}{'':5}{'s':>6}"
    )
    for spec in SUBJECTS:
        manifold = from_spec(spec)
        truth = _truth(manifold)
        one_sided, exact, bare = [], [], []
        spent = [0.0, 0.0]
        for seed in range(seeds):
            points = manifold.sample(n, rng=seed)
            tangents = manifold.tangent(points)
            begun = time.process_time()
            found = estimate_reach(points, tangents=tangents)
            spent[0] += time.process_time() - begun
            assert found.upper is not None
            one_sided.append((found.upper / truth - 1, 0.0))
            exact.append((found.value / truth - 1, (found.error or 0.0) / truth))
            begun = time.process_time()
            found = estimate_reach(points, intrinsic_dim=manifold.dim)
            spent[1] += time.process_time() - begun
            bare.append((found.value / truth - 1, (found.error or 0.0) / truth))
        print(
            f"{spec:20}{100 * max(one_sided)[0]:+12.4f}"
            f"{_row(exact, _asked_exact(spec, n), spent[0] / seeds)}"
            f"{_row(bare, _asked_bare(manifold.dim, n), spent[1] / seeds)}",
            flush=True,
        )


def _row(found: list[tuple[float, float]], asked: float | None, seconds: float) -> str:
    error, bar = max(found, key=lambda pair: abs(pair[0]))
    said = "" if asked is None else "met" if 100 * abs(error) <= asked else "NOT"
    shown = "" if asked is None else f"{asked:g}"
    return f"{100 * error:+11.4f}{100 * bar:9.4f}{shown:>7}{said:>5}{seconds:6.1f}"


def _asked_exact(spec: str, n: int) -> float | None:
    """Per cent: curves and tori at 10^3, the ellipsoid at 10^4, all at 10^5."""
    if n >= 100_000:
        return 0.05
    if n >= 10_000:
        return 0.2
    return 0.1 if from_spec(spec).dim == 1 or spec in ("torus", "flat-torus") else None


def _asked_bare(dim: int, n: int) -> float | None:
    """Per cent: curves at 10^3 and 10^4, surfaces at 10^4 and 10^5."""
    return {1: {1000: 0.5, 10_000: 0.1}, 2: {10_000: 5.0, 100_000: 1.0}}.get(dim, {}).get(n)


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
    begun = time.process_time()
    plain = naive(points, tangents)
    slow = time.process_time() - begun
    print(f"\n{spec}: plain O(n^2) at n = {n}: {slow:.1f} s, value {plain:.6f}")
    spent: dict[int, float] = {}
    for n in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        points = manifold.sample(n, rng=0)
        tangents = manifold.tangent(points)
        begun = time.process_time()
        found = estimate_reach(points, tangents=tangents)
        spent[n] = time.process_time() - begun
        ratio = slow * (n / 20_000) ** 2 / spent[n]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"n = {n:>8}: {spent[n]:7.2f} s, {ratio:8.0f} times the plain one (extrapolated), "
            f"value {found.value:.6f} and at most {found.upper:.6f}, {memory:.2f} GiB at most so "
            f"far, {found.method}",
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


def main(parts: list[str]) -> None:
    wanted = parts or ["all"]
    if {"accuracy", "all"} & set(wanted):
        for n in SIZES:
            accuracy(n, SEEDS if n < 10_000 else 1)
    if {"noise", "all"} & set(wanted):
        noise()
    if {"speed", "all"} & set(wanted):
        speed()


if __name__ == "__main__":
    main(sys.argv[1:])
