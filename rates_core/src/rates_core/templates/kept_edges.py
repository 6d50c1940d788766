"""Values recorded on edges, which stay with those edges whatever others are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rates_core.errors import TemplateError
from rates_core.paths import names_end
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edges import EdgeMatrix, Edges
from rates_core.templates.overrides import EdgeOverride
from rates_core.templates.placed_edges import PlacedEdge, connections_between, edges_between

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

Ends = tuple[str, str]


def kept_overrides(
    circuit: CircuitTemplate, added: Edges, connections: Sequence[Connectivity] = ()
) -> Iterator[EdgeOverride]:
    """Yield what was recorded so that it stays with the edges that exist, and does not reach those that are added.

    Raises:
        TemplateError: something that is added has the ends of connections with recorded values, which have no numbers.
    """
    for entry in circuit.overrides.edge_vars:
        source, target, index, attributes = entry
        if not _reaches((source, target), added, connections):
            yield entry
            continue
        if connections_between(circuit, source, target):
            raise TemplateError(
                f"Values of connections {source}->{target} are recorded already; add edges between them before that."
            )
        for placed in edges_between(circuit, source, target):
            if index in (None, placed.number):
                yield *placed.ends, _new_number(circuit, placed, added), attributes


def _new_number(circuit: CircuitTemplate, placed: PlacedEdge, added: Edges) -> int:
    """Return the number that an edge has when others are added: single ones come before those of matrices."""
    of_matrices = sum(len(matrix.between(*placed.ends)) for matrix in circuit.edges.matrices)
    if placed.number < len(edges_between(circuit, *placed.ends)) - of_matrices:
        return placed.number
    return placed.number + sum((edge.source, edge.target) == placed.ends for edge in added.single)


def _reaches(pattern: Ends, added: Edges, connections: Iterable[Connectivity]) -> bool:
    """Tell whether a recorded value would reach something that is added."""
    pairs = {(edge.source, edge.target) for edge in added.single}
    pairs |= {(connection.source, connection.target) for connection in connections}
    return any(_match(pattern, pair) for pair in pairs) or any(_meets(pattern, matrix) for matrix in added.matrices)


def _meets(pattern: Ends, matrix: EdgeMatrix) -> bool:
    """Tell whether ends that match are among the sources and targets of a matrix; the entry itself may be missing."""
    sources = (f"{node}/{matrix.source_var}" for node in matrix.source_nodes)
    targets = (f"{node}/{matrix.target_var}" for node in matrix.target_nodes)
    return any(names_end(pattern[0], path) for path in sources) and any(names_end(pattern[1], path) for path in targets)


def _match(pattern: Ends, ends: Ends) -> bool:
    return all(map(names_end, pattern, ends))
