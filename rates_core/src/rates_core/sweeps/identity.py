"""The identity of a sweep: a digest of all that its numbers depend on."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import attrs
import numpy as np

from rates_core.errors import ArgumentError

PLAIN = (str, bytes, int, float, complex, type(None))
LEFT_OUT = frozenset({"location", "_index", "owner"})  # of templates: what two that are equal may differ in


def digest(*parts: Any) -> str:
    """Return a text that is equal for equal content, in every process.

    Raises:
        ArgumentError: something holds itself, or what holds others does so too deeply.

    Example:
        >>> from rates_core.sweeps import digest
        >>> digest({"a": 1.0}) == digest({"a": 1.0}), digest([1.0]) == digest([2.0])
        (True, False)
    """
    state, content = hashlib.sha256(), _Content()
    try:
        for part in parts:
            for piece in content.pieces(part):
                state.update(len(piece).to_bytes(8, "little"))
                state.update(piece)
    except RecursionError:
        raise ArgumentError("An argument of the sweep is nested too deeply.") from None
    return state.hexdigest()


@attrs.define
class _Content:
    """Reads the content of values.

    Attributes:
        open: functions that are being read, some of which hold themselves.
    """

    open: set[int] = attrs.field(factory=set)

    def pieces(self, value: Any) -> Iterator[bytes]:
        """Yield the content of a value."""
        yield f"{type(value).__qualname__} {_length(value)}".encode()
        if isinstance(value, np.ndarray | np.generic):
            array = np.ascontiguousarray(value)
            yield f"{array.dtype.str} {array.shape}".encode()
            yield repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
        elif isinstance(value, FunctionType):
            yield from self._function(value)
        elif isinstance(value, MethodType):
            yield from self.pieces((value.__func__, value.__self__))
        elif isinstance(value, partial):
            yield from self.pieces((value.func, value.args, value.keywords))
        elif isinstance(value, CodeType):
            yield value.co_code
            yield from self.pieces((value.co_consts, value.co_names))
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
        else:
            yield repr(value).encode() if isinstance(value, PLAIN) else _pickled(value)

    def _function(self, value: FunctionType) -> Iterator[bytes]:
        """Yield what a function does: its code, the values that it holds, and those that it reads of its module."""
        yield value.__qualname__.encode()
        if id(value) not in self.open:
            self.open.add(id(value))
            yield from self.pieces((value.__code__, value.__defaults__, value.__kwdefaults__))
            for cell in value.__closure__ or ():
                with suppress(ValueError):  # a name that has no value yet
                    yield from self.pieces(cell.cell_contents)
            for name in sorted(_names(value.__code__) & value.__globals__.keys()):
                yield name.encode()
                yield from self._global(value.__globals__[name], value)
            self.open.discard(id(value))

    def _global(self, value: Any, reader: FunctionType) -> Iterator[bytes]:
        """Yield what a name of a module stands for where a function reads it; other people's code is its name."""
        own = not isinstance(value, FunctionType) or _package(value) == _package(reader)
        if isinstance(value, ModuleType | type) or not own:
            yield getattr(value, "__name__", "").encode()
            return
        known = set(self.open)
        try:
            yield from list(self.pieces(value))
        except RecursionError:  # what holds itself is no number that a function computes with
            self.open = known


def _names(code: CodeType) -> set[str]:
    """Return the names that code reads, that of functions within it too."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _package(function: FunctionType) -> str:
    return (function.__module__ or "").partition(".")[0]


def _length(value: Any) -> int:
    """Return how many values a value holds, so that `[[1], 2]` is not `[[1, 2]]`."""
    return len(value) if isinstance(value, Mapping | Set | list | tuple) else 0


def _pickled(value: Any) -> bytes:
    """Return a pickle of what cannot be read here, or its name if it has none."""
    try:
        return pickle.dumps(value)
    except Exception:  # noqa: BLE001  # an object may refuse in any way
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}".encode()
