"""Which inputs a circuit feeds, so that the value that they would have without that has no effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rates_core.errors import ArgumentError
from rates_core.paths import without_unit
from rates_core.templates.levels import levels
from rates_core.templates.queries import VariableMatch
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate

Units = slice | int | list[int]  # of a population


def check_unfed(circuit: CircuitTemplate, path: str, matched: Sequence[VariableMatch]) -> None:
    """Refuse a value for nothing but inputs that the circuit feeds, unit by unit.

    Raises:
        ArgumentError: all units that the path names are fed.
    """
    if all(_is_fed(circuit, match) for match in matched):
        raise ArgumentError(f"'{path}' is an input that is fed. Change what feeds it.")


def _is_fed(circuit: CircuitTemplate, match: VariableMatch) -> bool:
    if match.declared.kind != "input":
        return False
    return _is_joined(match) or bool(_reached(circuit, match).all())


def _is_joined(match: VariableMatch) -> bool:
    """Tell whether an output of the same node feeds an input."""
    others = [operator for operator, _ in match.leaf.node.operators if operator.name != match.operator]
    declared = [operator.variables.get(match.variable) for operator in others]
    return any(variable is not None and variable.kind == "output" for variable in declared)


def _reached(circuit: CircuitTemplate, match: VariableMatch) -> np.ndarray:
    """Tell for each named unit whether an edge or a connectivity leads to it."""
    import numpy as np

    reached = np.zeros(match.leaf.size, dtype=bool)
    for units in _targets(circuit, match.path):
        reached[units] = True
    return reached if match.leaf.unit is None else reached[[match.leaf.unit]]


def _targets(circuit: CircuitTemplate, path: str) -> Iterator[Units]:
    """Yield the units to which edges and connectivities lead whose targets a path names."""
    import numpy as np

    index = circuit.edge_index
    ends = index.inside(path) if without_unit(path)[1] is None else index.meeting(path)
    numbers = np.flatnonzero(np.isin(index.target, ends))
    for end in np.unique(index.target[numbers[numbers < index.edges]]).tolist():
        yield _units(index.ends[end])
    joined = numbers[numbers >= index.edges] - index.edges
    connections = [item for _, level in levels(circuit) for item in level.connections] if len(joined) else []
    for number in joined.tolist():
        end, weights = index.ends[index.target[index.edges + number]], connections[number].weights
        whole = isinstance(weights, SparseMatrix) and without_unit(end)[1] is None
        yield weights.rows.tolist() if whole else _units(end)


def _units(end: str) -> Units:
    unit = without_unit(end)[1]
    return slice(None) if unit is None else unit
