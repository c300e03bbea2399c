"""Does any point contradict a certificate? Points are counted, and how near they come to it.

    OMP_NUM_THREADS=1 python benchmarks/violations.py --out FILE [--rounds 16]
    OMP_NUM_THREADS=1 python benchmarks/violations.py --out FILE --until 20:15
    OMP_NUM_THREADS=1 python benchmarks/violations.py --out FILE --only circle --each 2000
    OMP_NUM_THREADS=1 python benchmarks/violations.py --out FILE --table

Random networks of several gains, of every activation, plain and with residual blocks, in either
precision, are bounded over cells of every chart of the catalogue, of every size, and tried at
points of the cells: random ones (a sixth of them on faces), the corners, and the end points of
three searches in every cell, for the largest error, the smallest, and the largest distance from
the linear enclosure. Beside the violations stands how much of the bounds the points used up,
since a count of none against loose bounds would prove little: |e| / upper, lower / |e|, and
|e - linear| / remainder, at most 1 while a bound holds.

Then whole certificates, stopped early, against points of all of K: how many err by more than the
upper end of sup err, with a search from the worst of them, and by how many standard deviations
the share of points above epsilon leaves the ends of the measure.

A round has 10^7 random points for each chart (or --each), spread evenly over activations and
precisions, and then as many against one longer certificate of each chart; the rounds after the
first try cells alone. With --each 2000, --only circle takes ten seconds and --only sphere twenty;
all charts take up to a second for each of 672 certificates, ten for each of 21, and a minute for
the cells. A line of JSON goes to FILE for each chart, activation, precision and round; what
stands there is not run again. What is begun before --until is ended. The exit status is 1 after a
violation, 2 for an argument that cannot be used, 70 after a crash.
"""

from __future__ import annotations

import argparse
import importlib
import math
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from command import check_names, leave
from numpy.typing import NDArray
from resume import append, records

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import certify
from geomcheck.certify.relaxation import RELAXATIONS
from theory.catalogue import families, from_spec
from theory.chart import Chart

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
cases = importlib.import_module("certify_cases")

Array = NDArray[np.float64]

EACH_CHART = 10_000_000
MORE = ("sphere:dim=3",)
KINDS = [(name, residual) for name in sorted(RELAXATIONS) for residual in (False, True)]
PRECISIONS = ("float64", "float32")
STAGES = ("cells", "enclosure", "longer")
GAINS = (0.5, 1.5, 4.0, 12.0)
HIDDEN = ((16, 12), (24, 16), (8,), (12, 12, 12))
IN_CELL = 500  # random points
SEARCH_ROUNDS, SEARCHERS = 6, 6  # of the search in a cell, for each of its three aims
SIZES = (1e-5, 1e-3, 1e-1)  # of cells, relative to the box
FAR = 6.0  # standard deviations
SECONDS = {"enclosure": 1.0, "longer": 10.0}  # at most, of a certificate
TOLERANCES = {"enclosure": 5e-3, "longer": 1e-4}  # of the measure
LOT = 312_500
STARTS, CLIMB_ROUNDS, CLIMBERS = 32, 16, 24  # of the search for the largest error of a lot


@dataclass(frozen=True)
class Task:
    """One line of the file."""

    stage: str
    round: int
    spec: str
    chart: int
    name: str
    residual: bool
    precision: str

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(vars(self).values())

    @property
    def kind(self) -> str:
        return f"{self.name} residual" if self.residual else self.name


def charted() -> list[tuple[str, int]]:
    """Return the charts of the catalogue, as the name of the family and a number."""
    specs = [family.name for family in families()] + list(MORE)
    return [(spec, i) for spec in specs for i in range(len(from_spec(spec).charts))]


