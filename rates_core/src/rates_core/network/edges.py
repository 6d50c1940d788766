"""Turn edges and connections into projections, and edges with operators into populations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from rates_core.errors import ArgumentError, TemplateError, UnknownNameError
from rates_core.network.addresses import Address, find
from rates_core.network.leaves import FlatCircuit, FlatConnection, FlatEdge
from rates_core.network.network import Population, Projection, UnitLocation, VariableReference
from rates_core.network.structure import NodeStructure, edge_ends
from rates_core.network.weights import Indexed, Sparse, Uniform, Weights, from_connections, row_pointers

if TYPE_CHECKING:
    import numpy as np


@define(eq=False)
class Wiring:
    """The network while projections are being added to its populations."""

    flat: FlatCircuit
    populations: list[Population]
    locations: dict[str, UnitLocation | tuple[int, int]]
    projections: list[Projection] = field(factory=list)

    def reference(self, address: Address) -> VariableReference:
        """Return the population's variable that an address lies in."""
        location = self.locations[address.leaf.path]
        population = location.population if isinstance(location, UnitLocation) else location[0]
        return VariableReference(population, address.operator, address.variable)

    def units(self, address: Address) -> list[int]:
        """Return the indices of the units that an address names, within their population."""
        location = self.locations[address.leaf.path]
        if isinstance(location, UnitLocation):
            return [location.index or 0]
        return list(range(location[1])) if address.unit is None else [address.unit]

    def count(self, reference: VariableReference) -> int:
        """Return the number of units of a referenced population."""
        return self.populations[reference.population].count

    def single(self, reference: VariableReference) -> bool:
        """Tell whether a referenced population is a single unit."""
        return self.populations[reference.population].size is None


@define(eq=False)
class Bundle:
    """Edges between one pair of population variables that become one projection."""

    source: VariableReference
    target: VariableReference
    rows: list[int] = field(factory=list)
    columns: list[int] = field(factory=list)
    members: list[FlatEdge] = field(factory=list)


def target_input(flat: FlatCircuit, path: str, what: str) -> Address:
    """Return the input that an edge leads to.

    Raises:
        TemplateError: the variable is not declared as an input.
    """
    address = find(flat, path)
    variables = address.leaf.structure.operator(address.operator).variables
    if variables[address.variable].kind != "input":
        inputs = [name for name, variable in variables.items() if variable.kind == "input"]
        raise TemplateError(
            f"{what} leads to '{path}', which is not an input. "
            f"Declare it as 'input' or choose one of: {', '.join(inputs) or 'none declared'}."
        )
    return address


def wire_edges(wiring: Wiring, ends: list[tuple[FlatEdge, Address, Address]]) -> None:
    """Add the projections of all separate edges."""
    bundles: dict[Any, Bundle] = {}
    templated: dict[Any, Bundle] = {}
    for edge, source, target in ends:
        start, stop = wiring.reference(source), wiring.reference(target)
        kind = "gamma" if edge.spread else "discrete" if edge.delay else "none"
        apart = wiring.single(start) and wiring.single(stop)
        key: tuple[Any, ...] = (start, stop, kind, edge.number if apart else None)
        store = bundles
        if edge.template is not None:
            key = (*key, wiring.flat.structure(edge.template), _mapping_signature(wiring, edge))
            store = templated
        bundle = store.setdefault(key, Bundle(start, stop))
        columns = wiring.units(source)
        for row in wiring.units(target):
            for column in columns:
                bundle.rows.append(row)
                bundle.columns.append(column)
                bundle.members.append(edge)
    for bundle in bundles.values():
        _add_plain(wiring, bundle)
    for bundle in templated.values():
        _add_templated(wiring, bundle)


def _mapping_signature(wiring: Wiring, edge: FlatEdge) -> tuple[Any, ...]:
    signature = []
    for variable, value in sorted(edge.mapping.items()):
        if value == "source" or not isinstance(value, str):
            signature.append((variable, "source" if isinstance(value, str) else "value"))
        else:
            signature.append((variable, wiring.reference(find(wiring.flat, value))))
    return tuple(signature)


def _arrays(bundle: Bundle) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    return np.array(bundle.rows, dtype=np.intp), np.array(bundle.columns, dtype=np.intp)


def _attribute(members: list[FlatEdge], name: str, order: np.ndarray) -> Any:
    """Return an attribute of all edges: None, one number, or an array in the order of the connections."""
    import numpy as np

    values = [getattr(edge, name) for edge in members]
    if not any(values):
        return None
    if all(value == values[0] for value in values):
        return float(values[0])
    return np.array([float(value or 0.0) for value in values])[order]


