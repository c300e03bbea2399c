"""Where a call of `geomcheck` begins and ends: one line for every error, and the exit status."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

import click

from geomcheck.cli.app import app
from theory.errors import GeomcheckError, InvalidInput

__all__ = ["BAD_INPUT", "BUG", "INTERRUPTED", "PIPE_CLOSED", "main", "run_command_line"]

BAD_INPUT = 2
BUG = 70
INTERRUPTED = 128 + signal.SIGINT
# As a program in C that is told by signal 13 that nobody reads any more.
PIPE_CLOSED = 128 + 13

_DEBUG = "GEOMCHECK_DEBUG"
# Arguments of the library that are options here, for messages.
_OPTIONS = frozenset(
    [
        "code",
        "certificate_seconds",
        "confidence",
        "delta",
        "device",
        "dtype",
        "effort",
        "epsilon",
        "factory",
        "held_out",
        "latent_dim",
        "memory_limit",
        "model",
        "samples",
        "seed",
        "shape",
    ]
)


def main() -> NoReturn:
    """Run the command line and leave the process."""
    sys.exit(run_command_line(sys.argv[1:]))


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str
        Without the name of the program.

    Returns
    -------
    int
        0: no claim fails; 1: a claim fails; 2: bad input or usage; 70: a bug in geomcheck;
        130: interrupted; 141: nobody read the output to its end.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if "_GEOMCHECK_COMPLETE" in os.environ:
        app.main(prog_name="geomcheck")
    try:
        status = _run(list(arguments))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _end("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _silence(sys.stdout)
        return PIPE_CLOSED
    except click.ClickException as error:
        return _end(_usage(error), BAD_INPUT)
    except GeomcheckError as error:
        return _end(_said(error), BAD_INPUT)
    except MemoryError as error:
        return _end(f"out of memory ({error}); try fewer --samples", BAD_INPUT)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _silence(sys.stdout)
            return _end(f"standard output: {error.strerror}", BAD_INPUT)
        return _end(
            f"internal error: {type(error).__name__}: {error}; this is a bug in geomcheck "
            f"(set {_DEBUG}=1 to see where)",
            BUG,
        )


def _run(arguments: list[str]) -> int:
    try:
        with app.make_context("geomcheck", arguments) as context:
            status = app.invoke(context)
    except click.exceptions.Exit as end:
        status = end.exit_code
    return status if isinstance(status, int) else 0


def _end(message: str, status: int) -> int:
    if os.environ.get(_DEBUG) == "1":
        import traceback

        traceback.print_exc()
    print(f"geomcheck: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
    return status


def _said(error: GeomcheckError) -> str:
    if isinstance(error, InvalidInput) and error.argument in _OPTIONS:
        option = "--" + error.argument.replace("_", "-")
        return option + str(error).removeprefix(error.argument)
    return str(error)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "geomcheck"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.make_metavar(context) if context else error.param.name
        if isinstance(error.param, click.Option):
            name = error.param.opts[0]
        return f"{name} is missing (see {path} --help)"
    return f"{error.format_message()} (see {path} --help)"


def _silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere: the interpreter would complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
