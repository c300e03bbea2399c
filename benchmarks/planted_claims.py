"""Wrong claims planted in five manifolds, each found by its check or not; then the whole catalogue.

python benchmarks/planted_claims.py [planted|catalogue|all]

Everything is checked by `geomcheck.check_manifold`, Betti numbers by homology over F2 and F3. The
exit status is 1 if a wrong claim is missed or a catalogue entry fails.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from geomcheck.check_manifold import check_manifold
from theory.bound import Bound
from theory.catalogue import families, from_spec
from theory.manifold import Manifold

FIVE = ("ellipse", "linked-circles", "sphere", "torus", "projective-plane")
Plant = Callable[[Manifold], Manifold]


def claiming(manifold: Manifold, **changes: object) -> Manifold:
    return replace(manifold, claims=replace(manifold.claims, **changes))  # type: ignore[arg-type]


def scaled(name: str, factor: float) -> Plant:
    def plant(manifold: Manifold) -> Manifold:
        return claiming(manifold, **{name: getattr(manifold.claims, name).scaled(factor)})

    return plant


def betti(manifold: Manifold, fields: tuple[int, ...]) -> Mapping[int, tuple[int, ...]]:
    """Return one class more in the two highest degrees: the Euler characteristic is kept."""
    claim = dict(manifold.claims.betti or {})
    for p in fields:
        *low, before, last = claim[p]
        claim[p] = (*low, before + 1, last + 1)
    return claim


def other_dim(manifold: Manifold, dim: int) -> Manifold:
    """Return it with another dimension, and frames and Betti numbers of that length."""

    def tangents(points: np.ndarray) -> np.ndarray:
        frames = manifold.tangents(points)
        return np.asarray(np.linalg.qr(frames, mode="complete")[0][:, :, :dim])

    numbers = {p: (*b, 0)[: dim + 1] for p, b in (manifold.claims.betti or {}).items()}
    euler = {sum(b[::2]) - sum(b[1::2]) for b in numbers.values()}
    return replace(
        manifold,
        dim=dim,
        tangents=tangents,
        charts=(),
        parts=(),
        claims=replace(manifold.claims, betti=numbers if len(euler) == 1 else None),
    )


def first_error(manifold: Manifold, value: float) -> Manifold:
    return claiming(manifold, optimal_error={1: Bound(value, "exact", True, "given")})


def width(manifold: Manifold) -> float:
    points = manifold.sample(1000, rng=0)
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())


def known_reach(manifold: Manifold) -> float:
    assert manifold.claims.reach is not None
    return manifold.claims.reach.value


def noisy(manifold: Manifold) -> Callable[[int, np.random.Generator], np.ndarray]:
    def sampler(n: int, rng: np.random.Generator) -> np.ndarray:
        return manifold.sampler(n, rng) + 1e-3 * rng.standard_normal((n, manifold.ambient_dim))

    return sampler


# For each wrong claim the check that has to find it, whatever else does.
WRONG: dict[str, tuple[str, Plant]] = {
    "dimension, one more": ("dimension", lambda k: other_dim(k, k.dim + 1)),
    "dimension, one less": ("dimension", lambda k: other_dim(k, k.dim - 1)),
    "reach, 10 % more": ("reach", scaled("reach", 1.1)),
    "reach, 10 % less": ("reach", scaled("reach", 0.9)),
    "volume, 0.1 % more": ("volume", scaled("volume", 1.001)),
    "volume, 0.1 % less": ("volume", scaled("volume", 0.999)),
    "Betti numbers over F2 and F3": ("betti", lambda k: claiming(k, betti=betti(k, (2, 3)))),
    "Betti numbers over F2": ("betti", lambda k: claiming(k, betti=betti(k, (2,)))),
    "Betti numbers over F3": ("betti", lambda k: claiming(k, betti=betti(k, (3,)))),
    "orientability": ("topology", lambda k: replace(k, orientable=not k.orientable)),
    "boundary": ("topology", lambda k: replace(k, boundary=True)),
    "embedding dimension, too small": ("topology", lambda k: claiming(k, embedding_dim=k.dim)),
    "embedding dimension, too large": (
        "topology",
        lambda k: claiming(k, embedding_dim=k.ambient_dim + 1),
    ),
    "e*(1), above a constant map's": ("optimal-error", lambda k: first_error(k, 1.5 * width(k))),
    "e*(1), below the reach": ("optimal-error", lambda k: first_error(k, 0.3 * known_reach(k))),
    "noise": ("points", lambda k: replace(k, sampler=noisy(k))),
}


def failing(manifold: Manifold) -> list[str]:
    return [check.name for check in check_manifold(manifold, rng=0) if check.failed]


def planted() -> int:
    """Print which wrong claims are found by the check that has to; return how many are not."""
    print(f"{'wrong claim':32}{'check':15}" + "".join(f"{spec:18}" for spec in FIVE).rstrip())
    missed = 0
    for name, (check, plant) in WRONG.items():
        found = [check in failing(plant(from_spec(spec))) for spec in FIVE]
        missed += found.count(False)
        cells = "".join(f"{'caught' if one else 'MISSED':18}" for one in found)
        print(f"{name:32}{check:15}{cells}".rstrip(), flush=True)
    print(f"{len(WRONG) * len(FIVE)} wrong claims, {missed} missed\n")
    return missed


def catalogue() -> int:
    """Print the outcome of every entry; return how many fail."""
    print(f"{'manifold':48}{'holds':>6}{'fails':>6}{'s':>7}  not checked; Betti numbers")
    bad = 0
    for family in families():
        manifold = from_spec(family.name)
        begun = time.perf_counter()
        checks = check_manifold(manifold, rng=0)
        spent = time.perf_counter() - begun
        outcomes = [check.outcome for check in checks]
        skipped = ", ".join(c.name for c in checks if c.outcome == "not-checked") or "-"
        numbers = next(c.statement for c in checks if c.name == "betti")
        bad += "fails" in outcomes
        print(
            f"{manifold.name:48}{outcomes.count('holds'):6}{outcomes.count('fails'):6}"
            f"{spent:7.1f}  {skipped}; {numbers}",
            flush=True,
        )
    print(f"{len(families())} entries, {bad} with a failing check")
    return bad


def main(what: str) -> int:
    bad = planted() if what in ("planted", "all") else 0
    bad += catalogue() if what in ("catalogue", "all") else 0
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
