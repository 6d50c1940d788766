"""Walk a circuit of any depth into single units, and set the values that were recorded on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define

from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.paths import join_path, join_unit, matches, split_path
from rates_core.reference.evaluate import number
from rates_core.reference.functions import Value
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import OperatorSet
from rates_core.templates.operator import OperatorTemplate


@define(eq=False)
class Unit:
    """A node, one unit of a population, or an edge with operators.

    Attributes:
        path: where it stands.
        operators: its operators.
        values: the value of each variable `(operator, name)`.
        siblings: all units of its population in order, None for one that is single.
    """

    path: str
    operators: tuple[OperatorTemplate, ...]
    values: dict[tuple[str, str], Value]
    siblings: list[Unit] | None = None

    @classmethod
    def make(cls, path: str, template: OperatorSet) -> Unit:
        """Return a unit with the values that its template gives."""
        values = {
            (operator.name, name): plain(overrides.get(name, declared.value))
            for operator, overrides in template.operators
            for name, declared in operator.variables.items()
        }
        return cls(path, tuple(operator for operator, _ in template.operators), values)


def plain(value: Any) -> Value:
    """Return a template's value as Python numbers; an array becomes nested lists."""
    if isinstance(value, Array):
        nested: list[Value] = value.tolist()
        return nested
    return number(value)


def levels(circuit: CircuitTemplate, prefix: str = "") -> Iterator[tuple[str, CircuitTemplate]]:
    """Yield the circuit and all its sub-circuits with their paths, inner ones first."""
    for label, child in circuit.circuits.items():
        yield from levels(child, join_path(prefix, label))
    yield prefix, circuit


def units_of(circuit: CircuitTemplate) -> dict[str, Unit]:
    """Return all units by path, in match order, with the values that templates and circuits give them."""
    units = {unit.path: unit for unit in _walk(circuit, "")}
    for prefix, level in levels(circuit):
        for path, value in level.overrides.node_vars.items():
            _set(units, join_path(prefix, path), value)
    return units


def _walk(circuit: CircuitTemplate, prefix: str) -> Iterator[Unit]:
    """Yield the units of a circuit: those of its nodes, of its populations, of its sub-circuits."""
    for label, node in circuit.nodes.items():
        yield Unit.make(join_path(prefix, label), node)
    for label, population in circuit.populations.items():
        units = [
            Unit.make(join_path(prefix, join_unit(label, index)), population.node) for index in range(population.n)
        ]
        for name, value in population.params.items():
            operator, variable = name.split("/")
            deal(units, [(operator, variable)] * len(units), plain(value))
        for unit in units:
            unit.siblings = units
            unit.values = {key: _scalar(value) for key, value in unit.values.items()}
        yield from units
    for label, child in circuit.circuits.items():
        yield from _walk(child, join_path(prefix, label))


def _scalar(value: Value) -> Value:
    """Return the number that an axis of one holds."""
    return value[0] if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list) else value


def _set(units: dict[str, Unit], path: str, value: Any) -> None:
    found = match_variables(units, path)
    deal([unit for unit, _ in found], [key for _, key in found], plain(value))


def match_variables(units: dict[str, Unit], path: str) -> list[tuple[Unit, tuple[str, str]]]:
    """Return the variables that a path names, `all` and whole populations included, in match order.

    Raises:
        UnknownNameError: there is none.
    """
    pattern = split_path(path)
    found = [
        (unit, key) for unit in units.values() for key in unit.values if matches(pattern, (*unit.path.split("/"), *key))
    ]
    if not found:
        known = [join_path(unit.path, *key) for unit in units.values() for key in unit.values]
        raise UnknownNameError(f"No variable has the path '{path}'.{did_you_mean(path, known)}")
    return found


def deal(units: list[Unit], keys: list[tuple[str, str]], value: Value) -> None:
    """Give one value to all variables, or the entries of a list to one variable each, in order."""
    count = len(units)
    each = count > 1 and isinstance(value, list) and len(value) == count and not isinstance(value[0], list)
    for position, (unit, key) in enumerate(zip(units, keys, strict=True)):
        unit.values[key] = value[position] if each and isinstance(value, list) else value
