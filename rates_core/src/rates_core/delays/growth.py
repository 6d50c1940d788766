"""A System that grows: by the states that an augmentation gives it in place of reads of the past."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from attrs import define, evolve, field

from rates_core.expressions.tree import Expression, symbols
from rates_core.system.build import laid_out
from rates_core.system.schedule import schedule
from rates_core.system.system import Assign, Derivative, Parameter, Project, Read, Shape, State, Statement, System


@define(eq=False)
class Growth:
    """A System with what is added to it.

    Attributes:
        before: the System.
        parameters: those of the System, some of them changed, and new ones, by path.
        states: new ones, with a derivative each.
        derivatives: of these.
        statements: new ones.
        variables: shapes of what these compute, by path.
        complex_variables: those of them that are complex.
    """

    before: System
    parameters: dict[str, Parameter] = field(init=False)
    states: list[State] = field(init=False, factory=list)
    derivatives: list[Derivative] = field(init=False, factory=list)
    statements: list[Statement] = field(init=False, factory=list)
    variables: dict[str, Shape] = field(init=False, factory=dict)
    complex_variables: set[str] = field(init=False, factory=set)

    def __attrs_post_init__(self) -> None:
        self.parameters = dict(self.before.parameter_paths)

    def add_state(self, state: State, derivative: Expression) -> None:
        """Add a state with its derivative."""
        self.states.append(state)
        self.derivatives.append(Derivative(state.path, derivative))

    def assign(self, path: str, value: Expression, shape: Shape, is_complex: bool) -> None:
        """Add a variable; that of a read's path stands for what is read."""
        self._compute(Assign(path, value), shape, is_complex)

    def project(self, statement: Project, shape: Shape, is_complex: bool) -> None:
        """Add a projection."""
        self._compute(statement, shape, is_complex)

    def structural(self, path: str, value: np.ndarray) -> str:
        """Add an array that no user changes, such as an index; return its path."""
        integer = value.dtype.kind in "iu"
        self.parameters[path] = Parameter(path, tuple(value.shape), value, structural=True, integer=integer)
        return path

    def system(self, replaced: Collection[Read]) -> System:
        """Return the grown System, in which variables stand for some reads, whose spreads nothing needs any more."""
        gone = {read.path for read in replaced}
        spreads = set().union(*(symbols(read.spread) for read in replaced if read.spread is not None))
        before = self.before
        return evolve(
            before,
            states=laid_out([*before.states, *self.states]),
            derivatives=(*before.derivatives, *self.derivatives),
            statements=schedule([*before.statements, *self.statements]),
            reads=tuple(read for read in before.reads if read.path not in gone),
            parameters=tuple(item for path, item in self.parameters.items() if path not in spreads),
            variables={**before.variables, **self.variables},
            complex_variables=before.complex_variables | self.complex_variables,
        )

    def _compute(self, statement: Statement, shape: Shape, is_complex: bool) -> None:
        self.statements.append(statement)
        self.variables[statement.target] = shape
        if is_complex:
            self.complex_variables.add(statement.target)
