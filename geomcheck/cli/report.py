"""`geomcheck report`: render a result again."""

from __future__ import annotations

from pathlib import Path

import click

from geomcheck.cli.kinds import one_of

__all__ = ["report"]


@click.command()
@click.argument("result", metavar="RESULT.json")
@click.option(
    "--format",
    "kind",
    type=one_of("html"),
    default="html",
    show_default=True,
    metavar="html",
    help="What to write.",
)
@click.option("--out", metavar="FILE", help="Where to; by default beside RESULT.json.")
def report(result: str, kind: str, out: str | None) -> None:
    """Render the report of an earlier run."""
    from geomcheck.document import read_document
    from geomcheck.output import replacing
    from theory.errors import InvalidInput

    target = Path(out) if out is not None else Path(result).parent / f"report.{kind}"
    if target.suffix.lower() != f".{kind}":
        raise InvalidInput("--out", str(target), f"a name that ends in .{kind}")
    document = read_document(result)
    with replacing(target) as temporary:
        from geomcheck.report import write_html

        write_html(document, temporary)
    click.echo(target)
