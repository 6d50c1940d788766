"""The form of a circuit in a model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.paths import EDGE_ATTRIBUTES
from rates_core.yaml import forms
from rates_core.yaml.entries import (
    CircuitEntry,
    ConnectionEntry,
    EdgeEntry,
    OverridesEntry,
    PopulationEntry,
    Reference,
    Written,
)
from rates_core.yaml.faults import fault, located
from rates_core.yaml.population_schema import POPULATION_KEYS, read_population
from rates_core.yaml.sparse import SPARSE_KEYS, sparse_matrix
from rates_core.yaml.tree import YamlMapping, YamlSequence, YamlTree, is_null, kind_of

CIRCUIT_KEYS = ("nodes", "circuits", "edges", "populations", "connections", "overrides")
EDGE_KEYS = ("source", "target", "template", "variables")
CONNECTION_KEYS = ("source", "target", "weights", "edge", "edge_var_map", "delays", "spread")
OVERRIDE_KEYS = ("node_vars", "edge_vars")

_EDGE_FORM = "[source, target, edge template or null, {attribute: value}]"
_CHANGE_FORM = "[source, target, number of the edge or null, {attribute: value}]"


def read_circuit(entries: Mapping[str, YamlTree]) -> CircuitEntry:
    """Return what a mapping says of a circuit.

    Raises:
        ModelFileError: a key is unknown or missing, or what stands under it has the wrong form.
    """
    populations = forms.mapping(entries.get("populations"), "'populations'")
    overrides = entries.get("overrides")
    return CircuitEntry(
        nodes=forms.references(entries.get("nodes"), "'nodes'", "the node"),
        circuits=forms.references(entries.get("circuits"), "'circuits'", "the circuit"),
        populations={label: _read_population(label, tree) for label, tree in populations.items()},
        edges=tuple(_read_edge(tree) for tree in forms.sequence(entries.get("edges"), "'edges'")),
        connections=tuple(
            _read_connection(tree) for tree in forms.sequence(entries.get("connections"), "'connections'")
        ),
        overrides=None if overrides is None or is_null(overrides) else _read_overrides(overrides),
    )


def _read_population(label: str, tree: YamlTree) -> Reference | Written[PopulationEntry]:
    what = f"the population '{label}'"
    if not isinstance(tree, YamlMapping):
        return forms.reference(tree, what)
    forms.check_keys(tree, POPULATION_KEYS, what)
    forms.require_keys(tree, ("node", "n"), what)
    return Written(read_population(tree.entries, what), tree.location)


def _read_edge(tree: YamlTree) -> Written[EdgeEntry]:
    if isinstance(tree, YamlMapping):
        forms.check_keys(tree, EDGE_KEYS, "an edge")
        forms.require_keys(tree, ("source", "target"), "an edge")
        source, target = tree.entries["source"], tree.entries["target"]
        template, attributes = tree.entries.get("template"), tree.entries.get("variables")
    elif isinstance(tree, YamlSequence) and 2 <= len(tree.items) <= 4:
        source, target, *rest = tree.items
        template, attributes = (*rest, None, None)[:2]
    else:
        raise fault(tree.location, f"an edge is {_EDGE_FORM}, and this is {_counted(tree)}.")
    entry = EdgeEntry(
        source=forms.text(source, "the source of an edge"),
        target=forms.text(target, "the target of an edge"),
        template=_optional_reference(template, "the template of an edge"),
        attributes=_edge_attributes(attributes),
    )
    return Written(entry, tree.location)


def _edge_attributes(tree: YamlTree | None) -> dict[str, Any]:
    """Read weight, delay, spread and variables of an edge template; of the first three, null is one that is absent."""
    given = forms.mapping(tree, "the attributes of an edge").items()
    return {
        key: forms.value(item, f"the attribute '{key}'")
        for key, item in given
        if key not in EDGE_ATTRIBUTES or not is_null(item)
    }


def _read_connection(tree: YamlTree) -> Written[ConnectionEntry]:
    if not isinstance(tree, YamlMapping):
        raise fault(tree.location, f"a connection must be a mapping, and this is {kind_of(tree)}.")
    forms.check_keys(tree, CONNECTION_KEYS, "a connection")
    forms.require_keys(tree, ("source", "target", "weights"), "a connection")
    arguments: dict[str, Any] = {}
    for key, given in tree.entries.items():
        what = f"'{key}' of a connection"
        if key in ("source", "target"):
            arguments[key] = forms.text(given, what)
        elif key == "edge_var_map":
            arguments[key] = forms.values(given, what, "the attribute")
        elif key != "edge" and not (is_null(given) and key != "weights"):
            arguments[key] = _read_matrix(given, what)
    edge = _optional_reference(tree.entries.get("edge"), "'edge' of a connection")
    return Written(ConnectionEntry(arguments, edge), tree.location)


def _read_overrides(tree: YamlTree) -> Written[OverridesEntry]:
    if not isinstance(tree, YamlMapping):
        raise fault(tree.location, f"'overrides' must be a mapping, and this is {kind_of(tree)}.")
    forms.check_keys(tree, OVERRIDE_KEYS, "'overrides'")
    node_vars = forms.values(tree.entries.get("node_vars"), "'node_vars'", "the value of")
    changes = forms.sequence(tree.entries.get("edge_vars"), "'edge_vars'")
    return Written(OverridesEntry(node_vars, [_read_change(change) for change in changes]), tree.location)


def _read_change(tree: YamlTree) -> tuple[Any, ...]:
    """Read the change of an edge as `update_var` takes it."""
    if not isinstance(tree, YamlSequence) or not 3 <= len(tree.items) <= 4:
        raise fault(tree.location, f"a changed edge is {_CHANGE_FORM}, and this is {_counted(tree)}.")
    source, target, *index, attributes = tree.items
    changes = {
        key: None if is_null(given) else _read_matrix(given, f"the attribute '{key}'")
        for key, given in forms.mapping(attributes, "the attributes of a changed edge").items()
    }
    ends = forms.text(source, "the source of a changed edge"), forms.text(target, "the target of a changed edge")
    numbers = [forms.value(number, "the number of a changed edge") for number in index if not is_null(number)]
    return (*ends, *numbers, changes)


def _read_matrix(tree: YamlTree, what: str) -> Any:
    """Read a number, a list of rows, or a mapping that holds the existing entries of a sparse matrix."""
    if not isinstance(tree, YamlMapping):
        return forms.value(tree, what)
    forms.check_keys(tree, SPARSE_KEYS, what)
    forms.require_keys(tree, SPARSE_KEYS, what)
    with located(tree.location):
        return sparse_matrix(**forms.values(tree, what, "the sparse matrix's"))


def _optional_reference(tree: YamlTree | None, what: str) -> Reference | None:
    return None if tree is None or is_null(tree) else forms.reference(tree, what)


def _counted(tree: YamlTree) -> str:
    return f"a list of {len(tree.items)}" if isinstance(tree, YamlSequence) else kind_of(tree)
