"""The equations of a module of an array library, for solvers that the library brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from rates_core.programs.arrays.inputs import on_grid_text
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.runtime import argument, by_point
from rates_core.programs.equations import Bound, Equations, Fed

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram

FUNCTIONS = ("vector_field", "recorder")  # of a module

FED = '''\
def inputs_at(samples, t, base, spacing):
    """Return all inputs at time t: samples on a grid, and lines between them."""
    place = on_grid(t, base, spacing)
    return tuple(sampled(column, place, 1.0) for column in samples)'''


class ArrayEquations:
    """The equations of one program; what is compiled for them is kept here."""

    def __init__(self, program: ArrayProgram) -> None:
        self._program, self.kept = program, dict[Any, Any]()
        self._numbers = count()
        self._asked: WeakValueDictionary[int, _Asked] = WeakValueDictionary()
        self._inputs_at = _inputs_at(program.language, program.request.precision)

    def of(self, arguments: Mapping[str, Any], fed: Fed, base: float, spacing: float) -> Equations:
        """Return the equations with the values of one run."""
        program, request = self._program, self._program.request
        runtime, system = program.runtime, request.system
        parameters = {path: argument(runtime, system, path, arguments) for path in self._taken}
        asked = _Asked(fed) if callable(fed) else None
        number, tables = None, ()
        if asked is not None:
            number = next(self._numbers)
            self._asked[number] = asked
        elif not callable(fed):
            tables = tuple(
                runtime.array(_held(table, runtime.room(len(table), table[:1].nbytes)), "real") for table in fed
            )
        check = asked.check if asked is not None else _nothing
        return self._equations((parameters, (tables, float(base), float(spacing), number)), check)

    def of_points(
        self, arguments: Mapping[str, Any], samples: Sequence[np.ndarray], base: float, spacing: float
    ) -> Equations:
        """Return the equations of many points: each value has a first axis of points, or of 1 where they share it."""
        runtime, system = self._program.runtime, self._program.request.system
        parameters = {path: by_point(runtime, system, path, arguments) for path in self._taken}
        tables = tuple(
            runtime.array(np.stack([_held(own, runtime.room(len(own), own[:1].nbytes)) for own in table]), "real")
            for table in samples
        )
        grid = (runtime.array(np.array([number]), "real") for number in (base, spacing))
        return self._equations((parameters, (tables, *grid, None)), _nothing)

    @cached_property
    def _taken(self) -> tuple[str, ...]:
        """Return the paths of the parameters that the functions take."""
        return tuple(dict.fromkeys(path for name in FUNCTIONS for path in self._program.parameters(name)))

    def _equations(self, values: tuple[Mapping[str, Any], Any], check: Callable[[], None]) -> Equations:
        request = self._program.request
        kinds = tuple(complex if path in request.system.complex_symbols else float for path in request.recorded)
        return Equations(self.bind, values, kinds, request.precision, check, self.kept)

    def bind(self, values: Any) -> Bound:
        """Return the derivative and what is recorded as functions of time and states."""
        parameters, (tables, base, spacing, number) = values
        program, module = self._program, self._program.module
        derivative, observe = (
            getattr(module, name)(*(parameters[path] for path in program.parameters(name))) for name in FUNCTIONS
        )

        def inputs(t: Any) -> tuple[Any, ...]:
            if number is None:
                found: tuple[Any, ...] = self._inputs_at(tables, t, base, spacing) if tables else ()
                return found
            shapes = [signal.shape for signal in program.request.system.inputs]
            given: tuple[Any, ...] = program.runtime.asked(self._ask, (number, t), shapes)
            return given

        return lambda t, y: derivative(t, y, inputs(t), (), ()), lambda t, y: observe(t, y, inputs(t), (), ())

    def _ask(self, number: Any, t: Any) -> tuple[np.ndarray, ...]:
        """Return the inputs of a run that are functions of time."""
        signals = self._program.request.system.inputs
        values = self._asked[int(number)].at(float(t)) or [np.nan] * len(signals)
        return tuple(
            np.array(np.broadcast_to(value, signal.shape), dtype=float)
            for value, signal in zip(values, signals, strict=True)
        )


class _Asked:
    """Inputs of a run that are functions of time; what they raise is kept, because compiled code hides it."""

    def __init__(self, function: Callable[[float], Sequence[Any]]) -> None:
        self._function = function
        self._error: Exception | None = None

    def at(self, t: float) -> Sequence[Any] | None:
        """Return the values at a time, or None once there was an error."""
        if self._error is not None:
            return None
        try:
            return self._function(t)
        except Exception as error:  # noqa: BLE001  # `check` raises it
            self._error = error
            return None

    def check(self) -> None:
        """Raise what a function has raised."""
        if self._error is not None:
            raise self._error


def _nothing() -> None:
    """Do nothing: samples raise nothing."""


def _held(table: np.ndarray, room: int) -> np.ndarray:
    """Return samples with the last one held, so that samples of other numbers compile nothing again."""
    behind = np.broadcast_to(table[-1:], (max(room - len(table), 0), *table.shape[1:]))
    return np.concatenate([table, behind])


def _inputs_at(language: ArrayLanguage, precision: str) -> Callable[..., Any]:
    module = language.loaded(language.module("inputs", [on_grid_text(language), FED], precision))
    found: Callable[..., Any] = module.inputs_at
    return found
