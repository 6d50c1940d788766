"""The flattened model: populations of units and projections between their variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.network.forms import Forms
from rates_core.network.structure import NodeStructure, VariableKey
from rates_core.network.weights import Weights

if TYPE_CHECKING:
    import numpy as np

    from rates_core.network.connection_index import ConnectionIndex
    from rates_core.network.leaves import FlatCircuit

Value = Any  # int, float, complex or a numpy array with one entry per unit (or the array of a vector variable)


@frozen
class Origin:
    """Where a value comes from: values of equal origin are one number, however their units are grouped.

    Attributes:
        owner: the template that gives the value, or the path under which it was set.
    """

    owner: Any
    operator: str
    variable: str


Origins = Origin | tuple[Origin, ...]  # one for all units, or one per unit


@frozen(eq=False)
class Population:
    """Units that share operators.

    Attributes:
        label: unique name: the path of a node or population, `source->target` of edges, or `[first...last]` of nodes
            that were grouped, which no path of a user looks like.
        structure: the operators and how they are joined.
        size: None for a single unit, whose variables have shape `()`; else the number of units.
        units: paths of the units, in order; of edges `source->target[k]`.
        values: parameter and initial values; a number is one number shared by all units, an array has one per unit.
        origins: which values are one number.
        edges: whether the units stand for edges with operators.
    """

    label: str
    structure: NodeStructure
    size: int | None
    units: Sequence[str]
    values: Mapping[VariableKey, Value]
    origins: Mapping[VariableKey, Origins]
    edges: bool = False

    @property
    def count(self) -> int:
        """Return the number of units."""
        return 1 if self.size is None else self.size


@frozen
class VariableReference:
    """A variable of all units of a population."""

    population: int
    operator: str
    variable: str


@frozen(eq=False)
class Projection:
    """A source variable that feeds a target variable: `target_i = Σ_j w_ij source_j(t - d_ij)`.

    Attributes:
        label: `source->target` in paths of the variables; unique in a network.
        delay: None, one number, or an array with one entry per connection (in the order of `weights`).
        spread: None, or as `delay`: standard deviation of a gamma kernel whose mean is `delay`.
        fed: mask of the target units that are connected; None if all are.
    """

    label: str
    source: VariableReference
    target: VariableReference
    weights: Weights
    delay: float | np.ndarray | None = None
    spread: float | np.ndarray | None = None
    fed: np.ndarray | None = None


@frozen
class UnitLocation:
    """Where a unit lives: its population and its index there (None for a single unit)."""

    population: int
    index: int | None


@frozen(eq=False, slots=False)
class Network:
    """A model as populations and projections, with the way back from paths.

    Attributes:
        locations: where each node and each population lives.
        connections: which edges and connectivities the projections and the populations of edges are made of.
        flat: the circuit that the network was built from.
        vectorize: whether equal nodes were grouped.
        forms: the forms of weights that were asked for.
    """

    name: str
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    locations: Mapping[str, UnitLocation | tuple[int, int]] = field(repr=False)
    connections: ConnectionIndex = field(repr=False)
    flat: FlatCircuit = field(repr=False)
    vectorize: bool
    forms: Forms

    @cached_property
    def fed_variables(self) -> frozenset[VariableReference]:
        """Return the variables that projections lead to."""
        return frozenset(projection.target for projection in self.projections)
