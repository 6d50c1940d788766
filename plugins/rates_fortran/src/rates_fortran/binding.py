"""Call procedures of a compiled module with values that are found by the keys of their arguments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from rates_core.errors import SimulationError
from rates_core.programs.elementwise.given import Key

from rates_fortran.compiler import library
from rates_fortran.module import Module
from rates_fortran.procedure import Argument, Procedure

BY_VALUE: Mapping[str, Callable[[Any], Any]] = {
    "real(dp)": ctypes.c_double,
    "integer(c_int)": ctypes.c_int,
    "integer(long)": ctypes.c_int64,
}
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_double, ctypes.c_void_p)


class Library:
    """A compiled module.

    Raises:
        CompilerError: there is no compiler, or it does not accept the module.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self._loaded = library(module.source)
        self._fault = ctypes.c_int.in_dll(self._loaded, "fault") if module.checks else None
        self._calls = {name: self._bound(procedure) for name, procedure in module.procedures.items()}

    def _bound(self, procedure: Procedure) -> tuple[Any, tuple[tuple[Key, Callable[[Any], Any]], ...]]:
        function = getattr(self._loaded, procedure.name)
        function.restype = None
        return function, tuple((argument.key, _converter(argument)) for argument in procedure.arguments)

    def call(self, name: str, given: Mapping[Key, Any]) -> None:
        """Call a procedure.

        Args:
            name: of the procedure.
            given: numbers, and arrays as they lie in memory, by the keys of arguments.

        Raises:
            IndexError: a computed index is no whole number, or lies outside of its axis.
        """
        function, arguments = self._calls[name]
        function(*[convert(given[key]) for key, convert in arguments])
        if self._fault is not None and self._fault.value:
            self._fault.value = 0
            raise IndexError("An index is no whole number, or lies outside of its axis.")


class Compiled:
    """A generated module with its procedures, which are compiled when they are first needed. Abstract."""

    module: Module
    _library: Library | None = None

    @property
    def library(self) -> Library:
        """Return the compiled module.

        Raises:
            CompilerError: there is no compiler, or it does not accept the module.
        """
        if self._library is None:
            self._library = Library(self.module)
        return self._library


class Called:
    """A function of time that Fortran calls.

    Args:
        function: takes a time and returns numbers.
        count: how many.
        kind: of which type.
    """

    def __init__(self, function: Callable[[float], Any], count: int, kind: type) -> None:
        self._function, self._count, self._kind = function, count, kind
        self._error: Exception | None = None
        self.pointer = CALLBACK(self._write)

    def _write(self, t: float, place: int) -> None:
        doubles = self._count * (2 if self._kind is complex else 1)
        out: np.ndarray = np.ctypeslib.as_array((ctypes.c_double * doubles).from_address(place)).view(self._kind)
        try:
            out[:] = self._function(t)
        except Exception as error:  # noqa: BLE001 - it cannot pass through Fortran; `check` raises it
            self._error = self._error or error
            out[:] = np.nan

    def check(self) -> None:
        """Raise what the function has raised."""
        if self._error is not None:
            raise self._error


def _converter(argument: Argument) -> Callable[[Any], Any]:
    if argument.interface:
        return _itself
    return BY_VALUE[argument.type] if argument.by_value else address


def _itself(value: Any) -> Any:
    return value


def address(array: np.ndarray) -> ctypes.c_void_p:
    """Return where an array begins; it has to be contiguous.

    Raises:
        SimulationError: it is not, which is an error of this package.
    """
    if not array.flags.c_contiguous:
        raise SimulationError("An array of a Fortran program is not contiguous; this is an error of rates-fortran.")
    return ctypes.c_void_p(array.ctypes.data)
