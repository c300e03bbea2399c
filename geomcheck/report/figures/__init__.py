"""The interactive figures of the page, as plain specifications; the page's script draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomcheck.report.document import section
from geomcheck.report.figures import diagrams, exceedance, latent, space, training
from geomcheck.report.figures.drawing import Drawing

__all__ = ["all_drawings"]


def all_drawings(document: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Return every figure in the order in which the page shows them.

    Parameters
    ----------
    document : mapping
        The content of result.json.
    """
    figures, settings = section(document, "figures"), section(document, "settings")
    return (
        space.draw(figures, settings),
        latent.draw(figures, settings),
        diagrams.draw(figures),
        exceedance.draw(figures, settings),
        training.draw(figures),
    )
