"""Whose code a function or class is: somebody's here, who may change it between two sweeps, or installed."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

OURS = Path(__file__).parent.parent
INSTALLED = frozenset({"site-packages", "dist-packages"})  # folders whose content versions stand for


def is_own(thing: Any) -> bool:
    """Tell whether a function, a class or a module is neither Python's nor ours, and not installed."""
    module = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
    return _is_own(module) if isinstance(module, str) else True


@lru_cache(maxsize=4096)
def _is_own(module: str) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return file is None or (INSTALLED.isdisjoint(PurePath(file).parts) and not PurePath(file).is_relative_to(OURS))
