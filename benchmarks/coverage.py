"""How often confidence limits hold, in 2,000 repetitions each: python benchmarks/coverage.py."""

from __future__ import annotations

import math
import sys

import numpy as np

from theory.catalogue import from_spec
from theory.covering import covering_radius, estimate_covering_radius
from theory.statistics import clopper_pearson, dkw_band, order_statistic_limit

REPETITIONS = 2000
CONFIDENCE = 0.95


def line(what: str, covered: float, repetitions: int, confidence: float = CONFIDENCE) -> None:
    error = math.sqrt(confidence * (1 - confidence) / repetitions)
    verdict = "at least nominal" if covered >= confidence - 2 * error else "BELOW NOMINAL"
    print(f"{what:66}{covered:8.2%}  nominal {confidence:.0%}  {verdict}", flush=True)


def probabilities(rng: np.random.Generator) -> None:
    for n, p in ((20, 0.3), (100, 0.02), (459, 0.01), (2000, 0.2)):
        for side in ("two-sided", "lower", "upper"):
            draws = rng.binomial(n, p, REPETITIONS)
            limits = {
                s: clopper_pearson(int(s), n, confidence=CONFIDENCE, side=side) for s in set(draws)
            }
            covered = np.mean([limits[s].lower <= p <= limits[s].upper for s in draws])
            line(f"Clopper-Pearson {side}, n = {n}, p = {p}", float(covered), REPETITIONS)


def distributions(rng: np.random.Generator) -> None:
    for n in (10, 100, 1000):
        ordered = np.sort(rng.uniform(size=(REPETITIONS, n)), axis=1)
        above = (np.arange(1, n + 1) / n - ordered).max(axis=1)
        below = (ordered - np.arange(n) / n).max(axis=1)
        both = np.maximum(above, below)
        line(
            f"DKW two-sided, n = {n}", float(np.mean(both <= dkw_band(n, CONFIDENCE))), REPETITIONS
        )
        upper = np.mean(below <= dkw_band(n, CONFIDENCE, side="upper"))
        line(f"DKW one-sided, n = {n}", float(upper), REPETITIONS)


def quantiles(rng: np.random.Generator) -> None:
    for n, q in ((100, 0.5), (100, 0.9), (600, 0.99)):
        truth = -math.log(1 - q)
        for side in ("two-sided", "lower", "upper"):
            covered = 0
            for row in rng.exponential(size=(REPETITIONS, n)):
                found = order_statistic_limit(row, q, confidence=CONFIDENCE, side=side)
                covered += found.lower <= truth <= found.upper
            line(
                f"order statistic {side}, n = {n}, quantile {q}", covered / REPETITIONS, REPETITIONS
            )


def coverings(repetitions: int = 500) -> None:
    print("\nestimated covering radius of bare points against the certified one (within 1 %)")
    for spec, n in (
        ("circle", 100),
        ("circle", 1000),
        ("ellipse:a=4,b=1", 300),
        ("helix", 500),
        ("torus", 300),
        ("torus", 2000),
        ("swiss-roll", 1000),
        ("sphere:dim=3", 500),
    ):
        manifold = from_spec(spec)
        ratios = np.empty(repetitions)
        for seed in range(repetitions):
            points = manifold.sample(n, rng=seed)
            guess = estimate_covering_radius(
                points, confidence=CONFIDENCE, intrinsic_dim=manifold.dim
            )
            ratios[seed] = guess.value / covering_radius(points, manifold, relative=0.01).value
        what = f"{spec}, n = {n}: median ratio {np.median(ratios):.2f}"
        line(what, float(np.mean(ratios >= 0.99)), repetitions)


def main(parts: list[str]) -> None:
    rng = np.random.default_rng(0)
    if parts != ["coverings"]:
        probabilities(rng)
        distributions(rng)
        quantiles(rng)
    if parts in ([], ["coverings"]):
        coverings()


if __name__ == "__main__":
    main(sys.argv[1:])
