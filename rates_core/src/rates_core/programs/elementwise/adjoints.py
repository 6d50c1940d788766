"""The adjoint modules of a program: one for each choice of what the derivatives are taken by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import define, field

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.gradient import GradientRequest
from rates_core.programs.program import ProgramRequest
from rates_core.system.adjoint import Wanted

Module = TypeVar("Module")


@define(eq=False)
class Adjoints(Generic[Module]):
    """Makes modules when they are asked for, each once.

    Attributes:
        make: generates a module.
    """

    make: Callable[[AdjointRequest], Module]
    _made: dict[Any, Module] = field(factory=dict)

    def of(self, program: ProgramRequest, run: GradientRequest) -> Module:
        """Return the module for what is asked of a run.

        Raises:
            UnsupportedFeatureError: the model has events.
        """
        system = program.system
        if system.updates:
            raise UnsupportedFeatureError(
                f"The adjoint of a compiled loop does not follow the events of '{system.events[0].label}'. "
                "Compile with a backend of an array library, such as torch."
            )
        delays = any(symbols(read.delay) & set(run.parameters) for read in system.reads)
        wanted = Wanted(run.parameters, tuple(system.inputs[number].path for number in run.fed))
        key = wanted, delays
        if key not in self._made:
            self._made[key] = self.make(AdjointRequest(program, wanted, delays))
        return self._made[key]
