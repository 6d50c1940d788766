"""The numbers that paths name by which runs are differentiated, and what their derivatives look like."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.network.resolve import Selection, resolve, resolve_edges
from rates_core.paths import is_edge_attribute
from rates_core.programs.gradient import Gradients
from rates_core.programs.real_pairs import numbers_of
from rates_core.simulation.arguments import names_state
from rates_core.system.named_parameters import attributes_of, parameter_of
from rates_core.system.system import Parameter, State, System


class Entries(Collection[tuple[str, int]]):
    """What tells entries of a parameter from others: its path and their places. Weights may be millions."""

    def __init__(self, parameter: str, places: Any) -> None:
        self._parameter, self._places = parameter, places

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Iterate over path and place of each."""
        return ((self._parameter, int(place)) for place in self._places)

    def __contains__(self, number: object) -> bool:
        """Return whether an entry is among them."""
        return any(number == own for own in self)


@frozen(eq=False)
class Target:
    """Numbers that a path names: entries of a parameter of the System, or of the state at the start.

    Attributes:
        parameter: its path; None for the state.
        places: of the entries, flattened, in the parameter or the state vector; None for all. A complex entry of the
            state has two there: `[entries, 2]`.
        numbers: what tells each entry from others; equal ones are one number, although they stand in several places.
        count: of the units or connections that they belong to, which may be more than there are entries.
        slots: where these stand among all that the path names; None behind those of the targets before.
        shape: of the value, if that is an array of one unit.
        complex: whether the numbers are.
    """

    parameter: str | None
    places: np.ndarray | None
    numbers: Collection[Any]
    count: int
    slots: np.ndarray | None = None
    shape: tuple[int, ...] | None = None
    complex: bool = False


def variable_of(system: System, path: str, argument: str = "wrt") -> Variable:
    """Return what a path names; see `targets_of`."""
    return Variable(path, tuple(targets_of(system, path, argument)))


def targets_of(system: System, path: str, argument: str = "wrt") -> Iterator[Target]:
    """Yield the entries of parameters, or of the state at the start, that a path names.

    Args:
        system: whose they are.
        path: of the user.
        argument: where the user wrote it, for messages.
    """
    network = system.network
    assert network is not None
    if is_edge_attribute(path):
        yield from _of_edges(system, path, argument)
    elif names_state(system, path, argument):
        for selection in resolve(network, path, argument):
            state = system.state_paths[system.addresses[selection.population, selection.operator, selection.variable]]
            if isinstance(state.initial, str):
                raise UnsupportedFeatureError(
                    f"{argument}: the start of '{path}' is what its past says; it has no gradient here."
                )
            yield _of_state(state, selection)
    else:
        for selection in resolve(network, path, argument):
            try:
                symbol = parameter_of(system, selection)
            except ArgumentError as error:
                raise ArgumentError(f"{argument}: '{path}' {error}") from None
            if symbol is None:
                raise ArgumentError(f"{argument}: '{path}' is fed; name the input as it was given to inputs.")
            yield _of_units(_checked(system, symbol, path, argument), selection)


def _of_state(state: State, selection: Selection) -> Target:
    """Return the entries of the state at the start that units have."""
    units = np.arange(state.entries) if selection.units is None else np.asarray(selection.units)
    numbers = tuple((state.path, unit) for unit in units.tolist())
    places = units[:, None] * 2 + np.arange(2) if state.complex else units
    shape = None if selection.length else state.shape or None
    return Target(None, state.offset + places, numbers, len(units), shape=shape, complex=state.complex)


def _of_units(parameter: Parameter, selection: Selection) -> Target:
    """Return the entries of a parameter that units have."""
    path, origin, kind = parameter.path, parameter.origin, parameter.complex
    if not parameter.shape:
        return Target(path, None, (origin,), selection.count, complex=kind)
    if not selection.length:
        size = int(np.prod(parameter.shape))
        numbers = tuple((path, place) for place in range(size))
        return Target(path, None, numbers, size, shape=parameter.shape, complex=kind)
    units = list(range(selection.length)) if selection.units is None else np.asarray(selection.units).tolist()
    numbers = tuple(origin[unit] if isinstance(origin, tuple) else origin for unit in units)
    return Target(path, selection.units, numbers, len(units), complex=kind)


