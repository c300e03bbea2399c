"""The stages of a verification, one a file: from a subject and an autoencoder to a study."""

from geomcheck.measure.study_of import measured

__all__ = ["measured"]
