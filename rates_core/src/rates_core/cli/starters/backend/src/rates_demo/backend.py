"""The backend: it makes the text of a model into functions, and calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.program import Backend, Kernel, Program, ProgramRequest, slot_paths

from rates_demo.language import function

Functions = Mapping[str, Callable[..., list[Any]]]
Values = Sequence[Any]


class DemoBackend(Backend):
    """Make programs. One object serves any number of models and keeps nothing between them."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Write and load the program of a model."""
        return DemoProgram(request)


class DemoProgram(Program):
    """A module with three functions: derivatives, what is recorded, and whose past matters."""

    def __init__(self, request: ProgramRequest) -> None:
        system = request.system
        results: Mapping[str, Sequence[Expression]] = {
            "rhs": [item.expression for item in system.derivatives],
            "observe": [Symbol(path) for path in request.recorded],
            "slots": [Symbol(path) for path in slot_paths(system)],
        }
        functions = [function(name, system, wanted) for name, wanted in results.items()]
        self.request = request
        self.source = "\n\n\n".join(["import math\n\nimport numpy as np", *functions]) + "\n"
        self.functions: dict[str, Any] = {}
        exec(compile(self.source, f"<{request.name!r} by demo>", "exec"), self.functions)

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        """Return the functions with values of all parameters."""
        parameters = [np.float64(arguments[item.path]) for item in self.request.system.parameters]
        return DemoKernel(self.request, self.functions, parameters)


class DemoKernel(Kernel):
    """The functions of one model with its parameters. All are pure: nothing that was returned is written again."""

    def __init__(self, request: ProgramRequest, functions: Functions, parameters: Values) -> None:
        self.request, self.functions, self.parameters = request, functions, parameters

    def call(self, name: str, t: float, y: np.ndarray, *rest: Values) -> list[Any]:
        """Call a function of the module; NaN and infinity are results like all others."""
        with np.errstate(all="ignore"):
            return self.functions[name](t, y, self.parameters, *rest)

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> np.ndarray:
        """Return dy/dt as a new vector."""
        return np.array(self.call("rhs", t, y, inputs, reads, draws), dtype=float)

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return tuple(self.call("observe", t, y, inputs, reads, draws))

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the variables whose past matters."""
        return tuple(self.call("slots", t, y, inputs, reads, draws))

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Return the vector of states that are given one by one."""
        return np.array(pieces, dtype=float)
