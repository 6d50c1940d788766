"""Take steps of models with delays by methods of DelayDiffEq, in the Julia that has the model."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from attrs import evolve, frozen
from rates_core.delays.dependence import Dependence
from rates_core.errors import SimulationError, UnsupportedFeatureError
from rates_core.programs.program import slot_paths
from rates_core.programs.trail import Trail
from rates_core.solvers.driver import Problem, Progress
from rates_core.solvers.pieces import Piece
from rates_core.system.system import Read

from rates_julia.equations import JuliaEquations
from rates_julia.process import OUT, Array, Asked, Function, Kept
from rates_julia.steps import SOLVER, Steps, module_of

PACKAGE = "DelayDiffEq"
MODULE = "RatesDelayedSteps"
POWERS = 10  # as in `delayed.jl`
ROOM = 2**20  # numbers of the steps of a call
LEAST_STEPS = 256  # that are handed on, for a later run may have longer delays


class DelayedSteps(Steps):
    """One run of a model with delays.

    Julia keeps the steps of the run that reads reach. They are handed to core where a run ends, so that another one can
    go on from there.
    """

    package = PACKAGE

    def __init__(self, problem: Problem, equations: JuliaEquations) -> None:
        # DelayDiffEq repeats steps that look inside themselves, so that they need not be as short as the shortest delay
        super().__init__(evolve(problem, shortest_delay=None), equations)
        self._system = equations.kernel.request.system
        self._needs = Dependence(self._system)
        check_no_circle(self._needs)
        assert problem.past is not None
        self._past, self._shortest = problem.past, problem.shortest_delay
        self._slots = slot_paths(self._system)
        julia = self._julia
        self._late = module_of(julia, MODULE, "delayed.jl", PACKAGE)
        self._before = self._known_before()
        self._reach = self._past.longest * (1 + len(self._needs.computed))
        reads = {f"r{number}": self._read(number, read) for number, read in enumerate(self._system.reads)}
        slots = {f"s{number}": self._slot(path) for number, path in enumerate(self._slots)}
        given = [
            float(problem.start), reads, slots, equations.function(julia, "store"), equations.order("store"),
            self._reach,
        ]  # fmt: skip
        self._kept = julia.made(self._late, "past", given)
        self._taken: deque[Step] = deque()

    def parts(self) -> Iterator[Progress]:
        """Yield what each call gives; at the end, and before what went wrong is raised, core is told of the steps."""
        try:
            yield from super().parts()
        except SimulationError:
            self._hand_over()
            raise
        self._hand_over()

    def _read(self, number: int, read: Read) -> dict[str, Any]:
        """Return what a read takes, entries counted from 1."""
        shape = read.shape or (1,)
        width = math.prod(shape)
        delays = np.ravel(np.broadcast_to(self._past.delays[number], shape), order="F").astype(float)
        taken = self._past.entries[number]
        source = math.prod(self._system.shapes[read.slot])
        everything = np.arange(width) if source > 1 else np.zeros(width)
        entries = everything if taken is None or source == 1 else np.broadcast_to(taken, width)
        return {
            "slot": self._slots.index(read.slot) + 1,
            "delays": delays,
            "entries": entries.astype(np.int64) + 1,
            "order": np.argsort(delays, kind="stable").astype(np.int64) + 1,
            "shape": np.array(read.shape, dtype=np.int64),
        }

    def _slot(self, path: str) -> dict[str, Any]:
        """Return what a variable is that is read late."""
        state = self._system.state_paths.get(path)
        needed = sorted(self._needs.needed_reads[path]) if state is None else []
        return {
            "place": -1 if state is None else state.offset,
            "complex": int(path in self._system.complex_symbols),
            "shape": np.array(self._system.shapes[path], dtype=np.int64),
            "needed": np.array(needed, dtype=np.int64) + 1,
        }

    def _known_before(self) -> dict[str, Any]:
        """Return what variables were before the run, by their numbers: a value, steps, or a function of time."""
        past, read = self._past, dict.fromkeys(item.slot for item in self._system.reads)
        trail = None if past.constants.keys() >= read.keys() else past.trail()
        before: dict[str, Any] = {}
        for number, path in enumerate(self._slots):
            name = f"s{number}"
            if path not in read:
                before[name] = 0.0  # where only chains began with it
            elif path in past.constants:
                before[name] = _in_memory(past.constants[path])
            elif trail is not None:
                before[name] = _steps_of(trail, list(read).index(path))
            else:
                kind = complex if path in self._system.complex_symbols else float
                width = math.prod(self._system.shapes[path])
                before[name] = Asked(partial(_flat, past.before, path), width, kind)
        return before

    def _begun(self, piece: Piece) -> Kept:
        """Return a run of the method over a piece, which stays in Julia."""
        julia, equations = self._julia, self._equations
        given = [
            Function(self._module, "this"), self._kept, equations.function(julia, "f"),
            equations.function(julia, "derivative"), equations.order("derivative"), *self._of_states(),
            equations.samples(), equations.asked(), self._before, *self._of_piece(piece),
        ]  # fmt: skip
        return julia.made(self._late, "begun", given)

    def _call(self, begun: Kept, end: Array, rest: list[Any]) -> list[Any]:
        """Take steps in Julia, and note them."""
        times, more, most, seconds, *columns = rest
        room = max(1, ROOM // (POWERS * max(1, len(self._y))))
        given = [
            Function(self._module, "this"), begun, self._kept, self._observe, end, self._equations.asked(),
            self._before, self._order, times, more, min(most, room), seconds, *columns,
        ]  # fmt: skip
        found = self._julia.call(self._late, "advance!", [given])
        self._note(found[0][3])
        return found

    def _note(self, count: int) -> None:
        """Fetch the last steps, and forget those that no read of a later run reaches."""
        if not count:
            return
        starts, ends = np.empty(count), np.empty(count)
        factors = np.empty((count, POWERS, len(self._y)))
        written = [Array(values, OUT) for values in (starts, ends, factors)]
        self._julia.call(self._late, "written!", [[self._kept, count, *written]])
        self._taken.extend(map(Step, starts.tolist(), ends.tolist(), factors))
        if any(self._needs.needed_reads.values()):
            return  # core computes such variables from what their reads take, one step after the other
        while len(self._taken) > LEAST_STEPS and self._taken[0].end < self._taken[-1].end - self._reach:
            self._taken.popleft()

    def _hand_over(self) -> None:
        """Tell core of the steps, in parts on which no read looks inside the part."""
        accept = self._problem.accept
        assert accept is not None
        shortest, looking = self._shortest, any(self._needs.needed_reads.values())
        while self._taken:
            step = self._taken.popleft()
            size = step.end - step.start
            parts = math.ceil(size / shortest) if looking and shortest is not None else 1
            times = [*(step.start + size * part / parts for part in range(parts)), step.end]
            for start, end in pairwise(times):
                accept(start, end, step.state)


@frozen(eq=False)
class Step:
    """A step as sums of Chebyshev polynomials, `[powers, entries]`."""

    start: float
    end: float
    factors: np.ndarray

    def state(self, t: float) -> np.ndarray:
        """Return the state at a time on the step."""
        x = min(max(2 * (t - self.start) / (self.end - self.start) - 1, -1.0), 1.0)
        found: np.ndarray = np.cos(np.arange(POWERS) * math.acos(x)) @ self.factors
        return found


def check_no_circle(needs: Dependence) -> None:
    """Raise unless each computed variable that is read late depends on the past of others only.

    Raises:
        UnsupportedFeatureError: one depends on its own; it is named.
    """
    if needs.recurrent:
        raise UnsupportedFeatureError(
            f"The solver '{SOLVER}' does not run models in which a computed variable depends on its own past without a "
            f"state between, as '{min(needs.recurrent)}' does: what it was is computed from states. Take "
            "solver='dopri5' or 'scipy', which store it, or make it a state."
        )


def _in_memory(value: Any) -> Any:
    """Return a number, or an array whose entries follow each other as a column of a matrix does."""
    return np.ravel(value, order="F") if np.ndim(value) else value


def _flat(before: Callable[[str, float], Any], path: str, t: float) -> Any:
    return _in_memory(before(path, t))


def _steps_of(trail: Trail, number: int) -> Mapping[str, Any]:
    """Return one variable on stored steps."""
    count = trail.count
    parts: Sequence[np.ndarray] = (trail.starts, trail.ends, trail.factors[number])
    return dict(zip(("starts", "ends", "factors"), (np.ascontiguousarray(part[:count]) for part in parts), strict=True))
