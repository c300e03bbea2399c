"""Does the search find the point that every network must get wrong, and would a sample have?

    python benchmarks/tears.py                                # every manifold of the catalogue
    python benchmarks/tears.py sphere --seeds 2 --steps 8000  # one of them, trained in full
    python benchmarks/tears.py --steep                        # witnesses, whose tears are narrow

For each manifold, and each latent dimension in which an error e* is forced, short trainings from
several seeds; tears grow narrower with `--steps`. With `--steep`, instead of networks, the
theorem's own autoencoder with errors on a collar of a thousandth of the measure, which is as
steep as a tear gets; for the circle also a planted one, torn on 2e-5 of its length. A row gives
e* (a lower bound of it where so marked), the least error that the search found, how many of the
runs it reached 0.95 e* in, the same for the largest error of 1000 random points of K, and the
longest search in seconds (processor time, certificate not counted: it is not used).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

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
from theory.catalogue import families, from_spec
from theory.errors import InvalidInput
from theory.manifold import Manifold

Model = Callable[[int], Autoencoder]
Tally = NDArray[np.int_]

SHARE = 0.95
RANDOM = 1000
SAMPLES = 8000
COLLAR = 1e-3


def searched(K: Manifold, model: Autoencoder, seed: int) -> tuple[float, float]:
    """Return the largest error that the search finds and the seconds it takes."""
    rng = np.random.default_rng([1, seed])
    settings = Settings(default_epsilon(K), 0.02, 0.99, SAMPLES, seed, 2**32)
    ground = survey(K, rng=rng)
    begun = time.process_time()
    errors = errors_on(K, ground, model, settings, None, None, rng, lambda done: None)
    graph = graph_sample(model, K, ground, rng)
    exceptional = exceptional_set(model, ground, settings, graph, errors)
    pool = errors.held_out.joined(graph, exceptional.along)
    collisions, _ = collisions_of(model, ground, settings, errors.held_out, pool)
    worst = worst_point(model, ground, pool, exceptional, None, collisions)
    return float(worst.errors[0]), time.process_time() - begun


def trained(K: Manifold, latent_dim: int, steps: int) -> Model:
    """Return a maker of networks, from a seed."""

    def make(seed: int) -> Autoencoder:
        points = K.sample(2000, rng=[2, seed])
        return fit(points, latent_dim=latent_dim, rng=seed, seeds=1, steps=steps, hidden=(64, 64))

    return make


def row(K: Manifold, says: str, latent_dim: int, seeds: int, make: Model) -> Tally:
    """Print one row; return runs, runs found by the search, and by the random points."""
    bound = K.claims.error_at(latent_dim)
    assert bound is not None
    found, sampled, seconds = [], [], []
    for seed in range(seeds):
        model = make(seed)
        error, spent = searched(K, model, seed)
        found.append(error)
        seconds.append(spent)
        sampled.append(float(evaluate(model, K.sample(RANDOM, rng=[3, seed])).errors.max()))
    needed = SHARE * bound.value
    hits = sum(error >= needed for error in found)
    by_chance = sum(error >= needed for error in sampled)
    sign = " " if bound.direction == "exact" else ">="
    print(
        f"{says[:44]:45}{latent_dim:>3}{sign:>3}{bound.value:8.4f}{min(found):10.4f}"
        f"{hits:6}/{seeds}{min(sampled):10.4f}{by_chance:6}/{seeds}{max(seconds):8.1f}",
        flush=True,
    )
    return np.array([seeds, hits, by_chance])


def rows(names: list[str], seeds: int, steps: int) -> Iterator[Tally]:
    """Print a row for each latent dimension in which an error is forced."""
    for name in names:
        K = from_spec(name)
        for m in range(1, K.claims.embedding_dim or K.dim + 1):
            bound = K.claims.error_at(m)
            if bound is not None and bound.value > 0:
                yield row(K, K.name, m, seeds, trained(K, m, steps))


def steep_rows(names: list[str], seeds: int) -> Iterator[Tally]:
    """Print a row for each witness that there is, and for a planted tear of the circle."""
    circle = from_spec("circle")
    yield row(circle, "circle, torn on 2e-5", 1, seeds, lambda _: torn_circle(2e-5 * np.pi))
    for name in names:
        K = from_spec(name)
        bound = K.claims.error_at(K.dim)
        if bound is None or not bound.value > 0:
            continue
        try:
            model = witness(K, measure=COLLAR)
        except InvalidInput:
            continue
        yield row(K, f"{K.name}, witness", K.dim, seeds, lambda _, model=model: model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="of the catalogue; all by default")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--steep", action="store_true", help="witnesses instead of networks")
    options = parser.parse_args()
    head = f"{'manifold':45}{'m':>3}{'':3}{'e*':>8}{'search':>10}{'found':>8}{'1000 pts':>10}"
    print(f"{head}{'found':>8}{'s':>8}")
    names = options.names or [family.name for family in families()]
    steep = options.steep
    found = steep_rows(names, options.seeds) if steep else rows(names, options.seeds, options.steps)
    runs, hits, chance = sum(found, np.zeros(3, dtype=int))
    print(f"{runs} runs: the search found the point in {hits}, 1000 random points in {chance}")


if __name__ == "__main__":
    main()
