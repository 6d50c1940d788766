"""What a user says of delayed variables before the start, by variable.

A path may name some units of a population that the user never made, because equal nodes are grouped. What is said of
units is put over what the others had.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, field, frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.expressions.tree import symbols
from rates_core.programs.program import slot_paths
from rates_core.system.system import Assign, System


@frozen(eq=False)
class _Part:
    """What one path says: a number or one per unit, or a function of time that gives those."""

    path: str
    units: np.ndarray
    value: Any

    def at(self, t: float) -> np.ndarray:
        values = np.asarray(self.value(t) if callable(self.value) else self.value)
        if values.ndim and values.shape != self.units.shape:
            count = f"{len(self.units)} unit{'s' if len(self.units) > 1 else ''}"
            raise ArgumentError(
                f"history of '{self.path}' takes one number or one for each of {count} that it names; "
                f"its shape is {values.shape}."
            )
        return values


@define(eq=False)
class OfUnits:
    """The past of some units of a population.

    Attributes:
        parts: what each path says, in the order of the user's.
    """

    parts: list[_Part] = field(factory=list)

    def covers(self, length: int) -> bool:
        """Tell whether something is said of every unit."""
        return len(set().union(*(part.units.tolist() for part in self.parts))) == length

    def over(self, others: Any) -> Any:
        """Return the past of all units, constant or a function of time; `others` is what the rest had.

        Raises:
            ArgumentError: values do not fit the units that they are for.
        """
        first = self._at(others, 0.0)
        constant = not any(callable(part.value) for part in self.parts)
        return first if constant else lambda t: self._at(others, t)

    def _at(self, others: Any, t: float) -> np.ndarray:
        given = [part.at(t) for part in self.parts]
        found = np.array(others, dtype=np.result_type(others, *given))
        for part, values in zip(self.parts, given, strict=True):
            found[part.units] = values
        return found


def said(system: System, history: Any, slots: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, OfUnits]]:
    """Return what a history says of whole slots, and of slots of which it says something of some units only.

    Raises:
        ArgumentError: an array does not fit.
        UnknownNameError: a path is not there, or nothing reads it with a delay.
    """
    if history is None:
        return {}, {}
    visible = set(system.addresses.values())
    slots = tuple(slot for slot in slots if slot in visible)
    if isinstance(history, Mapping):
        return _divided(system, said_by_path(system, history, slots))
    if callable(history) or np.ndim(history) == 0:
        return dict.fromkeys(slots, history), {}
    values = np.asarray(history, dtype=float)
    fitting = {slot: values for slot in slots if system.shapes[slot] == values.shape}
    if len(fitting) != len(slots):
        raise ArgumentError(
            f"history has shape {values.shape}, but the delayed variables have shapes "
            f"{', '.join(f'{slot}: {system.shapes[slot]}' for slot in slots)}. Give a dict by path."
        )
    return dict(fitting), {}


def _divided(system: System, found: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, OfUnits]]:
    whole = {slot: value for slot, value in found.items() if not isinstance(value, OfUnits)}
    partly = {slot: value for slot, value in found.items() if isinstance(value, OfUnits)}
    for slot, value in tuple(partly.items()):
        if value.covers(system.shapes[slot][0]):
            whole[slot] = partly.pop(slot).over(np.zeros(system.shapes[slot]))
    return whole, partly


def said_by_path(
    system: System, history: Mapping[str, Any], slots: tuple[str, ...], strict: bool = True
) -> dict[str, Any]:
    """Return what a history says of slots; strict refuses paths that nothing reads with a delay."""
    from rates_core.network.resolve import resolve

    assert system.network is not None
    found: dict[str, Any] = {}
    for path, value in history.items():
        for selection in resolve(system.network, path, "history"):
            slot = system.addresses[selection.population, selection.operator, selection.variable]
            if slot not in slots:
                if not strict or slot in _inside_delayed(system):
                    continue
                raise UnknownNameError(
                    f"history names '{path}', which nothing reads with a delay.{did_you_mean(path, slots)} "
                    f"Delayed variables: {', '.join(slots) or 'none'}."
                )
            if selection.units is None:
                found[slot] = value
            else:
                part = _Part(path, selection.units, value)
                found[slot] = _with_part(found.get(slot), part, system.shapes[slot])
    return found


def _with_part(before: Any, part: _Part, shape: tuple[int, ...]) -> Any:
    """Return what was said of a slot, and then what a path says of some units of it."""
    if before is None:
        return OfUnits([part])
    parts = before.parts if isinstance(before, OfUnits) else [_Part(part.path, np.arange(shape[0]), before)]
    return OfUnits([*parts, part])


def _inside_delayed(system: System) -> set[str]:
    """Return the variables that delayed expressions are made of."""
    visible = set(system.addresses.values())
    hidden = {slot for slot in slot_paths(system) if slot not in visible}
    return set().union(
        *(symbols(item.expression) for item in system.statements if isinstance(item, Assign) and item.target in hidden)
    )
