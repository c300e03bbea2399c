"""Does the search find the point that every network must get wrong, and would a sample have?

    python benchmarks/tears.py                                # every manifold of the catalogue
    python benchmarks/tears.py sphere --seeds 2 --steps 8000  # one of them, trained in full
    python benchmarks/tears.py --steep                        # witnesses, whose tears are narrow
    python benchmarks/tears.py --out tears.jsonl              # to be gone on with later

For each manifold, and each latent dimension in which an error e* is forced, short trainings from
several seeds; tears grow narrower with `--steps`. With `--steep`, instead of networks, the
theorem's own autoencoder with errors on a collar of a thousandth of the measure, which is as
steep as a tear gets; for the circle also a planted one, torn on 2e-5 of its length. A row gives
e* (after >= a lower bound of it, after ~ an estimate of one), the least error that the search
found, how many of the runs it reached 0.95 e* in, the same for the largest error of 1000 random
points of K, and the longest search in seconds (processor time; neither certificates nor the
following of tears to their end are counted: they are not used). What has no row is named with
the reason. At the end, in how many of the runs the random points missed what the search found.

One line of JSON goes to the file given by `--out` for each run; what stands there already is not
run again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from command import check_manifolds, leave
from resume import append, records

from geomcheck.bounds import bounds
from geomcheck.evaluation import evaluate
from geomcheck.ground import survey
from geomcheck.measure.collisions import collisions_of
from geomcheck.measure.errors import errors_on
from geomcheck.measure.tears import exceptional_set, graph_sample, worst_point
from geomcheck.planted.circles import torn_circle
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings
from geomcheck.training import fit
from geomcheck.verify import default_epsilon
from geomcheck.witness import witness
from theory.bound import Bound
from theory.catalogue import families, from_spec
from theory.errors import InvalidInput
from theory.manifold import Manifold

SHARE = 0.95
RANDOM = 1000
SAMPLES = 8000
COLLAR = 1e-3


@dataclass(frozen=True)
class Case:
    """A row of the table: autoencoders of K, one for each seed."""

    says: str
    manifold: Manifold
    latent_dim: int
    bound: Bound
    make: Callable[[int], Autoencoder]


def searched(K: Manifold, model: Autoencoder, seed: int) -> tuple[float, float]:
    """Return the largest error that the search finds and the seconds it takes."""
    rng = np.random.default_rng([1, seed])
    settings = Settings(default_epsilon(K), 0.02, 0.99, SAMPLES, seed, 2**32)
    ground = survey(K, rng=rng)
    begun = time.process_time()
    errors = errors_on(K, ground, model, settings, None, None, rng, lambda done: None)
    graph = graph_sample(model, K, ground, rng)
    exceptional = exceptional_set(model, ground, settings, graph, errors, follow=False)
    pool = errors.held_out.joined(graph, exceptional.along)
    collisions, _ = collisions_of(model, ground, settings, errors.held_out, pool)
    worst = worst_point(model, ground, pool, exceptional, None, collisions)
    return float(worst.errors[0]), time.process_time() - begun


def trained(K: Manifold, latent_dim: int, steps: int, seed: int) -> Autoencoder:
    points = K.sample(2000, rng=[2, seed])
    return fit(points, latent_dim=latent_dim, rng=seed, seeds=1, steps=steps, hidden=(64, 64))


def trained_cases(names: list[str], steps: int) -> Iterator[Case]:
    """Yield a case for each latent dimension in which an error is forced; print the others."""
    for name in names:
        K = from_spec(name)
        last = K.claims.embedding_dim
        least = 1 if last is None else last
        if last is None:
            last = K.ambient_dim
        known = {m: K.claims.error_at(m) for m in range(1, last)}
        if any(bound is None for bound in known.values()):
            found = {o.latent_dim: o.bound for o in bounds(K) if o.bound.value > 0}
            known = {m: bound or found.get(m) for m, bound in known.items()}
        rest = [m for m, bound in known.items() if bound is None or not bound.value > 0]
        for m, bound in known.items():
            if bound is not None and m not in rest:
                yield Case(K.name, K, m, bound, partial(trained, K, m, steps))
        if rest:
            says = f"{rest[0]:>3}" if len(rest) == 1 else f"{rest[0]:>3}..{rest[-1]}"
            print(f"{K.name[:44]:45}{says}  no lower bound is known", flush=True)
        if K.claims.embedding_dim is not None:
            print(f"{K.name[:44]:45}{least:>3}..  nothing is forced: it embeds", flush=True)


def steep_cases(names: list[str]) -> Iterator[Case]:
    """Yield a case for each witness that there is, and for a planted tear of the circle."""
    circle = from_spec("circle")
    known = circle.claims.error_at(1)
    assert known is not None
    yield Case("circle, torn on 2e-5", circle, 1, known, lambda _: torn_circle(2e-5 * np.pi))
    for name in names:
        K = from_spec(name)
        bound = K.claims.error_at(K.dim)
        if bound is not None and not bound.value > 0:
            print(f"{K.name[:44]:45}{K.dim:>3}  nothing is forced: it embeds", flush=True)
            continue
        try:
            model = witness(K, measure=COLLAR)
        except InvalidInput as error:
            print(f"{K.name[:44]:45}{K.dim:>3}  no witness: {error}", flush=True)
            continue
        if bound is None:
            bound = {o.latent_dim: o.bound for o in bounds(K) if o.bound.value > 0}.get(K.dim)
        if bound is None:
            print(f"{K.name[:44]:45}{K.dim:>3}  no lower bound is known", flush=True)
            continue
        yield Case(f"{K.name}, witness", K, K.dim, bound, lambda _, model=model: model)


def run(case: Case, seed: int, steps: int) -> dict[str, Any]:
    """Search one autoencoder, and draw points at random beside it."""
    K, model = case.manifold, case.make(seed)
    error, spent = searched(K, model, seed)
    chance = float(evaluate(model, K.sample(RANDOM, rng=[3, seed])).errors.max())
    bound = case.bound
    kind = "exact" if bound.direction == "exact" else "lower" if bound.certified else "estimate"
    return {
        "case": case.says,
        "latent_dim": case.latent_dim,
        "steps": steps,
        "seed": seed,
        "bound": bound.value,
        "kind": kind,
        "found": error,
        "sampled": chance,
        "seconds": round(spent, 2),
    }


def row(runs: list[dict[str, Any]]) -> str:
    """Return the line of the table that sums up the runs of one case."""
    first, hits, by_chance = runs[0], count(runs, "found"), count(runs, "sampled")
    sign = {"exact": "", "lower": ">=", "estimate": "~"}[first["kind"]]
    least = {key: min(r[key] for r in runs) for key in ("found", "sampled")}
    return (
        f"{first['case'][:44]:45}{first['latent_dim']:>3}{sign:>3}{first['bound']:8.4f}"
        f"{least['found']:10.4f}{hits:6}/{len(runs)}"
        f"{least['sampled']:10.4f}{by_chance:6}/{len(runs)}{max(r['seconds'] for r in runs):8.1f}"
    )


def count(runs: list[dict[str, Any]], key: str) -> int:
    """Return in how many runs the error came within the share of the bound."""
    return sum(r[key] >= SHARE * r["bound"] for r in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="of the catalogue; all by default")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--steep", action="store_true", help="witnesses instead of networks")
    parser.add_argument("--out", type=Path, help="file of the runs, one a line, to go on with")
    asked = parser.parse_args()
    check_manifolds(parser, "names", asked.names)
    head = f"{'manifold':45}{'m':>3}{'':3}{'e*':>8}{'search':>10}{'found':>8}{'1000 pts':>10}"
    print(f"{head}{'found':>8}{'s':>8}", flush=True)
    names = asked.names or [family.name for family in families()]
    steps = 0 if asked.steep else asked.steps
    old = [] if asked.out is None else records(asked.out)
    done = {(r["case"], r["latent_dim"], r["steps"], r["seed"]): r for r in old}
    every: list[dict[str, Any]] = []
    for case in steep_cases(names) if asked.steep else trained_cases(names, steps):
        runs = []
        for seed in range(asked.seeds):
            found = done.get((case.says, case.latent_dim, steps, seed))
            if found is None:
                found = run(case, seed, steps)
                if asked.out is not None:
                    append(asked.out, found)
            runs.append(found)
        print(row(runs), flush=True)
        every += runs
    missed = [r for r in every if r["sampled"] < SHARE * r["bound"]]
    slowest = max((r["seconds"] for r in every), default=0.0)
    print(
        f"{len(every)} runs: the search found the point in {count(every, 'found')}, in "
        f"{slowest:.1f} s at most; 1000 random points missed it in {len(missed)} "
        f"({len(missed) / max(len(every), 1):.0%})"
    )


if __name__ == "__main__":
    leave(main)
