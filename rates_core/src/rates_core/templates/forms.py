"""Checks that what a user gives has the form that its place asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rates_core.errors import TemplateError, shown


def mapping(given: Any, what: str) -> dict[Any, Any]:
    """Return a mapping as a dict; None is an empty one.

    Raises:
        TemplateError: it is no mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TemplateError(f"{what} must be a mapping, not {shown(given)}.")
    return dict(given)


def items(given: Any, what: str) -> list[Any]:
    """Return what a list, a tuple or another collection holds; None holds nothing.

    Raises:
        TemplateError: it is no collection, or is a text or a mapping.
    """
    if given is None:
        return []
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TemplateError(f"{what} must be a list, not {shown(given)}.")
    try:
        return list(given)
    except TypeError:  # an array without an axis
        raise TemplateError(f"{what} must be a list, not {shown(given)}.") from None


def text(given: Any, what: str) -> str:
    """Return a text.

    Raises:
        TemplateError: it is none.
    """
    if not isinstance(given, str):
        raise TemplateError(f"{what} must be a text, not {shown(given)}.")
    return given
