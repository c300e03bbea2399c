"""A handwritten digit turned through 360 degrees: a closed curve of images in R^64.

One number cannot carry a circle: the autoencoder must tear it. Two numbers can.

    python examples/rotated_digit.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, rotate
from sklearn.datasets import load_digits

import geomcheck
from theory import PointSet

DIGIT = 3  # index into scikit-learn's digits; an image of 8 x 8 grey values from 0 to 16


def rotations(count: int = 360) -> NDArray[np.float64]:
    """Return the rotations of one digit by equal steps, of shape (count, 64), values 0 to 1."""
    image = load_digits().images[DIGIT] / 16.0
    # A frame of zeros keeps the corners from cutting in and out; a blur of one pixel keeps the
    # curve from bending within a few degrees, which eight by eight pixels cannot show anyway.
    framed = gaussian_filter(np.pad(image, 4), sigma=1.0)
    turned = [
        rotate(framed, angle, reshape=False, order=3)[4:-4, 4:-4].ravel()
        for angle in np.arange(count) * 360.0 / count
    ]
    return np.array(turned)


def main(folder: str = "rotated-digit", effort: float = 1.0) -> dict[int, geomcheck.Report]:
    """Write the points, fit autoencoders of latent dimension 1 and 2, and judge both."""
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    points = rotations()
    np.save(out / "rotated-digit.npy", points)
    reports = {}
    for latent_dim in (1, 2):
        result = geomcheck.run(
            PointSet("rotated digit", points), latent_dim=latent_dim, rng=0, effort=effort
        )
        reports[latent_dim] = result.report
        print(f"latent dimension {latent_dim}")
        for claim in result.report:
            print(f"  {claim.id:25} {claim.verdict:15} {claim.summary}")
    return reports


if __name__ == "__main__":
    main(*sys.argv[1:2])