def tasks(rounds: int) -> Iterator[Task]:
    every = list(product(KINDS, charted(), PRECISIONS))
    for stage in ("cells", "enclosure"):
        for (name, residual), (spec, chart), precision in every:
            yield Task(stage, 0, spec, chart, name, residual, precision)
    for number, (spec, chart) in enumerate(charted()):
        name, residual = KINDS[number % len(KINDS)]
        yield Task("longer", 0, spec, chart, name, residual, PRECISIONS[number // 2 % 2])
    for turn in range(1, rounds):
        for (name, residual), (spec, chart), precision in every:
            yield Task("cells", turn, spec, chart, name, residual, precision)


def network(task: Task, gain: float, hidden: tuple[int, ...], seed: int) -> MLPAutoencoder:
    K = from_spec(task.spec)
    model = cases.random_network(
        *(K.ambient_dim, K.dim),
        **{"activation": task.name, "residual": task.residual},
        **{"gain": gain, "hidden": hidden, "seed": seed},
    )
    stated = replace(model.as_network(), precision=task.precision)
    return MLPAutoencoder.from_network(stated)


def seed_of(task: Task) -> list[int]:
    row = charted().index((task.spec, task.chart))
    kind = KINDS.index((task.name, task.residual))
    return [row, kind, PRECISIONS.index(task.precision), task.round, STAGES.index(task.stage)]


def over_cells(task: Task, points: int) -> dict[str, Any]:
    """Try about so many random points, and those that a search in every cell finds."""
    rng = np.random.default_rng(seed_of(task))
    chart = from_spec(task.spec).charts[task.chart]
    number = -(-points // (len(GAINS) * IN_CELL))
    random = sought = outside = unbounded = 0
    largest, sums, below, cells = np.zeros((len(SIZES) + 1, 3)), np.zeros(3), 0, 0
    for gain, hidden in zip(GAINS, rng.permutation(len(HIDDEN)), strict=True):
        model = network(task, gain, HIDDEN[hidden], int(rng.integers(2**31)))
        low, high = cases.random_cells(chart, number, rng)
        bounded = cases.Bounded(model, chart, low, high)
        size = ((high - low) / np.subtract(chart.upper, chart.lower)).max(axis=1)
        group = np.searchsorted(SIZES, size)
        missing = int((~bounded.known).sum())
        cells, unbounded = cells + number, unbounded + missing
        below += int((bounded.found.lower > 0).sum())
        used, tried, found = searched(bounded, rng)
        outside += found
        random += IN_CELL * (number - missing)
        sought += (tried - IN_CELL) * (number - missing)
        sums += used.sum(axis=1)
        np.maximum.at(largest, group, used.T)
    return {
        "random": random,
        "sought": sought,
        "outside": outside,
        "cells": cells,
        "unbounded": unbounded,
        "lower positive": below,
        "used": largest.tolist(),
        "sums": sums.tolist(),
    }


def searched(bounded: Any, rng: np.random.Generator) -> tuple[Array, int, int]:
    """Return how much is used up (3, B), the points tried in each cell, and those outside."""
    low, high = bounded.low, bounded.high
    side = high - low
    shares = np.array(list(product((0.0, 0.5, 1.0), repeat=low.shape[1])))[:, None]
    grid = np.clip(low + side * shares, low, high)
    u = np.concatenate([grid, bounded.random(IN_CELL, rng)])
    best, at, outside, tried = np.zeros((3, len(low))), np.stack([low] * 3), 0, 0
    for step in range(SEARCH_ROUNDS + 1):
        seen = bounded.at(u)
        outside, tried = outside + int(seen.outside.sum()), tried + len(u)
        for aim, values in enumerate((seen.upper, seen.lower, seen.rest)):
            top = values.argmax(axis=0)
            value = np.take_along_axis(values, top[None], axis=0)[0]
            better = value > best[aim]
            best[aim] = np.where(better, value, best[aim])
            at[aim, better] = u[top[better], np.flatnonzero(better)]
        step_size = 0.3 * 0.4**step * side
        moves = rng.standard_normal((SEARCHERS, *at.shape)) * step_size
        u = np.clip(at + moves, low, high).reshape(-1, *low.shape)
    return best, tried, outside


def over_all(task: Task, points: int) -> dict[str, Any]:
    """Try one certificate, stopped early, at points of all of K."""
    rng = np.random.default_rng(seed_of(task))
    K = from_spec(task.spec)
    gain, hidden = float(rng.choice(GAINS[:2])), HIDDEN[int(rng.integers(len(HIDDEN)))]
    model = network(task, gain, hidden, int(rng.integers(2**31)))
    # Epsilon from points of its own, so that those counted owe nothing to it.
    epsilon = float(np.quantile(errors(model, K.charts[0], drawn(K.charts[0], 2000, rng)), 0.7))
    found = certify(
        model,
        K,
        epsilon=epsilon,
        sup_relative=0.02,
        measure_tolerance=TOLERANCES[task.stage],
        time_limit=SECONDS[task.stage],
    )
    outside = random = sought = 0
    largest, sums = 0.0, np.zeros(4)
    for chart in K.charts:
        box = float(np.subtract(chart.upper, chart.lower).prod())
        left = -(-points // len(K.charts))
        while left:
            n = min(left, LOT)
            u = drawn(chart, n, rng)
            error, weight = errors(model, chart, u), box * chart.volume_element(u)
            above = error > epsilon
            square = weight * weight
            sums += [weight.sum(), weight[above].sum(), square.sum(), square[above].sum()]
            near, tried = climbed(model, chart, u[largest_of(error)], rng)
            for values in (error, near):
                outside += int((values > found.sup_upper).sum())
                largest = max(largest, float(values.max()))
            random, sought, left = random + n, sought + tried, left - n
    share = sums[1] / sums[0]
    # No share at all, or a whole one, is known to no better than a point.
    variance = max(share**2 * sums[2] + (1 - 2 * share) * sums[3], sums[2] / random)
    spread = float(np.sqrt(variance) / sums[0])
    off = float(max(found.measure_lower - share, share - found.measure_upper) / spread)
    return {
        "random": random,
        "sought": sought,
        "outside": outside,
        "of sup": largest / found.sup_upper,
        "deviations": off,
        "spread": spread,
        "width": found.measure_upper - found.measure_lower,
        "wrong": int(off > FAR),
    }


def largest_of(error: Array) -> NDArray[np.intp]:
    """Return where the largest errors are, from which a search starts; all where there are few."""
    number = min(STARTS, len(error))
    return np.argpartition(-error, number - 1)[:number]


def drawn(chart: Chart, n: int, rng: np.random.Generator) -> Array:
    return np.asarray(rng.uniform(chart.lower, chart.upper, (n, chart.dim)))


def errors(model: MLPAutoencoder, chart: Chart, u: Array) -> Array:
    x = chart.evaluate(u)
    e = model.decode(model.encode(x)) - x
    return np.asarray(np.sqrt(np.einsum("pn,pn->p", e, e)))


def climbed(
    model: MLPAutoencoder, chart: Chart, at: Array, rng: np.random.Generator
) -> tuple[Array, int]:
    """Return the largest errors that a search from some points finds, and the points tried."""
    low, high = np.array(chart.lower), np.array(chart.upper)
    best = np.zeros(len(at))
    for step in range(CLIMB_ROUNDS):
        moves = rng.standard_normal((CLIMBERS, *at.shape)) * (high - low) * 0.02 * 0.6**step
        moves[0] = 0
        near = np.clip(at + moves, low, high)
        values = errors(model, chart, near.reshape(-1, chart.dim)).reshape(CLIMBERS, -1)
        at = near[values.argmax(axis=0), np.arange(len(at))]
        best = values.max(axis=0)
    return best, len(at) * CLIMBERS * CLIMB_ROUNDS


def run(
    rounds: int, out: Path, until: datetime | None, each_chart: int, only: Collection[str]
) -> None:
    done = {Task(**r["task"]).key for r in records(out)}
    points = -(-each_chart // (len(KINDS) * len(PRECISIONS)))
    for task in tasks(rounds):
        if until is not None and datetime.now() >= until:
            return
        if task.key in done or (only and task.spec not in only):
            continue
        begun = time.process_time()
        number = each_chart if task.stage == "longer" else points
        found = (over_cells if task.stage == "cells" else over_all)(task, number)
        spent = round(time.process_time() - begun, 2)
        append(out, {"task": vars(task), **found, "seconds": spent})
        if found["outside"] or found.get("wrong"):
            print(f"VIOLATION: {task} {found}", flush=True)


Grouping = Callable[[Mapping[str, Any]], str]


def chart_of(record: Mapping[str, Any]) -> str:
    number = record["task"]["chart"]
    return str(record["task"]["spec"]) + (f", chart {number + 1}" if number else "")


def kind_of(record: Mapping[str, Any]) -> str:
    return Task(**record["task"]).kind


GROUPINGS: Mapping[str, Grouping] = {
    "chart": chart_of,
    "activation": kind_of,
    "precision": lambda r: str(r["task"]["precision"]),
    "all": lambda r: "all",
}


def summary(found: list[dict[str, Any]]) -> int:
    """Print the tables; return how many violations there are."""
    cells = [r for r in found if r["task"]["stage"] == "cells"]
    print(
        f"{'bounds over cells':30}{'random':>14}{'sought':>13}{'outside':>9}{'least':>12}"
        f"{'least':>12}{'least':>10}{'rest,':>8}{'lower':>9}{'not':>9}\n"
        f"{'':66}{'1-|e|/upper':>12}{'1-lower/|e|':>12}{'1-rest':>10}{'mean':>8}{'above 0':>9}"
        f"{'bounded':>9}"
    )
    for title, of in GROUPINGS.items():
        print(f"by {title}" if title != "all" else "")
        for name, rows in grouped(cells, of).items():
            print(cell_row(name, rows))
    print("by the largest side of the cell, relative to the box")
    used = np.array([r["used"] for r in cells]).reshape(-1, len(SIZES) + 1, 3)
    for bound, row in zip((*SIZES, 1.0), used.max(axis=0, initial=0.0), strict=True):
        print(f"{f'up to {bound:g}':66}{1 - row[0]:12.1e}{1 - row[1]:12.1e}{1 - row[2]:10.1e}")
    print(
        "least: what the nearest point leaves of a bound, as a share; a violation if negative.\n"
        "rest: |e - linear| / remainder, for the linear enclosure of e; mean: of its largest\n"
        "value in each cell. lower above 0, not bounded: the share of cells with such bounds."
    )
    for stage in STAGES[1:]:
        whole = [r for r in found if r["task"]["stage"] == stage]
        print(
            f"\n{f'certificates of at most {SECONDS[stage]:g} s':30}{'random':>14}{'sought':>13}"
            f"{'above sup':>11}{'least':>11}{'median':>9}{'shares off':>12}{'farthest':>10}"
            f"{'one s.d.':>10}{'median width':>14}\n{'':68}{'1-|e|/sup':>11}"
        )
        for title, of in GROUPINGS.items():
            if stage == "longer" and title not in ("chart", "all"):
                continue
            print(f"by {title}" if title != "all" else "")
            for name, rows in grouped(whole, of).items():
                print(whole_row(name, rows))
    print(
        "1-|e|/sup: what the largest error found leaves of the upper end of sup err, as a share.\n"
        "shares off: certificates whose limits of the measure are missed by the share of points\n"
        f"above epsilon, by more than {FAR:g} standard deviations; farthest: by how many,\n"
        "negative if within them. one s.d.: median, in share of K. width: between the limits."
    )
    wrong = sum(r["outside"] + r.get("wrong", 0) for r in found)
    pairs = grouped(cells, lambda r: str((r["task"]["spec"], kind_of(r))))
    least = min((sum(r["random"] for r in rows) for rows in pairs.values()), default=0)
    print(
        f"\n{sum(r['random'] for r in found):,} random points, {sum(r['sought'] for r in found):,}"
        f" sought: {wrong} violations. Random points over cells for each pair of a chart and an "
        f"activation: at least {least:,}. {sum(r['seconds'] for r in found):.0f} s."
    )
    return wrong


def grouped(rows: list[dict[str, Any]], of: Grouping) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(of(row), []).append(row)
    return groups


def counted(name: str, rows: list[dict[str, Any]]) -> str:
    random, sought, outside = (sum(r[k] for r in rows) for k in ("random", "sought", "outside"))
    return f"{name:30}{random:14,}{sought:13,}{outside:9}"


def cell_row(name: str, rows: list[dict[str, Any]]) -> str:
    upper, lower, rest = 1 - np.array([r["used"] for r in rows]).max(axis=(0, 1))
    number = sum(r["cells"] for r in rows)
    below, missing = (sum(r[k] for r in rows) / number for k in ("lower positive", "unbounded"))
    mean = sum(r["sums"][2] for r in rows) / number
    return (
        f"{counted(name, rows)}{upper:12.1e}{lower:12.1e}{rest:10.1e}{mean:8.2f}{below:9.1%}"
        f"{missing:9.2%}"
    )


def whole_row(name: str, rows: list[dict[str, Any]]) -> str:
    near = 1 - np.array([r["of sup"] for r in rows])
    off = f"{sum(r['wrong'] for r in rows)} of {len(rows)}"
    farthest = max(r["deviations"] for r in rows)
    spread, width = (np.median([r[k] for r in rows]) for k in ("spread", "width"))
    return (
        f"{counted(name, rows)}  {near.min():11.1e}{np.median(near):9.1e}{off:>12}{farthest:10.2f}"
        f"{spread:10.1e}{width:14.2g}"
    )


def moment(text: str) -> datetime:
    """Return when a time of day comes next, or a date and time, as this machine's clock tells."""
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is None else at.astimezone().replace(tzinfo=None)
    except ValueError:
        pass
    now = datetime.now()
    try:
        at = datetime.combine(now, time_of_day.fromisoformat(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"got {text}, expected a time of day, 20:15, or a date and time, 2030-01-31T20:15"
        ) from None
    return at if at > now else at + timedelta(days=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("violations.jsonl"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--each", type=float, default=EACH_CHART, help="points a chart and round")
    parser.add_argument(
        "--only", action="append", default=[], metavar="MANIFOLD", help="one of the catalogue"
    )
    parser.add_argument(
        "--until", type=moment, metavar="TIME", help="HH:MM or an ISO date: begin nothing after it"
    )
    parser.add_argument("--table", action="store_true", help="print FILE's tables, run nothing")
    asked = parser.parse_args()
    check_names(parser, "--only", asked.only, (spec for spec, _ in charted()))
    for option, value in (("--rounds", asked.rounds), ("--each", asked.each)):
        if not 1 <= value < math.inf:
            parser.error(f"{option}: got {value:g}, expected a number of at least 1")
    if asked.table and not asked.out.is_file():
        parser.error(f"--out: got {asked.out}, expected a file of results that exists")
    if not asked.table:
        run(asked.rounds, asked.out, asked.until, int(asked.each), asked.only)
    return int(summary(records(asked.out)) > 0)


if __name__ == "__main__":
    leave(main)
