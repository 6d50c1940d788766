"""What a backend makes of a lowered System."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.continuation import ContinuationRequest
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.gradient import (
    GradientRequest,
    Gradients,
    StepsRequest,
    TangentRequest,
    Tangents,
    TrainableRequest,
)
from rates_core.programs.pair import PairLoop
from rates_core.programs.record import Columns
from rates_core.programs.stepwise import stepped
from rates_core.reports.mark import is_our_text
from rates_core.solvers.tableau import Tableau
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import System

if TYPE_CHECKING:
    import numpy as np

    from rates_core.programs.field import FieldProgram, FieldRequest
    from rates_core.programs.folder import Folder, FolderRequest


@frozen(eq=False)
class ProgramRequest:
    """What a program has to contain.

    Attributes:
        system: the lowered System.
        recorded: paths of the variables that `observe` and `loop` return, in order.
        tableau: the method of `loop`, or None if no fixed steps are taken.
        pair: the method of `pair_loop`, or None if no embedded pair is run.
        name: name of the model, for comments.
        precision: floating-point type of real numbers, one that the backend claims.
    """

    system: System
    recorded: tuple[str, ...] = ()
    tableau: Tableau | None = None
    name: str = "model"
    pair: Tableau | None = None
    precision: str = "float64"


class Kernel(ABC):
    """A program with its parameters bound; what depends on parameters only has been computed.

    A computed index that is no whole number from 0 to n - 1 is an IndexError in all functions; core names the equation.

    Attributes:
        request: what the program contains.
    """

    request: ProgramRequest

    @abstractmethod
    def rhs(self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
        """Return dy/dt as a new real vector.

        Args:
            t: time.
            y: real state vector.
            inputs: value of each external input at t.
            reads: value of each delayed read at t.
            draws: value of each random number.
        """

    @abstractmethod
    def observe(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        """Return the recorded variables at one instant."""

    @abstractmethod
    def slots(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        """Return the variables that delayed reads need later, at one instant, in the order of `slot_paths`."""

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return a state after the events that happen when a step has led to it, as a new vector.

        Core asks only backends that claim `events`; loops of their own do it behind each step.
        """
        raise NotImplementedError(f"{type(self).__name__} has no events.")

    @abstractmethod
    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Return the real vector of states that are given one by one."""

    def loop(
        self,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Advance by `samples * stride` fixed steps; return the new carry and one row before every `stride` steps.

        A backend that takes steps itself does so here; others need not say how they are taken.

        Args:
            carry: where to start; it is not changed.
            inputs: per distinct node of the tableau, per input, its values at `(step + node) * step_size` of all
                steps of this call.
            draws: per draw its values, one per step.
            step_size: h.
            samples: number of rows.
            stride: steps per row.
        """
        return stepped(self, self.request, carry, inputs, draws, step_size, samples, stride)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the loop of an embedded pair, or None: core then takes its steps with `rhs`.

        Args:
            samples: of each external input, to be interpolated linearly; the last one holds.
            base: position of the first samples, in spacings from time 0.
            spacing: time between samples.
            history: the stored past, an `AcceptedHistory` that has a `trail`, to be extended; None without delays.
        """
        return None

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Return the equations as functions of arrays of the backend's library, for a solver of that library, or None.

        Core asks for those of a model with delays only where such a solver claims them.

        Args:
            fed: samples of each external input, as `pair_loop` takes them, or a function of time that gives all values.
            base: position of the first samples, in spacings from time 0.
            spacing: time between samples.
        """
        return None

    def gradient(self, request: GradientRequest) -> Gradients:
        """Return the derivatives of a loss of a run. Core asks only backends that claim `differentiation`."""
        raise NotImplementedError(f"{type(self).__name__} does not differentiate runs.")

    def tangents(self, request: TangentRequest) -> Tangents:
        """Return the outputs of a run, and how they move with numbers. Core asks only those that claim `along`."""
        raise NotImplementedError(f"{type(self).__name__} does not differentiate runs along their way.")

    def trainable(self, request: TrainableRequest) -> Any:
        """Return a run as a function of values by name, in the form that programs with the backend's library expect.

        Core asks only backends that claim `differentiation`.

        Raises:
            UnsupportedFeatureError: there is no such form.
        """
        raise UnsupportedFeatureError("The backend makes no functions of runs that are trained; it has gradient().")

    def single_steps(self, request: StepsRequest) -> Any:
        """Return the steps of a run as a function of values by name, of inputs, and of what goes on between steps.

        Core asks only backends that claim `differentiation`.

        Raises:
            UnsupportedFeatureError: there is no such function.
        """
        raise UnsupportedFeatureError("The backend makes no functions of single steps; it has run() and gradient().")


