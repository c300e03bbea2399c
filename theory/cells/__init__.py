"""Open cells of full volume in a manifold: what is left of it once it is cut open."""

from __future__ import annotations

from theory.cells.combined import moved_cell, moved_cut, product_cell
from theory.cells.door import open_cell
from theory.cells.record import CellMaker, Cut, CutMaker, OpenCell

__all__ = [
    "CellMaker",
    "Cut",
    "CutMaker",
    "OpenCell",
    "moved_cell",
    "moved_cut",
    "open_cell",
    "product_cell",
]
