"""The System: statements, states, parameters, inputs, delayed reads, draws and events."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from attrs import field, frozen

from rates_core.expressions.tree import Expression, Number, Symbol
from rates_core.network.network import Network
from rates_core.paths import TIME as TIME  # backends know it from here

if TYPE_CHECKING:
    import numpy as np

    from rates_core.system.indices import Pick

Found = TypeVar("Found")
Shape = tuple[int, ...]
Role = Literal["value", "default", "weight", "delay", "spread"]


@frozen(eq=False)
class State:
    """A variable that is integrated.

    Attributes:
        initial: its value at the start: a number or array, or the path of a slot whose pre-history it starts from.
        index: which element of that slot each entry starts from, if `initial` is a path.
        stage: number in its chain of each entry, if it starts from a past; its kernel is then that of a gamma chain.
        rate: rate of the chain, an expression of parameters.
        offset: its place in `y`, in real numbers; a complex entry takes two, real part first.
    """

    path: str
    shape: Shape
    initial: Any
    complex: bool = False
    offset: int = 0
    index: Any = None
    stage: Any = None
    rate: Expression | None = None

    @property
    def entries(self) -> int:
        """Return the number of values."""
        return self.shape[0] if self.shape else 1

    @property
    def width(self) -> int:
        """Return the number of real slots in `y`."""
        return self.entries * (2 if self.complex else 1)

    def of(self, y: np.ndarray) -> Any:
        """Return this state out of a real state vector: a number, or a view of its entries."""
        part = y[self.offset : self.offset + self.width]
        part = part.view(complex) if self.complex else part
        return part if self.shape else part[0].item()


@frozen(eq=False)
class Parameter:
    """A constant of a run: an argument of every program.

    Attributes:
        origin: values with equal origins are one number; one origin or one per unit.
        ties: group of each entry, where entries of one group have to stay equal; None where they are free.
        spread: standard deviation of the chains that realise this delay, whose numbers of stages are structure.
        twin: path of the parameter that this one has to stay equal to, or None.
        structural: index arrays and masks that belong to the structure and have no path of a user.
        role: what a user finds under it: the value of a variable, that of an input where nothing feeds it, or weights,
            delays or spreads of edges.
    """

    path: str
    shape: Shape
    value: Any
    complex: bool = False
    origin: Any = None
    structural: bool = False
    integer: bool = False
    ties: Any = None
    twin: str | None = None
    spread: Any = None
    role: Role = "value"


@frozen(eq=False)
class InputSignal:
    """An external input: its samples are given to a run.

    Attributes:
        path: its symbol in statements.
        key: what the user calls it; several signals may come from one key.
        columns: the user's column of each entry, -1 where the unit gets nothing; None for one column that serves all.
        width: the number of columns that all units of the key take.
    """

    path: str
    key: str
    shape: Shape
    columns: Any = None
    width: int = 1


@frozen(eq=False)
class Read:
    """The value of a slot at `t - delay`: the one primitive of all delays.

    Attributes:
        slot: path of the variable that is stored after each accepted step.
        delay: an expression of parameters; one number, or one per entry of the read.
        spread: standard deviation of a gamma kernel of mean `delay`, or None for a discrete delay.
        index: path of the integer parameter that picks the entries of the slot; None for all of it.
    """

    path: str
    slot: str
    delay: Expression
    shape: Shape
    spread: Expression | None = None
    index: str | None = None
    edge: bool = False
    complex: bool = False


@frozen(eq=False)
class Draw:
    """A random number: `noise` is white noise of unit strength, `normal` one standard normal draw per step."""

    path: str
    shape: Shape
    kind: Literal["noise", "normal"]


@frozen(eq=False)
class EventRule:
    """Assignments to states that are applied when a condition becomes true, and a pulse.

    Attributes:
        label: of population and operator.
        when: the condition.
        assignments: new values by path, as expressions of those before.
        emit: path of what gets the pulse.
        condition: path of what is 1 where the condition holds.
        held: path of the state that is 1 where it held.
    """

    label: str
    when: Expression
    assignments: Mapping[str, Expression]
    emit: str | None = None
    condition: str = ""
    held: str = ""


@frozen(eq=False)
class Assign:
    """`target = expression`."""

    target: str
    expression: Expression


@frozen(eq=False)
class Project:
    """`target_i = Σ_j w_ij source_j` in one of four forms; all fields but `form` are paths.

    Forms:
        dense: `weights` is a matrix `[target, source]`.
        sparse: `weights` has one entry per connection, sorted by target; `index` is the source of each (None when the
            source already has one entry per connection); `rows` is the target of each, `pointers` the CSR row pointers.
        uniform: `weights` is one number for all pairs.
        indexed: `weights` is one number or one per target; `index` is the source of each target, or None.
    """

    target: str
    source: str
    form: Literal["dense", "sparse", "uniform", "indexed"]
    weights: str
    shape: Shape
    index: str | None = None
    rows: str | None = None
    pointers: str | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the paths that the statement reads."""
        parts = (self.source, self.weights, self.index, self.rows, self.pointers)
        return tuple(part for part in parts if part is not None)


