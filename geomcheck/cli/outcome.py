"""What every command that judges does: resolve, judge, write, say, and the exit status."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli.progress import Progress, progress_line

if TYPE_CHECKING:
    from geomcheck.ground import Subject
    from geomcheck.result import Report

__all__ = ["DEFAULT_FOLDER", "Judged", "Manner", "judge"]

DEFAULT_FOLDER = "geomcheck-report"


@dataclass(frozen=True)
class Manner:
    """Where the results go, and what is said.

    Parameters
    ----------
    out : str or None
        Folder of the results.
    as_json, strict, quiet : bool
    """

    out: str | None
    as_json: bool
    strict: bool
    quiet: bool


@dataclass(frozen=True)
class Judged:
    """A report, the model file that belongs to it, and what else is to be written.

    Parameters
    ----------
    report : Report
    model_file : str
        As the report names it.
    writers : mapping of file name to callable
        Each writes the file at the path it is given.
    """

    report: Report
    model_file: str
    writers: Mapping[str, Callable[[Path], None]]


def judge(
    work: Callable[[Subject, Progress], Judged],
    *,
    subject_text: str,
    folder: Callable[[Subject], str],
    files: Sequence[str],
    command: Callable[[Mapping[str, Any]], Sequence[str]],
    manner: Manner,
) -> int:
    """Do the work on a subject, write the results, and say what was found.

    Parameters
    ----------
    work : callable
        From the subject and a progress callback to what was judged.
    subject_text : str
        What the user typed.
    folder : callable
        From the subject to the usual folder.
    files : sequence of str
        Names of what is going to be written.
    command : callable
        From the document to the words of the command that does the same again.
    manner : Manner

    Returns
    -------
    int
        The exit status.
    """
    from geomcheck.output import check_folder, to_json, write_folder
    from geomcheck.subject import resolve

    # Whatever can be refused is refused before torch is imported.
    if manner.out is not None:
        check_folder(Path(manner.out), files)
    # A user's own code may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr), progress_line(hidden=manner.quiet) as progress:
        progress("subject", None, None)
        subject = resolve(subject_text)
        target = Path(folder(subject) if manner.out is None else manner.out)
        check_folder(target, files)
        judged = work(subject, progress)
        progress("report", None, None)
        from geomcheck.report import write_html

        document = _document(judged, subject_text, command)
        text = to_json(document)
        write_folder(
            target,
            {
                "result.json": lambda path: _write(path, text),
                "report.html": lambda path: write_html(document, path),
                **judged.writers,
            },
        )
    if manner.as_json:
        click.echo(to_json(document, ascii_only=True), nl=False)
    elif not manner.quiet:
        from geomcheck.terminal import show_answer

        show_answer(document, target / "report.html")
    bad = {"fails", "inconclusive"} if manner.strict else {"fails"}
    return int(any(claim["verdict"] in bad for claim in document["claims"]))


def _document(
    judged: Judged, subject_text: str, command: Callable[[Mapping[str, Any]], Sequence[str]]
) -> dict[str, Any]:
    """Return the report's document, with what only the command line knows."""
    document = judged.report.to_document()
    is_file = document["subject"]["kind"] == "points" and Path(subject_text).is_file()
    document["subject"] = {**document["subject"], "file": subject_text if is_file else None}
    document["autoencoder"] = {**document["autoencoder"], "model_file": judged.model_file}
    words = ["geomcheck", *command(document)]
    document["settings"] = {**document["settings"], "command": shlex.join(words)}
    return document


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
