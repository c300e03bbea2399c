"""Certified lower bounds of the reach against estimates and samples: how sharp, how long.

python benchmarks/reach_certificate.py [NAME...]

One line a set: the certified bound, the estimate that a search over the chart finds, the least
quotient of Federer over a sample with tangents, all of which the truth lies between or near;
then the seconds of the bound and how many times those of the search they are. The exit status is
1 if a bound exceeds a quotient.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence

from theory.catalogue import from_spec
from theory.chart import Chart
from theory.chart_reach import chart_reach
from theory.reach import estimate_reach
from theory.reach_certificate import certified_reach
from theory.seam import Seam

_TURN = 2 * math.pi
_ENDS = ((0, 0), (0, 1))
_SETS: dict[str, tuple[Sequence[tuple[int, int]], Sequence[Seam]]] = {
    "circle": ((), ()),
    "ellipse": ((), ()),
    "ellipse:a=10,b=0.1": ((), ()),
    "helix": (_ENDS, ()),
    "trefoil": ((), ()),
    "torus-knot": ((), ()),
    "torus-knot:p=7,q=5": ((), ()),
    "fourier-curve": ((), ()),
    "fourier-curve:n=8,modes=6": ((), ()),
    "torus": ((), ()),
    "torus:R=2,r=1.5": ((), ()),
    "flat-torus": ((), ()),
    "moebius-band": (((1, 0), (1, 1)), (Seam((1, -1), (_TURN, 0.0)),)),
    "klein-bottle": ((), (Seam((1, -1), (_TURN, _TURN)),)),
    "klein-bottle:a=1.5,b=1": ((), (Seam((1, -1), (_TURN, _TURN)),)),
}


def row(name: str) -> bool:
    """Print one line; return whether a quotient undercuts the bound."""
    edges, seams = _SETS[name]
    manifold = from_spec(name)
    chart: Chart = manifold.charts[0]
    start = time.process_time()
    estimate = chart_reach(chart, edges).reach.value
    middle = time.process_time()
    bound = certified_reach(chart, estimate, edges, seams)
    end = time.process_time()
    points = manifold.sample(3000, rng=0)
    upper = estimate_reach(points, tangents=manifold.tangent(points)).upper
    value = 0.0 if bound is None else bound.value
    print(
        f"{name:28}{value:>12.8f}{estimate:>12.8f}{upper:>12.8f}{1 - value / estimate:>10.1e}"
        f"{end - middle:>8.2f}{(end - middle) / (middle - start):>7.1f}"
    )
    return upper is not None and value > upper


def main(names: Sequence[str]) -> int:
    """Print the table."""
    print(
        f"{'set':28}{'certified':>12}{'search':>12}{'sample':>12}{'short by':>10}"
        f"{'seconds':>8}{'times':>7}"
    )
    return int(sum(row(name) for name in names or _SETS) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
