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
        together: how many trials modules can take side by side, some of which may mean nothing; 1 for one at a time.
    """

    make: Callable[[AdjointRequest], Module]
    slope: float | None = None
    together: int = 1
    _made: dict[Any, Module] = field(factory=dict)

    def of(self, program: ProgramRequest, run: GradientRequest, trials: int = 1) -> Module:
        """Return the module for what is asked of a run, or of several side by side.

        Raises:
            UnsupportedFeatureError: it cannot be written, or not for several.
        """
        system = program.system
        delays = any(symbols(read.delay) & set(run.parameters) for read in system.reads)
        wanted = Wanted(run.parameters, tuple(system.inputs[number].path for number in run.fed), self.slope)
        key = wanted, delays, trials
        if key not in self._made:
            self._made[key] = self.make(AdjointRequest(program, wanted, delays, trials))
        return self._made[key]
