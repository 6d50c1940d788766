"""Names that may stand in paths."""

from __future__ import annotations

_FORBIDDEN = "/[]>. "


def template_name(name: str) -> str:
    """Return a name with `_` for what may not stand in paths."""
    return "".join("_" if character in _FORBIDDEN else character for character in name) or "model"
