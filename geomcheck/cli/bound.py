"""`geomcheck bound`: what no autoencoder can do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli import options

if TYPE_CHECKING:
    from theory.obstruction import Obstruction

__all__ = ["bound"]


@click.command()
@options.subject
@options.seed
@options.memory_limit
@options.as_json
def bound(subject_text: str, seed: int, memory_limit: int, as_json: bool) -> None:
    """Print what no autoencoder can do.

    The lower bound on the worst-case error over SUBJECT for every latent dimension.
    """
    from contextlib import redirect_stdout

    from geomcheck.subject import resolve

    # A user's own manifold may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr):
        subject = resolve(subject_text)

        from geomcheck.bounds import bounds

        found = bounds(subject, rng=seed, memory_limit=memory_limit)
    document = {"subject": subject.name, "bounds": [_entry(obstruction) for obstruction in found]}
    if as_json:
        from geomcheck.output import to_json

        click.echo(to_json(document, ascii_only=True), nl=False)
        return
    from geomcheck.terminal_bounds import show_bounds

    show_bounds(document)


def _entry(obstruction: Obstruction) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "latent_dim": obstruction.latent_dim,
        "lower": obstruction.bound.value,
        "certified": obstruction.bound.certified,
        "argument": obstruction.argument,
        "degree": obstruction.degree,
        "birth": obstruction.birth,
        "death": obstruction.death,
        "part": obstruction.part,
        "source": obstruction.bound.source,
        "attained": obstruction.attained,
    }
    if obstruction.loop is not None:
        # Enough to check it by hand: how far the loop keeps from the flat, and that it winds.
        flat = obstruction.loop.flat
        entry["loop"] = {
            "points": obstruction.loop.points,
            "flat": {"centre": flat.centre, "normals": flat.frame.T},
        }
    return entry
