"""The lower bound for every catalogue entry and latent dimension, against e*(m) where known.

python benchmarks/bounds.py [NAME...]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.ground import survey
from theory.catalogue import families, from_spec
from theory.obstruction import strongest


def main(names: list[str]) -> None:
    print(
        f"{'manifold':34}{'m':>2}  {'bound':>8} {'cert.':5} {'homology':>9} {'e*(m)':>8}  argument"
    )
    for spec in names or [family.name for family in families()]:
        begun = time.perf_counter()
        manifold = from_spec(spec)
        rng = np.random.default_rng(0)
        ground = survey(manifold, rng=rng)
        homologies = part_homologies(nets_of(ground, manifold, rng=rng), 4 * 2**30)
        for m in range(1, manifold.ambient_dim + 1):
            found = obstructions(ground, homologies, m)
            best = strongest(found)
            if best is None:
                print(f"{manifold.name:34}{m:>2}  nothing known")
                break
            seen = [o.bound.value for o in found if o.argument == "homology"]
            known = manifold.claims.optimal_error.get(m)
            print(
                f"{manifold.name:34}{m:>2}  {best.bound.value:8.4f} {best.bound.certified!s:5} "
                f"{max(seen, default=float('nan')):9.4f} "
                f"{known.value if known else float('nan'):8.4f}  "
                f"{best.argument} on {best.part}, degree {best.degree}"
            )
            if best.bound.value == 0.0:
                break
        print(f"{'':34}    {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
