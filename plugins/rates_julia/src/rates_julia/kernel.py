"""Run a generated module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.elementwise.called import CalledKernel
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import Program, ProgramRequest

from rates_julia.batch import JuliaBatch
from rates_julia.binding import Library, Parameters, bound
from rates_julia.equations import julia_equations
from rates_julia.module import write_module
from rates_julia.pair_loop import JuliaPair
from rates_julia.process import running


class JuliaProgram(Program):
    """A generated module; Julia gets it when it is bound."""

    def __init__(self, request: ProgramRequest) -> None:
        self.request = request
        self.library = Library(write_module(request))
        self.source = self.library.module.source

    def bind(self, arguments: Mapping[str, Any]) -> JuliaKernel:
        """Compute what depends on parameters only and return the kernel."""
        self.library.number(running())  # a Julia that is missing is no failure of a step
        return JuliaKernel(self.request, self.library, bound(self.library, arguments), arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return JuliaBatch(self.request, self.library, arguments, points)


class JuliaKernel(CalledKernel):
    """The functions of a module with parameters bound, which stay in Julia."""

    def __init__(
        self,
        request: ProgramRequest,
        library: Library,
        parameters: Parameters,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(request, library, {("p",): parameters})
        self.library, self.parameters, self._arguments = library, parameters, arguments

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        return JuliaPair(self, self.library, samples, base, spacing, history)

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Return the functions of the module that solvers of Julia call; a kernel of a batch has none of its own."""
        if self._arguments is None:
            return None
        return julia_equations(self, self._arguments, fed, base, spacing)
