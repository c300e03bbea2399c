"""The answer on a terminal, and as plain lines where standard output is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_answer", "show_bounds", "show_families"]

_QUESTIONS = (
    ("impossible", {"lower-bound": ""}),
    ("achieved", {"certified-error": "", "small-error": ""}),
    ("where it fails", {"exceptional-set": ""}),
    ("avoidable", {"latent-topology": "codes: ", "reconstruction-topology": "reconstruction: "}),
)
_STYLES = {
    "holds": "green",
    "fails": "bold red",
    "inconclusive": "yellow",
    "not-applicable": "dim",
}
Rows = Sequence[tuple[str, ...]]


def show_answer(document: Mapping[str, Any], report: Path) -> None:
    """Print the four answers, every verdict, and where the report lies."""
    claims = document["claims"]
    answers = tuple(_answers(claims))
    rows = tuple((c["id"], c["verdict"], c["summary"]) for c in claims)
    _table(("", ""), answers, styles=("bold", None), header=False)
    _table(("claim", "verdict", "why"), rows, styles=(None, "verdict", None))
    counts = Counter(claim["verdict"] for claim in claims)
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in _STYLES if counts[verdict])
    _line(
        f"{document['subject']['name']}, latent dimension "
        f"{document['autoencoder']['latent_dim']}, epsilon {document['settings']['epsilon']:g}"
    )
    _line(f"{len(claims)} claims: {told}")
    _line(f"report: {report}")


def show_bounds(document: Mapping[str, Any]) -> None:
    """Print the lower bound for every latent dimension."""
    _line(f"{document['subject']}: every continuous autoencoder errs somewhere by at least\n")
    rows = tuple(
        (
            str(entry["latent_dim"]),
            f"{entry['lower']:.4g}" if entry["lower"] or entry["certified"] else "nothing known",
            _standing(entry),
            f"{entry['part']} ({entry['source']})",
        )
        for entry in document["bounds"]
    )
    _table(("latent dim", "error", "", "because of"), rows, styles=(None,) * 4)


def show_families(families: Sequence[Mapping[str, Any]]) -> None:
    """Print the catalogue."""
    rows = []
    for family in families:
        given = ",".join(f"{key}={value:g}" for key, value in family["parameters"].items())
        rows.append((family["name"], given, family["summary"]))
    if not sys.stdout.isatty():
        _plain_table(("name", "parameters", "what it is"), rows, header=True)
        return
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
    for name, given, summary in rows:
        console.print(Text.assemble((name, "bold"), ":" if given else "", given))
        console.print(Padding(Text(summary), (0, 0, 0, 4)))


def _standing(bound: Mapping[str, Any]) -> str:
    if not bound["lower"]:
        return "attained" if bound["attained"] else ""
    certified = "certified" if bound["certified"] else "estimated"
    return f"{certified}, attained" if bound["attained"] else certified


def _answers(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    by_id = {claim["id"]: claim for claim in claims}
    answers: list[tuple[str, str]] = []
    for question, claims_of in _QUESTIONS:
        told = [before + by_id[i]["summary"] for i, before in claims_of.items() if i in by_id]
        answers += [(question if n == 0 else "", line) for n, line in enumerate(told)]
    return answers


def _line(text: str) -> None:
    if sys.stdout.isatty():
        _console().print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        sys.stdout.write(text + "\n")


def _console() -> Console:
    from rich.console import Console

    return Console()


def _table(
    titles: tuple[str, ...],
    rows: Rows,
    *,
    styles: Sequence[str | None],
    header: bool = True,
) -> None:
    if sys.stdout.isatty():
        _rich_table(titles, rows, styles, header=header)
    else:
        _plain_table(titles, rows, header=header)


def _plain_table(titles: tuple[str, ...], rows: Rows, *, header: bool) -> None:
    """One line a row, however long: made for grep and for files."""
    lines = (titles, *rows) if header else tuple(rows)
    widths = [max((len(line[i]) for line in lines), default=0) for i in range(len(titles) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        sys.stdout.write("  ".join([*cells, line[-1]]).rstrip() + "\n")
    sys.stdout.write("\n")


def _rich_table(
    titles: tuple[str, ...], rows: Rows, styles: Sequence[str | None], *, header: bool
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=SIMPLE_HEAD if header else None, show_header=header, show_edge=False, pad_edge=False
    )
    last = len(titles) - 1
    for i, title in enumerate(titles):
        table.add_column(title, no_wrap=i != last, overflow="fold")
    for row in rows:
        cells = []
        for cell, style in zip(row, styles, strict=True):
            chosen = _STYLES.get(cell, "") if style == "verdict" else style or ""
            cells.append(Text(cell, style=chosen))
        table.add_row(*cells)
    console = _console()
    console.print(table)
    console.print()
