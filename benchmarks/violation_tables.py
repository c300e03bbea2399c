"""The tables of points tried against certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from violation_search import FAR, SECONDS, SIZES, STAGES, Task

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
