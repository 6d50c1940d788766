"""What a user says of delayed variables before the start, by variable.

A path may name some units of a population that the user never made, because equal nodes are grouped. What is said of
units is put over what the others had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.delayed import fed_units
from rates_core.delays.units import Units
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.resolve import Selection, resolve
from rates_core.system.system import Shape, System

MOST_LISTED = 10  # paths in a message


@frozen(eq=False)
class Statement:
    """A number, an array, or a function of time that gives those.

    Attributes:
        where: what the user wrote it for, for messages.
        takes: which shapes fit, in words.
        shape: of the values if they are not all one number.
        real: whether complex numbers are refused.
    """

    where: str
    takes: str
    value: Any
    shape: Shape
    real: bool

    def at(self, t: float) -> np.ndarray:
        """Return a number or an array of `shape`.

        Raises:
            ArgumentError: the values are others, or the function raises.
        """
        values = self._called(t) if callable(self.value) else np.asarray(self.value)
        if values.size != 1 and values.shape != self.shape:
            shape = f"the shape {values.shape}"
            its = f"function gives {shape} at t = {t:g}" if callable(self.value) else f"shape is {values.shape}"
            raise ArgumentError(f"{self.where} takes {self.takes}; its {its}.")
        if self.real and np.iscomplexobj(values):
            number = values.reshape(-1)[0].item()
            its = f"function gives {number!r} at t = {t:g}" if callable(self.value) else f"value is {number!r}"
            raise ArgumentError(f"{self.where} takes real numbers; its {its}.")
        return values if values.shape == self.shape else values.reshape(())

    def _called(self, t: float) -> np.ndarray:
        try:
            return np.asarray(self.value(t))
        except Exception as error:
            kind = type(error).__name__
            raise ArgumentError(f"{self.where}: its function raises {kind} at t = {t:g}: {error}") from error


@frozen(eq=False)
class Part:
    """What a statement says of some units of a variable.

    Attributes:
        units: which ones; None for the whole variable.
        share: which of the statement's values are theirs, if there are several.
    """

    statement: Statement
    units: np.ndarray | None = None
    share: slice = slice(None)

    @property
    def place(self) -> Any:
        """Return where in the variable the units are."""
        return ... if self.units is None else self.units


@frozen(eq=False)
class Said:
    """What is said of one variable, later parts over earlier ones.

    Attributes:
        shape: of the variable.
        complex: whether it is.
        fed: the entries that are no constants, of which nothing can be said.
    """

    shape: Shape
    complex: bool
    fed: np.ndarray
    parts: tuple[Part, ...]

    @property
    def varies(self) -> bool:
        """Tell whether it is a function of time."""
        return any(callable(part.statement.value) for part in self.parts)

    @property
    def mask(self) -> np.ndarray:
        """Return the entries of which something is said."""
        mask = np.zeros(self.shape, dtype=bool)
        for part in self.parts:
            mask[part.place] = True
        return np.asarray(mask & self.fed)

    def at(self, t: float, others: Any) -> Any:
        """Return the value at a time; `others` is that of entries of which nothing is said."""
        found = np.array(np.broadcast_to(others, self.shape), dtype=complex if self.complex else float)
        for part in self.parts:
            values = part.statement.at(t)
            found[part.place] = values[part.share] if values.ndim else values
        if not self.fed.all():
            found = np.where(self.fed, found, others)
        return found if self.shape else found.item()


def said_of(system: System, history: Any, names: Mapping[str, Any], start: float) -> dict[str, Said]:
    """Return what a history says of variables.

    Args:
        system: the lowered System.
        history: a number, a function of time, an array, or a dict of these by path.
        names: the variables that are delayed, each with a mask of the entries that are.
        start: time of the start, at which functions are tried.

    Raises:
        ArgumentError: something does not fit.
        UnknownNameError: a path is not there, or nothing reads it with a delay.
    """
    if history is None:
        return {}
    saying = _Saying(system, names)
    parts = saying.by_path(history) if isinstance(history, Mapping) else saying.of_all(history)
    found: dict[str, list[Part]] = {}
    for name, part in parts:
        part.statement.at(start)  # what does not fit is found before anything is computed
        found.setdefault(name, []).append(part)
    return {name: saying.said(name, own) for name, own in found.items()}


class _Saying:
    """Finds for which variables of a System the parts of a history are."""

    def __init__(self, system: System, names: Mapping[str, Any]) -> None:
        self._system, self._names, self._units = system, names, Units(system)

    def of_all(self, history: Any) -> Iterator[tuple[str, Part]]:
        """Yield what is said of all variables at once; an array has the shape that all of them have."""
        shapes = {name: self._units.shape(name) for name in self._names}
        if not callable(history) and np.ndim(history) and any(shape != np.shape(history) for shape in shapes.values()):
            listed = ", ".join(f"{name}: {shape}" for name, shape in shapes.items())
            raise ArgumentError(
                f"history has shape {np.shape(history)}, but the delayed variables have shapes {listed}. "
                "Give a dict by path."
            )
        for name, shape in shapes.items():
            yield name, Part(self._whole(f"history: '{name}'", name, history, shape))

    def by_path(self, history: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
        """Yield what is said of the variables that each path names; what is not delayed has no past.

        Raises:
            UnknownNameError: nothing that a path names is delayed.
        """
        assert self._system.network is not None
        for path, value in history.items():
            selections = resolve(self._system.network, path, "history")
            parts = list(self._parts(path, value, selections))
            if not parts:
                raise UnknownNameError(self._not_delayed(path))
            yield from parts

    def _parts(self, path: str, value: Any, selections: Sequence[Selection]) -> Iterator[tuple[str, Part]]:
        start, total = 0, sum(selection.count for selection in selections)
        for selection in selections:
            share = slice(start, start + selection.count)
            start += selection.count
            name = self._system.addresses[selection.population, selection.operator, selection.variable]
            if not self._is_delayed(name, selection.units):
                continue
            if total == 1 and not selection.length:  # a single node, whose variable may be a vector
                yield name, Part(self._whole(f"history of '{path}'", name, value, self._system.shapes[name]))
            else:
                yield name, Part(self._divided(path, name, value, total), selection.units, share)

    def _is_delayed(self, name: str, units: np.ndarray | None) -> bool:
        mask = np.asarray(self._names.get(name, False))
        return bool(np.any(mask if units is None or not mask.ndim else mask[units]))

    def _not_delayed(self, path: str) -> str:
        known = [path for name in self._names for path in self._units.paths(name)]
        listed = ", ".join(known[:MOST_LISTED]) + (", …" if len(known) > MOST_LISTED else "")
        return (
            f"history names '{path}', which nothing reads with a delay.{did_you_mean(path, known)} "
            f"Delayed variables: {listed or 'none'}."
        )

    def _whole(self, where: str, name: str, value: Any, shape: Shape) -> Statement:
        takes = f"a number or the shape {shape}" if shape else "a number"
        return Statement(where, takes, value, shape, name not in self._system.complex_symbols)

    def _divided(self, path: str, name: str, value: Any, total: int) -> Statement:
        takes = f"one number or one for each of {total} unit{'s' if total > 1 else ''} that it names"
        return Statement(f"history of '{path}'", takes, value, (total,), name not in self._system.complex_symbols)

    def said(self, name: str, parts: list[Part]) -> Said:
        """Return all parts that concern a variable."""
        is_complex = name in self._system.complex_symbols
        return Said(self._system.shapes[name], is_complex, fed_units(self._system, name), tuple(parts))
