"""From what a user types to the set under study: a manifold or a cloud of points."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType

from geomcheck.data import SUFFIXES, read_points
from theory.catalogue import families, from_spec
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet

__all__ = ["resolve", "slug"]

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_LONGEST_SLUG = 80


def resolve(text: str) -> Manifold | PointSet:
    """Return the set that a text names.

    Parameters
    ----------
    text : str
        A catalogue name with parameters (``"torus:R=3,r=0.7"``), a file of points
        (``"points.npy"``, ``"points.csv"``), or ``"package.module:attribute"`` or
        ``"file.py:attribute"`` for a Manifold, a PointSet or a function that returns one. The
        last two run the user's own code.

    Returns
    -------
    Manifold or PointSet

    Raises
    ------
    InvalidInput
        If nothing goes by that name (the nearest is suggested), or it cannot be used.
    """
    name = text.partition(":")[0]
    if name in [family.name for family in families()]:
        return from_spec(text)
    if Path(text).suffix == ".py":
        raise InvalidInput("subject", text, "the name of the manifold as well: FILE.py:NAME")
    if Path(text).suffix.lower() in SUFFIXES or os.path.exists(text):
        return PointSet(Path(text).name, read_points(text))
    home, colon, attribute = text.rpartition(":")
    if colon and _DOTTED.fullmatch(attribute):
        if home.endswith(".py"):
            return _attribute(text, _module_from_file(text, Path(home)), attribute)
        if _DOTTED.fullmatch(home):
            return _attribute(text, _module_by_name(text, home), attribute)
    if os.sep in text or (Path(text).suffix and not colon):
        return PointSet(Path(text).name, read_points(text))
    raise InvalidInput("subject", text, _forms(name))


def slug(name: str) -> str:
    """Return a name as part of a file name: ``"torus:R=2,r=1"`` is ``"torus-R2-r1"``."""
    words = re.sub(r"[^\w.]+", "-", name.replace("=", "")).strip("-._")
    return words[:_LONGEST_SLUG] or "subject"


def _forms(name: str) -> str:
    known = [family.name for family in families()]
    guess = _nearest(name, known)
    return (
        f"a catalogue name{guess}, a file ({' or '.join(SUFFIXES)}), or MODULE:NAME; "
        "`geomcheck list` shows the catalogue"
    )


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]}?)" if close else ""


def _module_by_name(text: str, name: str) -> ModuleType:
    _let_find(Path.cwd())
    top = name.partition(".")[0]
    try:
        found = importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        found = False
    if not found:
        raise InvalidInput("subject", text, f"a module that exists, or {_forms(top)}")
    with _running(text):
        return importlib.import_module(name)


def _module_from_file(text: str, file: Path) -> ModuleType:
    if not file.is_file():
        raise InvalidInput("subject", text, f"a file {file} that exists")
    _let_find(file.resolve().parent)
    name = f"_geomcheck_subject_{slug(file.stem)}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Classes defined in the file look their module up by name.
    sys.modules[name] = module
    with _running(text):
        spec.loader.exec_module(module)
    return module


def _let_find(folder: Path) -> None:
    # At the end: a user's file must not take the place of an installed package.
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _attribute(text: str, module: ModuleType, dotted: str) -> Manifold | PointSet:
    value: object = module
    for name in dotted.split("."):
        if not hasattr(value, name):
            known = [n for n in dir(value) if not n.startswith("_")]
            raise InvalidInput("subject", text, f"a name defined there{_nearest(name, known)}")
        value = getattr(value, name)
    if callable(value) and not isinstance(value, Manifold | PointSet):
        with _running(text):
            value = value()
    if not isinstance(value, Manifold | PointSet):
        raise InvalidInput(
            "subject", f"{text}, a {type(value).__name__}", "a theory.Manifold or theory.PointSet"
        )
    return value


@contextmanager
def _running(text: str) -> Iterator[None]:
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
        raise InvalidInput("subject", text, f"code that runs; {says}") from error
