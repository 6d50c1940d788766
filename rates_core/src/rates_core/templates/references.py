"""Templates named by text: a path to a model file, resolved when a template that uses it is made."""

from __future__ import annotations

from typing import Any, TypeVar

from rates_core.errors import TemplateError, shown

T = TypeVar("T")


def resolve(given: Any, kind: type[T], what: str) -> T:
    """Return a template that is given itself or as a reference into a model file.

    Raises:
        TemplateError: it is neither, or the reference leads to another kind of template.
        ModelFileError: the reference cannot be read.
    """
    if isinstance(given, kind):
        return given
    if not isinstance(given, str):
        raise TemplateError(f"{what} must be of kind {kind.__name__} or a path to one, not {_described(given)}.")
    from rates_core.yaml.reader import load

    template = load(given)
    if not isinstance(template, kind):
        raise TemplateError(
            f"{what} must be of kind {kind.__name__}, but '{given}' is of kind {type(template).__name__}."
        )
    return template


def _described(given: Any) -> str:
    text = shown(given, 61)
    return f"a {type(given).__name__}" if len(text) > 60 else text
