"""Take steps by a method of OrdinaryDiffEq, call by call, in the Julia that has the model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np
from rates_core.errors import PluginError, SimulationError
from rates_core.programs.elementwise.called import in_memory
from rates_core.solvers.adaptive_options import AdaptiveOptions, adaptive_options
from rates_core.solvers.driver import Problem, Progress
from rates_core.solvers.failures import too_many_steps
from rates_core.solvers.pieces import Piece, pieces

from rates_julia.equations import JuliaEquations
from rates_julia.probe import PACKAGE, package_probe
from rates_julia.process import OUT, Array, Julia, JuliaError, Kept, running

SOLVER = "diffeq"
DEFAULT = "Tsit5"
MODULE = "RatesSteps"
SECONDS = 0.2  # that a call takes
MOST = 2**62  # steps of a call
ROOM = 16384  # rows of a call
MORE, FAILED = 0, 2


def module_of(julia: Julia, name: str, file: str, package: str = PACKAGE) -> int:
    """Return the number of a module in a file of this plugin.

    Raises:
        PluginError: Julia does not have the package that it calls.
    """
    try:
        return julia.load(name, files("rates_julia").joinpath(file).read_text(encoding="utf-8"))
    except JuliaError:
        missing = package_probe(package)
        if missing is None:
            raise
        what = "" if package == PACKAGE else " a model with delays"
        raise PluginError(f"The solver '{SOLVER}' cannot run{what}: {missing}") from None


def module_with(julia: Julia, method: str) -> int:
    """Return the number of the module that calls OrdinaryDiffEq, which has a method.

    Raises:
        PluginError: Julia does not have the package, or one without this method.
    """
    module = module_of(julia, MODULE, "steps.jl")
    if julia.call(module, "has_method", [[{method: 0}]]) == [0]:
        raise PluginError(
            f"The solver '{SOLVER}' cannot run '{method}': the installed {PACKAGE} has no such method. "
            f'Bring it up to date: using Pkg; Pkg.update("{PACKAGE}"), or choose another method.'
        )
    return module


class Steps:
    """One run of a method, call by call."""

    package = PACKAGE

    def __init__(self, problem: Problem, equations: JuliaEquations) -> None:
        self._problem, self._equations = problem, equations
        self._method = problem.method or DEFAULT
        self._options: AdaptiveOptions = adaptive_options(problem)
        self._times = np.asarray(problem.times, dtype=float)
        self._julia = running()
        self._module = module_with(self._julia, self._method)
        self._observe, self._order = equations.function(self._julia, "observe"), equations.order("observe")
        self._y = np.array(problem.y, dtype=float)
        self._rows = self._count = 0  # rows written, steps taken
        method, proposal = problem.controller or (None, math.nan)
        self._proposal = proposal if method == self._method else math.nan

    def parts(self) -> Iterator[Progress]:
        """Yield what each call gives, or raise what it ended with."""
        first = self._options.first_step
        if math.isnan(self._proposal) and first is not None:
            self._proposal = first
        for piece in pieces(self._problem):
            begun, status = self._begun(piece), MORE
            self._proposal = math.nan  # a method that begins anew behind a stop chooses its step
            while status == MORE:
                status, progress, said = self._advanced(begun, piece)
                yield progress
                if status == FAILED:
                    raise self._failure(progress.time, said)
                most = self._options.max_steps
                if progress.time < piece.end and most is not None and self._count >= most:
                    raise too_many_steps(SOLVER, most, progress.time)

    def _begun(self, piece: Piece) -> Kept:
        """Return a run of the method over a piece, which stays in Julia."""
        julia, equations = self._julia, self._equations
        given = [
            equations.field(julia), *self._of_states(), equations.samples(), equations.asked(), *self._of_piece(piece),
        ]  # fmt: skip
        return julia.made(self._module, "begun", given)

    def _of_states(self) -> list[Any]:
        """Return the matrix, the state, parameters and the method."""
        julia, equations = self._julia, self._equations
        return [
            equations.function(julia, "jacobian"), self._y, equations.parameters(julia), {self._method: 0},
        ]  # fmt: skip

    def _of_piece(self, piece: Piece) -> list[Any]:
        """Return the grid of inputs, the bounds of a piece, and how steps are chosen."""
        equations, options = self._equations, self._options
        return [
            float(equations.base), float(equations.spacing), float(piece.start), float(piece.end), *piece.bounds(),
            options.rtol, options.atol, options.max_step, self._proposal,
        ]  # fmt: skip

    def _advanced(self, begun: Kept, piece: Piece) -> tuple[int, Progress, str]:
        """Take steps for a while; return how it ended, where, and what Julia says of it."""
        due = int(np.searchsorted(self._times, piece.end, side="right"))
        times = np.ascontiguousarray(self._times[self._rows : min(due, self._rows + ROOM)])
        more = int(self._rows + len(times) < due)
        columns = self._equations.columns(len(times))
        end = np.empty_like(self._y)
        most = MOST if self._options.max_steps is None else self._options.max_steps - self._count
        rest = [times, more, most, SECONDS, *(Array(in_memory(column), OUT) for column in columns)]
        ((status, time, proposal, steps, rows, said),) = self._call(begun, Array(end, OUT), rest)
        self._y, self._count, self._rows = end, self._count + steps, self._rows + rows
        found = tuple(column[:rows] for column in columns)
        return status, Progress(time, end, (), (self._method, proposal), found), said

    def _call(self, begun: Kept, end: Array, rest: list[Any]) -> list[Any]:
        """Take steps in Julia; `rest` is where rows are written, and how long it may take."""
        given = [begun, self._observe, end, self._equations.asked(), self._order, *rest]
        return self._julia.call(self._module, "advance!", [given])

    def _failure(self, time: float, said: str) -> SimulationError:
        return SimulationError(
            f"Method '{self._method}' of solver '{SOLVER}' failed at t = {time:.9g}: {self.package} says '{said}'.",
            time,
        )
