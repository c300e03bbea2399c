"""Lines and tables: coloured on a terminal, plain where standard output is none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STYLES", "Rows", "console", "line", "plain_table", "table"]

STYLES = {
    "holds": "green",
    "fails": "bold red",
    "inconclusive": "yellow",
    "not-applicable": "dim",
    "not-checked": "dim",
}
Rows = Sequence[tuple[str, ...]]


def line(text: str) -> None:
    """Print one line, however long."""
    if sys.stdout.isatty():
        console().print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        sys.stdout.write(text + "\n")


def console() -> Console:
    """Return the terminal that standard output is now."""
    from rich.console import Console

    return Console()


def table(
    titles: tuple[str, ...],
    rows: Rows,
    *,
    styles: Sequence[str | None],
    header: bool = True,
) -> None:
    """Print rows of cells; a cell of style "verdict" is coloured by what it says."""
    if sys.stdout.isatty():
        _rich_table(titles, rows, styles, header=header)
    else:
        plain_table(titles, rows, header=header)


def plain_table(titles: tuple[str, ...], rows: Rows, *, header: bool) -> None:
    """One line a row, however long: made for grep and for files."""
    lines = (titles, *rows) if header else tuple(rows)
    widths = [max((len(row[i]) for row in lines), default=0) for i in range(len(titles) - 1)]
    for row in lines:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join([*cells, row[-1]]).rstrip() + "\n")
    sys.stdout.write("\n")


def _rich_table(
    titles: tuple[str, ...], rows: Rows, styles: Sequence[str | None], *, header: bool
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        box=SIMPLE_HEAD if header else None, show_header=header, show_edge=False, pad_edge=False
    )
    last = len(titles) - 1
    for i, title in enumerate(titles):
        shown.add_column(title, no_wrap=i != last, overflow="fold")
    for row in rows:
        cells = []
        for cell, style in zip(row, styles, strict=True):
            chosen = STYLES.get(cell, "") if style == "verdict" else style or ""
            cells.append(Text(cell, style=chosen))
        shown.add_row(*cells)
    screen = console()
    screen.print(shown)
    screen.print()
