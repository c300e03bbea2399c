"""The answer on a terminal, and as plain lines where standard output is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geomcheck.terminal_table import STYLES, Rows, console, line, table

__all__ = ["show_answer"]

_QUESTIONS = (
    ("impossible", ("lower-bound",)),
    ("achieved", ("certified-error", "small-error")),
    ("where it fails", ("exceptional-set",)),
    ("avoidable", ("latent-topology", "reconstruction-topology")),
)
# Narrower terminals show the question above the claim: four columns leave too little for the why.
_FOUR_COLUMNS = 100


def show_answer(document: Mapping[str, Any], report: Path) -> None:
    """Print every verdict, the four answers first, then advice, and where the report lies."""
    claims = document["claims"]
    _verdicts(tuple(_answers(claims)))
    advice = _advice(claims)
    for said in advice:
        _paragraph(said)
    if advice:
        line("")
    counts = Counter(claim["verdict"] for claim in claims)
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in STYLES if counts[verdict])
    line(
        f"{document['subject']['name']}, latent dimension "
        f"{document['autoencoder']['latent_dim']}, epsilon {document['settings']['epsilon']:g}"
    )
    line(f"{len(claims)} claims: {told}")
    line(f"report: {report}")


def _answers(claims: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Give question, claim, verdict and why: first the claims that answer a question."""
    by_id = {claim["id"]: claim for claim in claims}
    for question, answered_by in _QUESTIONS:
        shown = question
        for name in answered_by:
            if name in by_id:
                claim = by_id.pop(name)
                yield shown, name, claim["verdict"], claim["summary"]
                shown = ""
    for name, claim in by_id.items():
        yield "", name, claim["verdict"], claim["summary"]


def _verdicts(rows: Rows) -> None:
    if not sys.stdout.isatty() or console().width >= _FOUR_COLUMNS:
        titles = ("question", "claim", "verdict", "why")
        table(titles, rows, styles=("bold", None, "verdict", None))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        "claim", "verdict", box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in shown.columns:
        column.no_wrap = True
    shown.add_column("why", overflow="fold")
    for question, name, verdict, why in rows:
        asked = (f"{question}\n", "bold") if question else ""
        indent = "  " if any(name in answered_by for _, answered_by in _QUESTIONS) else ""
        shown.add_row(
            Text.assemble(asked, indent, name),
            Text(verdict, style=STYLES.get(verdict, "")),
            Text(why),
        )
    screen = console()
    screen.print(shown)
    screen.print()


def _advice(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what to try, each advice once, after the claims that give it."""
    given: dict[str, list[str]] = {}
    for claim in claims:
        if claim["verdict"] in ("fails", "inconclusive") and claim.get("advice"):
            given.setdefault(claim["advice"], []).append(claim["id"])
    return [f"{', '.join(names)}: {advice}" for advice, names in given.items()]


def _paragraph(text: str) -> None:
    """Print one line, which a terminal wraps between words."""
    if sys.stdout.isatty():
        console().print(text, markup=False, highlight=False)
    else:
        line(text)
