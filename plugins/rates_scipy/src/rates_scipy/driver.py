"""Drive SciPy's methods step by step."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import cache
from typing import Any

import numpy as np
from rates_core.errors import SimulationError
from rates_core.solvers.adaptive_options import number
from rates_core.solvers.driver import Driver, Problem, Progress
from rates_core.solvers.events import Ended, behind, ended
from rates_core.solvers.parts import Parts
from rates_core.solvers.pieces import Piece, pieces
from scipy.integrate import BDF, DOP853, LSODA, RK23, RK45, OdeSolver, Radau

from rates_scipy.functions import Called, Jacobian, RightHandSide
from rates_scipy.options import method_options

METHODS: dict[str, type[OdeSolver]] = {
    "RK45": RK45, "RK23": RK23, "DOP853": DOP853, "Radau": Radau, "BDF": BDF, "LSODA": LSODA,
}  # fmt: skip
DEFAULT = "RK45"
ONE_STEP = ("RK45", "RK23", "DOP853", "Radau")  # they need to know no more than the size of the next step to go on
SMALLEST_STEP = 10  # spacings of floating-point numbers, as in SciPy's own methods
MOST_SMALL_STEPS = 100


class SciPyDriver(Driver):
    """Integrate with `scipy.integrate.OdeSolver`: no loop of ours, no events, no tables.

    A method is started anew at every stop. With delays no step is longer than the shortest one, so that what is read
    has been accepted: the method of steps.
    """

    def check(self, problem: Problem) -> None:
        """Check the options that the method is given.

        Raises:
            ArgumentError: an option has no meaning, or none for the method chosen.
        """
        method_options(problem.method or DEFAULT, problem)

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part.

        Raises:
            ArgumentError: an option has no meaning, or none for the method chosen.
            SimulationError: the method failed.
        """
        method = problem.method or DEFAULT
        parts = Parts(problem)
        return parts.gather(_Run(method, problem, parts).steps())


class _Run:
    """One run of a method, piece by piece."""

    def __init__(self, method: str, problem: Problem, parts: Parts) -> None:
        self._method, self._problem, self._parts = method, problem, parts
        self._options = method_options(method, problem)
        self._jacobian = self._options.pop("jac", None)
        first = problem.options.get("first_step")
        self._first = None if first is None else number("first_step", first)
        self._small_steps = 0
        self._called: list[Called] = []

    def steps(self) -> Iterator[Any]:
        """Yield the method and the size of its next step after each step."""
        left: Problem | None = self._problem
        first = self._first_step()
        while left is not None:
            left = yield from self._until_event(left, first)
            first = None

    def _until_event(self, problem: Problem, first: float | None) -> Generator[Any, None, Problem | None]:
        """Yield like `steps` up to the first event; return what is left behind it."""
        y = np.array(problem.y)
        for piece in pieces(problem):
            side = RightHandSide(piece.smooth(problem.derivative))
            solver = self._solver(piece, side, y, first)
            first = None
            while solver.status == "running":
                planned = getattr(solver, "h_abs", 0.0)
                start = float(solver.t)
                self._step(solver)
                finished = solver.status == "finished"
                end = piece.end if finished else float(solver.t)
                interpolant = cache(solver.dense_output)
                reached = ended(problem.events, Ended(start, y), end, np.array(solver.y), interpolant)
                y = reached.y
                self._parts.step(start, reached.time, y, interpolant)
                controller = self._controller(solver, planned if finished else 0.0)
                yield controller
                if reached.happened:
                    return behind(problem, reached, controller)
        return None

    def _first_step(self) -> float | None:
        """Return the size that an earlier run of this method would have gone on with, or the user's choice."""
        method, size = self._problem.controller or (None, None)
        return size if method == self._method else self._first

    def _controller(self, solver: OdeSolver, planned: float) -> tuple[str, float | None]:
        """Return what a later run needs; a last step that the end cut short says little about the next one."""
        return self._method, float(max(solver.h_abs, planned)) if self._method in ONE_STEP else None

    def _solver(self, piece: Piece, side: RightHandSide, y: np.ndarray, first: float | None) -> OdeSolver:
        if not np.isfinite(y).all():
            raise SimulationError(f"The state is NaN or infinite at t = {piece.start:.9g}.", piece.start)
        options = dict(self._options)
        if first is not None:
            options["first_step"] = min(first, piece.end - piece.start)
        jacobian = self._jacobian
        self._called = [side]
        if callable(jacobian):
            jacobian = Jacobian(piece.smooth(jacobian), self._shape(len(y)), dense=self._method == "LSODA")
            self._called.append(jacobian)
        if jacobian is not None:
            options["jac"] = jacobian
        with np.errstate(all="ignore"):
            solver = METHODS[self._method](side, piece.start, y, piece.end, **options)
        if side.first is not None and not np.isfinite(side.first).all():
            raise SimulationError(f"The derivative is NaN or infinite at t = {piece.start:.9g}.", piece.start)
        return solver

    def _shape(self, size: int) -> tuple[int, int]:
        """Return the shape of ∂f/∂y; LSODA takes its diagonals as rows, if their number is given."""
        if not self._options.keys() & {"lband", "uband"}:
            return size, size
        return self._options.get("lband", 0) + self._options.get("uband", 0) + 1, size

    def _step(self, solver: OdeSolver) -> None:
        """Take a step, or raise a `SimulationError`."""
        before = float(solver.t)
        try:
            with np.errstate(all="ignore"):
                message = solver.step()
        except (ValueError, np.linalg.LinAlgError, UserWarning) as error:
            if any(error is called.error for called in self._called):
                raise
            raise self._failure(before, str(error)) from error
        if solver.status == "failed":
            raise self._failure(before, _reason(solver, message))
        if not np.isfinite(solver.y).all():
            raise self._failure(before, "beyond it the derivative is NaN or infinite.")
        if solver.status == "running" and solver.t - before < SMALLEST_STEP * math.ulp(before):
            self._small_steps += 1  # LSODA would go on for ever
            if self._small_steps > MOST_SMALL_STEPS:
                raise self._failure(before, OdeSolver.TOO_SMALL_STEP)
        else:
            self._small_steps = 0

    def _failure(self, t: float, reason: str) -> SimulationError:
        error = SimulationError(f"Method '{self._method}' of solver 'scipy' failed at t = {t:.9g}: {reason}", t)
        error.undefined = next((called.undefined for called in self._called if isinstance(called, RightHandSide)), None)
        return error


def _reason(solver: OdeSolver, message: str | None) -> str:
    """Return why a method failed; LSODA keeps its reason where only its wrapper finds it."""
    if isinstance(solver, LSODA):
        integrator = solver._lsoda_solver._integrator
        return str(integrator.messages.get(integrator.istate, message))
    return str(message)
