"""What a library has to offer, so that modules in its language run; and what all of them need for that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.program import ProgramRequest
from rates_core.system.shapes import Shape
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.programs.arrays.outputs import Given
    from rates_core.programs.arrays.trainable import RunOfValues

LEAST_ROOM, MOST_BYTES = 512, 2**26  # rows of a compiled loop, and what they take

Kind = Literal["real", "complex", "integer"]
#: Takes a loss of arrays by name, variables, and the rest.
Differentiated = Callable[[CheckedLoss, Sequence[Any], Any], tuple[Any, Sequence[Any]]]
#: Takes variables, the rest, and for each variable how it moves with each number.
Followed = Callable[[Sequence[Any], Any, Sequence[Any]], tuple[dict[str, Any], dict[str, Any]]]
Binder = Callable[[Sequence[Any]], Callable[..., Any]]


class ArrayRuntime(ABC):
    """How arrays of a library are made, used and read. One object serves one program."""

    @abstractmethod
    def array(self, value: Any, kind: Kind) -> Any:
        """Return a number or an array of NumPy as one of the library; what NumPy's array becomes later is not seen."""

    @abstractmethod
    def numpy(self, value: Any) -> np.ndarray:
        """Return an array of the library as one of NumPy that shares its memory with nothing."""

    def rows(self, value: Any, count: int, kind: type) -> np.ndarray:
        """Return the first rows of an array of the library as an array of NumPy that shares its memory with nothing."""
        return np.array(self.view(value)[:count], kind)

    def view(self, value: Any) -> np.ndarray:
        """Return an array of the library as one of NumPy that may share its memory: to be read at once."""
        return self.numpy(value)

    @property
    def for_compiled(self) -> ArrayRuntime:
        """Return what makes arrays that only go into functions of `differentiated` and `tangents`.

        Where these are compiled, they may take NumPy's arrays, which are made in less time.
        """
        return self

    #: whether loops are compiled for the number of rows that there is room for
    compiles = False

    #: whether runs take their steps by `rollout` too, since those are compiled
    rolls = False

    #: whether `rollout` takes batch axes in front of the state, between those of steps and of units in tables
    side_by_side = False

    #: whether arrays have values while derivatives of what is made of them are taken
    eager = False

    #: whether points are the last axis of past values in loops over many: those that read alike are rows of these
    points_last = False

    def room(self, samples: int, row_size: int) -> int:
        """Return for how many rows there is room in a loop; where it is compiled, one of few numbers.

        Args:
            samples: rows that are made.
            row_size: bytes of a row.
        """
        room = LEAST_ROOM if self.compiles else samples
        while room < samples:
            room *= 8 if 8 * room * row_size < MOST_BYTES else 2
        return room

    def asked(self, function: Callable[..., Any], arguments: tuple[Any, ...], shapes: Sequence[Shape]) -> Any:
        """Return what a function of NumPy's arrays, not of the library, returns: a tuple of real arrays.

        Args:
            function: what is asked, from compiled code too.
            arguments: numbers, as arrays of the library.
            shapes: of what it returns.
        """
        raise NotImplementedError(f"{type(self).__name__} asks no functions.")

    def rollout(self, module: ModuleType, forward: bool) -> Callable[..., Any]:
        """Return a module's `rollout`, which takes its parameters as a first argument.

        Args:
            module: whose it is.
            forward: whether derivatives are accumulated forwards.
        """
        return lambda parameters, *arguments: module.rollout(*parameters)(*arguments)

    def differentiated(self, outputs: Callable[..., Any], forward: bool) -> Differentiated:
        """Return a function that returns a loss and its derivatives by variables.

        The outputs may be compiled; the loss is called anew each time, so that it sees what it refers to as it is.

        Args:
            outputs: takes a tuple of variables, and something that is made of arrays; returns arrays by name.
            forward: accumulate forwards, for few variables.
        """
        raise NotImplementedError(f"{type(self).__name__} does not differentiate.")

    def tangents(self, outputs: Callable[..., Any]) -> Followed:
        """Return a function that returns outputs by name, and how they move, with a first axis for numbers.

        Args:
            outputs: as `differentiated` takes them.
        """
        raise NotImplementedError(f"{type(self).__name__} does not differentiate along runs.")

    def columns(self, rows: Any, units: np.ndarray | None) -> Any:
        """Return some entries of each row, all for None; rows of numbers get an axis."""
        rows = rows[:, None] if len(rows.shape) == 1 else rows
        return rows if units is None or rows.shape[1] == 1 else rows[:, units]

    def joined(self, parts: Sequence[Any], axis: int = 0) -> Any:
        """Return arrays one behind the other."""
        raise NotImplementedError(f"{type(self).__name__} does not join arrays.")

    def stacked(self, trees: Sequence[Any]) -> Any:
        """Return arrays in tuples of one form as one such tuple, each array with a first axis for the trees."""
        if isinstance(trees[0], tuple):
            return tuple(self.stacked(parts) for parts in zip(*trees, strict=True))
        return self.joined([value[None] for value in trees])

    def repeated(self, function: Callable[[Any, Any], Any], state: Any, tables: Any, count: int) -> Any:
        """Return an array that a function of it, and of rows of tables, has replaced so often; here one by one.

        Args:
            function: takes the array, and the entries of all tables at one place.
            state: the array at first.
            tables: arrays in tuples, with a first axis of places.
            count: number of places.
        """
        for place in range(count):
            state = function(state, self.mapped(itemgetter(place), tables))
        return state

    def broadcast_to(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array, repeated along new first axes and such of length 1."""
        raise NotImplementedError(f"{type(self).__name__} does not broadcast arrays.")

    def reshaped(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array in another shape."""
        return value.reshape(shape)

    def complex_of(self, pairs: Any) -> Any:
        """Return complex numbers, whose real and imaginary parts stand in a last axis of two."""
        raise NotImplementedError(f"{type(self).__name__} makes no complex numbers of pairs.")

    def parts_of(self, numbers: Any) -> Any:
        """Return the real and imaginary parts of complex numbers side by side, along the last axis."""
        raise NotImplementedError(f"{type(self).__name__} takes no complex numbers apart.")

    def check_setting(self) -> None:  # noqa: B027  # most libraries have no such setting
        """Raise where the library is set to compute less precisely than programs were made for."""

    def trainable(self, function: RunOfValues, given: Given) -> Any:
        """Return a run in the form in which programs with the library train values.

        Args:
            function: takes these values, inputs and all else.
            given: all else.
        """
        raise NotImplementedError(f"{type(self).__name__} makes no trainable functions of runs.")

    def exchanged(self, value: Any) -> Any:
        """Return an array whose first two axes have changed places."""
        raise NotImplementedError(f"{type(self).__name__} exchanges no axes.")

    def entries(self, values: Any, index: np.ndarray, last: bool = False) -> Any:
        """Return entries of the first axis, or of the last one."""
        return values[..., index] if last else values[index]

    def mapped(self, function: Callable[[Any], Any], tree: Any) -> Any:
        """Return what a function makes of arrays in tuples and dicts, in such."""
        if isinstance(tree, dict):
            return {name: self.mapped(function, part) for name, part in tree.items()}
        if isinstance(tree, tuple):
            parts = [self.mapped(function, part) for part in tree]
            return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
        return function(tree)

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a function of a module.

        Args:
            make: takes parameters and returns a pure function of arrays and tuples of such.
            traceable: whether that does the same for all values; False where it looks whether an index is right.
        """
        return lambda parameters: make(*parameters)


def row_size(request: ProgramRequest) -> int:
    """Return the bytes of a row, with those of inputs."""
    system = request.system
    shapes = [*(system.shapes[path] for path in request.recorded), *(signal.shape for signal in system.inputs)]
    return 16 * sum(int(np.prod(shape)) for shape in shapes)


def padded(table: np.ndarray, steps: int, room: int) -> np.ndarray:
    """Return a table with zeros behind its entries."""
    if room <= steps:
        return table[:steps]
    return np.concatenate([table[:steps], np.zeros((room - steps, *table.shape[1:]))])


def instant(
    runtime: ArrayRuntime,
    system: System,
    t: float,
    y: np.ndarray,
    inputs: Sequence[Any],
    reads: Sequence[Any],
    draws: Sequence[Any],
) -> tuple[Any, ...]:
    """Return the arguments of a function of time and state as arrays of the library, each of its full shape."""

    def arrays(values: Sequence[Any], items: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            runtime.array(np.broadcast_to(value, item.shape), "complex" if getattr(item, "complex", False) else "real")
            for value, item in zip(values, items, strict=True)
        )

    now = runtime.array(t, "real"), runtime.array(y, "real")
    return *now, arrays(inputs, system.inputs), arrays(reads, system.reads), arrays(draws, system.draws)


def argument(runtime: ArrayRuntime, system: System, path: str, arguments: Mapping[str, Any]) -> Any:
    """Return the value of a parameter as an array of the library."""
    parameter = system.parameter_paths[path]
    value = np.asarray(arguments[path])
    value = np.broadcast_to(value, parameter.shape) if value.shape != parameter.shape else value
    kind: Kind = "integer" if parameter.integer else "complex" if parameter.complex else "real"
    return runtime.array(value, kind)


def of_points(runtime: ArrayRuntime, system: System, path: str, arguments: Mapping[str, Any]) -> Any:
    """Return the values of a parameter at many points, or the one that all share, as an array of the library."""
    values = np.asarray(arguments[path])
    if len(values) == 1:
        return argument(runtime, system, path, {path: values[0]})
    return by_point(runtime, system, path, arguments)


def by_point(runtime: ArrayRuntime, system: System, path: str, arguments: Mapping[str, Any]) -> Any:
    """Return the same with a first axis of points, or of length 1 where they share one value."""
    parameter, values = system.parameter_paths[path], np.asarray(arguments[path])
    values = np.broadcast_to(values.reshape(len(values), *(values.shape[1:] or (1,) * len(parameter.shape))),
                             (len(values), *parameter.shape))  # fmt: skip
    return runtime.array(values, "integer" if parameter.integer else "complex" if parameter.complex else "real")
