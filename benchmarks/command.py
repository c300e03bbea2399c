"""What the command lines of benchmarks have in common: names checked, and the exit status."""

from __future__ import annotations

import sys
import traceback
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import NoReturn

from theory.catalogue import from_spec
from theory.errors import InvalidInput

__all__ = ["CRASHED", "check_manifolds", "check_names", "leave"]

CRASHED = 70
"""Exit status after an error of the benchmark itself: 1 tells what it found, 2 is bad usage."""


def leave(main: Callable[[], int | None]) -> NoReturn:
    """Run a benchmark and leave the process; a traceback does not end it with status 1."""
    try:
        status = main()
    except Exception:
        traceback.print_exc()
        status = CRASHED
    sys.exit(status)


def check_manifolds(parser: ArgumentParser, option: str, specs: Iterable[str]) -> None:
    """End with a line that names what exists if a manifold is not one of the catalogue."""
    for spec in specs:
        try:
            from_spec(spec)
        except InvalidInput as error:
            parser.error(f"{option}: got {error.value}, expected {error.expected}")


def check_names(
    parser: ArgumentParser, option: str, names: Iterable[str], known: Iterable[str]
) -> None:
    """End with a line that names what exists if a name is none of those known."""
    every = list(dict.fromkeys(known))
    for name in names:
        if name not in every:
            parser.error(f"{option}: got {name}, expected one of: {', '.join(every)}")
