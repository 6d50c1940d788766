"""Vector fields as modules of array libraries, whose functions take many states at once anyway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.matrix import write_entries
from rates_core.programs.arrays.module import Module, ModuleWriter
from rates_core.programs.arrays.runtime import ArrayRuntime, argument
from rates_core.programs.field import FieldFunctions, FieldProgram, FieldRequest, Function
from rates_core.programs.naming import in_docstring
from rates_core.programs.program import slot_paths
from rates_core.programs.routine import Temporaries, make_routine
from rates_core.system.system import System


def write_field(request: FieldRequest, language: ArrayLanguage) -> Module:
    """Return a module with the derivative and what is read late as functions of time and state."""
    system, temporaries = request.system, Temporaries()
    slots = list(slot_paths(system))
    wanted: dict[str, list[Expression]] = {
        "vector_field": [item.expression for item in system.derivatives],
        "slots": [Symbol(path) for path in slots],
    }
    routines = {name: make_routine(system, results, temporaries=temporaries) for name, results in wanted.items()}
    writer = ModuleWriter(system, routines.values(), language)
    texts = [
        writer.closure("vector_field", "derivative", routines["vector_field"], writer.slope_lines),
        writer.closure("slots", "store", routines["slots"], lambda found: writer.values(found, slots)),
    ]
    text = language.module(f"Vector field of {in_docstring(request.name)}", texts, "float64")
    return Module(text, {name: writer.parameters(routine) for name, routine in routines.items()}, True)


class ArrayField(FieldProgram):
    """Functions of a generated module, and of one more for each derivative matrix."""

    def __init__(self, request: FieldRequest, language: ArrayLanguage, runtime: ArrayRuntime) -> None:
        self._request, self._runtime = request, runtime
        written = [write_field(request, language), *(write_entries(item, language) for item in request.matrices)]
        self._written = [(language.loaded(item.text), item.parameters) for item in written]
        self.source = "\n\n".join(item.text for item in written)

    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        """Return the functions for values of all parameters."""
        (field, taken), *matrices = self._written
        system = self._request.system
        derivative = self._bound(field, taken, "vector_field", system, arguments)
        store = self._bound(field, taken, "slots", system, arguments)
        entries = [
            self._bound(module, names, "linearisation", item.system, {**own_values(item.system), **arguments})
            for (module, names), item in zip(matrices, self._request.matrices, strict=True)
        ]
        shapes = [system.shapes[path] for path in slot_paths(system)]

        def slots(y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any]) -> tuple[np.ndarray, ...]:
            found = store(y, inputs, reads)
            return tuple(self._whole(value, y, len(shape)) for value, shape in zip(found, shapes, strict=True))

        return FieldFunctions(self._vectors(derivative), slots, tuple(map(self._vectors, entries)))

    def _bound(
        self,
        module: ModuleType,
        taken: Mapping[str, tuple[str, ...]],
        name: str,
        system: System,
        arguments: Mapping[str, Any],
    ) -> Callable[..., Any]:
        """Return a function of the module, of arrays of the library; parameters are bound when it is called first."""
        runtime, time = self._runtime, self._runtime.array(0.0, "real")
        bound: list[Callable[..., Any]] = []

        def arrays(values: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(runtime.array(value, "complex" if np.iscomplexobj(value) else "real") for value in values)

        def function(y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any]) -> Any:
            with np.errstate(all="ignore"):
                if not bound:
                    given = [argument(runtime, system, path, arguments) for path in taken[name]]
                    bound.append(getattr(module, name)(*given))
                return bound[0](time, runtime.array(y, "real"), arrays(inputs), arrays(reads), ())

        return function

    def _vectors(self, function: Callable[..., Any]) -> Function:
        """Return a function whose result is a vector for each state."""
        return lambda y, inputs, reads: self._whole(function(y, inputs, reads), y, 1)

    def _whole(self, value: Any, y: np.ndarray, rank: int) -> np.ndarray:
        """Return a value for each state; what is the same for all of them comes without axes in front."""
        found = self._runtime.numpy(value)
        shape = (*y.shape[:-1], *found.shape[found.ndim - rank :])
        return found if found.shape == shape else np.broadcast_to(found, shape)


def own_values(system: System) -> dict[str, Any]:
    """Return the values of parameters that a linearisation has added: where entries lie."""
    return {item.path: item.value for item in system.parameters if item.structural}
