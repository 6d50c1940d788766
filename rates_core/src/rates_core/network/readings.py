"""What edges read by a path with `all`: of the nodes that it names the target, else the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rates_core.errors import TemplateError
from rates_core.network.addresses import split_unit
from rates_core.network.leaves import FlatCircuit
from rates_core.paths import has_wildcard, matches
from rates_core.templates.edge_table import Mapped

if TYPE_CHECKING:
    import numpy as np

Settle = Callable[[str], str | None]  # from the path that an edge reads to the one that it stands for


def settle_readings(flat: FlatCircuit) -> None:
    """Replace paths with wildcards that edges and connections read by those that each of them reads, in place.

    Raises:
        TemplateError: a path names several variables, none of them at the target or the source of an edge.
    """
    for ends in (flat.edges.target, flat.edges.source):
        _settle_edges(flat, ends)
    _settle_others(flat)
    for connection in flat.connections:
        name = f"connection {connection.source}->{connection.target}"
        for end in (connection.target, connection.source):
            connection.mapping = _settled(connection.mapping, _at(flat, end))
        connection.mapping = _settled(connection.mapping, _only(flat, connection.mapping, name))


def _settle_edges(flat: FlatCircuit, ends: np.ndarray) -> None:
    """Settle what lies at one end of each edge; edges with one end there share what they are mapped to."""
    import numpy as np

    table = flat.edges
    unsettled = [number for number, mapping in enumerate(table.mappings) if any(map(_is_open, mapping.values()))]
    places = np.flatnonzero(np.isin(table.mapping, unsettled))
    pairs, pair = np.unique(np.stack([table.mapping[places], ends[places]]), axis=1, return_inverse=True)
    first = len(table.mappings)
    for number, end in pairs.T.tolist():
        table.mappings.append(_settled(table.mappings[number], _at(flat, table.ends[end])))
    table.mapping[places] = first + pair.reshape(-1)


def _settle_others(flat: FlatCircuit) -> None:
    """Settle what has one meaning wherever an edge lies."""
    import numpy as np

    table = flat.edges
    used, first = np.unique(table.mapping, return_index=True)
    for number, place in zip(used.tolist(), first.tolist(), strict=True):
        if number >= 0 and any(map(_is_open, table.mappings[number].values())):
            name = f"edge {table.ends[table.source[place]]}->{table.ends[table.target[place]]}"
            mapping = table.mappings[number]
            table.mappings[number] = _settled(mapping, _only(flat, mapping, name))


def _is_open(value: Any) -> bool:
    return isinstance(value, str) and has_wildcard(value.split("/"))


def _settled(mapping: Mapped, settle: Settle) -> Mapped:
    return {name: (settle(value) or value) if _is_open(value) else value for name, value in mapping.items()}


def _at(flat: FlatCircuit, end: str) -> Settle:
    """Return a function that gives the variable of the node at an end, if the path names it."""
    node = end.rpartition("/")[0].rpartition("/")[0]
    structure = flat.leaves[split_unit(node)[0]].structure

    def settle(path: str) -> str | None:
        *_, operator, variable = path.split("/")
        found = f"{node}/{operator}/{variable}"
        named = structure.has((operator, variable)) and matches(path.split("/"), found.split("/"))
        return found if named else None

    return settle


def _only(flat: FlatCircuit, mapping: Mapping[str, Any], name: str) -> Settle:
    """Return a function that gives the only variable that a path names."""

    def settle(path: str) -> str:
        *pattern, operator, variable = path.split("/")
        found = [
            leaf.path
            for leaf in flat.leaves.values()
            if leaf.structure.has((operator, variable)) and matches(pattern, leaf.path.split("/"))
        ]
        if len(found) == 1:
            return f"{found[0]}/{operator}/{variable}"
        reading = next(key for key, value in mapping.items() if value == path)
        raise TemplateError(
            f"'{reading}' of {name} reads '{path}', which names {len(found)} variables, none of them at the target or "
            "the source."
        )

    return settle
