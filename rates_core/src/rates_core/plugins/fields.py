"""Checks of the fields of descriptors, so that a wrong one fails where it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from attrs import Attribute

from rates_core.errors import ArgumentError, shown

Check = Callable[[Any, "Attribute[Any]", Any], None]

_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def text_set(values: Iterable[str]) -> frozenset[str]:
    """Return texts as a frozen set, so that a plugin may write a set or a list."""
    return frozenset(text_tuple(values))


def text_tuple(values: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple; a single text, which is a collection of letters to Python, is refused."""
    if isinstance(values, str):
        raise ArgumentError(f"{shown(values)} is one text where several belong; write [{shown(values)}].")
    found = listed(values)
    if not all(isinstance(value, str) for value in found):
        raise ArgumentError(f"Several texts belong where {shown(values)} is.")
    return found


def listed(values: Any) -> tuple[Any, ...]:
    """Return what a collection holds; what is none is refused."""
    try:
        return tuple(values)
    except TypeError:
        raise ArgumentError(f"A list belongs where {shown(values)} is.") from None


def check_kind(name: str, value: object, *wanted: type) -> None:
    """Refuse an argument that is an instance of none of these classes."""
    if not isinstance(value, wanted):
        kinds = " or ".join(kind.__name__ for kind in wanted)
        raise ArgumentError(f"{name} must be of type {kinds}; it is {shown(value)}.")


def is_name(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what cannot be the name that a user types."""
    if not isinstance(value, str) or not value or value != value.strip():
        raise ArgumentError(
            f"{_place(instance, attribute)} is {shown(value)}; it must be a text, not empty, without spaces around it."
        )


def is_target(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what does not read `module:attribute`."""
    if not isinstance(value, str) or not _TARGET.fullmatch(value):
        raise ArgumentError(f"{_place(instance, attribute)} is {shown(value)}; it must read 'module:attribute'.")


def is_package(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is not the name of a top-level package, which alone can be located without running code."""
    is_name(instance, attribute, value)
    if "." in str(value):
        raise ArgumentError(
            f"{_place(instance, attribute)} is {shown(value)}; it must be a top-level package, "
            "and the folder inside it goes to 'directory'."
        )


def are_suffixes(instance: object, attribute: Attribute[Any], value: Collection[str]) -> None:
    """Refuse what are not endings of file names, with their dot."""
    if not value or not all(suffix.startswith(".") for suffix in value):
        raise ArgumentError(
            f"{_place(instance, attribute)} is {shown(value)}; it must hold endings of file names such as '.xml'."
        )


def is_optional_target(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither None nor reads `module:attribute`."""
    if value is not None:
        is_target(instance, attribute, value)


def is_text(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no text."""
    if not isinstance(value, str):
        raise ArgumentError(f"{_place(instance, attribute)} is {shown(value)}; it must be a text.")


def is_flag(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise ArgumentError(f"{_place(instance, attribute)} is {shown(value)}; it must be True or False.")


def is_order(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no order of a method: a whole number of at least 1, or None."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ArgumentError(f"{_place(instance, attribute)} is {shown(value)}; it must be a whole number from 1 on.")


def all_are(wanted: type) -> Check:
    """Return a check that refuses a collection with a member that is no instance of a class."""

    def check(instance: object, attribute: Attribute[Any], value: Collection[Any]) -> None:
        for entry in value:
            is_a(wanted)(instance, attribute, entry)

    return check


def is_a(wanted: type) -> Check:
    """Return a check that refuses what is no instance of a class."""

    def check(instance: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, wanted):
            raise ArgumentError(f"{_place(instance, attribute)} is {shown(value)}; it must be a {wanted.__name__}.")

    return check


def one_of(*allowed: object) -> Check:
    """Return a check that refuses every value but these."""

    def check(instance: object, attribute: Attribute[Any], value: object) -> None:
        if not any(value is one or (isinstance(value, str) and value == one) for one in allowed):
            raise ArgumentError(
                f"{_place(instance, attribute)} is {shown(value)}; it must be one of {_listed(allowed)}."
            )

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
