"""The identity of a sweep: a digest of all that its numbers depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from functools import cached_property, partial
from importlib.metadata import version
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import attrs
import numpy as np

from rates_core.errors import ArgumentError
from rates_core.sweeps.ownership import is_own

PLAIN = (str, bytes, int, float, complex, type(None))
LEFT_OUT = frozenset({"location", "_index", "owner"})  # of templates: what two that are equal may differ in


def digest(*parts: Any) -> str:
    """Return a text that is equal for equal content, in every process.

    The content of a function or class that somebody here wrote is its code, and what it names of modules: numbers,
    functions, classes, and what these name. What is installed counts by its name.

    Raises:
        ArgumentError: something holds itself, or what holds others does so too deeply.

    Example:
        >>> from rates_core.sweeps import digest
        >>> digest({"a": 1.0}) == digest({"a": 1.0}), digest([1.0]) == digest([2.0])
        (True, False)
    """
    content = _Content()
    try:
        return _joined(piece for part in parts for piece in content.pieces(part)).hex()
    except RecursionError:
        raise ArgumentError("An argument of the sweep is nested too deeply.") from None


def versions(*distributions: str) -> dict[str, str]:
    """Return the versions of rates-core, and of distributions that bring what a sweep runs by; "" is none."""
    return {name: version(name) for name in sorted({"rates-core", *filter(None, distributions)})}


@attrs.define
class _Content:
    """Reads the content of values.

    Attributes:
        known: functions, classes and other objects by their id, with a digest of what was read of them: of their names
            only, while they are being read.
    """

    known: dict[int, tuple[Any, bytes]] = attrs.field(factory=dict)

    def pieces(self, value: Any) -> Iterator[bytes]:
        """Yield the content of a value."""
        yield f"{type(value).__qualname__} {_length(value)}".encode()
        if is_own(type(value)):
            yield self._once(type(value), self._class)
        if isinstance(value, np.ndarray | np.generic):
            array = np.ascontiguousarray(value)
            yield f"{array.dtype.str} {array.shape}".encode()
            yield repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
        elif isinstance(value, FunctionType):
            yield self._once(value, self._function)
        elif isinstance(value, type):
            yield self._once(value, self._class)
        elif isinstance(value, MethodType):
            yield from self.pieces((value.__func__, value.__self__))
        elif isinstance(value, partial):
            yield from self.pieces((value.func, value.args, value.keywords))
        elif isinstance(value, property):
            yield from self.pieces((value.fget, value.fset))
        elif isinstance(value, cached_property):
            yield from self.pieces(value.func)
        elif isinstance(value, CodeType):
            yield value.co_code
            yield from self.pieces((value.co_consts, value.co_names))
        elif isinstance(value, ModuleType):
            yield value.__name__.encode()
        elif attrs.has(type(value)):
            fields = [field.name for field in attrs.fields(type(value)) if field.name not in LEFT_OUT]
            yield from self.pieces({name: getattr(value, name) for name in fields})
        elif isinstance(value, Mapping):
            yield from self.pieces(list(value.items()))
        elif isinstance(value, Set):
            yield from sorted(digest(entry).encode() for entry in value)
        elif isinstance(value, list | tuple):
            for entry in value:
                yield from self.pieces(entry)
        elif isinstance(value, PLAIN):
            yield repr(value).encode()
        else:
            yield self._once(value, self._object)

    def _once(self, value: Any, read: Callable[[Any], Iterator[bytes]]) -> bytes:
        """Return a digest of what is read of an object: once, as some hold themselves."""
        if id(value) not in self.known:
            self.known[id(value)] = value, _name(value)
            self.known[id(value)] = value, _joined(read(value))
        return self.known[id(value)][1]

    def _function(self, function: FunctionType) -> Iterator[bytes]:
        """Yield what a function does: its code, the values that it holds, and those that it names of its module."""
        yield _name(function)
        yield from self.pieces((function.__code__, function.__defaults__, function.__kwdefaults__))
        names = _names(function.__code__)
        for cell in function.__closure__ or ():
            with suppress(ValueError):  # a name that has no value yet
                yield from self._read(cell.cell_contents, names)
        if is_own(function):
            yield from self._named(names, function.__globals__)

    def _class(self, found: type) -> Iterator[bytes]:
        """Yield what objects of a class do."""
        yield _name(found)
        if is_own(found):
            yield from self.pieces(found.__bases__)
            for name, entry in sorted(vars(found).items()):
                if isinstance(entry, FunctionType) or not name.startswith("__"):
                    yield name.encode()
                    yield from self.pieces(entry)

    def _object(self, value: Any) -> Iterator[bytes]:
        """Yield the function that an object wraps, or what a copy of it would be made of, or else its name."""
        wrapped = getattr(value, "__wrapped__", None)
        if isinstance(wrapped, FunctionType):
            yield from self.pieces(wrapped)
            return
        try:
            made = value.__reduce_ex__(4)
        except Exception:  # noqa: BLE001  # an object may refuse in any way
            yield _name(value)
            return
        if isinstance(made, str):
            yield _name(value)
            return
        for part in made:
            yield from self.pieces(list(part) if isinstance(part, Iterator) else part)

    def _read(self, value: Any, names: Set[str]) -> Iterator[bytes]:
        """Yield what code that has some names reads of a value: of a module of somebody's here, what it names there."""
        if isinstance(value, ModuleType) and is_own(value):
            yield from self._named(names, vars(value))
        else:
            yield from self.pieces(value)

    def _named(self, names: Set[str], known: Mapping[str, Any]) -> Iterator[bytes]:
        """Yield what names of code stand for in a module, if it has them."""
        for name in sorted(names & known.keys()):
            yield name.encode()
            before = dict(self.known)
            try:
                yield from list(self._read(known[name], names - {name}))
            except RecursionError:  # what holds itself is no number that a function computes with
                self.known = before


def _joined(pieces: Iterator[bytes]) -> bytes:
    state = hashlib.sha256()
    for piece in pieces:
        state.update(len(piece).to_bytes(8, "little"))
        state.update(piece)
    return state.digest()


def _name(value: Any) -> bytes:
    """Return what an object is called, or its class if it has no name."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}".encode()


def _names(code: CodeType) -> Set[str]:
    """Return the names that code reads, that of functions within it too."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return frozenset(code.co_names).union(*map(_names, inner))


def _length(value: Any) -> int:
    """Return how many values a value holds, so that `[[1], 2]` is not `[[1, 2]]`."""
    return len(value) if isinstance(value, Mapping | Set | list | tuple) else 0
