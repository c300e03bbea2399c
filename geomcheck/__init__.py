"""Geometry-focused verification of autoencoders."""
