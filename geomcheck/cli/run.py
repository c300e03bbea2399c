"""`geomcheck run`: fit, judge, report."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from geomcheck.cli import options
from geomcheck.cli.kinds import POSITIVE, SHARE, one_of, whole
from geomcheck.cli.progress import progress_line

if TYPE_CHECKING:
    from geomcheck.run import RunResult

__all__ = ["FILES", "run"]

FILES = ("result.json", "report.html", "model.safetensors")
_DEFAULT_FOLDER = "geomcheck-report"


@click.command()
@options.subject
@click.option("--latent-dim", type=whole(1, 10_000), required=True, help="Bottleneck dimension.")
@click.option(
    "--epsilon", type=POSITIVE, help="Error that counts as small; by default from the size of K."
)
@click.option(
    "--delta",
    type=SHARE,
    default=0.02,
    show_default=True,
    help="Share of K that may have a larger error.",
)
@click.option(
    "--confidence",
    type=SHARE,
    default=0.99,
    show_default=True,
    help="Confidence of every statistical verdict.",
)
@click.option(
    "--samples",
    type=whole(2, 100_000_000),
    default=20_000,
    show_default=True,
    help="Fresh points for the statistics.",
)
@options.seed
@click.option(
    "--effort",
    type=POSITIVE,
    default=1.0,
    show_default=True,
    help="Factor on the length of the training.",
)
@click.option("--device", default="cpu", show_default=True, help="A torch device.")
@click.option(
    "--dtype",
    type=one_of("float32", "float64"),
    default="float32",
    show_default=True,
    metavar="float32|float64",
    help="Arithmetic of the training.",
)
@options.memory_limit
@click.option(
    "--out",
    metavar="DIR",
    help=f"Folder of the results; by default {_DEFAULT_FOLDER}/SUBJECT-mM-seedS.",
)
@options.as_json
@click.option("--strict", is_flag=True, help="Exit with 1 also if a claim is inconclusive.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    subject_text: str,
    latent_dim: int,
    epsilon: float | None,
    delta: float,
    confidence: float,
    samples: int,
    seed: int,
    effort: float,
    device: str,
    dtype: Literal["float32", "float64"],
    memory_limit: int,
    out: str | None,
    as_json: bool,
    strict: bool,
    quiet: bool,
) -> int:
    """Fit an autoencoder, judge every claim, report.

    Writes result.json, report.html and model.safetensors; older ones are replaced once the new
    ones are complete.
    """
    from geomcheck.output import check_folder, to_json, write_folder
    from geomcheck.subject import resolve, slug

    # Whatever can be refused is refused before torch is imported.
    if out is not None:
        check_folder(Path(out), FILES)
    # A user's own manifold may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr), progress_line(hidden=quiet) as progress:
        progress("subject", None, None)
        subject = resolve(subject_text)
        usual = f"{_DEFAULT_FOLDER}/{slug(subject.name)}-m{latent_dim}-seed{seed}"
        folder = Path(usual if out is None else out)
        check_folder(folder, FILES)

        progress("loading torch", None, None)
        from geomcheck.report import write_html
        from geomcheck.run import run as fit_and_verify

        result = fit_and_verify(
            subject,
            latent_dim=latent_dim,
            epsilon=epsilon,
            delta=delta,
            confidence=confidence,
            samples=samples,
            rng=seed,
            effort=effort,
            memory_limit=memory_limit,
            device=device,
            dtype=dtype,
            progress=progress,
        )
        progress("report", None, None)
        document = _document(result, subject_text)
        text = to_json(document)
        write_folder(
            folder,
            {
                "result.json": lambda path: _write(path, text),
                "report.html": lambda path: write_html(document, path),
                "model.safetensors": lambda path: result.model.save(path),
            },
        )
    if as_json:
        click.echo(to_json(document, ascii_only=True), nl=False)
    elif not quiet:
        from geomcheck.terminal import show_answer

        show_answer(document, folder / "report.html")
    return _status(document, strict=strict)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _document(result: RunResult, subject_text: str) -> dict[str, Any]:
    """Return the report's document, with what only the command line knows."""
    document = result.report.to_document()
    is_file = document["subject"]["kind"] == "points" and Path(subject_text).is_file()
    document["subject"] = {**document["subject"], "file": subject_text if is_file else None}
    document["autoencoder"] = {**document["autoencoder"], "model_file": "model.safetensors"}
    document["settings"] = {
        **document["settings"],
        "command": _command(subject_text, document["autoencoder"], document["settings"]),
    }
    return document


def _command(subject_text: str, autoencoder: dict[str, Any], settings: dict[str, Any]) -> str:
    """Return the command that runs this again, with the values in force written out."""
    words = ["geomcheck", "run", subject_text, "--latent-dim", str(autoencoder["latent_dim"])]
    for name in ("epsilon", "delta", "confidence", "samples", "seed"):
        words += [f"--{name}", str(settings[name])]
    defaults = {p.name: p.default for p in run.params}
    for name in ("effort", "device", "dtype"):
        if settings.get(name, defaults[name]) != defaults[name]:
            words += [f"--{name}", str(settings[name])]
    return shlex.join(words)


def _status(document: dict[str, Any], *, strict: bool) -> int:
    bad = {"fails", "inconclusive"} if strict else {"fails"}
    return int(any(claim["verdict"] in bad for claim in document["claims"]))
