"""`geomcheck check`: every claim on a model that somebody else trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli import options
from geomcheck.cli.kinds import SHAPE
from geomcheck.cli.outcome import DEFAULT_FOLDER, Judged, Manner, judge
from geomcheck.cli.progress import Progress

if TYPE_CHECKING:
    from geomcheck.ground import Subject

__all__ = ["FILES", "check"]

FILES = ("result.json", "report.html")


@click.command()
@options.subject
@click.option(
    "--model",
    required=True,
    metavar="MODEL",
    help="A .safetensors, .pt2 or .onnx file, ENCODER,DECODER of the last two, or MODULE:NAME or "
    "FILE.py:NAME in code of your own.",
)
@click.option(
    "--factory",
    metavar="PLACE",
    help="MODULE:NAME or FILE.py:NAME that builds the torch module of a state dict.",
)
@click.option(
    "--code",
    metavar="NAME",
    help="Value in a .pt2 or .onnx graph that is the code, where it is not its first output.",
)
@click.option(
    "--shape",
    type=SHAPE,
    metavar="A,B,C",
    help="Shape in which a torch module takes a point: 1,28,28 for images of 784 numbers.",
)
@click.option(
    "--continuous",
    is_flag=True,
    help="State that encoder and decoder are continuous, where it cannot be found out.",
)
@click.option("--training", metavar="FILE", help="The points that the model was trained on.")
@click.option(
    "--held-out", metavar="FILE", help="Points that it was not; by default those of SUBJECT."
)
@options.judging
@click.option(
    "--out",
    metavar="DIR",
    help=f"Folder of the results; by default {DEFAULT_FOLDER}/SUBJECT-MODEL.",
)
def check(
    subject_text: str,
    model: str,
    factory: str | None,
    code: str | None,
    shape: tuple[int, ...] | None,
    continuous: bool,
    training: str | None,
    held_out: str | None,
    seed: int,
    out: str | None,
    as_json: bool,
    strict: bool,
    quiet: bool,
    **asked: Any,
) -> int:
    """Judge every claim on a model that is there already.

    Nothing is unpickled: models come as safetensors, or from code of your own. Writes
    result.json and report.html.
    """

    def folder(subject: Subject) -> str:
        from geomcheck.subject import slug

        return f"{DEFAULT_FOLDER}/{slug(subject.name)}-{slug(Path(model).name)}"

    def work(subject: Subject, progress: Progress) -> Judged:
        from geomcheck.data import read_points

        seen, unseen = (
            None if file is None else read_points(file) for file in (training, held_out)
        )
        progress("model", None, None)
        from geomcheck.adapters import load_model
        from geomcheck.judging_points import a_few
        from geomcheck.run import judging_rng
        from geomcheck.verify import verify

        loaded = load_model(
            model,
            a_few(subject),
            factory=factory,
            code=code,
            shape=shape,
            continuous=True if continuous else None,
        )
        report = verify(
            subject,
            loaded,
            rng=judging_rng(seed),
            training_points=seen,
            held_out=unseen,
            progress=progress,
            **asked,
        )
        settings = {
            **report.settings,
            "seed": seed,
            "factory": factory,
            "code": code,
            "shape": None if shape is None else ",".join(map(str, shape)),
            "continuous": continuous,
            "training": training,
            "held_out": held_out,
        }
        return Judged(replace(report, settings=settings), model, {})

    return judge(
        work,
        subject_text=subject_text,
        folder=folder,
        files=FILES,
        command=lambda document: _command(subject_text, document),
        manner=Manner(out, as_json, strict, quiet),
    )


def _command(subject_text: str, document: Mapping[str, Any]) -> list[str]:
    """Return the command that does this again, with the values in force written out."""
    settings = document["settings"]
    words = ["check", subject_text, "--model", document["autoencoder"]["model_file"]]
    for name in ("factory", "code", "shape", "training", "held_out"):
        if settings[name] is not None:
            words += ["--" + name.replace("_", "-"), settings[name]]
    if settings["continuous"]:
        words.append("--continuous")
    words += options.judging_words(settings)
    return words
