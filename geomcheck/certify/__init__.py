"""Certificates: two-sided bounds of an autoencoder's error over all of a manifold."""

from __future__ import annotations

from geomcheck.certify.certificate import certify
from geomcheck.certify.enclosure import Enclosure
from geomcheck.certify.pieces import Rest
from geomcheck.certify.sides import certain_sides

__all__ = ["Enclosure", "Rest", "certain_sides", "certify"]
