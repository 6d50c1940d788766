"""The names that were found in the tools themselves; `tests/peers/pyrates_names.py` recorded them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOUND: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
_MODULES = {
    tool: {module: tuple(names) for module, names in found["modules"].items()} for tool, found in _FOUND.items()
}


def version_of(tool: str) -> str:
    """Return which version of a tool was read."""
    return str(_FOUND[tool]["version"])


def modules_of(tool: str) -> Mapping[str, tuple[str, ...]]:
    """Return the public names of each module of a tool."""
    return _MODULES[tool]
