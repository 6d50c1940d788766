"""What a System is made of while it is being built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal

from attrs import define, field

from rates_core.errors import EquationError
from rates_core.expressions.tree import Expression, Symbol
from rates_core.network.network import Network, VariableReference
from rates_core.network.structure import VariableKey
from rates_core.paths import TIME
from rates_core.system.shapes import Shape
from rates_core.system.system import (
    Default,
    Derivative,
    Draw,
    EventRule,
    InputSignal,
    Parameter,
    Project,
    Read,
    Role,
    State,
    Statement,
    VariableAddress,
)


@define(eq=False, slots=False)
class Assembly:
    """States, parameters and statements collected from the populations and projections of a network.

    Attributes:
        contributions: per path of an input, what projections and external signals add to it.
        fed: per path of an input, the mask of units that those reach; None if they reach all.
        updates: path of what a state is after events, by its own.
        conditions: path of the condition of an event, by that of the state that is 1 where it held.
        hidden: how many values without a name there are of each kind.
        shown: what messages say instead of a path that is no variable's.
        lifts: targets of statements that only give a value an axis; those that turn out not to are left out.
    """

    network: Network
    states: list[State] = field(factory=list)
    parameters: dict[str, Parameter] = field(factory=dict)
    statements: list[Statement] = field(factory=list)
    derivatives: list[Derivative] = field(factory=list)
    inputs: list[InputSignal] = field(factory=list)
    reads: dict[str, Read] = field(factory=dict)
    draws: list[Draw] = field(factory=list)
    events: list[EventRule] = field(factory=list)
    updates: dict[str, str] = field(factory=dict)
    conditions: dict[str, str] = field(factory=dict)
    addresses: dict[VariableAddress, str] = field(factory=dict)
    defaults: dict[VariableAddress, Default] = field(factory=dict)
    projections: dict[tuple[int, str], str] = field(factory=dict)
    contributions: dict[str, list[Expression]] = field(factory=dict)
    fed: dict[str, Any] = field(factory=dict)
    hidden: Counter[str] = field(factory=Counter)
    shown: dict[str, str] = field(factory=dict)
    lifts: set[str] = field(factory=set)
    _known_reads: dict[tuple[str, Expression], str] = field(factory=dict)

    @cached_property
    def state_paths(self) -> frozenset[str]:
        """Return the paths of all states, once they are declared."""
        return frozenset(state.path for state in self.states)

    def path(self, population: int, operator: str, variable: str) -> str:
        """Return the path that stands for a variable of all units of a population."""
        return f"{self.network.populations[population].label}/{operator}/{variable}"

    def unit_shape(self, population: int) -> Shape:
        """Return `()` for a single unit, else `(n,)`."""
        size = self.network.populations[population].size
        return () if size is None else (size,)

    def add_parameter(
        self, path: str, value: Any, origin: Any = None, structural: bool = False, role: Role = "value"
    ) -> str:
        """Add a parameter whose shape and kind of number are those of its value; return its path."""
        import numpy as np

        array = np.asarray(value)
        integer = structural and array.dtype.kind in "iu"
        number = array.item() if not array.shape else None
        self.parameters[path] = Parameter(
            path,
            tuple(array.shape),
            array if number is None else (float(number) if isinstance(number, int) and not integer else number),
            complex=array.dtype.kind == "c",
            origin=path if origin is None else origin,
            structural=structural,
            role=role,
            integer=integer,
        )
        return path

    def add_attribute(self, projection: int, name: Literal["weight", "delay", "spread"], value: Any) -> str:
        """Add an attribute of a projection as a parameter; return its path."""
        path = self.add_parameter(f"{self.network.projections[projection].label}/{name}", value, role=name)
        self.projections[projection, name] = path
        return path

    def add_read(self, read: Read) -> None:
        """Add a delayed read under its own path."""
        self.reads[read.path] = read

    def past(self, slot: str, delay: Expression, number: int, operator: str) -> str:
        """Return the path of the past of a whole slot, which an operator asks for; equal ones are one read."""
        known = self._known_reads.get((slot, delay))
        if known is None:
            known = self._known_reads[slot, delay] = self.hidden_path(number, operator, "delayed")
            self.add_read(Read(known, slot, delay, ()))
        return known

    def add_projection(self, statement: Project) -> Expression:
        """Add a statement and return the symbol of its value."""
        self.statements.append(statement)
        return Symbol(statement.target)

    def hidden_path(self, number: int, operator: str, kind: str) -> str:
        """Return a new path for a value of an operator that has no name."""
        place = f"{self.network.populations[number].label}/{operator}/{kind}"
        self.hidden[place] += 1
        path = f"{place}#{self.hidden[place]}"
        self.shown[path] = place
        return path

    def is_input(self, number: int, key: VariableKey) -> bool:
        """Tell whether a variable has the sum of what feeds it: it is declared as input, or mapped by an edge."""
        if key[1] == TIME:
            return False
        if self.network.populations[number].structure.variable(key).kind == "input":
            return True
        return VariableReference(number, *key) in self.network.fed_variables

    def feed(self, path: str, units: Any) -> None:
        """Note which units of an input are fed: None for all, else a boolean mask."""
        if units is None or path not in self.fed:
            self.fed[path] = units
        elif self.fed[path] is not None:
            self.fed[path] = self.fed[path] | units

    def leaf_shapes(self) -> dict[str, Shape]:
        """Return the shapes of everything that is not computed by a statement."""
        kinds: tuple[Any, ...] = (self.states, self.parameters.values(), self.inputs, self.draws)
        return {item.path: item.shape for kind in kinds for item in kind}

    def written(self, paths: Iterable[str]) -> str:
        """Return which lines of model files declare variables, as a sentence behind others; empty if none do."""
        keys = {path: key for key, path in self.addresses.items()}
        populations = self.network.populations
        found = (keys[path] for path in paths if path in keys)
        operators = (populations[number].structure.operator(operator) for number, operator, _ in found)
        places = dict.fromkeys(str(operator.location) for operator in operators if operator.location is not None)
        return f" See {', '.join(places)}." if places else ""

    @contextmanager
    def equation_of(self, path: str) -> Iterator[None]:
        """Let an error inside say where the operator is written whose equation has the variable on its left."""
        try:
            yield
        except EquationError as error:
            raise EquationError(f"{error}{self.written([path])}") from None

    def refuse_shape(self, path: str, state: Shape, found: Shape) -> None:
        """Raise the error for a derivative whose shape is not that of its state."""
        raise EquationError(
            f"The derivative of '{path}' has shape {found}, but the state has shape {state}. "
            "Declare its length as in 'variable(0.0,3)', or reduce the right side with vsum or mean."
        )
