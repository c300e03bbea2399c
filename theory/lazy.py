"""Packages whose public names are looked up when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType

__all__ = ["make_lazy"]

_HOMES = "_homes_of_public_names"


class _LazyPackage(ModuleType):
    def __getattr__(self, name: str) -> object:
        home = vars(self)[_HOMES].get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        vars(self)[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # Importing a module sets it as an attribute of its package. Where a public function has
        # the name of its module, the function is what the attribute is for.
        if not (name in vars(self)[_HOMES] and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *vars(self)[_HOMES]} - {_HOMES})


def make_lazy(package: str, names: Mapping[str, Sequence[str]]) -> None:
    """Make a package import the homes of its public names only when these are used.

    Parameters
    ----------
    package : str
        A package that is being imported.
    names : mapping of str to sequence of str
        For each module, relative to the package, the names that come from it.
    """
    module = sys.modules[package]
    homes = {name: f"{package}.{home}" for home, found in names.items() for name in found}
    vars(module)[_HOMES] = homes
    module.__class__ = _LazyPackage
