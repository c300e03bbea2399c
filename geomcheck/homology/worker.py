"""The child process that runs an engine under a memory limit; started by `guard`."""

from __future__ import annotations

import json
import os
import sys

__all__ = ["OUT_OF_MEMORY", "main"]

OUT_OF_MEMORY = 77  # exit status


def _limit_memory(extra: int) -> None:
    """Allow the process so many bytes of address space beyond what it holds now."""
    try:
        import resource

        with open("/proc/self/statm") as status:
            held = int(status.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + extra, held + extra))
    except (ImportError, OSError, ValueError):  # no such limit on this system
        return


def main(folder: str) -> int:
    """Read ``points.npy`` and ``job.json`` in a folder, write ``bars.npz`` there.

    Returns
    -------
    int
        Exit status.
    """
    import numpy as np

    from geomcheck.homology.engines import ENGINES, preload

    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    points = np.load(os.path.join(folder, "points.npy"), allow_pickle=False)
    preload(job["engine"])
    _limit_memory(job["memory_limit"])
    try:
        bars = ENGINES[job["engine"]](points, job["max_degree"], job["field"], job["threshold"])
    except MemoryError:
        return OUT_OF_MEMORY
    np.savez(os.path.join(folder, "bars.npz"), *bars)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
