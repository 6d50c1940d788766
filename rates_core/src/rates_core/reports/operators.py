"""The distinct operators of a model, with the values that their variables have in each place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import frozen

from rates_core.network.structure import VariableKey
from rates_core.reports.bibliography import Bibliography
from rates_core.reports.content import Members, OperatorEntry, Role, Setting, VariableEntry
from rates_core.reports.description import parse_description
from rates_core.reports.quantity import SHORT, Quantity, Scalar, own_array, quantity
from rates_core.templates.operator import OperatorTemplate

SHOWN = 6  # different values of a variable that are shown with their places; more are summarised


@frozen(eq=False)
class Use:
    """Where operators are used: a node, a population or an edge template.

    Attributes:
        path: of the node or population, or the name of the edge template.
        size: None, or the number of units of a population.
        operators: the operators in their order.
        value: returns the value of a variable there, a number or an array.
        is_edge: whether it is an edge template.
    """

    path: str
    size: int | None
    operators: Sequence[OperatorTemplate]
    value: Callable[[VariableKey], Any]
    is_edge: bool = False


def operator_entries(uses: Iterable[Use], bibliography: Bibliography) -> tuple[OperatorEntry, ...]:
    """Return each distinct operator once, in the order of first use."""
    found: dict[OperatorTemplate, list[Use]] = {}
    for use in uses:
        for operator in use.operators:
            found.setdefault(operator, []).append(use)
    return tuple(_entry(operator, places, bibliography) for operator, places in found.items())


def _entry(operator: OperatorTemplate, uses: Sequence[Use], bibliography: Bibliography) -> OperatorEntry:
    description = parse_description(operator.description)
    roles = _roles(operator)
    variables = tuple(
        VariableEntry(name, role, description.units.get(name, ""), _settings(uses, operator.name, name, role))
        for name, role in roles.items()
    )
    return OperatorEntry(
        operator.name,
        description.text,
        bibliography.cite(description.sources),
        operator.parsed,
        operator.parsed_events,
        variables,
        members([use for use in uses if not use.is_edge]),
        tuple(use.path for use in uses if use.is_edge),
    )


def _roles(operator: OperatorTemplate) -> dict[str, Role]:
    defined: dict[str, Role] = {
        equation.target: "state" if equation.kind == "differential" else "computed" for equation in operator.parsed
    }
    changed = {name for event in operator.events for name in event.names}
    found: dict[str, Role] = {}
    for name, variable in operator.variables.items():
        if variable.kind in ("parameter", "input", "noise"):
            found[name] = variable.kind
        else:
            found[name] = defined.get(name, "state" if name in changed else "constant")
    return found


def _settings(uses: Sequence[Use], operator: str, variable: str, role: Role) -> tuple[Setting, ...]:
    """Return the values of a variable: one for all, a few with their places, or a summary of many."""
    if role in ("computed", "noise"):
        return ()
    values = [(use, use.value((operator, variable))) for use in uses]
    found: dict[Quantity, list[Use]] = {}
    for use, value in values:
        found.setdefault(_quantity(use, value), []).append(use)
    if len(found) == 1:
        return tuple(map(Setting, found))
    if len(found) <= SHOWN:
        return tuple(Setting(value, members(places)) for value, places in found.items())
    return (Setting(quantity(_all_units(values))),)


def _quantity(use: Use, value: Any) -> Quantity:
    """Return a number, the entries of a variable's own array, or what the units of a population have."""
    if not hasattr(value, "shape"):
        number: Scalar = value
        return number
    units = quantity(value) if value.shape == (use.size,) else None
    is_one = isinstance(units, Scalar)
    return own_array(value) if units is None or (value.size <= SHORT and not is_one) else units


def _all_units(values: Iterable[tuple[Use, Any]]) -> Any:
    """Return the values of all units, one behind the other."""
    import numpy as np

    return np.concatenate(
        [np.ravel(value) if np.ndim(value) else np.full(use.size or 1, value) for use, value in values]
    )


def members(uses: Sequence[Use]) -> Members:
    """Return the places of uses."""
    return Members(tuple(use.path for use in uses if use.path), sum(use.size or 1 for use in uses))
