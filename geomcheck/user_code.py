"""What a user's own code defines: `package.module:NAME` or `file.py:NAME`."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType

from theory.errors import InvalidInput

__all__ = ["called", "is_place", "look_up", "nearest", "running"]

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def is_place(text: str) -> bool:
    """Whether a text has the form of `package.module:NAME` or `file.py:NAME`."""
    home, colon, attribute = text.rpartition(":")
    if not (colon and _DOTTED.fullmatch(attribute)):
        return False
    return home.endswith(".py") or _DOTTED.fullmatch(home) is not None


def look_up(argument: str, text: str, *, otherwise: str = "") -> object:
    """Run the user's module and return what the text names in it.

    Parameters
    ----------
    argument : str
        Name of the argument, for messages.
    text : str
        A place, in the sense of `is_place`.
    otherwise : str
        What else the argument could have been, for the message that there is no such module.

    Raises
    ------
    InvalidInput
        If there is no such module or name, or the module does not run.
    """
    home, _, attribute = text.rpartition(":")
    if home.endswith(".py"):
        value: object = _module_from_file(argument, text, Path(home))
    else:
        value = _module_by_name(argument, text, home, otherwise)
    for name in attribute.split("."):
        if not hasattr(value, name):
            known = [n for n in dir(value) if not n.startswith("_")]
            raise InvalidInput(argument, text, f"a name defined there{nearest(name, known)}")
        value = getattr(value, name)
    return value


def called(argument: str, text: str, function: Callable[[], object]) -> object:
    """Call a user's function; whatever it raises names the argument."""
    with running(argument, text):
        return function()


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a question whether the nearest of the known words was meant, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]}?)" if close else ""


def _module_by_name(argument: str, text: str, name: str, otherwise: str) -> ModuleType:
    _let_find(Path.cwd())
    top = name.partition(".")[0]
    try:
        found = importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        found = False
    if not found:
        rest = f", or {otherwise}" if otherwise else ""
        raise InvalidInput(argument, text, f"a module that exists{rest}")
    with running(argument, text):
        return importlib.import_module(name)


def _module_from_file(argument: str, text: str, file: Path) -> ModuleType:
    if not file.is_file():
        raise InvalidInput(argument, text, f"a file {file} that exists")
    _let_find(file.resolve().parent)
    name = f"_geomcheck_{argument}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Classes defined in the file look their module up by name.
    sys.modules[name] = module
    with running(argument, text):
        spec.loader.exec_module(module)
    return module


def _let_find(folder: Path) -> None:
    # At the end: a user's file must not take the place of an installed package.
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


@contextmanager
def running(argument: str, text: str) -> Iterator[None]:
    """Around the user's own code: its prints go to standard error, its faults become ours."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except InvalidInput:
        raise
    except (Exception, SystemExit) as error:
        says = f"{type(error).__name__}: {error}"
        if not isinstance(error, SyntaxError):  # that one names its place itself
            last = traceback.extract_tb(error.__traceback__)[-1]
            says += f" ({Path(last.filename).name}, line {last.lineno})"
        raise InvalidInput(argument, text, f"code that runs; {says}") from error
