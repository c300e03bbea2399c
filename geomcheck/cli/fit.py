"""`geomcheck fit`: train an autoencoder and keep it."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from geomcheck.cli import options
from geomcheck.cli.progress import progress_line

__all__ = ["fit"]

_SUFFIX = ".safetensors"


@click.command()
@options.subject
@options.latent_dim
@click.option("--out", required=True, metavar="MODEL", help=f"File to write, ending in {_SUFFIX}.")
@options.seed
@options.training
def fit(subject_text: str, latent_dim: int | None, out: str, seed: int, **asked: Any) -> None:
    """Fit an autoencoder and write it to a file.

    `geomcheck check` reads it. The network is the one that `geomcheck run` trains with these
    options.
    """
    from geomcheck.output import check_folder, replacing
    from geomcheck.subject import resolve
    from theory.errors import InvalidInput

    target = Path(out)
    if target.suffix != _SUFFIX:
        raise InvalidInput("--out", out, f"a name that ends in {_SUFFIX}")
    check_folder(target.parent, [target.name])
    # A user's own code may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr), progress_line() as progress:
        progress("subject", None, None)
        subject = resolve(subject_text)
        dim = options.bottleneck(subject, latent_dim)
        progress("loading torch", None, None)
        from geomcheck.run import fit_subject

        model = fit_subject(subject, latent_dim=dim, rng=seed, progress=progress, **asked).model
        with replacing(target) as temporary:
            model.save(temporary)
    click.echo(target)