def _label(wiring: Wiring, source: VariableReference, target: VariableReference) -> str:
    def path(reference: VariableReference) -> str:
        return f"{wiring.populations[reference.population].label}/{reference.operator}/{reference.variable}"

    return f"{path(source)}->{path(target)}"


def _add_plain(wiring: Wiring, bundle: Bundle) -> None:
    import numpy as np

    source, target, members = bundle.source, bundle.target, bundle.members
    identity = np.arange(len(members))
    delay, spread = _attribute(members, "delay", identity), _attribute(members, "spread", identity)
    label = _label(wiring, source, target)
    if wiring.single(source) and wiring.single(target):
        edge = members[0]
        weights: Weights = Indexed(edge.weight)
        edges: tuple[tuple[str, str, int], ...] = ((edge.source, edge.target, edge.number),)
        label = f"{label}[{edge.number}]" if edge.number else label
    else:
        rows, columns = _arrays(bundle)
        data = np.array([edge.weight for edge in members])
        shape = wiring.count(target), wiring.count(source)
        separate = isinstance(delay, np.ndarray) or isinstance(spread, np.ndarray)
        weights, order = from_connections(rows, columns, data, shape, separate)
        delay, spread = _attribute(members, "delay", order), _attribute(members, "spread", order)
        edges = tuple((members[k].source, members[k].target, members[k].number) for k in order)
    wiring.projections.append(Projection(label, source, target, weights, delay, spread, edges))


def _add_templated(wiring: Wiring, bundle: Bundle) -> None:
    """Make a population whose units are the edges, sorted by target, with projections in and out."""
    import numpy as np

    rows, columns = _arrays(bundle)
    order = np.argsort(rows, kind="stable")
    members = [bundle.members[k] for k in order]
    edges = tuple((edge.source, edge.target, edge.number) for edge in members)
    template = members[0].template
    assert template is not None
    size = None if len(members) == 1 else len(members)
    values, origins = _edge_values(template, [edge.mapping for edge in members], size)
    label = _label(wiring, bundle.source, bundle.target)
    if members[0].number and size is None:
        label = f"{label}[{members[0].number}]"
    units = [f"{edge.source}->{edge.target}[{edge.number}]" for edge in members]
    sources = _mapped_paths(members[0].mapping)
    readings = {
        key: [wiring.units(find(wiring.flat, edge.mapping["/".join(key)]))[0] for edge in members] for key in sources
    }
    references = {key: wiring.reference(find(wiring.flat, path)) for key, path in sources.items()}
    identity = np.arange(len(members))
    _add_edge_population(
        wiring,
        Population(label, wiring.flat.structure(template), size, units, values, origins, edges=True),
        bundle.source,
        bundle.target,
        rows[order],
        columns[order],
        members[0].mapping,
        {key: (references[key], np.array(readings[key], dtype=np.intp)) for key in sources},
        np.array([edge.weight for edge in members]),
        _attribute(members, "delay", identity),
        _attribute(members, "spread", identity),
        edges,
    )


def _edge_values(template: Any, mappings: list[dict[str, Any]], size: int | None) -> tuple[dict[Any, Any], dict[Any, Any]]:
    import numpy as np

    from rates_core.network.grouping import plain

    values, origins = {}, {}
    for operator, overrides in template.operators:
        for name, declared in operator.variables.items():
            key = operator.name, name
            given = [mapping.get("/".join(key)) for mapping in mappings]
            default = plain(overrides.get(name, declared.value))
            numbers = [default if value is None or isinstance(value, str) else value for value in given]
            same = all(number is numbers[0] or number == numbers[0] for number in numbers)
            values[key] = numbers[0] if same or size is None else np.array(numbers)
            origins[key] = (template, *key)
    return values, origins


def _mapped_paths(mapping: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        _variable_key(variable): value
        for variable, value in mapping.items()
        if isinstance(value, str) and value != "source"
    }


def _variable_key(variable: str) -> tuple[str, str]:
    operator, _, name = variable.rpartition("/")
    return operator, name


