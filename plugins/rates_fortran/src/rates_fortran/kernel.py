"""Run a generated module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.elementwise.adjoints import Adjoints
from rates_core.programs.elementwise.called import CalledKernel
from rates_core.programs.elementwise.followed import FollowedSteps
from rates_core.programs.elementwise.given import constants_given
from rates_core.programs.elementwise.way_back import gradients_of
from rates_core.programs.gradient import GradientRequest, Gradients, StepsRequest
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import Program, ProgramRequest

from rates_fortran.adjoint_loops import FortranAdjoint
from rates_fortran.batch import FortranBatch
from rates_fortran.binding import Compiled
from rates_fortran.module import write_module
from rates_fortran.pair_loop import FortranPair

TOGETHER = 16  # trials: two vectors of eight numbers, of which processors of today compute one at a time


class FortranProgram(Compiled, Program):
    """A generated module; it is compiled when it is bound."""

    def __init__(self, request: ProgramRequest, slope: float | None = None) -> None:
        self.request = request
        self.module = write_module(request)
        self.source = self.module.source
        self.adjoints = Adjoints(FortranAdjoint, slope, TOGETHER)

    def bind(self, arguments: Mapping[str, Any]) -> FortranKernel:
        """Compute what depends on parameters only and return the kernel."""
        return FortranKernel(self, arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return FortranBatch(self, arguments, points)


class FortranKernel(CalledKernel):
    """The procedures of a module with parameters bound."""

    def __init__(self, program: FortranProgram, arguments: Mapping[str, Any]) -> None:
        layout, self._library = program.module.layout, program.library
        self._program, self._arguments, self._adjoints = program, arguments, program.adjoints
        super().__init__(program.request, self._library, constants_given(layout, arguments))
        if layout.prepared:
            self._library.call("prepare", self.constants)

    def gradient(self, request: GradientRequest) -> Gradients:
        """Return the derivatives of a loss of a run, by loops forwards and back."""
        adjoint = self._adjoints.of(self.request, request)
        return gradients_of(adjoint.bind(self._arguments), self._arguments, request)

    def single_steps(self, request: StepsRequest) -> FollowedSteps:
        """Return the steps of the loops forwards as a function of values, with the way back by those backwards."""
        return FollowedSteps(self._program, self._adjoints, self._arguments, request)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        return FortranPair(self, self._library, samples, base, spacing, history)
