"""Wall seconds by stage, and word of each stage as it begins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from geomcheck.study import Progress

__all__ = ["Clock"]


class Clock:
    """Times stages and tells a progress callback of them."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent in the block to the seconds of a stage."""
        if self.progress is not None:
            self.progress(name, None, None)
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun
