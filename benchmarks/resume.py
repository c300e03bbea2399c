"""Results kept as lines of JSON, so that long work can be split, stopped and taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["append", "records"]


def records(path: Path) -> list[dict[str, Any]]:
    """Return what the file holds; nothing if there is none, and no last line cut short."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Write one more record, at once."""
    _drop_cut_line(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def _drop_cut_line(path: Path) -> None:
    # Work that was killed while it wrote leaves a line without an end.
    if not path.exists():
        return
    text = path.read_bytes()
    if not text.endswith(b"\n") and text:
        path.write_bytes(text[: text.rfind(b"\n") + 1])
