"""The command line."""

from geomcheck.cli.entry import main

__all__ = ["main"]
