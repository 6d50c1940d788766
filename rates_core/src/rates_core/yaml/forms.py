"""Checks that a part of a model file has the form that its place asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rates_core.errors import did_you_mean
from rates_core.templates.value import parse_number
from rates_core.yaml.entries import Reference, Written
from rates_core.yaml.faults import fault
from rates_core.yaml.tree import YamlMapping, YamlScalar, YamlSequence, YamlTree, is_null, kind_of, plain_value


def mapping(tree: YamlTree | None, what: str) -> Mapping[str, YamlTree]:
    """Return the entries of a mapping; of nothing, none."""
    if tree is None or is_null(tree):
        return {}
    if not isinstance(tree, YamlMapping):
        raise fault(tree.location, f"{what} must be a mapping, and this is {kind_of(tree)}.")
    return tree.entries


def sequence(tree: YamlTree | None, what: str) -> tuple[YamlTree, ...]:
    """Return the items of a list; of nothing, none."""
    if tree is None or is_null(tree):
        return ()
    if not isinstance(tree, YamlSequence):
        raise fault(tree.location, f"{what} must be a list, and this is {kind_of(tree)}.")
    return tree.items


def text(tree: YamlTree, what: str) -> str:
    """Return a text as it was written, whatever YAML would make of it: `0` in an equation is text."""
    if not isinstance(tree, YamlScalar) or is_null(tree):
        raise fault(tree.location, f"{what} must be a text, and this is {kind_of(tree)}.")
    return tree.text


def optional_text(tree: YamlTree | None, what: str) -> str | None:
    """Return a text, or None where nothing was written."""
    return None if tree is None or is_null(tree) else text(tree, what)


def texts(tree: YamlTree, what: str) -> list[str]:
    """Return a list of texts; one text is a list of one."""
    items = tree.items if isinstance(tree, YamlSequence) else (tree,)
    return [text(item, what) for item in items]


def reference(tree: YamlTree, what: str) -> Reference:
    """Return the name of a template."""
    return Written(text(tree, what), tree.location)


def references(tree: YamlTree | None, what: str, each: str) -> dict[str, Reference]:
    """Return a mapping whose values name templates."""
    return {key: reference(value, f"{each} '{key}'") for key, value in mapping(tree, what).items()}


def value(tree: YamlTree, what: str) -> Any:
    """Return a number, a text, or a list of these to any depth; `0.5+0.1j` is a number."""
    if isinstance(tree, YamlMapping) or is_null(tree):
        raise fault(tree.location, f"{what} must be a value, and this is {kind_of(tree)}.")
    return _with_complex_numbers(plain_value(tree))


def values(tree: YamlTree | None, what: str, each: str) -> dict[str, Any]:
    """Return a mapping to values."""
    return {key: value(item, f"{each} '{key}'") for key, item in mapping(tree, what).items()}


def check_keys(tree: YamlMapping, allowed: Iterable[str], what: str) -> None:
    """Refuse a key that has no meaning here."""
    known = tuple(allowed)
    for key in tree.entries:
        if key not in known:
            hint = did_you_mean(key, known)
            raise fault(tree.keys[key], f"{what} has no key '{key}'.{hint} It takes: {', '.join(known)}.")


def require_keys(tree: YamlMapping, required: Iterable[str], what: str) -> None:
    """Refuse a mapping that lacks a key."""
    for key in required:
        if key not in tree.entries:
            raise fault(tree.location, f"{what} needs the key '{key}'.")


def _with_complex_numbers(given: Any) -> Any:
    if isinstance(given, list):
        return [_with_complex_numbers(item) for item in given]
    if isinstance(given, str) and given[-1:] in ("j", "J"):
        number = parse_number(given)
        return given if number is None else number
    return given
