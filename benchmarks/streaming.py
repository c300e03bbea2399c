"""Memory and time of `geomcheck check` on many points in R^10, mapped from disk.

    python benchmarks/streaming.py [N ...]        by default 1000000; the files are deleted again

For each N it writes N points of a torus, turned into R^10, as .npy (float64), runs the command on
them in a process of its own, and prints the largest memory that this process held (the part of
the file that is in memory included), beside the size of the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import geomcheck
import theory

DIM = 10
BLOCK = 1 << 17
LIMIT = 2.0


def write(file: Path, n: int, frame: np.ndarray) -> None:
    torus = theory.torus(R=2.0, r=1.0)
    points = np.lib.format.open_memmap(file, mode="w+", dtype=np.float64, shape=(n, DIM))
    for number, start in enumerate(range(0, n, BLOCK)):
        size = min(BLOCK, n - start)
        points[start : start + size] = torus.sample(size, rng=number) @ frame
    points.flush()


def measured(file: Path, model: Path, out: Path) -> tuple[float, float, float, dict]:
    words = ["check", str(file), "--model", str(model), "--json", "--out", str(out)]
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "geomcheck", *words], stdout=subprocess.PIPE)
    assert child.stdout is not None
    document = json.loads(child.stdout.read())
    _, _, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    return usage.ru_maxrss / 2**20, seconds, usage.ru_utime, document


def main() -> None:
    sizes = [int(float(word)) for word in sys.argv[1:]] or [1_000_000]
    frame = np.linalg.qr(np.random.default_rng(0).normal(size=(DIM, DIM)))[0][:3]
    print(f"{'points':>9}  {'file':>8}  {'memory':>8}  {'wall':>6}  {'user':>6}  small-error")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        points = theory.torus(R=2.0, r=1.0).sample(4000, rng=0) @ frame
        model = place / "model.safetensors"
        geomcheck.fit(points, latent_dim=2, seeds=1, steps=1000).save(model)
        for n in sizes:
            file = place / f"points-{n}.npy"
            write(file, n, frame)
            memory, wall, user, document = measured(file, model, place / "out")
            claim = next(c for c in document["claims"] if c["id"] == "small-error")
            size = file.stat().st_size / 2**30
            file.unlink()
            print(
                f"{n:9d}  {size:4.2f} GiB  {memory:4.2f} GiB  {wall:4.0f} s  {user:4.0f} s  "
                f"{claim['summary']}" + ("" if memory < LIMIT else f"  ABOVE {LIMIT} GiB")
            )
            for stage, spent in document["timings"].items():
                print(f"{'':11}{stage:12} {spent:6.1f} s")


if __name__ == "__main__":
    main()
