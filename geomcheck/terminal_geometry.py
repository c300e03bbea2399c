"""What a terminal shows of a manifold's checks and of a set's reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from geomcheck.terminal_table import line, table

__all__ = ["show_checks", "show_reach"]

_AT_MOST = {"exact": "", "upper": "at most ", "lower": "at least ", "estimate": "about "}
_MOST_COORDINATES = 6


def show_checks(document: Mapping[str, Any]) -> None:
    """Print one line a check, and how many hold."""
    checks = document["checks"]
    rows = tuple((c["name"], c["outcome"], c["statement"]) for c in checks)
    table(("check", "outcome", "what was found"), rows, styles=(None, "verdict", None))
    for check in checks:
        if check["outcome"] == "fails" and check["witness"] is not None:
            line(f"{check['name']} fails at {_places(check['witness'].tolist())}")
    counts = Counter(check["outcome"] for check in checks)
    told = ", ".join(
        f"{outcome} {counts[outcome]}"
        for outcome in ("holds", "fails", "not-checked")
        if counts[outcome]
    )
    line(f"{document['subject']}, {document['samples']} points: {told}")


def show_reach(document: Mapping[str, Any]) -> None:
    """Print what is known of dimension, reach and sampling, one fact a line."""
    kind = "points drawn" if document["kind"] == "manifold" else "points"
    line(
        f"{document['subject']}: {document['n']} distinct {kind}, in {document['ambient_dim']} "
        "dimensions\n"
    )
    rows = (*_dimension(document), *_reach(document), *_sampling(document))
    table(("", ""), rows, styles=("bold", None), header=False)
    for note in document["notes"]:
        line(note)


def _dimension(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = document["dimension"]
    each = ", ".join(f"{name} {value:.2f}" for name, value in found["estimates"].items())
    if found["estimated"] is None:
        said = f"the estimates disagree: {each}"
    else:
        said = f"{found['estimated']} ({each}{'' if found['agreement'] else '; one disagrees'})"
    if found["given"] is None:
        return [("dimension", said)]
    return [("dimension", f"{found['given']}, given"), ("", f"estimated: {said}")]


def _reach(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    claimed, found = document["claimed_reach"], document["reach"]
    if claimed is not None:
        rows.append(("reach", f"{_bound(claimed)}, claimed"))
    if found is None:
        return rows or [("reach", "not known")]
    give = "" if found["error"] is None else f" give or take {found['error']:.1g}"
    said = f"{_AT_MOST[found['direction']]}{found['value']:.6g}{give}, by {found['method']}, "
    rows.append(("" if rows else "reach", f"{said}not certified"))
    if found["upper"] is not None and found["direction"] != "upper":
        rows.append(("", f"at most {found['upper']:.6g} by the pairs of these points alone"))
    if found["error_basis"]:
        rows.append(("error", f"from {found['error_basis']}"))
    if document["contradicts_claim"]:
        rows.append(("", "the sample contradicts the claim (see geomcheck manifold)"))
    radius = found["curvature_radius"]
    bent = "not known" if radius is None else f"radius about {radius:.6g}"
    rows.append(("curvature", bent))
    half = found["half_bottleneck"]
    rows.append(("bottleneck", "none found" if half is None else f"half length about {half:.6g}"))
    where = found["where"].tolist()
    at = f", at {_places(where)}" if where else ""
    rows.append(("governed by", _GOVERNS[found["governs"]] + at))
    if found["note"]:
        rows.append(("", found["note"]))
    return rows


_GOVERNS = {
    "curvature": "curvature",
    "bottleneck": "the bottleneck",
    "both": "curvature and bottleneck alike",
    "unknown": "nothing that was found",
}


def _sampling(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    sampling = document["sampling"]
    rows: list[tuple[str, str]] = []
    if document["tube_radius"] is not None:
        rows.append(("tube", f"nearest points are unique up to {_bound(document['tube_radius'])}"))
    rows.append(("covering radius", _bound(document["covering_radius"])))
    needed = sampling["covering_radius_needed"]
    if needed is not None:
        verdict = {True: "dense enough", False: "too sparse", None: "cannot be said"}
        rows.append(("density", f"{verdict[sampling['dense_enough']]}: {needed:.4g} is needed"))
    if sampling["points_needed"] is not None:
        rows.append(
            (
                "sample size",
                f"{sampling['points_needed']} random points are enough for the homology at "
                f"{sampling['confidence']:.0%} ({sampling['source']})",
            )
        )
    return rows


def _bound(bound: Mapping[str, Any]) -> str:
    kind = "certified" if bound["certified"] else "estimated"
    return f"{_AT_MOST[bound['direction']]}{bound['value']:.6g} ({kind}, {bound['source']})"


def _places(points: Sequence[Sequence[float]]) -> str:
    return " and ".join(_place(point) for point in points[:2])


def _place(point: Sequence[float]) -> str:
    shown = ", ".join(f"{x:.4g}" for x in point[:_MOST_COORDINATES])
    return f"({shown}{', ...' if len(point) > _MOST_COORDINATES else ''})"
