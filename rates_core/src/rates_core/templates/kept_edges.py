"""Values recorded on edges and connectivities, which stay with those whatever others are added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rates_core.paths import without_unit
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge_index import EdgeIndex, edge_index
from rates_core.templates.edges import Edges
from rates_core.templates.overrides import EdgeOverride

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate


def kept_overrides(
    circuit: CircuitTemplate, added: Edges, connections: Sequence[Connectivity] = ()
) -> Iterator[EdgeOverride]:
    """Yield what was recorded so that it stays with what exists, and does not reach what is added."""
    recorded = circuit.overrides.edge_vars
    if not recorded or not (len(added) or connections):
        yield from recorded
        return
    before, after = circuit.edge_index, edge_index(circuit, added, connections)
    for source, target, index, attributes in recorded:
        kept = _new_numbers(circuit, added, before.find(source, target, index))
        if kept.tolist() == after.find(source, target, index).tolist():
            yield source, target, index, attributes
            continue
        for number in kept.tolist():
            ends = _own_ends(after, number, source, target)
            yield *ends, after.count(number, *ends), attributes


def _new_numbers(circuit: CircuitTemplate, added: Edges, numbers: np.ndarray) -> np.ndarray:
    """Return the numbers that edges and connectivities have when others are added to the outermost circuit."""
    import numpy as np

    count = circuit.edge_index.edges
    matrices = count - sum(map(len, circuit.edges.matrices))  # single edges that are added come before those
    shift = np.where(numbers >= matrices, len(added.single), 0)
    return numbers + np.where(numbers >= count, len(added), shift)


def _own_ends(index: EdgeIndex, number: int, *asked: str) -> tuple[str, str]:
    """Return the ends of one edge or connectivity, or the units of them that two paths name."""
    import numpy as np

    source, target = index.pair(number)
    ((_, *units),) = index.units(np.array([number]), *asked)
    return _with_unit(source, units[0]), _with_unit(target, units[1])


def _with_unit(path: str, unit: int | None) -> str:
    if unit is None or without_unit(path)[1] is not None:
        return path
    node, operator, variable = path.rsplit("/", 2)
    return f"{node}[{unit}]/{operator}/{variable}"
