"""The paper's example: two linked circles through a bottleneck of one dimension, and the picture.

python examples/linked_circles.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import geomcheck
import theory
from geomcheck.report.static import write_figure


def main(folder: str = "linked-circles", seed: int = 0, effort: float = 1.0) -> geomcheck.Report:
    """Fit, judge, and write result.json, report.html and the picture into a folder."""
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    result = geomcheck.run(
        theory.linked_circles(), latent_dim=1, epsilon=0.1, rng=seed, effort=effort
    )
    result.model.save(out / "model.safetensors")
    result.report.save(out / "result.json")
    result.report.save(out / "report.html")
    write_figure(result.report.to_document(), out / "linked-circles.png")
    for claim in result.report:
        print(f"{claim.id:25} {claim.verdict:15} {claim.summary}")
    return result.report


if __name__ == "__main__":
    main(*sys.argv[1:2])
