"""How often confidence limits hold, in 2,000 repetitions each: python benchmarks/coverage.py.

A share seen in 2,000 repetitions is itself uncertain by half a per cent; where the probability has
a formula it stands beside it and decides.
"""

from __future__ import annotations

import math
import sys

import numpy as np
from scipy.stats import binom, ksone, kstwo

from theory.catalogue import from_spec
from theory.covering import covering_radius, estimate_covering_radius
from theory.statistics import clopper_pearson, dkw_band, order_statistic_limit

REPETITIONS = 2000
CONFIDENCE = 0.95


def line(what: str, covered: float, repetitions: int, *, exact: float | None = None) -> None:
    """Print the share seen and, where there is a formula, the probability itself."""
    error = math.sqrt(CONFIDENCE * (1 - CONFIDENCE) / repetitions)
    told = covered if exact is None else exact
    verdict = "at least nominal" if told >= CONFIDENCE - 1e-9 else "BELOW NOMINAL"
    if exact is not None and abs(covered - exact) > 4 * error:
        verdict = "simulation and formula DISAGREE"
    shown = f"{'':>16}" if exact is None else f"  exactly {exact:6.2%}"
    print(f"{what:58}{covered:8.2%}{shown}  nominal {CONFIDENCE:.0%}  {verdict}", flush=True)


def probabilities(rng: np.random.Generator) -> None:
    for n, p in ((20, 0.3), (100, 0.02), (459, 0.01), (2000, 0.2)):
        for side in ("two-sided", "lower", "upper"):
            every = [clopper_pearson(s, n, confidence=CONFIDENCE, side=side) for s in range(n + 1)]
            holds = np.array([limits.lower <= p <= limits.upper for limits in every])
            covered = holds[rng.binomial(n, p, REPETITIONS)].mean()
            exact = holds @ binom.pmf(np.arange(n + 1), n, p)
            what = f"Clopper-Pearson {side}, n = {n}, p = {p}"
            line(what, float(covered), REPETITIONS, exact=float(exact))


def distributions(rng: np.random.Generator) -> None:
    for n in (10, 100, 1000):
        ordered = np.sort(rng.uniform(size=(REPETITIONS, n)), axis=1)
        above = (np.arange(1, n + 1) / n - ordered).max(axis=1)
        below = (ordered - np.arange(n) / n).max(axis=1)
        width = dkw_band(n, CONFIDENCE)
        covered = float(np.mean(np.maximum(above, below) <= width))
        exact = float(kstwo.cdf(width, n))
        line(f"DKW two-sided, n = {n}", covered, REPETITIONS, exact=exact)
        width = dkw_band(n, CONFIDENCE, side="upper")
        exact = float(ksone.cdf(width, n))
        line(f"DKW one-sided, n = {n}", float(np.mean(below <= width)), REPETITIONS, exact=exact)


def quantiles(rng: np.random.Generator) -> None:
    for n, q in ((100, 0.5), (100, 0.9), (600, 0.99)):
        truth = -math.log(1 - q)
        for side in ("two-sided", "lower", "upper"):
            covered = 0
            for row in rng.exponential(size=(REPETITIONS, n)):
                found = order_statistic_limit(row, q, confidence=CONFIDENCE, side=side)
                covered += found.lower <= truth <= found.upper
            # How many observations lie at or below the quantile is binomial.
            ranks = order_statistic_limit(np.arange(1, n + 1), q, confidence=CONFIDENCE, side=side)
            count = np.arange(n + 1)
            holds = (count >= ranks.lower) & (count < ranks.upper)
            exact = float(holds @ binom.pmf(count, n, q))
            what = f"order statistic {side}, n = {n}, quantile {q}"
            line(what, covered / REPETITIONS, REPETITIONS, exact=exact)


def coverings(repetitions: int = REPETITIONS) -> None:
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
