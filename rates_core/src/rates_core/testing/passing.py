"""Backends that pass everything on to another one: a mutant, whose faults the kit has to find, changes one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.field import FieldProgram, FieldRequest
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
)
from rates_core.programs.record import Columns
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import System

if TYPE_CHECKING:
    import numpy as np

Values = Sequence[Any]  # of inputs, delayed reads, or random numbers


class PassingKernel(Kernel):
    """A kernel that passes everything on."""

    def __init__(self, inner: Kernel, request: ProgramRequest) -> None:
        self.inner, self.request = inner, request

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Pass on."""
        return self.inner.rhs(t, y, inputs, reads, draws)

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Pass on."""
        return self.inner.observe(t, y, inputs, reads, draws)

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Pass on."""
        return self.inner.slots(t, y, inputs, reads, draws)

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Pass on."""
        return self.inner.updated(t, y)

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Pass on."""
        return self.inner.pack(pieces)

    def loop(
        self,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Pass on."""
        return self.inner.loop(carry, inputs, draws, step_size, samples, stride)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Pass on."""
        return self.inner.pair_loop(samples, base, spacing, history)

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Pass on."""
        return self.inner.equations(fed, base, spacing)

    def gradient(self, request: GradientRequest) -> Gradients:
        """Pass on."""
        return self.inner.gradient(request)

    def tangents(self, request: TangentRequest) -> Tangents:
        """Pass on."""
        return self.inner.tangents(request)

    def trainable(self, request: TrainableRequest) -> Any:
        """Pass on."""
        return self.inner.trainable(request)

    def single_steps(self, request: StepsRequest) -> Any:
        """Pass on."""
        return self.inner.single_steps(request)


Wrap = Callable[[Kernel, ProgramRequest], Kernel]


class PassingProgram(Program):
    """A program that passes everything on, but for its kernels."""

    def __init__(self, inner: Program, kernel: Wrap) -> None:
        self.inner, self.kernel = inner, kernel
        self.request, self.source = inner.request, inner.source

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        """Wrap a kernel."""
        return self.kernel(self.inner.bind(arguments), self.request)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch | None:
        """Pass on."""
        return self.inner.bind_many(arguments, points)

    def gains(self, points: int) -> bool:
        """Pass on."""
        return self.inner.gains(points)

    def to_file(self, path: str | Path) -> None:
        """Pass on."""
        self.inner.to_file(path)


@frozen(eq=False)
class PassingBackend(Backend):
    """A backend that passes everything on, but for its kernels, its programs, or the Systems that it is given.

    Attributes:
        inner: does the work.
        kernel: takes a kernel and what its program contains, and returns the one that takes its place.
        wrapped: takes a program and `kernel`, likewise.
        changed: returns the System of which a program is made in place of another one.

    Example:
        >>> from rates_core.testing import check_backend
        >>> from rates_core.testing.passing import PassingBackend
        >>> check_backend("numpy", wrap=PassingBackend, families=["names"]).ok
        True
    """

    inner: Backend
    kernel: Wrap = PassingKernel
    wrapped: Callable[..., Program] = PassingProgram
    changed: Callable[[System], System] = lambda system: system

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Wrap a program."""
        request = evolve(request, system=self.changed(request.system))
        return self.wrapped(self.inner.program(request, options), self.kernel)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Pass on."""
        return self.inner.jacobian(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Pass on."""
        return self.inner.function(request)

    def field(self, request: FieldRequest) -> FieldProgram | None:
        """Pass on."""
        return self.inner.field(request)

    def folder(self, request: FolderRequest) -> Folder | None:
        """Pass on."""
        return self.inner.folder(request)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Pass on."""
        return self.inner.load(source, name)
