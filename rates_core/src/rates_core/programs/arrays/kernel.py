"""Run modules of an array library; what comes in and goes out are NumPy's arrays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.programs.arrays.equations import ArrayEquations
from rates_core.programs.arrays.function import write_function
from rates_core.programs.arrays.gradient import gradients_of, planned, tangents_of
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.matrix import ArrayMatrix
from rates_core.programs.arrays.module import write_module
from rates_core.programs.arrays.outputs import Outputs, Plan
from rates_core.programs.arrays.rolled import RolledLoop
from rates_core.programs.arrays.runtime import (
    ArrayRuntime,
    Binder,
    Differentiated,
    Followed,
    argument,
    instant,
    of_points,
    padded,
    row_size,
)
from rates_core.programs.arrays.trainable import RunOfValues
from rates_core.programs.arrays.travel import ArrayPair, ArrayPairBatch
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.gradient import (
    GradientRequest,
    Gradients,
    StepsRequest,
    TangentRequest,
    Tangents,
    TrainableRequest,
)
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import (
    Backend,
    FunctionRequest,
    FunctionSource,
    Kernel,
    MatrixProgram,
    Program,
    ProgramRequest,
    slot_paths,
)
from rates_core.programs.python_folder import python_folder
from rates_core.programs.record import Columns, as_columns
from rates_core.programs.special import special_steps
from rates_core.programs.surrogate import chosen_slope
from rates_core.system.linearisation import Linearisation

if TYPE_CHECKING:
    from rates_core.programs.arrays.advance import StepsOfValues


class ArrayBackend(Backend):
    """A backend over one array library. Abstract."""

    language: ArrayLanguage

    @abstractmethod
    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        language = evolve(self.language, surrogate=chosen_slope(options))
        return ArrayProgram(request, language, self.runtime(request.precision, options))

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the module of a derivative matrix."""
        return ArrayMatrix(linearisation, self.language, self.runtime("float64", {}))

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request, self.language)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need Python and this library alone."""
        return python_folder(request, self.language.library, self.language.compiled)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        function: Callable[..., Any] = getattr(self.language.loaded(source.text), name)
        return function


class ArrayProgram(Program):
    """A generated module; it is loaded when it is bound."""

    def __init__(self, request: ProgramRequest, language: ArrayLanguage, runtime: ArrayRuntime) -> None:
        self.request, self.language, self.runtime = request, language, runtime
        self._written = write_module(request, language)
        self.source = self._written.text
        self._module: ModuleType | None = None
        self._binders: dict[str, Binder] = {}
        self._derivatives: dict[Plan, Differentiated] = {}
        self._tangents: dict[Plan, Followed] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what is stored of it: not what is made of its text."""
        made: dict[str, Any] = {"_module": None, "_binders": {}, "_derivatives": {}, "_tangents": {}}
        return {name: made.get(name, value) for name, value in vars(self).items() if name != "equations"}

    @property
    def module(self) -> ModuleType:
        """Return the loaded module."""
        if self._module is None:
            self._module = self.language.loaded(self.source)
        return self._module

    def bind(self, arguments: Mapping[str, Any]) -> ArrayKernel:
        """Compute what depends on parameters only and return the kernel."""
        return ArrayKernel(self, arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Return the loop over many points."""
        from rates_core.programs.arrays.batch import ArrayBatch

        return ArrayBatch(self, arguments, points)

    @cached_property
    def equations(self) -> ArrayEquations:
        """Return the equations, for solvers of the library."""
        return ArrayEquations(self)

    def parameters(self, name: str) -> tuple[str, ...]:
        """Return the paths of the parameters that a function of the module takes."""
        return self._written.parameters.get(name, ())

    def differentiated(self, plan: Plan) -> Differentiated:
        """Return what differentiates losses of runs of one kind; it is kept."""
        if plan not in self._derivatives:
            self._derivatives[plan] = self.runtime.differentiated(Outputs(self, plan), plan.forward)
        return self._derivatives[plan]

    def tangents(self, plan: Plan) -> Followed:
        """Return what follows outputs of runs of one kind as variables move; it is kept."""
        if plan not in self._tangents:
            self._tangents[plan] = self.runtime.tangents(Outputs(self, plan))
        return self._tangents[plan]

    def function(self, name: str, arguments: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what a function of the module makes of the parameters that it takes."""
        paths, system = self._written.parameters[name], self.request.system
        return self._bound(name, [argument(self.runtime, system, path, arguments) for path in paths])

    def loop(self, arguments: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what takes the steps of a run."""
        if not self.runtime.rolls:
            return self.function("integrator", arguments)
        if "rolled" not in self._binders:
            self._binders["rolled"] = self.runtime.binder(RolledLoop(self).of, self.traceable)
        paths, system = self._written.parameters["rollout"], self.request.system
        return self._binders["rolled"]([argument(self.runtime, system, path, arguments) for path in paths])

    def batched(self, name: str, arguments: Mapping[str, np.ndarray]) -> Callable[..., Any]:
        """Return the same for parameters with a first axis of points, or of length 1 where all share them."""
        paths, system = self._written.parameters[name], self.request.system
        return self._bound(name, [of_points(self.runtime, system, path, arguments) for path in paths])

    def _bound(self, name: str, parameters: Sequence[Any]) -> Callable[..., Any]:
        if name not in self._binders:
            self._binders[name] = self.runtime.binder(getattr(self.module, name), self.traceable)
        return self._binders[name](parameters)

    def tables(
        self, inputs: Sequence[Sequence[Any]], draws: Sequence[Any], form: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[tuple[tuple[Any, ...], ...], tuple[Any, ...]]:
        """Return inputs by node of the method, and random numbers, as arrays of the library.

        Args:
            inputs: as `Kernel.loop` takes them; nothing for a model without.
            draws: likewise.
            form: what is done to each table before.
        """

        def arrays(tables: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(self.runtime.array(form(table), "real") for table in tables)

        return tuple(arrays(tables) for tables in inputs or [()] * len(self.nodes)), arrays(draws)

    @property
    def traceable(self) -> bool:
        """Return whether the module does the same for all values: whether it looks at no computed index."""
        return self._written.traceable

    @property
    def has_pair(self) -> bool:
        """Return whether the module takes the steps of an embedded pair."""
        return "pair" in self._written.parameters

    @property
    def nodes(self) -> tuple[float, ...]:
        """Return the nodes of the method."""
        assert self.request.tableau is not None
        return tuple(self.request.tableau.distinct_nodes)


class ArrayKernel(Kernel):
    """The functions of a module with parameters bound."""

    def __init__(self, program: ArrayProgram, arguments: Mapping[str, Any]) -> None:
        self.request, self.program, self.arguments = program.request, program, arguments
        self.runtime = program.runtime
        self._functions: dict[str, Callable[..., Any]] = {}
        self._loop: Callable[..., Any] | None = None
        self._gathers: tuple[Any, Any] | None = None  # those of a history, and as arrays of the library

    def _call(self, name: str, t: float, y: np.ndarray, inputs: Any, reads: Any, draws: Any) -> Any:
        if name not in self._functions:
            self._functions[name] = self.program.function(name, self.arguments)
        return self._functions[name](*instant(self.runtime, self.request.system, t, y, inputs, reads, draws))

    def rhs(self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
        """Return dy/dt."""
        return self.runtime.numpy(self._call("vector_field", t, y, inputs, reads, draws)).astype(float, copy=False)

    def observe(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._values("recorder", self.request.recorded, t, y, inputs, reads, draws)

    def slots(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        """Return the stored variables."""
        stored = slot_paths(self.request.system)
        return self._values("slots", stored, t, y, inputs, reads, draws) if stored else ()

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return a state after events."""
        if "events" not in self._functions:
            self._functions["events"] = self.program.function("events", self.arguments)
        now = self.runtime.array(t, "real"), self.runtime.array(y, "real")
        return self.runtime.numpy(self._functions["events"](*now)).astype(float)

    def _values(
        self, name: str, paths: Sequence[str], t: float, y: np.ndarray, inputs: Any, reads: Any, draws: Any
    ) -> tuple[Any, ...]:
        system, found = self.request.system, self._call(name, t, y, inputs, reads, draws)
        kinds = [complex if path in system.complex_symbols else float for path in paths]
        values = [self.runtime.numpy(value).astype(kind) for value, kind in zip(found, kinds, strict=True)]
        return tuple(value if value.ndim else value.item() for value in values)

    def loop(
        self,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Run the loop of the module; with delays, from the step on at which all of them are read alike.

        Where computed indices are looked at, steps are taken one by one.
        """
        if not self.program.traceable:
            return super().loop(carry, inputs, draws, step_size, samples, stride)
        if carry.history is None:
            return self._run(carry, None, carry.y, 0, inputs, draws, step_size, samples, stride)
        history, count = carry.history.copy(), samples * stride
        y, done, rows = special_steps(self, carry, history, inputs, draws, step_size, count, stride)
        parts = [as_columns(self.request.system, self.request.recorded, rows)] if rows else []
        if done % stride and done < count:  # the rest of the steps of a row that has been recorded
            rest = stride - done % stride
            after, _ = self._run(carry, history, y, done, inputs, draws, step_size, 1, rest)
            y, done = after.y, done + rest
        if done < count:
            after, columns = self._run(
                carry, history, y, done, inputs, draws, step_size, (count - done) // stride, stride
            )
            y = after.y
            parts.append(columns)
        step = carry.step + count
        joined = parts[0] if len(parts) == 1 else tuple(np.concatenate(some) for some in zip(*parts, strict=True))
        return Carry(step, step * step_size, y, history), joined

    def _run(
        self,
        carry: Carry,
        history: Any,
        y: np.ndarray,
        done: int,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Run the loop of the module from a step of a chunk on; the history is changed in place."""
        runtime, system, steps, first = self.runtime, self.request.system, samples * stride, carry.step + done
        if self._loop is None:
            self._loop = self.program.loop(self.arguments)
        room = runtime.room(samples, row_size(self.request))
        signals, numbers = self.program.tables(inputs, draws, lambda table: padded(table[done:], steps, room * stride))
        buffers, gathers = self.past(history)
        end, rows, buffers = self._loop(
            runtime.array(y, "real"), runtime.array(step_size, "real"), runtime.array(first, "integer"),
            runtime.array(samples, "integer"), runtime.array(stride, "integer"), signals, numbers,
            runtime.array(np.zeros(room), "real"), buffers, gathers,
        )  # fmt: skip
        if history is not None:
            for own, new in zip(history.buffers(), buffers, strict=True):
                own[...] = runtime.numpy(new)
            history.advance(first + steps)
        columns = tuple(
            runtime.rows(row, samples, complex if path in system.complex_symbols else float)
            for path, row in zip(self.request.recorded, rows, strict=True)
        )
        step = first + steps
        return Carry(step, step * step_size, runtime.numpy(end).astype(float), history), columns

    def past(self, history: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the samples of a history, and where each read takes its values at each node of the method."""
        if history is None:
            return (), ()
        runtime = self.runtime
        buffers = tuple(
            runtime.array(buffer, "complex" if np.iscomplexobj(buffer) else "real") for buffer in history.buffers()
        )
        if self._gathers is None or self._gathers[0] is not history.gathers(self.program.nodes[0]):
            found = tuple(
                tuple(
                    (runtime.array(gather.places.astype(np.int64), "integer"), runtime.array(gather.weights, "real"))
                    for gather in history.gathers(node)
                )
                for node in self.program.nodes
            )
            self._gathers = history.gathers(self.program.nodes[0]), found
        return buffers, self._gathers[1]

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the loop of the module, if it has one for an embedded pair.

        Where it is not compiled, it is for many points: one alone takes its steps as fast in core's loop.
        """
        if not (self.program.has_pair and self.runtime.compiles):
            return None
        run = self.program.function("pair", self.arguments)
        return ArrayPair(ArrayPairBatch(self.program, run, [table[None] for table in samples], base, spacing))

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Return the equations with the values of a run."""
        return self.program.equations.of(self.arguments, fed, base, spacing)

    def gradient(self, request: GradientRequest) -> Gradients:
        """Differentiate the loop of the module."""
        return gradients_of(self, request)

    def tangents(self, request: TangentRequest) -> Tangents:
        """Differentiate the loop of the module along its steps."""
        return tangents_of(self, request)

    def trainable(self, request: TrainableRequest) -> Any:
        """Return the loop of the module as a function of values."""
        plan, given = planned(self, request, (), self.runtime)
        return self.runtime.trainable(RunOfValues(self.program, plan, request), given)

    def single_steps(self, request: StepsRequest) -> StepsOfValues:
        """Return the steps of the module as a function of values and of what goes on between them."""
        from rates_core.programs.arrays.advance import StepsOfValues

        return StepsOfValues(self, request)

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Return the states as one real vector."""
        y = np.empty(self.request.system.width)
        for state, piece in zip(self.request.system.states, pieces, strict=True):
            part = y[state.offset : state.offset + state.width]
            (part.view(complex) if state.complex else part)[:] = piece
        return y
