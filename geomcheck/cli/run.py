"""`geomcheck run`: fit, judge, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli import options
from geomcheck.cli.outcome import DEFAULT_FOLDER, Judged, Manner, judge
from geomcheck.cli.progress import Progress

if TYPE_CHECKING:
    from geomcheck.ground import Subject

__all__ = ["FILES", "run"]

FILES = ("result.json", "report.html", "model.safetensors")


@click.command()
@options.subject
@options.latent_dim
@options.training
@options.judging
@click.option(
    "--out",
    metavar="DIR",
    help=f"Folder of the results; by default {DEFAULT_FOLDER}/SUBJECT-mM-seedS.",
)
def run(
    subject_text: str,
    latent_dim: int | None,
    seed: int,
    out: str | None,
    as_json: bool,
    strict: bool,
    quiet: bool,
    **asked: Any,
) -> int:
    """Fit an autoencoder, judge every claim, report.

    Writes result.json, report.html and model.safetensors; older ones are replaced once the new
    ones are complete.
    """

    def folder(subject: Subject) -> str:
        from geomcheck.subject import slug

        dim = options.bottleneck(subject, latent_dim)
        return f"{DEFAULT_FOLDER}/{slug(subject.name)}-m{dim}-seed{seed}"

    def work(subject: Subject, progress: Progress) -> Judged:
        dim = options.bottleneck(subject, latent_dim)
        progress("loading torch", None, None)
        from geomcheck.run import run as fit_and_verify

        result = fit_and_verify(subject, latent_dim=dim, rng=seed, progress=progress, **asked)
        name = "model.safetensors"
        return Judged(result.report, name, {name: lambda path: result.model.save(path)})

    return judge(
        work,
        subject_text=subject_text,
        folder=folder,
        files=FILES,
        command=lambda document: _command(subject_text, document),
        manner=Manner(out, as_json, strict, quiet),
    )


def _command(subject_text: str, document: Mapping[str, Any]) -> list[str]:
    """Return the command that runs this again, with the values in force written out."""
    settings = document["settings"]
    dim = document["autoencoder"]["latent_dim"]
    words = ["run", subject_text, "--latent-dim", str(dim)]
    words += options.judging_words(settings)
    defaults = {p.name: p.default for p in run.params}
    for name in ("effort", "device", "dtype"):
        if settings.get(name, defaults[name]) != defaults[name]:
            words += [f"--{name}", str(settings[name])]
    return words
