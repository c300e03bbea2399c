"""Verdicts asked for while somebody listens: how a test run collects them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

__all__ = ["Asked", "record", "recording"]


@dataclass(frozen=True)
class Asked:
    """One verdict that was asked for.

    Parameters
    ----------
    claim : str
        Id of the claim.
    verdict : str
    expected : tuple of str
        The verdicts that would do.
    document : dict
        The report it stands in, as JSON values, without the data of its figures.
    """

    claim: str
    verdict: str
    expected: tuple[str, ...]
    document: dict[str, Any]


_LISTENER: ContextVar[list[Asked] | None] = ContextVar("geomcheck_listener", default=None)


@contextmanager
def recording() -> Iterator[list[Asked]]:
    """Give a list to which every verdict is added that is asked for in the meantime."""
    heard: list[Asked] = []
    token = _LISTENER.set(heard)
    try:
        yield heard
    finally:
        _LISTENER.reset(token)


def record(asked: Asked) -> None:
    """Tell whoever listens; without a listener nothing happens."""
    heard = _LISTENER.get()
    if heard is not None:
        heard.append(asked)