def _add_edge_population(
    wiring: Wiring,
    population: Population,
    source: VariableReference,
    target: VariableReference,
    rows: np.ndarray,
    columns: np.ndarray,
    mapping: dict[str, Any],
    readings: dict[tuple[str, str], tuple[VariableReference, np.ndarray]],
    weights: Any,
    delay: Any,
    spread: Any,
    edges: tuple[tuple[str, str, int], ...] | None,
) -> None:
    """Add the population of edges with its projections: source in, other readings in, output to the target."""
    number = len(wiring.populations)
    wiring.populations.append(population)
    structure = population.structure
    _check_mapping(structure, mapping)
    mapped = {_variable_key(variable) for variable in mapping}
    unmapped, output = edge_ends(structure, mapped)
    explicit = [_variable_key(variable) for variable, value in mapping.items() if isinstance(value, str) and value == "source"]
    entries = explicit or unmapped
    if len(entries) > 1 and not explicit:
        listed = ", ".join(f"'{'/'.join(key)}'" for key in unmapped)
        raise TemplateError(
            f"Edge template '{structure.name}' on {population.label} has {len(unmapped)} inputs that nothing is mapped "
            f"to: {listed}. Map all but one in the edge's attributes, to 'source' or to node/operator/variable."
        )
    for key in entries:
        index = None if wiring.single(source) or _is_identity(columns, wiring.count(source)) else columns
        label = f"{_label(wiring, source, VariableReference(number, *key))}"
        wiring.projections.append(
            Projection(label, source, VariableReference(number, *key), Indexed(1.0, index), delay, spread)
        )
    for key, (reference, units) in readings.items():
        index = None if wiring.single(reference) or _is_identity(units, wiring.count(reference)) else units
        label = f"{_label(wiring, reference, VariableReference(number, *key))}"
        wiring.projections.append(Projection(label, reference, VariableReference(number, *key), Indexed(1.0, index)))
    out = VariableReference(number, *output)
    label = _label(wiring, out, target)
    wiring.projections.append(
        Projection(label, out, target, _outgoing(wiring, population, target, rows, weights), edges=edges)
    )


def _check_mapping(structure: NodeStructure, mapping: dict[str, Any]) -> None:
    for variable in mapping:
        operator, name = _variable_key(variable)
        variables = structure.operator(operator).variables
        if name not in variables:
            from rates_core.errors import did_you_mean

            raise UnknownNameError(
                f"Operator '{operator}' of edge template '{structure.name}' has no variable '{name}'."
                f"{did_you_mean(name, variables)}"
            )


def _is_identity(index: np.ndarray, count: int) -> bool:
    import numpy as np

    return len(index) == count and bool((index == np.arange(count)).all())


def _outgoing(
    wiring: Wiring, population: Population, target: VariableReference, rows: np.ndarray, weights: Any
) -> Weights:
    import numpy as np

    targets = wiring.count(target)
    if population.size is None and wiring.single(target):
        return Indexed(float(np.asarray(weights).reshape(-1)[0]))
    weights = np.broadcast_to(np.asarray(weights, dtype=float), rows.shape)
    if _is_identity(rows, targets):
        return Indexed(np.array(weights))
    return Sparse(np.array(weights), rows, np.arange(len(rows)), row_pointers(rows, targets))


def wire_connections(wiring: Wiring, ends: list[tuple[FlatConnection, Address, Address]]) -> None:
    """Add the projections of all connections given as matrices or scalars."""
    for connection, source, target in ends:
        start, stop = wiring.reference(source), wiring.reference(target)
        what = f"connection {connection.source} -> {connection.target}"
        if connection.template is None and _is_scalar(connection.weights) and _is_scalar(connection.delays):
            if _is_scalar(connection.spread) and wiring.units(source) == list(range(wiring.count(start))):
                _check_all_targets(wiring, target, stop, what)
                weights: Weights = Uniform(float(connection.weights))
                label = _label(wiring, start, stop)
                delay, spread = _number(connection.delays), _number(connection.spread)
                wiring.projections.append(Projection(label, start, stop, weights, delay, spread))
                continue
        rows, columns, data, delays, spread = _entries(wiring, connection, source, target, what)
        _add_entries(wiring, connection, start, stop, rows, columns, data, delays, spread)


def _check_all_targets(wiring: Wiring, target: Address, reference: VariableReference, what: str) -> None:
    if len(wiring.units(target)) != wiring.count(reference):
        raise ArgumentError(f"The {what} has a scalar weight; it must lead to a whole population. Give a matrix.")


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, int | float) or getattr(value, "shape", None) == ()


def _number(value: Any) -> float | None:
    return float(value) if value else None


