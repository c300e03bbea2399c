"""The commands, in one group."""

from __future__ import annotations

import difflib

import click

from geomcheck.cli.bound import bound
from geomcheck.cli.check import check
from geomcheck.cli.fit import fit
from geomcheck.cli.list import list_families
from geomcheck.cli.manifold import manifold
from geomcheck.cli.reach import reach
from geomcheck.cli.report import report
from geomcheck.cli.run import run
from theory.errors import InvalidInput

__all__ = ["app"]


class _Group(click.Group):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            close = difflib.get_close_matches(name, self.commands, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise InvalidInput("command", name, f"one of {', '.join(self.commands)}{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Group, invoke_without_command=True, context_settings={"max_content_width": 100})
@click.version_option(package_name="geomcheck", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Geometry-focused verification of autoencoders.

    What is impossible, what was achieved, where it fails, and whether it had to.

    SUBJECT is a catalogue name with parameters (linked-circles, torus:R=3,r=0.7), a file of
    points (.npy, .npz:NAME, .csv, .parquet), or package.module:attribute or file.py:attribute
    for a manifold of your own.

    Exit status: 0 no claim fails, 1 a claim fails, 2 bad input or usage.
    """
    if context.invoked_subcommand is None:
        raise click.UsageError("A command is missing.", context)


for _command in (list_families, bound, run, fit, check, report, manifold, reach):
    app.add_command(_command)
