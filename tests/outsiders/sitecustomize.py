"""On the path of a process, keep modules of outsiders from importing what is not public of rates_core.

`OUTSIDERS` names the modules that are watched, with all below them; `PUBLIC_MODULES` what they may import beside the
public names of `rates_core` itself. Python imports a module of this name by itself when it starts.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

OUTSIDERS = tuple(name for name in os.environ.get("OUTSIDERS", "").split(",") if name)
PUBLIC_MODULES = tuple(name for name in os.environ.get("PUBLIC_MODULES", "").split(",") if name)
CORE = "rates_core"

plain_import, plain_import_module = builtins.__import__, importlib.import_module


def is_outsider(module: str) -> bool:
    """Tell whether a module is watched."""
    return any(f"{module}.".startswith(f"{name}.") for name in OUTSIDERS)


def is_public(name: str) -> bool:
    """Tell whether a module is public, or lies in a package that is, and has no name that says otherwise."""
    inside = any(f"{name}.".startswith(f"{module}.") for module in PUBLIC_MODULES)
    return inside and not any(part.startswith("_") for part in name.split("."))


def forbidden(name: str, wanted: Sequence[str]) -> Iterator[str]:
    """Yield what of an import is not public."""
    if name == CORE:
        allowed = plain_import(CORE).__all__
        yield from (f"{CORE}.{item}" for item in wanted if item not in allowed and not is_public(f"{CORE}.{item}"))
    elif wanted:
        yield from (f"{name}.{item}" for item in wanted if not is_public(f"{name}.{item}"))
    elif not is_public(name):
        yield name


def check(importer: str, name: str, wanted: Sequence[str]) -> None:
    """Raise an ImportError if an outsider imports what is not public."""
    if name.partition(".")[0] == CORE and is_outsider(importer):
        for item in forbidden(name, wanted):
            raise ImportError(f"{importer} imports {item}, which is not public")


def watched_import(
    name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
) -> ModuleType:
    """Import as ever, after a look at who asks for what."""
    if level == 0:
        check((globals or {}).get("__name__", ""), name, tuple(fromlist or ()))
    return plain_import(name, globals, locals, fromlist, level)


def watched_import_module(name: str, package: str | None = None) -> ModuleType:
    """Import as ever, after a look at who asks for what."""
    check(sys._getframe(1).f_globals.get("__name__", ""), name, ())
    return plain_import_module(name, package)


if OUTSIDERS:
    builtins.__import__ = watched_import
    importlib.import_module = watched_import_module
