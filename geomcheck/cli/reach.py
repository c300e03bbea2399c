"""`geomcheck reach`: dimension, reach, covering radius, sample size."""

from __future__ import annotations

import sys

import click

from geomcheck.cli import options
from geomcheck.cli.kinds import whole
from geomcheck.cli.progress import progress_line

__all__ = ["reach"]


@click.command()
@options.subject
@click.option(
    "--samples",
    type=whole(10, 10_000_000),
    default=10_000,
    show_default=True,
    help="Points to draw from a manifold; of a file all are used.",
)
@options.seed
@options.as_json
def reach(subject_text: str, samples: int, seed: int, as_json: bool) -> None:
    """Estimate dimension and reach, and how dense a sample is.

    The reach of SUBJECT with both its parts, curvature and bottleneck, and where it is attained;
    the covering radius of the sample; how many points its homology needs.
    """
    from contextlib import redirect_stdout

    from geomcheck.subject import resolve

    # A user's own manifold may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr), progress_line() as progress:
        progress("subject", None, None)
        subject = resolve(subject_text)

        from geomcheck.reach_report import reach_report

        document = reach_report(subject, n=samples, rng=seed, progress=progress).to_document()
    if as_json:
        from geomcheck.output import to_json

        click.echo(to_json(document, ascii_only=True), nl=False)
        return
    from geomcheck.terminal_geometry import show_reach

    show_reach(document)
