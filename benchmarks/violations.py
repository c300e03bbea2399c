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
import math
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from command import check_names, leave
from resume import append, records
from violation_search import (
    EACH_CHART,
    KINDS,
    PRECISIONS,
    Task,
    charted,
    over_all,
    over_cells,
    tasks,
)
from violation_tables import summary


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
