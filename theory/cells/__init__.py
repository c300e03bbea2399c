"""Open cells of full volume in a manifold: what is left of it once it is cut open."""

from __future__ import annotations

from theory.cells.combined import moved_cell, product_cell
from theory.cells.door import open_cell
from theory.cells.record import CellMaker, OpenCell

__all__ = ["CellMaker", "OpenCell", "moved_cell", "open_cell", "product_cell"]
