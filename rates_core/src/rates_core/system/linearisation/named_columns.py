"""From paths of users to the columns of a derivative."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Literal

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.named_connections import ChosenConnections
from rates_core.network.network import Network
from rates_core.network.resolve import Selection, resolve, resolve_edges
from rates_core.paths import EDGE_ATTRIBUTES, EdgePath
from rates_core.system.linearisation.columns import Columns, Entries
from rates_core.system.linearisation.entries import Index, size_of
from rates_core.system.named_parameters import attributes_of, parameter_of
from rates_core.system.system import System

By = Literal["states", "reads", "parameters"]
Found = tuple[str, Index, Index]  # a symbol, places of its elements, and the slot of each in match order
WHAT = "jacobian"


def named_columns(system: System, template: Network, by: By, paths: Iterable[str]) -> list[Columns]:
    """Return what paths stand for in a derivative.

    Args:
        system: which is derived; what the paths name apart is apart in it.
        template: the network before that, which says what is one number: what a template gives once.
        by: what is derived by.
        paths: of states, of variables that are read with a delay, or of parameters.

    Raises:
        UnknownNameError: a path names nothing, or nothing that is read with a delay.
        ArgumentError: a path names what is no state or no parameter.
    """
    return [_columns(path, *_found(system, template, by, path)) for path in paths]


def _columns(path: str, found: list[Found], keys: list[Hashable]) -> Columns:
    """Return the columns of elements; slots with equal keys have one number, and those without elements none."""
    numbers: dict[Hashable, int] = {}
    number = np.zeros(len(keys), dtype=int)
    for slot in np.unique(np.concatenate([slots for _, _, slots in found])).tolist():
        number[slot] = numbers.setdefault(keys[slot], len(numbers))
    entries = []
    for symbol, places, slots in found:
        pairs = np.unique(np.stack([places, number[slots]]), axis=1)  # one element may have several slots
        entries.append(Entries(symbol, pairs[0], pairs[1]))
    return Columns(path, len(numbers), entries)


def _found(system: System, template: Network, by: By, path: str) -> tuple[list[Found], list[Hashable]]:
    if by == "parameters":
        return (_of_edges if "->" in path else _of_units)(system, template, path)
    found = list(_states(system, path) if by == "states" else _reads(system, path))
    return found, list(range(sum(len(slots) for _, _, slots in found)))


def _states(system: System, path: str) -> Iterator[Found]:
    first = 0
    for selection in resolve(_network(system), path, WHAT):
        symbol = system.addresses[selection.population, selection.operator, selection.variable]
        if symbol not in system.state_paths:
            raise ArgumentError(f"{WHAT}: '{path}' is no state.")
        places = _places(selection, size_of(system.shapes[symbol]))
        yield symbol, places, first + np.arange(len(places))
        first += len(places)


def _reads(system: System, path: str) -> Iterator[Found]:
    """Yield the delayed reads of a variable, those of the named units."""
    first = 0
    for selection in resolve(_network(system), path, WHAT):
        symbol = system.addresses[selection.population, selection.operator, selection.variable]
        for read in system.reads:
            if read.slot == symbol:
                whole = np.arange(size_of(read.shape))
                index = whole if read.index is None else np.ravel(system.parameter_paths[read.index].value)
                places = whole if selection.units is None else np.flatnonzero(np.isin(index, selection.units))
                yield read.path, places, first + np.arange(len(places))
                first += len(places)
    if not first:
        known = sorted({read.slot for read in system.reads})
        raise UnknownNameError(f"{WHAT}: nothing reads '{path}' with a delay.{did_you_mean(path, known)}")


def _of_units(system: System, template: Network, path: str) -> tuple[list[Found], list[Hashable]]:
    """Return the elements of parameters of nodes and populations; units of one origin have one number."""
    found: list[Found] = []
    keys: list[Hashable] = []
    before = resolve(template, path, WHAT)
    for place, selection in enumerate(resolve(_network(system), path, WHAT)):
        symbol = _parameter(system, path, selection)
        if symbol is not None:
            places = _places(selection, size_of(system.shapes[symbol]))
            found.append((symbol, places, len(keys) + np.arange(len(places))))
            each: list[Hashable] = [(symbol, number) for number in places.tolist()]
            keys += _origins(template, before[place]) if len(places) == selection.count else each
    if not found:
        raise ArgumentError(f"{WHAT}: '{path}' is an input that is fed. Change what feeds it.")
    return found, keys


def _of_edges(system: System, template: Network, path: str) -> tuple[list[Found], list[Hashable]]:
    """Return the elements of attributes and variables of edges; an edge has one number, a matrix one per entry."""
    asked, named = resolve_edges(_network(system), path, WHAT)
    if asked.attribute == "spread":
        raise ArgumentError(f"{WHAT}: '{path}': a spread decides how many stages a chain has, which is structure.")
    if asked.attribute not in EDGE_ATTRIBUTES:
        resolve(_network(system), path, WHAT)  # which says what is wrong with a variable
    found = []
    for part in named.parts:
        symbol = _edge_parameter(system, path, asked, part)
        if symbol is not None:
            chosen = part.set.places(part.chosen) if asked.attribute == "weight" else part.chosen
            places = np.arange(part.count) if chosen is None else chosen
            found.append((symbol, places if system.shapes[symbol] else 0 * places, named.slots(part)))
    if not found:
        raise ArgumentError(f"{WHAT}: '{path}' is an input that is fed. Change what feeds it.")
    return found, _edge_keys(template, path)


def _edge_parameter(system: System, path: str, asked: EdgePath, part: ChosenConnections) -> str | None:
    """Return the parameter that holds an attribute or a variable of edges."""
    if asked.attribute in EDGE_ATTRIBUTES:
        return attributes_of(system, part.set, asked.attribute)[0]
    operator, _, variable = asked.attribute.rpartition("/")
    population = part.set.population
    if population is None or not _network(system).populations[population].structure.has((operator, variable)):
        return None
    units = _network(system).populations[population].units
    return _parameter(system, path, Selection(population, operator, variable, part.chosen, 0, units))


def _parameter(system: System, path: str, selection: Selection) -> str | None:
    try:
        return parameter_of(system, selection)
    except ArgumentError as error:
        raise ArgumentError(f"{WHAT}: '{path}' {error}") from None


def _places(selection: Selection, size: int) -> Index:
    """Return which elements of a symbol a selection names: one for each unit, or all of a vector or matrix."""
    if size == 1:
        return np.zeros(selection.count, dtype=int)
    if size == selection.length and selection.units is not None:
        return selection.units
    return np.arange(size)


def _origins(template: Network, selection: Selection) -> list[Hashable]:
    """Return the origin of each unit's value."""
    origins = template.populations[selection.population].origins[selection.operator, selection.variable]
    if not isinstance(origins, tuple):
        return [origins] * selection.count
    return [origins[unit] for unit in (range(selection.count) if selection.units is None else selection.units)]


def _edge_keys(template: Network, path: str) -> list[Hashable]:
    """Return for each connection what it has its number from: an edge or connectivity, a template, or itself."""
    asked, named = resolve_edges(template, path, WHAT)
    keys: list[Hashable] = list(range(named.total))
    operator, _, variable = asked.attribute.rpartition("/")
    for part in named.parts:
        slots = named.slots(part).tolist()
        if operator and part.set.population is not None:
            units = template.populations[part.set.population].units
            origins = _origins(template, Selection(part.set.population, operator, variable, part.chosen, 0, units))
            own: list[Hashable] = list(origins)
        else:
            declared = part.set.parts_of(part.chosen)
            single = {number for number in np.unique(declared).tolist() if named.is_one_number(number, asked.attribute)}
            pairs = zip(declared.tolist(), slots, strict=True)
            own = [("edge", number) if number in single else slot for number, slot in pairs]
        for slot, key in zip(slots, own, strict=True):
            keys[slot] = key
    return keys


def _network(system: System) -> Network:
    assert system.network is not None
    return system.network
