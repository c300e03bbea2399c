"""What stands behind a source key."""

from __future__ import annotations

from dataclasses import dataclass

from theory.sources import SOURCES

__all__ = ["Citation", "citation"]


@dataclass(frozen=True)
class Citation:
    """A source as a reader sees it.

    Parameters
    ----------
    key, title, says : str
        As in `theory.sources.Source`; title and says are empty for an unknown key.
    """

    key: str
    title: str
    says: str


def citation(key: str) -> Citation:
    """Return the citation of a source key; an unknown key is shown as it is."""
    known = SOURCES.get(key)
    return Citation(key, "", "") if known is None else Citation(key, known.title, known.says)
