"""Stage: what the encoder, and the whole autoencoder, sends to one point."""

from __future__ import annotations

from geomcheck.collisions import Collisions, find_collisions
from geomcheck.evaluation import Evaluation
from geomcheck.ground import Ground
from geomcheck.protocol import Autoencoder
from geomcheck.study import Settings

__all__ = ["collisions_of"]


def collisions_of(
    model: Autoencoder, ground: Ground, settings: Settings, sample: Evaluation, extra: Evaluation
) -> tuple[Collisions, Collisions]:
    """Return the collisions of codes and of images, twice epsilon apart or more.

    Points that share a code share an image, so images are searched only where codes give none.
    """

    def found(*, images: bool) -> Collisions:
        return find_collisions(
            model,
            sample,
            extra,
            gap=2 * settings.epsilon,
            tangents=ground.tangents,
            project=ground.project,
            watch="images" if images else "codes",
        )

    by_codes = found(images=False)
    return by_codes, by_codes if len(by_codes) else found(images=True)
