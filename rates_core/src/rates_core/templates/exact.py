"""When two numbers are the same content: `0.0` and `-0.0`, `1.0` and `1+0j` are equal and mean different models."""

from __future__ import annotations

from typing import Any


def exact(value: Any) -> Any:
    """Return what a value is compared by: numbers also by kind and by the signs of their zeros, others as they are."""
    if type(value) is float:
        return value or repr(value)
    return repr(value) if type(value) is complex else value
