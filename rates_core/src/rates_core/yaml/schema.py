"""The form of a template in a model file: which keys each kind takes, and what may stand under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.templates.location import Location
from rates_core.yaml import forms
from rates_core.yaml.circuit_schema import CIRCUIT_KEYS, read_circuit
from rates_core.yaml.entries import Content, Entry, NodeEntry, OperatorEntry, OperatorUse, Written
from rates_core.yaml.faults import fault
from rates_core.yaml.population_schema import POPULATION_KEYS, read_population
from rates_core.yaml.tree import YamlMapping, YamlSequence, YamlTree, is_null, kind_of

SHARED_KEYS = ("base", "name", "description", "label")
OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    "OperatorTemplate": ("equations", "variables", "events"),
    "NodeTemplate": ("operators",),
    "EdgeTemplate": ("operators",),
    "PopulationTemplate": POPULATION_KEYS,
    "CircuitTemplate": CIRCUIT_KEYS,
}
KINDS = tuple(OWN_KEYS)

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "OperatorTemplate": ("equations", "variables"),
    "NodeTemplate": ("operators",),
    "PopulationTemplate": ("node", "n"),
}
OPERATOR_EDITS = ("replace", "remove")
EQUATION_EDITS = ("replace", "remove", "append", "prepend", "add")
_EVENT_KEYS = ("when", "set", "emit")


def read_entry(kind: str, key: str, tree: YamlMapping, location: Location) -> Entry:
    """Return what a mapping says of a template of a kind; `location` is that of its key.

    Raises:
        ModelFileError: a key is unknown or missing, or what stands under it has the wrong form.
    """
    entries, what = tree.entries, f"the {kind} '{key}'"
    forms.check_keys(tree, (*SHARED_KEYS, *OWN_KEYS[kind]), what)
    base = forms.reference(entries["base"], f"the base of '{key}'")
    is_derived = base.value not in KINDS
    if not is_derived:
        forms.require_keys(tree, _REQUIRED.get(kind, ()), what)
    return Entry(
        kind=kind,
        name=forms.optional_text(entries.get("name"), f"the name of '{key}'") or key,
        base=base if is_derived else None,
        description=forms.optional_text(entries.get("description"), f"the description of '{key}'"),
        label=forms.optional_text(entries.get("label"), f"the label of '{key}'"),
        content=_read_content(kind, tree, is_derived, what),
        location=location,
    )


def _read_content(kind: str, tree: YamlMapping, is_derived: bool, what: str) -> Content:
    if kind == "OperatorTemplate":
        return _read_operator(tree.entries, what)
    if kind == "PopulationTemplate":
        return read_population(tree.entries, what)
    if kind == "CircuitTemplate":
        return read_circuit(tree.entries)
    operators = _read_operators(tree.entries.get("operators"), what)
    if (operators.replace or operators.remove) and not is_derived:
        raise fault(
            tree.keys["operators"],
            f"'replace' and 'remove' change the operators of a base, and {what} has none. List its operators.",
        )
    return operators


def _read_operator(entries: Mapping[str, YamlTree], what: str) -> OperatorEntry:
    variables = forms.mapping(entries.get("variables"), f"the variables of {what}")
    events = entries.get("events")
    return OperatorEntry(
        equations=_read_equations(entries.get("equations"), what),
        variables={name: Written(_read_variable(name, spec), spec.location) for name, spec in variables.items()},
        events=None if events is None or is_null(events) else _read_events(events),
    )


def _read_equations(tree: YamlTree | None, what: str) -> Any:
    if tree is None or is_null(tree):
        return None
    if not isinstance(tree, YamlMapping):
        return forms.texts(tree, f"an equation of {what}")
    forms.check_keys(tree, EQUATION_EDITS, f"the mapping of edits of {what}")
    edits: dict[str, Any] = {}
    for edit, given in tree.entries.items():
        words = f"'{edit}' in the equations of {what}"
        if edit == "replace":
            edits[edit] = {old: _replacement(new, words) for old, new in forms.mapping(given, words).items()}
        else:
            edits[edit] = forms.texts(given, words) if isinstance(given, YamlSequence) else forms.text(given, words)
    return edits


def _replacement(tree: YamlTree, what: str) -> str:
    return forms.optional_text(tree, what) or ""


def _read_variable(name: str, tree: YamlTree) -> Any:
    if isinstance(tree, YamlMapping):
        forms.check_keys(tree, ("default",), f"the variable '{name}'")  # as files of older programs write it
        tree = tree.entries.get("default", tree)
    return forms.value(tree, f"the variable '{name}'")


def _read_events(tree: YamlTree) -> Written[list[Any]]:
    events = []
    for item in forms.sequence(tree, "'events'"):
        if not isinstance(item, YamlMapping):
            raise fault(item.location, f"an event must be a mapping with the key 'when', and this is {kind_of(item)}.")
        forms.check_keys(item, _EVENT_KEYS, "an event")
        forms.require_keys(item, ("when",), "an event")
        events.append({key: _read_event_part(key, part) for key, part in item.entries.items() if not is_null(part)})
    return Written(events, tree.location)


def _read_event_part(key: str, tree: YamlTree) -> Any:
    if key != "set":
        return forms.text(tree, f"'{key}' of an event")
    changes = forms.mapping(tree, "'set' of an event")
    return {name: forms.text(new, f"the new value of '{name}'") for name, new in changes.items()}


def _read_operators(tree: YamlTree | None, what: str) -> NodeEntry:
    """Read a path, a list of paths, or a mapping of paths to values, among which edits of the set may stand."""
    if tree is None or is_null(tree):
        return NodeEntry((), {}, ())
    if not isinstance(tree, YamlMapping):
        items = tree.items if isinstance(tree, YamlSequence) else (tree,)
        return NodeEntry(tuple(_read_use(item, what) for item in items), {}, ())
    edits = {key: tree.entries[key] for key in OPERATOR_EDITS if key in tree.entries}
    named = {key: values for key, values in tree.entries.items() if key not in edits}
    return NodeEntry(
        uses=tuple(OperatorUse(Written(key, tree.keys[key]), _read_values(key, given)) for key, given in named.items()),
        replace=forms.references(edits.get("replace"), "'replace' of operators", "what replaces"),
        remove=tuple(forms.texts(edits["remove"], "'remove' of operators")) if "remove" in edits else (),
    )


def _read_use(tree: YamlTree, what: str) -> OperatorUse:
    """Read an item of a list: a path, or a mapping of one path to values."""
    if isinstance(tree, YamlMapping) and len(tree.entries) == 1:
        ((key, given),) = tree.entries.items()
        return OperatorUse(Written(key, tree.keys[key]), _read_values(key, given))
    return OperatorUse(forms.reference(tree, f"an operator of {what}"), {})


def _read_values(operator: str, tree: YamlTree) -> dict[str, Written[Any]]:
    given = forms.mapping(tree, f"what stands under the operator '{operator}'")
    inner = given.get("variables")
    if len(given) == 1 and isinstance(inner, YamlMapping):
        given = inner.entries
    return {name: Written(_read_variable(name, value), value.location) for name, value in given.items()}