@frozen(eq=False)
class Derivative:
    """`d state / dt = expression`."""

    state: str
    expression: Expression


def _is_zero(item: Derivative) -> bool:
    return item.expression == Number(0)


Statement = Assign | Project
VariableAddress = tuple[int, str, str]  # population, operator, variable


@frozen
class Default:
    """What an input has where nothing feeds it.

    Attributes:
        value: path of the parameter that holds the values.
        unfed: path of the one that is 1 for units that nothing feeds.
    """

    value: str
    unfed: str


@frozen(eq=False, slots=False)
class System:
    """One schedule over all populations.

    Attributes:
        statements: assignments and projections in an order in which each can be evaluated.
        derivatives: one per state, in the order of the layout.
        events: what happens when a step has been taken, for people.
        updates: path of what a state is after that, by its own; others stay as they are.
        variables: every assigned path with its shape.
        complex_variables: assigned paths whose values are complex.
        addresses: the path of the symbol that stands for a variable of a population.
        defaults: of inputs that are fed in some units only.
        projections: the path of the parameter that holds an attribute (weight, delay, spread) of a projection.
        network: the populations and projections that the System was built from.
    """

    name: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    statements: tuple[Statement, ...]
    derivatives: tuple[Derivative, ...]
    inputs: tuple[InputSignal, ...] = ()
    reads: tuple[Read, ...] = ()
    draws: tuple[Draw, ...] = ()
    events: tuple[EventRule, ...] = ()
    updates: Mapping[str, str] = field(factory=dict)
    variables: Mapping[str, Shape] = field(factory=dict)
    complex_variables: frozenset[str] = frozenset()
    addresses: Mapping[VariableAddress, str] = field(factory=dict, repr=False)
    defaults: Mapping[VariableAddress, Default] = field(factory=dict, repr=False)
    projections: Mapping[tuple[int, str], str] = field(factory=dict, repr=False)
    network: Network | None = field(default=None, repr=False)

    def once(self, find: Callable[..., Found], *about: Hashable) -> Found:
        """Return what a function of a System finds, which is called once: a System never changes.

        Args:
            find: takes the System, and what it is asked about; nobody may change what it returns.
            about: the rest of its arguments.
        """
        if (find, about) not in self._known:
            self._known[find, about] = find(self, *about)
        found: Found = self._known[find, about]
        return found

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], Any]:
        """Return what was found, by how."""
        return {}

    @property
    def width(self) -> int:
        """Return the length of the real state vector `y`."""
        return sum(state.width for state in self.states)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Map every symbol to its shape."""
        kinds: tuple[tuple[Any, ...], ...] = (self.states, self.parameters, self.inputs, self.reads, self.draws)
        found = {item.path: item.shape for kind in kinds for item in kind}
        return {TIME: (), **self.variables, **found}

    @cached_property
    def complex_symbols(self) -> frozenset[str]:
        """Return all symbols whose values are complex."""
        kinds: tuple[tuple[Any, ...], ...] = (self.states, self.parameters, self.reads)
        return self.complex_variables.union(item.path for kind in kinds for item in kind if item.complex)

    @cached_property
    def still(self) -> frozenset[str]:
        """Return the paths of states that only events change."""
        return frozenset(item.state for item in self.derivatives if item.state in self.updates and _is_zero(item))

    @property
    def after_events(self) -> dict[str, Expression]:
        """Return what each state is after events that happen at the end of a step."""
        return {state.path: Symbol(self.updates.get(state.path, state.path)) for state in self.states}

    @cached_property
    def state_paths(self) -> dict[str, State]:
        """Map paths to states."""
        return {state.path: state for state in self.states}

    @cached_property
    def parameter_paths(self) -> dict[str, Parameter]:
        """Map paths to parameters."""
        return {parameter.path: parameter for parameter in self.parameters}

    @cached_property
    def picks(self) -> tuple[Pick, ...]:
        """Return all places on axes that equations name."""
        from rates_core.system.indices import picks_of

        return tuple(picks_of(self))

    @property
    def is_complex(self) -> bool:
        """Tell whether any value of the System is complex."""
        return bool(self.complex_symbols)

    def __str__(self) -> str:
        from rates_core.system.display import describe

        return describe(self)
