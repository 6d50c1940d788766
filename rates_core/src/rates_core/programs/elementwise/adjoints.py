"""The adjoint modules of a program: one for each choice of what the derivatives are taken by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import define, field

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
        slope: of the smooth steps whose derivatives conditions of events have, or None if they have none.
    """

    make: Callable[[AdjointRequest], Module]
    slope: float | None = None
    _made: dict[Any, Module] = field(factory=dict)

    def of(self, program: ProgramRequest, run: GradientRequest) -> Module:
        """Return the module for what is asked of a run."""
        system = program.system
        delays = any(symbols(read.delay) & set(run.parameters) for read in system.reads)
        wanted = Wanted(run.parameters, tuple(system.inputs[number].path for number in run.fed), self.slope)
        key = wanted, delays
        if key not in self._made:
            self._made[key] = self.make(AdjointRequest(program, wanted, delays))
        return self._made[key]
