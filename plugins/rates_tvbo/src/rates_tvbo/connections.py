"""Connections of a network that are matrices, added to its circuit."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from rates_core.templates.circuit import CircuitTemplate

from rates_tvbo.coupling import Coupling
from rates_tvbo.links import Ends, Link, links
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section

if TYPE_CHECKING:
    import numpy as np

_SOURCE = "source of a matrix"  # no label of a node


@frozen(eq=False)
class Block:
    """Connections between nodes of two kinds.

    Attributes:
        link: what each of them is.
        sources: labels of nodes.
        targets: labels of nodes.
        weights: `[target, source]`; 0 is no connection.
        delays: of all pairs, or None.
    """

    link: Link
    sources: Sequence[str]
    targets: Sequence[str]
    weights: np.ndarray
    delays: np.ndarray | None


def blocks(
    nodes: Sequence[Node],
    fed: Sequence[Sequence[tuple[str, Coupling]]],
    weights: np.ndarray,
    delays: np.ndarray | None,
    lead: str,
    section: Section,
) -> Iterator[Block]:
    """Yield the connections of all nodes, a block for each pair of kinds of nodes and each coupling.

    Args:
        nodes: in the order of the matrices.
        fed: what is fed of each node, and by which couplings.
        weights: `[target, source]`.
        delays: of all pairs, or None.
        lead: what sources send, or '' where couplings or dynamics say so.
        section: where they are said, for errors.

    Raises:
        ModelFileError: a node that is connected has no input, or lacks what is sent.
        UnsupportedFeatureError: the coupling reads more of the sources than what they send, and of targets too.
    """
    import numpy as np

    kinds: dict[tuple[str, tuple[tuple[str, str], ...]], list[int]] = {}
    for place, node in enumerate(nodes):
        pairs = tuple((variable, coupling.name) for variable, coupling in fed[place])
        kinds.setdefault((node.operator.name, pairs), []).append(place)
    for sources in kinds.values():
        for targets in kinds.values():
            block = np.ix_(targets, sources)
            if not weights[block].any():
                continue
            begin, end = [nodes[place] for place in sources], [nodes[place] for place in targets]
            if lead and lead not in begin[0].operator.variables:
                raise section.error(f"The source '{begin[0].label}' has no variable '{lead}'.", "source_var")
            if not fed[targets[0]]:
                raise section.error(f"Something is connected to '{end[0].label}', which has no coupling inputs.")
            labels = [node.label for node in begin], [node.label for node in end]
            for variable, coupling in fed[targets[0]]:
                late = delays[block] if delays is not None and coupling.delayed else None
                for link in _links(coupling, variable, begin, end, lead, late is not None, section):
                    yield Block(link, *labels, weights[block], late)


def _links(
    coupling: Coupling, variable: str, sources: Sequence[Node], targets: Sequence[Node], lead: str, late: bool,
    section: Section,
) -> list[Link]:  # fmt: skip
    """Return the links between nodes of two kinds, all of which get their operators."""
    found: list[Link] = []
    for source in sources:
        found = list(links(coupling, variable, Ends(source, targets[0], (_SOURCE, "all"), late, section), lead))
    for target in targets[1:]:
        found = list(links(coupling, variable, Ends(sources[0], target, (_SOURCE, "all"), late, section), lead))
    for link in found:
        if any(path.startswith(_SOURCE) for path in link.mapping.values()):
            raise section.refusal(
                f"The coupling '{coupling.name}' reads states of targets, and more than one of its sources. Write the "
                "connections one by one, as edges."
            )
    return found


def connected(circuit: CircuitTemplate, connections: Iterable[Block]) -> CircuitTemplate:
    """Add connections to a circuit, in place: a matrix for each pair of kinds of nodes."""
    for block in connections:
        attributes = dict(block.link.mapping)
        circuit.add_edges_from_matrix(
            block.link.source,
            block.link.target,
            block.sources,
            block.targets,
            block.weights,
            block.link.template,
            attributes if block.delays is None else {**attributes, "delay": block.delays},
            min_weight=sys.float_info.min,  # what is not 0
        )
    return circuit
