"""The flattened model: populations of units and projections between their variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.network.structure import NodeStructure
from rates_core.network.weights import Weights

if TYPE_CHECKING:
    import numpy as np

Value = Any  # int, float, complex or a numpy array with one entry per unit (or the array of a vector variable)
VariableKey = tuple[str, str]  # operator name, variable name


@frozen(eq=False)
class Population:
    """Units that share operators.

    Attributes:
        label: unique name; the path of the node if the population is a single unit.
        structure: the operators and how they are joined.
        size: None for a single unit, whose variables have shape `()`; else the number of units.
        units: paths of the units, in order.
        values: parameter and initial values; a number is one number shared by all units, an array has one per unit.
        origins: which values are one number: equal keys come from one value of one template. A single key or one per unit.
        edges: whether the units stand for edges with operators.
    """

    label: str
    structure: NodeStructure
    size: int | None
    units: Sequence[str]
    values: Mapping[VariableKey, Value]
    origins: Mapping[VariableKey, Any]
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
    """A source variable that feeds a target input: `target_i = Σ_j w_ij source_j(t - d_ij)`.

    Attributes:
        label: `source->target` in paths of the variables.
        delay: None, one number, or an array with one entry per connection (in the order of `weights`).
        spread: None, or as `delay`: standard deviation of a gamma kernel whose mean is `delay`.
        edges: for projections made of separate edges `(source unit, target unit, k)` per connection, else None.
    """

    label: str
    source: VariableReference
    target: VariableReference
    weights: Weights
    delay: float | np.ndarray | None = None
    spread: float | np.ndarray | None = None
    edges: tuple[tuple[str, str, int], ...] | None = None


@frozen
class UnitLocation:
    """Where a unit lives: its population and its index there (None for a single unit)."""

    population: int
    index: int | None


@frozen(eq=False)
class Network:
    """A model as populations and projections, with the way back from paths."""

    name: str
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    locations: Mapping[str, UnitLocation | tuple[int, int]] = field(repr=False)
