"""Checks of the fields of descriptors, so that a wrong one fails where it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from attrs import Attribute

from rates_core.errors import ArgumentError

Check = Callable[[Any, "Attribute[Any]", Any], None]

_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def text_set(values: Iterable[str]) -> frozenset[str]:
    """Return texts as a frozen set, so that a plugin may write a set or a list."""
    return frozenset(text_tuple(values))


def text_tuple(values: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple; a single text, which is a collection of letters to Python, is refused."""
    if isinstance(values, str):
        raise ArgumentError(f"{values!r} is one text where several belong; write [{values!r}].")
    return tuple(values)


def is_name(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what cannot be the name that a user types."""
    if not isinstance(value, str) or not value or value != value.strip():
        raise ArgumentError(
            f"{_place(instance, attribute)} is {value!r}; it must be a text, not empty, without spaces around it."
        )


def is_target(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what does not read `module:attribute`."""
    if not isinstance(value, str) or not _TARGET.fullmatch(value):
        raise ArgumentError(f"{_place(instance, attribute)} is {value!r}; it must read 'module:attribute'.")


def is_package(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is not the name of a top-level package, which alone can be located without running code."""
    is_name(instance, attribute, value)
    if "." in str(value):
        raise ArgumentError(
            f"{_place(instance, attribute)} is {value!r}; it must be a top-level package, "
            "and the folder inside it goes to 'directory'."
        )


def are_suffixes(instance: object, attribute: Attribute[Any], value: Collection[str]) -> None:
    """Refuse what are not endings of file names, with their dot."""
    if not value or not all(isinstance(suffix, str) and suffix.startswith(".") for suffix in value):
        raise ArgumentError(
            f"{_place(instance, attribute)} is {value!r}; it must hold endings of file names such as '.xml'."
        )


def is_optional_target(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither None nor reads `module:attribute`."""
    if value is not None:
        is_target(instance, attribute, value)


def is_a(wanted: type) -> Check:
    """Return a check that refuses what is no instance of a class."""

    def check(instance: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, wanted):
            raise ArgumentError(f"{_place(instance, attribute)} is {value!r}; it must be a {wanted.__name__}.")

    return check


def one_of(*allowed: object) -> Check:
    """Return a check that refuses every value but these."""

    def check(instance: object, attribute: Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise ArgumentError(f"{_place(instance, attribute)} is {value!r}; it must be one of {_listed(allowed)}.")

    return check


def subset_of(*allowed: str) -> Check:
    """Return a check that refuses a collection with any other member."""

    def check(instance: object, attribute: Attribute[Any], value: Collection[str]) -> None:
        unknown = sorted(set(value) - set(allowed))
        if unknown:
            raise ArgumentError(
                f"{_place(instance, attribute)} holds {_listed(unknown)}; known are {_listed(allowed)}."
            )

    return check


def _place(instance: object, attribute: Attribute[Any]) -> str:
    return f"{type(instance).__name__}.{attribute.name}"


def _listed(values: Collection[object]) -> str:
    return ", ".join(repr(value) for value in values)
