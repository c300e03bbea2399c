"""`geomcheck report`: render results again, one or several side by side."""

from __future__ import annotations

from pathlib import Path

import click

from geomcheck.cli.kinds import one_of

__all__ = ["report"]

_FORMATS = ("html", "md", "tex", "pdf", "svg", "png")


@click.command()
@click.argument("results", metavar="RESULT.json...", nargs=-1, required=True)
@click.option(
    "--format",
    "kind",
    type=one_of(*_FORMATS),
    default="html",
    show_default=True,
    metavar="|".join(_FORMATS),
    help="Page, Markdown, LaTeX, or the figures of one result alone.",
)
@click.option(
    "--out",
    metavar="FILE",
    help="Where to; by default beside the first RESULT.json, as report or, of several, comparison.",
)
def report(results: tuple[str, ...], kind: str, out: str | None) -> None:
    """Render the report of an earlier run, or of several side by side.

    LaTeX comes with its bibliography (.bib) and one sheet of figures (.pdf) a result beside it.
    """
    from geomcheck.document import read_document
    from geomcheck.output import check_folder, write_folder
    from theory.errors import InvalidInput

    # A page of several must not take the place of the report of one.
    stem = "report" if len(results) == 1 else "comparison"
    usual = Path(results[0]).parent / f"{stem}.{kind}"
    target = usual if out is None else Path(out)
    if target.suffix.lower() != f".{kind}":
        raise InvalidInput("--out", str(target), f"a name that ends in .{kind}")
    documents = [read_document(result) for result in results]
    check_folder(target.parent, [target.name])

    from geomcheck.report.formats import report_files

    try:
        files = report_files(documents, kind, target.stem)
        write_folder(target.parent, {_named(n, target): write for n, write in files.items()})
    except ImportError as error:
        raise InvalidInput(
            "--format", kind, f"{error.name} to be installed (pip install 'geomcheck[figures]')"
        ) from error
    click.echo(target)


def _named(name: str, target: Path) -> str:
    """Keep the capitals of the suffix that was asked for."""
    return target.name if name.lower() == target.name.lower() else name
