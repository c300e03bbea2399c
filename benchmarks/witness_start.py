"""Does training that begins at the theorem's own autoencoder get there sooner?

    python benchmarks/witness_start.py            # about two minutes
    python benchmarks/witness_start.py --runs 4

Both sides in one run, with equal steps: the plain start with the default six seeds, and the
witness start with two, since none is lost on a saddle. The last columns are ratios, plain over
witness: of the errors at the end, and of the processor time until the witness start has reached
the error that the plain start ended with (its curve on held-out points tells when).
"""

from __future__ import annotations

import argparse

import numpy as np

import geomcheck
import theory
from geomcheck.autoencoder import MLPAutoencoder
from theory.manifold import Manifold

SUBJECTS = [("sphere", 2, 0.1), ("sphere:dim=3", 3, 0.1), ("linked-circles", 1, 0.1)]
HARD = [("torus", 2, 0.2), ("projective-plane", 2, 0.1)]


def judged(manifold: Manifold, model: MLPAutoencoder, epsilon: float) -> tuple[float, float]:
    """Return mean squared error and share above epsilon on 20000 fresh points."""
    points = manifold.sample(20_000, rng=99)
    error = np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)
    return float(np.square(error).mean()), float((error > epsilon).mean())


def time_to(model: MLPAutoencoder, goal: float) -> float:
    """Return the processor time until the held-out error was at most `goal`."""
    record = model.training
    assert record is not None
    curve = record.seeds[record.chosen]
    below = [
        step for step, error in zip(curve.steps, curve.held_out_error, strict=True) if error <= goal
    ]
    return record.cpu_seconds * below[0] / record.steps if below else float("inf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2000)
    options = parser.parse_args()
    print(
        f"{'subject':18s} {'rng':>3s}  {'plain: mse':>10s} {'mu':>7s} {'cpu s':>6s}"
        f"  {'witness: mse':>12s} {'mu':>7s} {'cpu s':>6s}  {'mse':>5s} {'mu':>5s} {'time':>5s}"
    )
    for name, latent_dim, epsilon in SUBJECTS + HARD:
        manifold = theory.from_spec(name)
        for run in range(options.runs):
            common = {"latent_dim": latent_dim, "rng": run, "steps": options.steps}
            common["held_out"] = manifold.sample(4000, rng=98)
            plain = geomcheck.fit(manifold, **common)
            taught = geomcheck.fit(manifold, start="witness", seeds=2, **common)
            assert plain.training is not None
            assert taught.training is not None
            first, second = judged(manifold, plain, epsilon), judged(manifold, taught, epsilon)
            reached = time_to(taught, plain.training.held_out_error)
            ratio = f"{plain.training.cpu_seconds / reached:.2f}" if reached < 1e9 else "never"
            print(
                f"{name:18s} {run:3d}  {first[0]:10.2e} {100 * first[1]:6.2f}% "
                f"{plain.training.cpu_seconds:6.1f}  {second[0]:12.2e} {100 * second[1]:6.2f}% "
                f"{taught.training.cpu_seconds:6.1f}  {first[0] / second[0]:5.2f} "
                f"{first[1] / second[1]:5.2f} {ratio:>5s}",
                flush=True,
            )


if __name__ == "__main__":
    main()
