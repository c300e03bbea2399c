"""Any model as an autoencoder: one kind a file, none of them unpickled."""

from geomcheck.adapters.adapt import as_autoencoder
from geomcheck.adapters.load import load_model

__all__ = ["as_autoencoder", "load_model"]
