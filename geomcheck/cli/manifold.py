"""`geomcheck manifold`: does a manifold keep its own claims?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli import options
from geomcheck.cli.kinds import whole
from geomcheck.cli.progress import progress_line

if TYPE_CHECKING:
    from theory.validation import ManifoldCheck

__all__ = ["manifold"]


@click.command()
@options.subject
@click.option(
    "--samples",
    type=whole(100, 100_000),
    default=2000,
    show_default=True,
    help="Points to draw.",
)
@options.seed
@options.memory_limit
@options.as_json
def manifold(subject_text: str, samples: int, seed: int, memory_limit: int, as_json: bool) -> int:
    """Check whether a manifold keeps its own claims.

    Dimension, tangents, projection, sampling, reach, volume, Betti numbers (by homology) and
    optimal errors of SUBJECT, each held against the others. Exit status 1 if one fails.
    """
    from contextlib import redirect_stdout

    from geomcheck.subject import resolve

    # A user's own manifold may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr), progress_line() as progress:
        progress("subject", None, None)
        subject = resolve(subject_text)

        from theory.errors import InvalidInput
        from theory.manifold import Manifold

        if not isinstance(subject, Manifold):
            raise InvalidInput(
                "subject", subject_text, "a manifold: points claim nothing (try geomcheck reach)"
            )
        from geomcheck.check_manifold import check_manifold

        found = check_manifold(
            subject, rng=seed, n=samples, memory_limit=memory_limit, progress=progress
        )
    document = {
        "subject": subject.name,
        "samples": samples,
        "seed": seed,
        "checks": [_plain(check) for check in found],
    }
    if as_json:
        from geomcheck.output import to_json

        click.echo(to_json(document, ascii_only=True), nl=False)
    else:
        from geomcheck.terminal_geometry import show_checks

        show_checks(document)
    return int(any(check.failed for check in found))


def _plain(check: ManifoldCheck) -> dict[str, Any]:
    return {
        "name": check.name,
        "outcome": check.outcome,
        "statement": check.statement,
        "value": check.value,
        "threshold": check.threshold,
        "witness": check.witness,
    }