class Program(ABC):
    """Source text in the backend's language, and the way to run it."""

    request: ProgramRequest
    source: str

    @abstractmethod
    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        """Return the kernel for these values of all parameters of the System, by path."""

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch | None:
        """Return the kernels of many points in one, or None: core then binds and runs point by point.

        Core asks only backends that claim `batch`.

        Args:
            arguments: values of all parameters by path, with a first axis of points, or of length 1 for a shared one.
            points: their number.
        """
        return None

    def gains(self, points: int) -> bool:
        """Tell whether so many points take less time together than one by one; of a sweep, all points count."""
        return True

    def to_file(self, path: str | Path) -> None:
        """Write the source; a file that was not generated is left alone.

        Raises:
            ArgumentError: there is such a file.
        """
        file = Path(path)
        if file.exists() and not is_our_text(file):
            raise ArgumentError(
                f"'{file}' exists and was not generated by rates; it is left alone. Choose another name, or remove it."
            )
        file.write_text(self.source, encoding="utf-8")


Matrix = Callable[[float, "np.ndarray", Sequence[Any], Sequence[Any], Sequence[Any]], Any]


class MatrixProgram(ABC):
    """A derivative matrix in the backend's language."""

    source: str

    @abstractmethod
    def bind(self, arguments: Mapping[str, Any]) -> Matrix:
        """Return the matrix as a function of time, state, inputs, reads and draws, for these parameters."""


@frozen(eq=False)
class FunctionRequest:
    """A single function of time, state and plain arguments.

    Attributes:
        system: the lowered System, or that of `linearisation`.
        name: of the function.
        linearisation: whose matrix is wanted; None for the right-hand side.
        sparse: return the entries of the matrix only, block by block.
        step_size: grid of external inputs and of the buffer of past values.
        continuous: past values come from a function of time; otherwise from a buffer on the grid.
        functions: paths of the external inputs whose argument is a function of time; that of others are samples on
            the grid. A language that cannot pass functions refuses by name.
        precision: floating-point type of real numbers, one that the backend claims.
        about: what it returns, for people; by default dy/dt or its derivative.
        samples: rows of the buffer that values between two rows are interpolated on, one more than the order of the
            method; 2 is linear.
    """

    system: System
    name: str
    linearisation: Linearisation | None = None
    sparse: bool = False
    step_size: float = 1.0
    continuous: bool = True
    functions: frozenset[str] = frozenset()
    precision: str = "float64"
    about: str = ""
    samples: int = 2


@frozen(eq=False)
class FunctionSource:
    """Source text of one function.

    Attributes:
        text: of a module that runs without rates.
        parameters: paths of the System's parameters among its arguments, in order, behind t and y.
        signals: paths of the System's inputs among its arguments, behind the parameters.
        names: of all arguments: t, y, parameters, inputs, then the past if there are delays.
        suffix: of files in this language.
        past: whether the last argument is the past.
        bound: names of keyword arguments by path of the structural parameter: index arrays of a Jacobian, so that its
            other arguments are those of the right-hand side.
        columns_first: whether matrices among the arguments are taken as they are if they lie column by column.
        states: number of entries of y.
    """

    text: str
    parameters: tuple[str, ...]
    signals: tuple[str, ...]
    names: tuple[str, ...]
    suffix: str
    past: bool = False
    bound: Mapping[str, str] = field(factory=dict)
    columns_first: bool = False
    states: int = 0


class Backend(ABC):
    """Makes programs. One object serves any number of models and keeps nothing between them."""

    @abstractmethod
    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate and load the program of a lowered System."""

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate and load the program of a derivative matrix, as a dense array.

        Core asks only backends that claim `jacobian`.
        """
        raise NotImplementedError(f"{type(self).__name__} makes no derivative matrices.")

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own. Core asks only backends that claim `files`."""
        raise NotImplementedError(f"{type(self).__name__} writes no functions.")

    def continuation(self, request: ContinuationRequest) -> Mapping[str, str] | None:
        """Return the texts of files for a continuation program by their names, that of the equations first, or None.

        They begin with the words "generated by rates", within 200 bytes, so that they may be replaced.

        Raises:
            UnsupportedFeatureError: the program cannot continue such a model.
        """
        return None

    def folder(self, request: FolderRequest) -> Folder | None:
        """Return a run as files that need this language alone, or None. Core asks only backends that claim `files`."""
        return None

    def field(self, request: FieldRequest) -> FieldProgram | None:
        """Generate and load functions of many states at once, for analyses, or return None."""
        return None

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function. Core asks only backends that claim `files`."""
        raise NotImplementedError(f"{type(self).__name__} loads no functions.")


def slot_paths(system: System) -> tuple[str, ...]:
    """Return the variables whose past matters, each once: sources of delayed reads, then sources of chains."""
    sources = [read.slot for read in system.reads]
    sources += [state.initial for state in system.states if isinstance(state.initial, str)]
    return tuple(dict.fromkeys(sources))
