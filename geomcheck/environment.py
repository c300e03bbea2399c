"""Versions and platform, for the record, read without importing anything heavy."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

__all__ = ["versions"]

_PACKAGES = ("geomcheck", "numpy", "scipy", "torch", "gudhi")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a report depends on."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
