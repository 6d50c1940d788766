"""When names of packages mean rates: from `activate` to `deactivate`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from types import ModuleType

from rates_core.errors import ArgumentError, PluginError, UnknownNameError, did_you_mean, shown

from rates_pyrates.finder import ROOTS, Finder

_FINDER = Finder()
_ASIDE: dict[str, ModuleType] = {}  # modules of real packages that were imported before


def begin(replace: bool | str | Iterable[str]) -> None:
    """Put the finder before all others; see `activate`."""
    wanted = _named(replace)
    if _FINDER in sys.meta_path:
        return
    for name in ROOTS:
        real = installed(name)
        if real is not None and name not in wanted:
            raise PluginError(
                f"{name} itself is installed ({real.origin or 'a folder without __init__.py'}), and is not hidden "
                f"unasked. To run this program on rates, call activate(replace='{name}'), or "
                f"`python -m rates_pyrates --replace SCRIPT`; replace=True means all of {', '.join(ROOTS)}. "
                "Else uninstall it."
            )
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOTS]:
        _ASIDE[name] = sys.modules.pop(name)
    sys.meta_path.insert(0, _FINDER)


def end() -> None:
    """Take the finder away, and put back what was imported before."""
    if _FINDER not in sys.meta_path:
        return
    sys.meta_path.remove(_FINDER)
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOTS]:
        del sys.modules[name]
    sys.modules.update(_ASIDE)
    _ASIDE.clear()


def installed(name: str) -> ModuleSpec | None:
    """Return where a real package of this name is, or None."""
    for finder in sys.meta_path:
        if finder is _FINDER:
            continue
        spec = finder.find_spec(name, None)
        if spec is not None and spec.loader is not None:  # a folder that happens to have the name is no package
            return spec
    return None


def _named(replace: bool | str | Iterable[str]) -> frozenset[str]:
    if isinstance(replace, bool):
        return frozenset(ROOTS if replace else ())
    names = (replace,) if isinstance(replace, str) else replace
    if not isinstance(names, Iterable):
        raise ArgumentError(f"replace is True, False, or names of packages; it is {shown(replace)}.")
    found = frozenset(names)
    for name in found:
        if name not in ROOTS:
            raise UnknownNameError(
                f"replace names {shown(name)}.{did_you_mean(str(name), ROOTS)} The names are: {', '.join(ROOTS)}."
            )
    return found
