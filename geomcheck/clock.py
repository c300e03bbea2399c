"""Wall seconds by stage, and word of each stage as it begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from geomcheck.study import Progress

__all__ = ["Clock"]


class Clock:
    """Times stages and tells a progress callback of them."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Add the time spent in the block to the seconds of a stage.

        The block is given a function to tell the fraction done.
        """
        if self.progress is not None:
            self.progress(name, None, None)
        begun = time.perf_counter()

        def done(fraction: float) -> None:
            if self.progress is not None:
                spent = time.perf_counter() - begun
                self.progress(name, fraction, spent * (1 - fraction) / max(fraction, 1e-9))

        yield done
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun
