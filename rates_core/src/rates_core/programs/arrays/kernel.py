"""Run modules of an array library; what comes in and goes out are NumPy's arrays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.programs.arrays.function import write_function
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.matrix import write_entries
from rates_core.programs.arrays.module import write_module
from rates_core.programs.arrays.runtime import (
    ArrayRuntime,
    Binder,
    Differentiated,
    argument,
    instant,
    is_traceable,
    of_points,
    padded,
    row_size,
)
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.gradient import GradientRequest, Gradients
from rates_core.programs.program import (
    Backend,
    FunctionRequest,
    FunctionSource,
    Kernel,
    Matrix,
    MatrixProgram,
    Program,
    ProgramRequest,
    slot_paths,
)
from rates_core.programs.record import Columns, as_columns
from rates_core.programs.special import special_steps
from rates_core.system.linearisation import Linearisation


class ArrayBackend(Backend):
    """A backend over one array library. Abstract."""

    language: ArrayLanguage

    @abstractmethod
    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        return ArrayProgram(request, self.language, self.runtime(request.precision, options))

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the module of a derivative matrix."""
        return ArrayMatrix(linearisation, self.language, self.runtime("float64", {}))

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request, self.language)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        function: Callable[..., Any] = getattr(self.language.loaded(source.text), name)
        return function


class Outputs(dict[str, Any]):
    """Outputs by name, for a loss."""

    def __missing__(self, name: str) -> Any:
        """Raise for an output that is not recorded."""
        raise UnknownNameError(
            f"loss asks for the output {name!r}.{did_you_mean(str(name), self)} Recorded are: {', '.join(self)}."
        )


class ArrayProgram(Program):
    """A generated module; it is loaded when it is bound."""

    def __init__(self, request: ProgramRequest, language: ArrayLanguage, runtime: ArrayRuntime) -> None:
        self.request, self.language, self.runtime = request, language, runtime
        self._written = write_module(request, language)
        self.source = self._written.text
        self._module: ModuleType | None = None
        self._binders: dict[str, Binder] = {}
        self._derivatives: dict[Any, Differentiated] = {}

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

    def parameters(self, name: str) -> tuple[str, ...]:
        """Return the paths of the parameters that a function of the module takes."""
        return self._written.parameters[name]

    def differentiated(self, request: GradientRequest, moved: tuple[str, ...]) -> Differentiated:
        """Return what differentiates losses of runs of one length by the same variables; it is kept."""
        key = moved, request.initial, request.samples, request.stride, request.first
        if key not in self._derivatives:
            self._derivatives[key] = self.runtime.differentiated(self._outputs(request, moved))
        return self._derivatives[key]

    def _outputs(self, request: GradientRequest, moved: tuple[str, ...]) -> Callable[..., Any]:
        """Return the outputs by name as a function of variables and of all else that a run takes."""
        runtime, taken, make = self.runtime, self._written.parameters["integrator"], self.module.integrator
        samples, stride, first, initial, parts = (
            request.samples, request.stride, request.first, request.initial, request.parts,
        )  # fmt: skip

        def outputs(variables: Sequence[Any], rest: Sequence[Any]) -> dict[str, Any]:
            fixed, y, inputs, draws, h, start, buffers, gathers = rest
            values = {**fixed, **dict(zip(moved, variables, strict=False))}
            y = variables[-1] if initial else y
            run = make(*(values[path] for path in taken))
            _, rows, _ = run(y, h, start, samples, stride, inputs, draws, None, buffers, gathers)
            found: dict[str, list[Any]] = {}
            for part in parts:
                block = runtime.columns(rows[part.recorded][first:], part.units)
                found.setdefault(part.key, []).append(block[:, 0] if part.alone else block)
            return {key: runtime.side_by_side(blocks) for key, blocks in found.items()}

        return outputs

    def function(self, name: str, arguments: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what a function of the module makes of the parameters that it takes."""
        paths, system = self._written.parameters[name], self.request.system
        return self._bound(name, [argument(self.runtime, system, path, arguments) for path in paths])

    def batched(self, name: str, arguments: Mapping[str, np.ndarray]) -> Callable[..., Any]:
        """Return the same for parameters with a first axis of points, or of length 1 where all share them."""
        paths, system = self._written.parameters[name], self.request.system
        return self._bound(name, [of_points(self.runtime, system, path, arguments) for path in paths])

    def _bound(self, name: str, parameters: Sequence[Any]) -> Callable[..., Any]:
        if name not in self._binders:
            self._binders[name] = self.runtime.binder(getattr(self.module, name), is_traceable(self.source))
        return self._binders[name](parameters)

    @property
    def nodes(self) -> tuple[float, ...]:
        """Return the nodes of the method."""
        assert self.request.tableau is not None
        return tuple(self.request.tableau.distinct_nodes)

    def to_file(self, path: Path) -> None:
        """Write the module."""
        path.write_text(self.source, encoding="utf-8")


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
        if not is_traceable(self.program.source):
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
            self._loop = self.program.function("integrator", self.arguments)
        room = runtime.room(samples, row_size(self.request))
        tables = [
            tuple(runtime.array(padded(table[done:], steps, room * stride), "real") for table in some)
            for some in (*(inputs or [()] * len(self.program.nodes)), draws)
        ]
        buffers, gathers = self._past(history)
        end, rows, buffers = self._loop(
            runtime.array(y, "real"), runtime.array(step_size, "real"), runtime.array(first, "integer"),
            runtime.array(samples, "integer"), runtime.array(stride, "integer"), tuple(tables[:-1]), tables[-1],
            runtime.array(np.zeros(room), "real"), buffers, gathers,
        )  # fmt: skip
        if history is not None:
            for own, new in zip(history.buffers(), buffers, strict=True):
                own[...] = runtime.numpy(new)
            history.advance(first + steps)
        columns = tuple(
            runtime.numpy(row)[:samples].astype(complex if path in system.complex_symbols else float)
            for path, row in zip(self.request.recorded, rows, strict=True)
        )
        step = first + steps
        return Carry(step, step * step_size, runtime.numpy(end).astype(float), history), columns

    def _past(self, history: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
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

    def gradient(self, request: GradientRequest) -> Gradients:
        """Differentiate the loop of the module."""
        runtime, system = self.runtime, self.request.system
        taken = self.program.parameters("integrator")
        moved = [path for path in request.parameters if path in taken]
        fixed = {path: argument(runtime, system, path, self.arguments) for path in taken if path not in moved}
        given = [argument(runtime, system, path, self.arguments) for path in moved]
        y = runtime.array(request.start.y, "real")
        tables = [
            tuple(runtime.array(table, "real") for table in some)
            for some in (*(request.inputs or [()] * len(self.program.nodes)), request.draws)
        ]
        h, first = runtime.array(request.step_size, "real"), runtime.array(request.start.step, "integer")
        rest = fixed, y, tuple(tables[:-1]), tables[-1], h, first, *self._past(self._regular(request.start))
        variables = (*given, y) if request.initial else tuple(given)
        differentiated = self.program.differentiated(request, tuple(moved))
        loss, found = differentiated(lambda outputs: _checked_loss(request.loss(Outputs(outputs))), variables, rest)
        derivatives = [np.asarray(runtime.numpy(value), dtype=float) for value in found]
        by_path = dict(zip(moved, derivatives, strict=False))
        zeros = {path: np.zeros(system.parameter_paths[path].shape) for path in request.parameters}
        return Gradients(float(runtime.numpy(loss)), {**zeros, **by_path}, derivatives[-1] if request.initial else None)

    def _regular(self, start: Carry) -> Any:
        """Return the past of a run whose reads are all alike from its first step on, or None without delays.

        Raises:
            UnsupportedFeatureError: they are not.
        """
        if start.history is None:
            return None
        history = start.history.copy()
        history.begin(start.step, tuple(state.of(start.y) for state in self.request.system.states))
        if history.regular_from() > start.step:
            raise UnsupportedFeatureError(
                "gradient() follows delays that are whole steps, from a past that goes over into the start without a "
                "jump, under a method that looks at the past on samples only, such as Euler's. This run is another."
            )
        return history

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Return the states as one real vector."""
        y = np.empty(self.request.system.width)
        for state, piece in zip(self.request.system.states, pieces, strict=True):
            part = y[state.offset : state.offset + state.width]
            (part.view(complex) if state.complex else part)[:] = piece
        return y


class ArrayMatrix(MatrixProgram):
    """A generated module with one function that returns the entries of a matrix."""

    def __init__(self, linearisation: Linearisation, language: ArrayLanguage, runtime: ArrayRuntime) -> None:
        self._linearisation, self._language, self._runtime = linearisation, language, runtime
        written = write_entries(linearisation, language)
        self.source, self._parameters = written.text, written.parameters["linearisation"]

    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time and state."""
        linearisation, runtime = self._linearisation, self._runtime
        system = linearisation.system
        make = self._language.loaded(self.source).linearisation
        given = [argument(runtime, system, path, arguments) for path in self._parameters]
        entries = runtime.binder(make, is_traceable(self.source))(given)
        rows = np.concatenate([np.zeros(0, int), *(block.rows for block in linearisation.blocks)])
        columns = np.concatenate([np.zeros(0, int), *(block.columns for block in linearisation.blocks)])

        def matrix(t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
            jacobian = np.zeros(linearisation.shape)
            found = entries(*instant(runtime, system, t, y, inputs, reads, draws))
            np.add.at(jacobian, (rows, columns), runtime.numpy(found))
            return jacobian

        return matrix


def _checked_loss(value: Any) -> Any:
    """Return what a loss returned, if it is one number of the library.

    Raises:
        ArgumentError: it is not.
    """
    shape = getattr(value, "shape", None)
    if shape is None:
        raise ArgumentError(
            "loss has to return a number of the backend's library, computed from the outputs; "
            f"it returned {shown(value)}."
        )
    if tuple(shape) != ():
        raise ArgumentError(f"loss has to return one number; it returned an array of shape {tuple(shape)}.")
    return value
