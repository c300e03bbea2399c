"""From what a user types to the set under study: a manifold or a cloud of points."""

from __future__ import annotations

import os
import re
from pathlib import Path

from geomcheck.data import SUFFIXES, read_points, split_array
from geomcheck.user_code import called, is_place, look_up, nearest
from theory.catalogue import families, from_spec
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet

__all__ = ["resolve", "slug"]

_LONGEST_SLUG = 80


def resolve(text: str) -> Manifold | PointSet:
    """Return the set that a text names.

    Parameters
    ----------
    text : str
        A catalogue name with parameters (``"torus:R=3,r=0.7"``), a file of points
        (``"points.npy"``, ``"points.npz:NAME"``, ``"points.csv"``, ``"points.parquet"``), or
        ``"package.module:attribute"`` or ``"file.py:attribute"`` for a Manifold, a PointSet or
        a function that returns one. The last two run the user's own code.

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
    if split_array(text)[0].suffix.lower() in SUFFIXES or os.path.exists(text):
        return PointSet(Path(text).name, read_points(text))
    if is_place(text):
        return _as_set(text, look_up("subject", text, otherwise=_forms(name)))
    if os.sep in text or (Path(text).suffix and ":" not in text):
        return PointSet(Path(text).name, read_points(text))
    raise InvalidInput("subject", text, _forms(name))


def slug(name: str) -> str:
    """Return a name as part of a file name: ``"torus:R=2,r=1"`` is ``"torus-R2-r1"``."""
    words = re.sub(r"[^\w.]+", "-", name.replace("=", "")).strip("-._")
    return words[:_LONGEST_SLUG] or "subject"


def _forms(name: str) -> str:
    known = [family.name for family in families()]
    guess = nearest(name, known)
    return (
        f"a catalogue name{guess}, a file ({' or '.join(SUFFIXES)}), or MODULE:NAME; "
        "`geomcheck list` shows the catalogue"
    )


def _as_set(text: str, value: object) -> Manifold | PointSet:
    if callable(value) and not isinstance(value, Manifold | PointSet):
        value = called("subject", text, value)
    if not isinstance(value, Manifold | PointSet):
        raise InvalidInput(
            "subject", f"{text}, a {type(value).__name__}", "a theory.Manifold or theory.PointSet"
        )
    return value
