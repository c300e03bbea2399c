"""`geomcheck bound`: what no autoencoder can do."""

from __future__ import annotations

import sys

import click

from geomcheck.cli import options

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
    document = {
        "subject": subject.name,
        "bounds": [
            {
                "latent_dim": o.latent_dim,
                "lower": o.bound.value,
                "certified": o.bound.certified,
                "degree": o.degree,
                "part": o.part,
                "source": o.bound.source,
                "attained": o.attained,
            }
            for o in found
        ],
    }
    if as_json:
        from geomcheck.output import to_json

        click.echo(to_json(document, ascii_only=True), nl=False)
        return
    from geomcheck.terminal import show_bounds

    show_bounds(document)
