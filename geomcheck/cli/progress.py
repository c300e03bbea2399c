"""Progress on standard error, where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress", "progress_line"]

Progress = Callable[[str, float | None, float | None], None]


@contextmanager
def progress_line(*, hidden: bool = False) -> Iterator[Progress]:
    """Give a callable that shows the stage, the fraction done and the seconds left.

    It draws one line, which vanishes at the end; nothing at all where standard error is no
    terminal or `hidden` is set.
    """
    if hidden or not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    # Standard output must stay what it is: the answer goes there, and others may capture it.
    with Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=None, left="")

        def show(stage: str, fraction: float | None, seconds_left: float | None) -> None:
            bar.update(
                task,
                description=stage,
                total=None if fraction is None else 1.0,
                completed=fraction or 0.0,
                left="" if seconds_left is None else f"about {seconds_left:.0f} s left",
            )

        yield show


def _nothing(stage: str, fraction: float | None, seconds_left: float | None) -> None:
    del stage, fraction, seconds_left
