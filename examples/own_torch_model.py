"""A torch model of one's own, judged on the sphere that it was trained on.

    python examples/own_torch_model.py [FOLDER]

`geomcheck.as_autoencoder` takes any module with encode and decode, and a few points. Layers
that it knows are certified; of others it says so and gives what samples show.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

import geomcheck
import theory


class SphereNet(torch.nn.Module):
    """Three coordinates to two and back."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _network(3, 2)
        self.decoder = _network(2, 3)

    def encode(self, x):
        """Map points to codes."""
        return self.encoder(x)

    def decode(self, z):
        """Map codes to points."""
        return self.decoder(z)


def _network(inputs, outputs):
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, 48),
        torch.nn.Tanh(),
        torch.nn.Linear(48, 48),
        torch.nn.Tanh(),
        torch.nn.Linear(48, outputs),
    )


def train(points, steps: int = 2000) -> SphereNet:
    """Train as one would: Adam on the mean square error, in batches."""
    torch.manual_seed(0)
    model, data = SphereNet(), torch.as_tensor(points, dtype=torch.float32)
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        batch = data[torch.randint(len(data), (100,))]
        loss = (model.decode(model.encode(batch)) - batch).square().sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def main(folder: str = "own-torch-model", steps: int = 2000) -> geomcheck.Report:
    """Train, judge, and write the report."""
    sphere = theory.sphere(dim=2)
    X = sphere.sample(4000, rng=0)
    model = geomcheck.as_autoencoder(train(X, steps), X)
    report = geomcheck.verify(sphere, model, epsilon=0.2, delta=0.05, rng=0, training_points=X)
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    report.save(out / "report.html")
    print(report)
    return report


if __name__ == "__main__":
    main(*sys.argv[1:2])
