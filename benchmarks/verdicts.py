"""The checker checked: every verdict on planted autoencoders against the truth known beforehand.

python benchmarks/verdicts.py [--only torus --only circle] [--seeds 3] [--cases fold] [--out FILE]

One line of JSON goes to FILE for each manifold, seed and case; what stands there already is not
run again, so the work may be split by manifold and resumed. At the end: the false verdicts, then
for each claim how often it detects what is wrong and how often it cries wolf, and beside them
what the usual scores would have said of the same cases, against thresholds fixed here:

    trustworthiness, continuity    at least 0.95 (10 neighbours, 1000 points)
    MSE                            at most epsilon^2
    bottleneck distance            at most epsilon, between the diagrams of input and output

The exit status is 1 if a verdict is false, 2 for an argument that cannot be used, 70 after a
crash.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from command import check_manifolds, check_names, leave
from numpy.typing import NDArray
from resume import append, records

from geomcheck.homology import bottleneck_distance, persistence
from geomcheck.planted import Case, cases, judge
from geomcheck.verify import default_epsilon
from theory.catalogue import from_spec
from theory.manifold import Manifold
from theory.points import farthest_point_subsample

Array = NDArray[np.float64]

MANIFOLDS = (
    "circle",
    "ellipse",
    "linked-circles",
    "trefoil",
    "sphere:dim=2",
    "torus",
    "flat-torus",
    "klein-bottle",
)
SAMPLES = 6000
DELTA = 0.02
SCORED = 1000
NEIGHBOURS = 10
LEAST_TRUST = 0.95
IN_DIAGRAMS = 300
SCORES = ("trustworthiness", "continuity", "MSE", "bottleneck distance")


def scores(manifold: Manifold, case: Case, epsilon: float, seed: int) -> Mapping[str, bool]:
    """Return which of the usual scores find fault with a model."""
    from sklearn.manifold import trustworthiness

    points = manifold.sample(SCORED, rng=[seed, 1])
    codes = np.asarray(case.model.encode(points), dtype=np.float64)
    images = np.asarray(case.model.decode(codes), dtype=np.float64)
    if not np.isfinite(images).all():
        return dict.fromkeys(SCORES, True)
    net = farthest_point_subsample(points, IN_DIAGRAMS).indices
    top = 1 if manifold.dim == 1 else 2
    if manifold.ambient_dim > 3:
        top = 1
    before = persistence(points[net], max_degree=top)
    # Images in fewer dimensions would have another filtration.
    engine = "rips" if before.filtration == "rips" else "auto"
    after = persistence(images[net], max_degree=top, engine=engine)
    apart = max(bottleneck_distance(before, after, degree=j).value for j in range(top + 1))
    return {
        "trustworthiness": trustworthiness(points, codes, n_neighbors=NEIGHBOURS) < LEAST_TRUST,
        "continuity": trustworthiness(codes, points, n_neighbors=NEIGHBOURS) < LEAST_TRUST,
        "MSE": float(((images - points) ** 2).sum(axis=1).mean()) > epsilon**2,
        "bottleneck distance": apart > epsilon,
    }


def examined(spec: str, seed: int, case: Case, epsilon: float) -> dict[str, Any]:
    """Run one case; return the record that is written."""
    manifold, begun = from_spec(spec), time.process_time()
    rows = judge(manifold, case, epsilon=epsilon, delta=DELTA, samples=SAMPLES, rng=seed)
    spent = time.process_time() - begun
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = {k: bool(v) for k, v in scores(manifold, case, epsilon, seed).items()}
    return {
        "manifold": spec,
        "seed": seed,
        "case": case.name,
        "seconds": round(spent, 2),
        "claims": [asdict(row) for row in rows],
        "scores": said,
    }


def case_names(specs: list[str]) -> Iterator[str]:
    """Yield the names of the cases that some manifolds have room for."""
    for spec in specs:
        manifold = from_spec(spec)
        epsilon = default_epsilon(manifold)
        yield from (case.name for case in cases(manifold, epsilon=epsilon, delta=DELTA))


def run(specs: list[str], seeds: int, names: list[str], out: Path) -> None:
    """Examine every case that is not in the file yet."""
    done = {(r["manifold"], r["seed"], r["case"]) for r in records(out)}
    # Seed by seed, so that whatever is done is a fair table.
    for seed in range(seeds):
        for spec in specs:
            manifold = from_spec(spec)
            epsilon = default_epsilon(manifold)
            for case in cases(manifold, epsilon=epsilon, delta=DELTA, rng=seed):
                if (spec, seed, case.name) in done or (names and case.name not in names):
                    continue
                record = examined(spec, seed, case, epsilon)
                append(out, record)
                wrong = [r for r in record["claims"] if r["outcome"] != "right"]
                said = "; ".join(f"{r['outcome']}: {r['claim']}" for r in wrong) or "right"
                print(f"{spec:16} {seed} {case.name:28} {record['seconds']:6.1f} s  {said}")
                sys.stdout.flush()


def must_fail(row: Mapping[str, Any]) -> bool:
    """Tell whether a claim is false of a model: it fails, or stays open where that is allowed."""
    return "fails" in row["expected"] and "holds" not in row["expected"]


def must_hold(row: Mapping[str, Any]) -> bool:
    return "holds" in row["expected"] and "fails" not in row["expected"]


def summary(found: list[dict[str, Any]]) -> int:
    """Print the tables; return how many verdicts are false."""
    rows = [(r, c) for r in found for c in r["claims"]]
    wrong = [(r, c) for r, c in rows if c["outcome"] != "right"]
    for r, c in wrong:
        where = f"{r['manifold']}, seed {r['seed']}, {r['case']}"
        print(f"\n{c['outcome']}: {c['claim']} of {where}")
        print(f"  expected {' or '.join(c['expected'])}: {c['reason']}")
        print(f"  got {c['got']}: {c['summary']}")
    print(
        f"\n{'claim':26}{'right':>7}{'false':>9}{'false':>9}{'undecided':>12}{'wrong':>7}"
        f"{'faults found':>16}{'false alarms':>16}\n"
        f"{'':26}{'':>7}{'holds':>9}{'fails':>9}{'':>12}{'kind':>7}"
    )
    for claim in dict.fromkeys(c["claim"] for _, c in rows):
        mine = [c for _, c in rows if c["claim"] == claim]
        count = Counter(c["outcome"] for c in mine)
        bad, good = [c for c in mine if must_fail(c)], [c for c in mine if must_hold(c)]
        print(
            f"{claim:26}{count['right']:7}{count['false holds']:9}{count['false fails']:9}"
            f"{count['undecided']:12}{count['wrong kind']:7}"
            f"{rate([c['got'] == 'fails' for c in bad]):>16}"
            f"{rate([c['got'] == 'fails' for c in good]):>16}"
        )
    print(
        "false holds, false fails: the verdict contradicts the truth. undecided: inconclusive,\n"
        "where the truth could have been told. wrong kind: a claim said not to apply that does,\n"
        "or bad input refused for another reason. faults found, false alarms: of the claims that\n"
        "must fail, and of those that must hold, how many fail."
    )
    compared(found)
    false = [c for _, c in wrong if c["outcome"].startswith("false")]
    print(f"\n{len(found)} cases, {len(rows)} verdicts, {len(false)} false, {len(wrong)} not right")
    return len(false)


def compared(found: list[dict[str, Any]]) -> None:
    """Print what each score, and geomcheck, finds fault with."""
    judged = [r for r in found if r["claims"][0]["claim"] != "input"]
    own = [[c for c in r["claims"] if c["claim"] != "intrinsic-dimension"] for r in judged]
    broken = [any(must_fail(c) for c in claims) for claims in own]
    alarms = {"geomcheck: a claim fails": [any(c["got"] == "fails" for c in x) for x in own]}
    alarms |= {name: [r["scores"][name] for r in judged] for name in SCORES}
    print(f"\n{'of whole models':30}{'faulty ones found':>22}{'sound ones accused':>22}")
    for name, said in alarms.items():
        bad = [a for a, b in zip(said, broken, strict=True) if b]
        good = [a for a, b in zip(said, broken, strict=True) if not b]
        print(f"{name:30}{rate(bad):>22}{rate(good):>22}")


def rate(flags: list[bool]) -> str:
    return f"{sum(flags)} of {len(flags)}" if flags else "-"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="MANIFOLD", help="one of the catalogue")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cases", action="append", default=[], help="name of a case")
    parser.add_argument("--out", type=Path, default=Path("verdicts.jsonl"))
    parser.add_argument(
        "--table", action="store_true", help="print the tables of FILE, run nothing"
    )
    asked = parser.parse_args()
    specs = asked.only or list(MANIFOLDS)
    check_manifolds(parser, "--only", specs)
    if asked.cases:
        check_names(parser, "--cases", asked.cases, case_names(specs))
    if asked.table and not asked.out.is_file():
        parser.error(f"--out: got {asked.out}, expected a file of results that exists")
    if not asked.table:
        run(specs, asked.seeds, asked.cases, asked.out)
    found = [r for r in records(asked.out) if r["manifold"] in specs]
    return int(summary(found) > 0)


if __name__ == "__main__":
    leave(main)