def _of_edges(system: System, path: str, argument: str) -> Iterator[Target]:
    assert system.network is not None
    asked, named = resolve_edges(system.network, path, argument)
    if asked.attribute == "spread":
        raise UnsupportedFeatureError(
            f"{argument}: '{path}' is a spread, which says how many stages a chain has: runs are not differentiated "
            "by it."
        )
    for part in named.parts:
        for symbol in attributes_of(system, part.set, asked.attribute):
            parameter = _checked(system, symbol, path, argument)
            single = not parameter.shape
            places = None if single else part.set.places(part.chosen)
            entries = [0] if single else range(part.set.count) if places is None else np.asarray(places)
            numbers = Entries(symbol, entries)
            slots, shape = named.slots(part), (named.total,)
            yield Target(symbol, places, numbers, part.count, slots, shape, parameter.complex)


def _checked(system: System, symbol: str, path: str, argument: str) -> Parameter:
    """Return a parameter that is a number.

    Raises:
        ArgumentError: it is not.
    """
    parameter = system.parameter_paths[symbol]
    if parameter.integer:
        raise ArgumentError(f"{argument}: '{path}' is an index; it has no gradient here.")
    return parameter


@frozen(eq=False)
class Variable:
    """What a path names, by which runs are differentiated: numbers in some shape.

    Attributes:
        path: as it was asked for.
        targets: all entries that it names.
    """

    path: str
    targets: tuple[Target, ...]

    @cached_property
    def single(self) -> bool:
        """Return whether all that the path names is one number."""
        numbers = (number for target in self.targets for number in target.numbers)
        first = next(numbers, numbers)
        return first is not numbers and all(number == first for number in numbers)

    @property
    def complex(self) -> bool:
        """Return whether some of it is."""
        return any(target.complex for target in self.targets)

    def derivative(self, found: Gradients) -> Any:
        """Return the derivative by it; see `rates_core.programs.real_pairs` for that by complex numbers.

        Raises:
            ArgumentError: it names several numbers, and several units share one of them.
        """
        parts = self._entries(found.parameters, found.initial)
        return np.concatenate(parts).sum().item() if self.single else self._joined(parts)

    def value(self, arguments: Mapping[str, Any], y: np.ndarray) -> np.ndarray:
        """Return what it is in a run.

        Args:
            arguments: values of parameters.
            y: state at the start.
        """
        parts = [np.asarray(part, dtype=float) for part in self._entries(arguments, y)]
        return np.array(parts[0][0]) if self.single else np.array(self._joined(parts))

    def places(self) -> list[np.ndarray]:
        """Return for each target where its entries stand in the flattened value."""
        parts = [np.zeros(len(target.numbers), dtype=int) for target in self.targets]
        if self.single:
            return parts
        self._check_apart(parts)
        if self.targets[0].slots is None:
            ends = np.cumsum([len(part) for part in parts])
            return [np.arange(end - len(part), end) for part, end in zip(parts, ends.tolist(), strict=True)]
        shape = self.targets[0].shape or ()
        numbers = np.arange(int(np.prod(shape))).reshape(shape)
        return [np.ravel(numbers[target.slots]) for target in self.targets]

    def _entries(self, parameters: Mapping[str, Any], y: np.ndarray | None) -> list[np.ndarray]:
        found = []
        for target in self.targets:
            values = np.ravel(np.asarray(y if target.parameter is None else parameters[target.parameter]))
            entries = values if target.places is None else values[target.places]
            found.append(numbers_of(entries) if entries.ndim > 1 else entries)
        return found

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        self._check_apart(parts)
        first = self.targets[0]
        if first.slots is None:
            shape = first.shape if len(self.targets) == 1 else None
            return np.concatenate(parts) if shape is None else parts[0].reshape(shape)
        values = np.zeros(first.shape or (), np.result_type(*parts))  # a connection that is not stored moves nothing
        for target, part in zip(self.targets, parts, strict=True):
            values[target.slots] = part
        return values

    def _check_apart(self, parts: list[np.ndarray]) -> None:
        if any(len(part) != target.count for part, target in zip(parts, self.targets, strict=True)):
            raise ArgumentError(
                f"wrt: '{self.path}' names several numbers, and units share some of them. Name each by a path of its "
                "own."
            )
