"""What a model file holds, as values: scalars, sequences and mappings, each with the line where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from rates_core.templates.location import Location
from rates_core.yaml.scalars import resolve


@frozen
class YamlScalar:
    """A word or a number as it was written; `plain` if it had no quotes."""

    text: str
    plain: bool
    location: Location

    @property
    def value(self) -> str | bool | int | float | None:
        """What it means: a quoted scalar is a string, a plain one follows YAML 1.2."""
        return resolve(self.text) if self.plain else self.text


@frozen
class YamlSequence:
    """A list."""

    items: tuple[YamlTree, ...]
    location: Location


@frozen
class YamlMapping:
    """A table of unique keys; `keys` says where each was written."""

    entries: Mapping[str, YamlTree]
    keys: Mapping[str, Location]
    location: Location


YamlTree = YamlScalar | YamlSequence | YamlMapping


_LONGEST = 60  # letters that messages show of what stands where a mapping or a list belongs


def kind_of(tree: YamlTree) -> str:
    """Return what a tree is, in words of an error message."""
    if isinstance(tree, YamlMapping):
        return "a mapping"
    if isinstance(tree, YamlSequence):
        return "a list"
    if tree.value is None:
        return "empty"
    return f"'{tree.text}'" if len(tree.text) <= _LONGEST else f"'{tree.text[:_LONGEST]}...'"


def is_null(tree: YamlTree) -> bool:
    """Return whether nothing was written, or `null`."""
    return isinstance(tree, YamlScalar) and tree.value is None


def plain_value(tree: YamlTree) -> Any:
    """Return a tree as numbers, strings, lists and dicts."""
    if isinstance(tree, YamlScalar):
        return tree.value
    if isinstance(tree, YamlSequence):
        return [plain_value(item) for item in tree.items]
    return {key: plain_value(value) for key, value in tree.entries.items()}