def _entries(
    wiring: Wiring, connection: FlatConnection, source: Address, target: Address, what: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Any, Any]:
    """Return targets, sources, weights, delays and spreads of all connections, sorted by target."""
    import numpy as np

    target_units = np.array(wiring.units(target), dtype=np.intp)
    source_units = np.array(wiring.units(source), dtype=np.intp)
    weights = connection.weights
    if _is_scalar(weights):
        weights = np.full((len(target_units), len(source_units)), float(weights))
    for side, units, count, path in (
        ("rows", target_units, weights.shape[0], connection.target),
        ("columns", source_units, weights.shape[1], connection.source),
    ):
        if len(units) != count:
            role = "target" if side == "rows" else "source"
            raise ArgumentError(
                f"weights of {what} has {count} {side}, but {role} '{path}' has {len(units)} "
                f"{'unit' if len(units) == 1 else 'units'}. Weights are [target, source]."
            )
    if hasattr(weights, "tocsr"):
        matrix = weights.tocsr().tocoo()
        rows, columns, data = matrix.row.astype(np.intp), matrix.col.astype(np.intp), matrix.data
    else:
        weights = np.asarray(weights)
        rows, columns = np.nonzero(np.ones_like(weights, dtype=bool) if connection.template else weights)
        data = weights[rows, columns]
    picked = [_picked(value, weights, rows, columns) for value in (connection.delays, connection.spread)]
    return target_units[rows], source_units[columns], np.asarray(data, dtype=float), picked[0], picked[1]


def _picked(value: Any, weights: Any, rows: np.ndarray, columns: np.ndarray) -> Any:
    import numpy as np

    if _is_scalar(value):
        return _number(value)
    if hasattr(value, "tocsr"):
        value = np.asarray(value.tocsr()[rows, columns]).reshape(-1)
    else:
        value = np.asarray(value, dtype=float)
        value = value[rows, columns] if value.shape == weights.shape else value
    if len(value) and (value == value[0]).all():
        return _number(value[0])
    return np.array(value, dtype=float)


def _add_entries(
    wiring: Wiring,
    connection: FlatConnection,
    source: VariableReference,
    target: VariableReference,
    rows: np.ndarray,
    columns: np.ndarray,
    data: np.ndarray,
    delays: Any,
    spread: Any,
) -> None:
    import numpy as np

    shape = wiring.count(target), wiring.count(source)
    label = _label(wiring, source, target)
    if connection.template is not None:
        _add_connection_population(wiring, connection, source, target, rows, columns, data, delays, spread)
        return
    separate = isinstance(delays, np.ndarray) or isinstance(spread, np.ndarray)
    if wiring.single(source) and wiring.single(target):
        weights: Weights = Indexed(float(data[0]) if len(data) else 0.0)
    else:
        weights, order = from_connections(rows, columns, data, shape, separate)
        delays = delays[order] if isinstance(delays, np.ndarray) else delays
        spread = spread[order] if isinstance(spread, np.ndarray) else spread
    wiring.projections.append(Projection(label, source, target, weights, delays, spread))


def _add_connection_population(
    wiring: Wiring,
    connection: FlatConnection,
    source: VariableReference,
    target: VariableReference,
    rows: np.ndarray,
    columns: np.ndarray,
    data: np.ndarray,
    delays: Any,
    spread: Any,
) -> None:
    """Make a population of the connections, whose other readings are at the target unit or at the source unit."""
    template = connection.template
    assert template is not None
    size = None if len(rows) == 1 else len(rows)
    values, origins = _edge_values(template, [connection.mapping], size)
    readings = {}
    for key, path in _mapped_paths(connection.mapping).items():
        reference = wiring.reference(find(wiring.flat, path))
        at_target = reference.population == target.population
        if not at_target and reference.population != source.population:
            raise TemplateError(
                f"'{'/'.join(key)}' of the connection {connection.source} -> {connection.target} reads '{path}', which "
                "lies neither in the target nor in the source population."
            )
        readings[key] = (reference, rows if at_target else columns)
    label = _label(wiring, source, target)
    units = _ConnectionUnits(connection.source, connection.target, len(rows))
    population = Population(label, wiring.flat.structure(template), size, units, values, origins, edges=True)
    _add_edge_population(
        wiring, population, source, target, rows, columns, connection.mapping, readings, data, delays, spread, None
    )


class _ConnectionUnits(list[str]):
    """Paths of the units of a connectivity: `source->target[k]`, made when asked for."""

    def __init__(self, source: str, target: str, count: int) -> None:
        super().__init__()
        self._label, self._count = f"{source}->{target}", count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return f"{self._label}[{index}]"

    def __iter__(self) -> Any:
        return (self[index] for index in range(self._count))


def instant_ends(
    edges: list[tuple[FlatEdge, Address, Address]],
    connections: list[tuple[FlatConnection, Address, Address]],
) -> list[tuple[Address, Address]]:
    """Return the ends of everything that acts without delay."""
    found = [(source, target) for edge, source, target in edges if not edge.delay]
    return found + [(source, target) for item, source, target in connections if item.delays is None]

