"""Edges with operators: populations whose units are the edges, with projections in and out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.errors import TemplateError
from rates_core.network.addresses import Address, find
from rates_core.network.leaves import default_origin
from rates_core.network.network import Origin, Origins, Population, Value, VariableReference
from rates_core.network.structure import NodeStructure, VariableKey, edge_ends
from rates_core.network.weights import Indexed, Sparse, Weights, is_identity, row_pointers
from rates_core.network.wiring import Connections, Wiring, mask
from rates_core.templates.edge_table import Mapped
from rates_core.templates.value import plain

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.node import EdgeTemplate


@frozen(eq=False)
class EdgeOperators:
    """An edge template and how its operators are joined."""

    template: EdgeTemplate
    structure: NodeStructure

    @classmethod
    def of(cls, wiring: Wiring, template: EdgeTemplate) -> EdgeOperators:
        """Return the operators of a template."""
        return cls(template, wiring.flat.structures.of(template))

    def signature(self, wiring: Wiring, mapping: Mapped) -> Hashable:
        """Return what edges have to agree in to be units of one population: where their inputs come from."""
        explicit = frozenset(name for name, value in mapping.items() if isinstance(value, str) and value == "source")
        constant = frozenset(
            name
            for name, value in mapping.items()
            if not isinstance(value, str) and self.structure.variable(_key(name)).kind == "input"
        )
        return explicit, constant, frozenset(reading_references(wiring, mapping).items())


def reading_references(wiring: Wiring, mapping: Mapped) -> dict[VariableKey, VariableReference]:
    """Return what variables of an edge are read from, other than its source."""
    return {
        _key(name): wiring.reference(find(wiring.flat, value))
        for name, value in mapping.items()
        if isinstance(value, str) and value != "source"
    }


def add_edge_population(
    wiring: Wiring, operators: EdgeOperators, connections: Connections, mappings: Sequence[Mapped]
) -> None:
    """Add the population of edges with its projections: source in, other readings in, output to the target.

    Args:
        wiring: where they are added.
        operators: of the edges.
        connections: the edges, sorted by target; they share source, target and kind of delay.
        mappings: what the variables of each edge are; one for all if they are the same. They read the same variables.
    """
    structure, source, target = operators.structure, connections.source, connections.target
    count = len(connections.rows)
    entries, output = _ends(structure, mappings[0], wiring.label(source, target))
    number = len(wiring.populations)
    label = wiring.unique(wiring.label(source, target))
    size = count if count > 1 else None
    units = _EdgeUnits(wiring, connections)
    values, origins = _edge_values(operators, mappings, units, size)
    wiring.populations.append(Population(label, structure, size, units, values, origins, edges=True))
    delay, spread = wiring.times(connections)
    times = tuple(
        wiring.read(source, connections.columns, VariableReference(number, *key), delay=delay, spread=spread)
        for key in entries
    )
    for key, reference in reading_references(wiring, mappings[0]).items():
        wiring.read(reference, _units_read(wiring, connections, mappings, key), VariableReference(number, *key))
    out = VariableReference(number, *output)
    fed = None if wiring.single(target) else mask(connections.rows, wiring.count(target))
    weight = wiring.project(out, target, _outgoing(wiring, size, connections), fed=fed)
    shape = wiring.count(target), wiring.count(source)
    wiring.sets.append(connections.set(shape, weight, times, population=number))


def _key(name: str) -> VariableKey:
    operator, _, variable = name.rpartition("/")
    return operator, variable


def _ends(structure: NodeStructure, mapping: Mapped, label: str) -> tuple[list[VariableKey], VariableKey]:
    """Return the variables that the source enters and the output that leaves the edge."""
    for name, value in mapping.items():
        equation = structure.equations.get(_key(name))
        if equation is not None and isinstance(value, str):
            raise TemplateError(
                f"'{name}' of edge {label} is mapped to '{value}' and has the equation '{equation.text}'."
            )
    unmapped, output = edge_ends(structure, set(map(_key, mapping)))
    explicit = [_key(name) for name, value in mapping.items() if isinstance(value, str) and value == "source"]
    if len(unmapped) > (0 if explicit else 1):
        raise TemplateError(_too_many_inputs(structure.name, label, unmapped, explicit))
    return explicit or unmapped, output


def _too_many_inputs(name: str, label: str, unmapped: list[VariableKey], explicit: list[VariableKey]) -> str:
    """Say which inputs of an edge have no meaning."""
    listed = ", ".join(f"'{'/'.join(key)}'" for key in unmapped)
    counted = "1 input" if len(unmapped) == 1 else f"{len(unmapped)} inputs"
    remedy = "Map all but one in the edge's attributes, to 'source' or to node/operator/variable."
    if explicit:
        remedy = (
            f"'{'/'.join(explicit[0])}' is mapped to 'source'; map every other input in the edge's attributes too: "
            "to 'source', to node/operator/variable or to a number."
        )
    return f"Edge template '{name}' on {label} has {counted} that nothing is mapped to: {listed}. {remedy}"


def _edge_values(
    operators: EdgeOperators, mappings: Sequence[Mapped], units: Sequence[str], size: int | None
) -> tuple[dict[VariableKey, Value], dict[VariableKey, Origins]]:
    """Return the values of all variables: those of the template, changed where an edge says so."""
    import numpy as np

    template, structure = operators.template, operators.structure
    values: dict[VariableKey, Value] = {}
    origins: dict[VariableKey, Origins] = {}
    for operator, overrides in template.operators:
        for name, declared in operator.variables.items():
            key, path = (operator.name, name), f"{operator.name}/{name}"
            default = plain(overrides.get(name, declared.value))
            origin = Origin(template, *key) if name in overrides else default_origin(structure, key)
            given = [_number(mapping, path) for mapping in mappings]
            if all(value is None for value in given):
                values[key], origins[key] = default, origin
            elif len(mappings) == 1:
                values[key], origins[key] = given[0], Origin(units[0], *key)
            else:
                values[key] = np.array([default if value is None else value for value in given])
                origins[key] = tuple(
                    origin if value is None else Origin(units[place], *key) for place, value in enumerate(given)
                )
    return values, origins


def _number(mapping: Mapped, path: str) -> Value:
    value = mapping.get(path)
    return None if isinstance(value, str) else value


def _units_read(wiring: Wiring, connections: Connections, mappings: Sequence[Mapped], key: VariableKey) -> np.ndarray:
    """Return the unit that each edge reads: of a whole population that at its target, else that at its source.

    Raises:
        TemplateError: the population is neither that of the target nor that of the source.
    """
    import numpy as np

    name = "/".join(key)
    found = [find(wiring.flat, mapping[name]) for mapping in mappings]
    units = [wiring.units(address) for address in found]
    count = len(connections.rows)
    if all(len(item) == 1 for item in units):
        read = np.array([item.start for item in units], dtype=np.intp)
        return read if len(read) == count else np.repeat(read, count)
    at_ends = _units_at_ends(wiring, connections, found[0], mappings[0][name], name)
    if len(units) == 1:
        return at_ends
    return np.array([unit if len(item) > 1 else item.start for item, unit in zip(units, at_ends, strict=True)])


def _units_at_ends(wiring: Wiring, connections: Connections, address: Address, path: str, name: str) -> np.ndarray:
    population = wiring.reference(address).population
    if population == connections.target.population:
        return connections.rows
    if population == connections.source.population:
        return connections.columns
    raise TemplateError(
        f"'{name}' of the connection {wiring.label(connections.source, connections.target)} reads '{path}', which lies "
        "neither in the target nor in the source population."
    )


def _outgoing(wiring: Wiring, size: int | None, connections: Connections) -> Weights:
    import numpy as np

    target, rows, weights = connections.target, connections.rows, connections.weights
    if size is None and wiring.single(target):
        return Indexed(weights[0].item())
    if is_identity(rows, wiring.count(target)):
        return Indexed(weights)
    return Sparse(weights, rows, np.arange(len(rows)), row_pointers(rows, wiring.count(target)))


class _EdgeUnits(Sequence[str]):
    """Paths of edges: `source->target[k]`, made when they are asked for."""

    def __init__(self, wiring: Wiring, connections: Connections) -> None:
        self._index = wiring.flat.links.index
        self._connections = connections
        self._ends = [
            (wiring.populations[end.population].units, f"{end.operator}/{end.variable}")
            for end in (connections.source, connections.target)
        ]

    def __len__(self) -> int:
        return len(self._connections.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        place = range(len(self))[index]
        (sources, out), (targets, into) = self._ends
        source = f"{sources[int(self._connections.columns[place])]}/{out}"
        target = f"{targets[int(self._connections.rows[place])]}/{into}"
        return f"{source}->{target}[{self._number(place, source, target)}]"

    def _number(self, place: int, source: str, target: str) -> int:
        declared = self._connections.declared
        number = declared if isinstance(declared, int) else int(declared[place])
        return self._index.count(number, source, target)
