"""Descriptors of what stands in for an installed backend, solver or strategy, and a backend that is watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field, fields, frozen

from rates_core.delays.strategy import Augmentation, Storage
from rates_core.plugins.specs import BackendSpec, DelayStrategySpec, SolverSpec
from rates_core.programs.field import FieldProgram, FieldRequest
from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import (
    Backend,
    FunctionRequest,
    FunctionSource,
    MatrixProgram,
    Program,
    ProgramRequest,
)
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import System


@frozen
class InjectedBackend(BackendSpec):
    """The descriptor of a backend that is an object at hand."""

    make: Callable[[], Backend] = field(kw_only=True, eq=False)

    def load(self) -> Callable[[], Backend]:
        """Return what makes the backend."""
        return self.make


@frozen
class InjectedSolver(SolverSpec):
    """The descriptor of a solver that is an object at hand."""

    made: Any = field(kw_only=True, eq=False)

    def load(self) -> Any:
        """Return the tableau, or the class of the driver."""
        return self.made


@frozen
class InjectedStrategy(DelayStrategySpec):
    """The descriptor of a delay strategy that is an object at hand."""

    make: Callable[[], Augmentation | Storage] = field(kw_only=True, eq=False)

    def load(self) -> Callable[[], Augmentation | Storage]:
        """Return what makes the strategy."""
        return self.make


def injected_backend(spec: BackendSpec, make: Callable[[], Backend]) -> InjectedBackend:
    """Return a descriptor like another one, of other objects."""
    return InjectedBackend(**_values(spec, BackendSpec), make=make)


def injected_solver(spec: SolverSpec, made: Any) -> InjectedSolver:
    """Return a descriptor like another one, of another object."""
    return InjectedSolver(**_values(spec, SolverSpec), made=made)


def injected_strategy(spec: DelayStrategySpec, make: Callable[[], Augmentation | Storage]) -> InjectedStrategy:
    """Return a descriptor like another one, of other objects."""
    return InjectedStrategy(**_values(spec, DelayStrategySpec), make=make)


def _values(spec: Any, kind: type) -> dict[str, Any]:
    return {attribute.name: getattr(spec, attribute.name) for attribute in fields(kind)}


@define(eq=False)
class Watched(Backend):
    """A backend that counts what it generates, and remembers of which Systems.

    Attributes:
        inner: does the work.
        generated: the Systems of which code was generated, in order.
        folders: what was made where a folder was asked for, in order.
    """

    inner: Backend
    generated: list[System] = field(factory=list)
    folders: list[Folder | None] = field(factory=list)

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Count and pass on."""
        self.generated.append(request.system)
        return self.inner.program(request, options)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Count and pass on."""
        self.generated.append(linearisation.system)
        return self.inner.jacobian(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Count and pass on."""
        self.generated.append(request.system)
        return self.inner.function(request)

    def field(self, request: FieldRequest) -> FieldProgram | None:
        """Count and pass on."""
        self.generated.append(request.system)
        return self.inner.field(request)

    def folder(self, request: FolderRequest) -> Folder | None:
        """Remember what is passed on."""
        self.folders.append(self.inner.folder(request))
        return self.folders[-1]

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Pass on."""
        return self.inner.load(source, name)
