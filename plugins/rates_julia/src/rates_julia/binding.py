"""Call functions of a module in Julia with values that are found by the keys of their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.elementwise.constants import Constant, Constants
from rates_core.programs.elementwise.given import Given

from rates_julia.module import Module
from rates_julia.procedure import Argument
from rates_julia.process import IN, INOUT, OUT, Array, Julia, JuliaError, Kept, running

WAYS = {"in": IN, "inout": INOUT, "out": OUT}


class Library:
    """A module in Julia; it is loaded again where Julia had to be started again.

    Args:
        module: that is called.
    """

    def __init__(self, module: Module) -> None:
        self.module = module

    def call(self, name: str, *given: Given) -> list[Any]:
        """Call a function once for each of what is given; return what it returns and fill the arrays that it writes.

        Args:
            name: what the function is for, as `Module.procedures` has it.
            given: numbers, and arrays as they lie in memory, by the keys of arguments.

        Raises:
            IndexError: a computed index is no whole number, or lies outside of its axis.
            JuliaError: the module is not accepted, or the function does not finish.
        """
        procedure = self.module.procedures[name]
        julia = running()
        number = self.number(julia)
        lists = [[_passed(argument, one, julia) for argument in procedure.arguments] for one in given]
        try:
            return julia.call(number, procedure.name, lists)
        except JuliaError as error:
            raise self._explained(error) from None

    def number(self, julia: Julia) -> int:
        """Return by which number the module is called."""
        try:
            return julia.load(self.module.name, self.module.source)
        except JuliaError as error:
            raise self._explained(error) from None

    def made(self, julia: Julia, arguments: Sequence[Any]) -> Kept:
        """Return parameters, which stay in Julia."""
        number = self.number(julia)
        try:
            return julia.made(number, "parameters", arguments)
        except JuliaError as error:
            raise self._explained(error) from None

    def _explained(self, error: JuliaError) -> JuliaError:
        """Return an error that tells what of the model the line computes on which it arose."""
        lines = self.module.source.splitlines()
        if not 0 < error.line <= len(lines):
            return error
        before = [line for line in lines[: error.line] if "  # " in line]
        said = f", which computes '{before[-1].rpartition('  # ')[2]}'" if before else ""
        return JuliaError(
            f"Julia stopped on line {error.line} of a generated module{said}: {error}\n    "
            f"{lines[error.line - 1].strip()}",
            error.line,
        )


class Parameters:
    """The value of `p`, which stays in Julia.

    Args:
        library: whose parameters they are.
        values: of the fields that are given; shared arrays may be of the class `Shared`.
    """

    def __init__(self, library: Library, values: Mapping[str, Any]) -> None:
        self._library, self._values = library, values
        self._kept: Kept | None = None

    def kept(self, julia: Julia) -> Kept:
        """Return them in a running Julia."""
        if self._kept is None or self._kept.julia is not julia:
            given = {
                name: value.kept(julia) if isinstance(value, Shared) else value for name, value in self._values.items()
            }
            self._kept = self._library.made(julia, [given])
        return self._kept


class Shared:
    """An array that several sets of parameters have in common; it is there once."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values
        self._kept: Kept | None = None

    def kept(self, julia: Julia) -> Kept:
        """Return it in a running Julia."""
        if self._kept is None or self._kept.julia is not julia:
            self._kept = julia.keep(self._values)
        return self._kept


def _passed(argument: Argument, given: Given, julia: Julia) -> Any:
    value = given[argument.key]
    if isinstance(value, Parameters):
        return value.kept(julia)
    if isinstance(value, np.ndarray) and argument.way != "in":
        return Array(value, WAYS[argument.way])
    return value


def fields_of(constants: Constants, names: Mapping[str, str], numbers: np.ndarray, arrays: Mapping[str, Any]) -> Any:
    """Return the fields of what `parameters` is given, by name.

    Args:
        constants: of the module.
        names: of fields, by path.
        numbers: the vector of numbers.
        arrays: by path.
    """
    given = {path: constant for path, constant in constants.known.items() if constant.given}
    return {
        names[path]: arrays[path] if constant.shape else _number(constant, numbers) for path, constant in given.items()
    }


def _number(constant: Constant, numbers: np.ndarray) -> Any:
    value = numbers[constant.place]
    if constant.complex:
        return complex(value, numbers[constant.place + 1])
    return int(value) if constant.integer else float(value)


def bound(library: Library, arguments: Mapping[str, Any]) -> Parameters:
    """Return the parameters of a module for values by path."""
    layout = library.module.layout
    numbers, arrays = layout.constants.values(arguments)
    shaped = [path for path, constant in layout.constants.known.items() if constant.shape]
    by_path = dict(zip(shaped, arrays, strict=True))
    return Parameters(library, fields_of(layout.constants, layout.fields, numbers, by_path))
