"""Connections of a network that are matrices, added to its circuit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from rates_core.templates.circuit import CircuitTemplate

from rates_tvbo.coupling import Coupling, End
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section

if TYPE_CHECKING:
    import numpy as np

_SOURCE = "source of a matrix"  # no label of a node


@frozen(eq=False)
class Connections:
    """The connections of all nodes, `[target, source]`.

    Attributes:
        weights: 0 is no connection.
        delays: of all pairs, or None.
        coupling: of all of them.
        lead: what sources send, or '' for the first variable that is coupled out.
        inputs: what is fed of each node; '' where there is nothing to feed.
        section: where they are said, for errors.
    """

    weights: np.ndarray
    delays: np.ndarray | None
    coupling: Coupling
    lead: str
    inputs: Sequence[str]
    section: Section


def connected(circuit: CircuitTemplate, connections: Connections, nodes: Sequence[Node]) -> CircuitTemplate:
    """Add connections to a circuit, in place: a matrix for each pair of kinds of nodes.

    Raises:
        ModelFileError: a node that is connected has no input, or lacks what is sent.
        UnsupportedFeatureError: the coupling reads more of the sources than what they send.
    """
    import numpy as np

    kinds: dict[tuple[str, str], list[int]] = {}
    for place, node in enumerate(nodes):
        kinds.setdefault((node.operator.name, connections.inputs[place]), []).append(place)
    for sources in kinds.values():
        for targets in kinds.values():
            block = np.ix_(targets, sources)
            if connections.weights[block].any():
                _add(circuit, connections, nodes, sources, targets, block)
    return circuit


def _add(
    circuit: CircuitTemplate,
    connections: Connections,
    nodes: Sequence[Node],
    sources: Sequence[int],
    targets: Sequence[int],
    block: tuple[np.ndarray, ...],
) -> None:
    coupling, section = connections.coupling, connections.section
    source, target = nodes[sources[0]], nodes[targets[0]]
    lead, entry = connections.lead or source.lead, connections.inputs[targets[0]]
    if lead not in source.operator.variables:
        raise section.error(f"The source '{source.label}' has no variable '{lead}'.", "source_var")
    if not entry:
        raise section.error(f"Something is connected to '{target.label}', which has no coupling inputs.")
    mapping = coupling.mapping(lead, End(_SOURCE, source.operator), End("all", target.operator))
    if any(path.startswith(_SOURCE) for path in mapping.values()):
        raise section.refusal(
            f"The coupling '{coupling.name}' reads more of its sources than '{lead}', which they send."
        )
    attributes = mapping if connections.delays is None else {**mapping, "delay": connections.delays[block]}
    circuit.add_edges_from_matrix(
        f"{source.operator.name}/{lead}",
        coupling.end(entry, target.operator),
        [nodes[place].label for place in sources],
        [nodes[place].label for place in targets],
        connections.weights[block],
        coupling.template,
        attributes,
        min_weight=sys.float_info.min,  # what is not 0
    )
