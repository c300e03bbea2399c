"""The lower bound for every catalogue entry and latent dimension, against e*(m) where known.

python benchmarks/bounds.py [NAME...]

One line a latent dimension, from 1 to where nothing is obstructed. "closed": by the claims of the
manifold and of its declared cycles; "homology": the longest bar of a sample, or torsion seen by
two fields, less the covering radius eta; "declared": the same on the declared cycles; "found": the
loop that the search finds without looking at any claim. Certified numbers carry a "c". The exit
status is 1 if a number exceeds a known e*(m).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import numpy as np

from geomcheck.bounds import nets_of, obstructions, part_homologies
from geomcheck.ground import survey
from geomcheck.loops import found_loops
from theory.catalogue import families, from_spec
from theory.manifold import Manifold
from theory.obstruction import Obstruction

_SEEN = ("homology", "torsion")
_SLACK = 1e-9


def largest(found: Iterable[Obstruction]) -> str:
    best = max(found, key=lambda o: (o.bound.certified, o.bound.value), default=None)
    return "" if best is None else f"{best.bound.value:.4f}{'c' if best.bound.certified else ' '}"


def rows(manifold: Manifold) -> int:
    """Print one line a latent dimension; return how many numbers exceed a known e*(m)."""
    rng = np.random.default_rng(0)
    ground = survey(manifold, rng=rng)
    nets = nets_of(ground, manifold, rng=rng)
    connected = len(manifold.components)
    own, declared = (
        part_homologies(nets[:connected], 2**32),
        part_homologies(nets[connected:], 2**32),
    )
    loops = found_loops(nets[:connected], rng=rng)
    above = 0
    for m in range(1, manifold.ambient_dim + 1):
        found = obstructions(ground, (*own, *declared), loops, m)
        of_cycles = {homology.part for homology in declared}
        known = manifold.claims.optimal_error.get(m)
        exact = known.value if known is not None and known.direction == "exact" else None
        if exact is not None:
            above += sum(o.bound.value > exact * (1 + _SLACK) for o in found)
        shown = "" if known is None else f"{'' if exact is not None else '>='}{known.value:.4f}"
        homology = [o for o in found if o.argument in _SEEN and o.birth is not None]
        best = found[0] if found else None
        eta = max((h.covering.value for h in own), default=0.0)
        print(
            f"{manifold.name:34}{m:>2} {shown:>9}"
            f"{largest(o for o in found if o.birth is None):>10}"
            f"{largest(o for o in homology if o.part not in of_cycles):>10}"
            f"{largest(o for o in homology if o.part in of_cycles):>10}"
            f"{largest(o for o in found if o.argument == 'linking'):>10}"
            f"  {eta:.3f}  "
            + ("nothing known" if best is None else f"{best.argument} on {best.part}")
        )
        if best is None or best.bound.value == 0.0:
            break
    return above


def main(names: list[str]) -> int:
    print(
        f"{'manifold':34}{'m':>2} {'e*(m)':>9}{'closed':>10}{'homology':>10}{'declared':>10}"
        f"{'found':>10}  {'eta':5}  the one to rely on"
    )
    begun, above = time.process_time(), 0
    for spec in names or [family.name for family in families()]:
        above += rows(from_spec(spec))
    print(f"{above} numbers above a known e*(m); {time.process_time() - begun:.0f} s")
    return int(above > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
