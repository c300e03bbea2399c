"""Does every claim hold on the theorem's own autoencoder?

    python benchmarks/witnesses.py                   # every manifold of the catalogue
    python benchmarks/witnesses.py torus klein-bottle --seeds 3
    python benchmarks/witnesses.py stiefel:n=3,p=2   # with parameters

For each manifold its witness, with K0 of half the measure `--delta` and away from 100 training
points, goes through `verify`. A row gives the latent dimension, the largest error off K0 relative
to the size of K, the seconds (processor time) and for each claim H (holds), - (not applicable),
i (inconclusive) or F (fails); below it, why what does not hold does not. Exit status 1 if a claim
fails.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from command import check_manifolds, leave

from geomcheck.claims import CLAIM_IDS
from geomcheck.result import ClaimResult, Verdict
from geomcheck.verify import verify
from geomcheck.witness import obstacle, witness
from theory.catalogue import families, from_spec
from theory.manifold import Manifold

TRAINED_ON = 100
LETTERS = {
    Verdict.HOLDS: "H",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.INCONCLUSIVE: "i",
    Verdict.FAILS: "F",
}


def row(manifold: Manifold, delta: float, seed: int) -> tuple[str, list[ClaimResult]]:
    """Return a row of the table, and what does not hold."""
    train, fresh = (manifold.sample(n, rng=seed + i) for i, n in ((1000, TRAINED_ON), (2000, 5000)))
    model = witness(manifold, measure=delta / 2, avoid=train)
    start = time.process_time()
    report = verify(manifold, model, delta=delta, training_points=train, rng=seed)
    seconds = time.process_time() - start
    sound = fresh[~model.in_exceptional_set(fresh)]
    off = np.linalg.norm(model.decode(model.encode(sound)) - sound, axis=1).max()
    size = np.linalg.norm(np.ptp(fresh, axis=0))
    marks = "  ".join(LETTERS[report[claim].verdict] for claim in CLAIM_IDS)
    left = [c for c in report.claims if c.verdict is not Verdict.HOLDS]
    said = f"{manifold.name:44} {model.latent_dim}  {off / size:7.1e}  {seconds:6.1f}  {marks}"
    return said, left


def main() -> int:
    """Print the table; return 1 if a claim fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("specs", nargs="*", metavar="MANIFOLD", help="with parameters, if need be")
    parser.add_argument("--delta", type=float, default=0.02)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    check_manifolds(parser, "MANIFOLD", asked.specs)
    sets = [from_spec(spec) for spec in asked.specs or [f.name for f in families()]]
    print("\n".join(f"{'':68}{'|  ' * i}{claim}" for i, claim in enumerate(CLAIM_IDS)))
    print(f"{'H holds, - not applicable, i inconclusive, F fails':44} m    error seconds")
    failed = 0
    for manifold in sets:
        why = obstacle(manifold, manifold.dim)
        if why:
            print(f"{manifold.name:44} none: {why}")
            continue
        for seed in range(asked.seeds):
            said, left = row(manifold, asked.delta, seed)
            print(said, flush=True)
            for claim in left:
                if claim.verdict is not Verdict.NOT_APPLICABLE:
                    print(f"    {claim.id} {claim.verdict.value}: {claim.summary}", flush=True)
                failed += claim.verdict is Verdict.FAILS
    return int(failed > 0)


if __name__ == "__main__":
    leave(main)
