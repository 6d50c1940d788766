"""Weights, delays and spreads of edges, set by path `source->target[k]/weight` for one run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.addresses import split_unit
from rates_core.network.network import EdgeName, Network, Projection, UnitLocation
from rates_core.network.resolve import MOST_SEARCHED
from rates_core.network.weights import Dense
from rates_core.paths import EdgePath
from rates_core.system.system import System

ATTRIBUTES = ("weight", "delay", "spread")

Places = list[int] | None  # connections in the order of the weights; None for all


def is_edge_attribute(path: str) -> bool:
    """Tell whether a path names weight, delay or spread of edges; others name variables of their operators."""
    return "->" in path and EdgePath.parse(path).attribute in ATTRIBUTES


def set_edge_attribute(system: System, values: dict[str, Any], path: str, value: Any) -> None:
    """Change an attribute of the edges that a path names, in place in `values`.

    Raises:
        UnknownNameError: no such edge.
        ArgumentError: the attribute is structure: the edge was compiled without it; or the value does not fit.
    """
    asked = EdgePath.parse(path)
    network = system.network
    assert network is not None
    matched = [
        (projection, f"{label}/{asked.attribute}", places)
        for projection, label in zip(network.projections, projection_labels(system), strict=True)
        for places in _places(network, projection, asked)
    ]
    if not matched:
        raise UnknownNameError(f"parameters: {_missing(network, asked)}")
    having = [found for found in matched if found[1] in values]
    if not having:
        raise ArgumentError(
            f"parameters: the edge of '{path}' was compiled without {asked.attribute}. "
            "Give it one in the template first."
        )
    for projection, symbol, places in having:
        values[symbol] = _changed(values[symbol], network, projection, places, value, path)


def _missing(network: Network, asked: EdgePath) -> str:
    pair = f"{asked.source}->{asked.target}"
    names = (name for item in network.projections for name in _names(network, item) or ((*_ends(item), 0),))
    known = dict.fromkeys(f"{source}->{target}" for source, target, _ in islice(names, MOST_SEARCHED))
    if pair in known:
        return f"There is no edge {pair}[{asked.index}]; edges between the same variables are counted from 0."
    return f"There is no edge {pair}.{did_you_mean(pair, known)}"


def projection_labels(system: System) -> list[str]:
    """Return the label of each projection; equal labels are told apart by a number."""
    assert system.network is not None
    counts: dict[str, int] = {}
    labels = []
    for projection in system.network.projections:
        count = counts.get(projection.label, 0)
        counts[projection.label] = count + 1
        labels.append(f"{projection.label}#{count}" if count else projection.label)
    return labels


def _ends(projection: Projection) -> tuple[str, str]:
    source, _, target = projection.label.partition("->")
    return source, target


def _names(network: Network, projection: Projection) -> Sequence[EdgeName] | None:
    """Return what the connections are to the user; those that lead into edges with operators have their names."""
    target = network.populations[projection.target.population]
    if projection.edges is not None or not target.edges:
        return projection.edges
    return [_edge_name(unit) for unit in target.units]


def _edge_name(unit: str) -> EdgeName:
    pair, _, number = unit[:-1].rpartition("[")
    source, _, target = pair.partition("->")
    return source, target, int(number)


def _places(network: Network, projection: Projection, asked: EdgePath) -> list[Places]:
    """Return which connections of a projection a path names, as a list of one, or an empty list."""
    names = _names(network, projection)
    if names is None:
        if _ends(projection) != (asked.source, asked.target):
            return []
        return [None if asked.index is None else [asked.index]]
    places = [
        place
        for place, (source, target, number) in enumerate(names)
        if source == asked.source and target == asked.target and asked.index in (None, number)
    ]
    return [places] if places else []


def _changed(old: Any, network: Network, projection: Projection, places: Places, value: Any, path: str) -> Any:
    """Return an attribute of a projection with the named connections changed."""
    if np.ndim(old) == 0:
        names = _names(network, projection)
        if names is not None and places is not None and len(places) < len(names):
            raise ArgumentError(
                f"parameters: '{path}' is one number for {len(names)} edges in the compiled model. "
                "Give the edges values of their own in the template, with update_var."
            )
        if np.ndim(value):
            raise ArgumentError(f"parameters: '{path}' takes a number; the value has the shape {np.shape(value)}.")
        return value
    new = np.array(old, dtype=float)
    try:
        if places is None and np.ndim(value) == 0 and isinstance(projection.weights, Dense):
            new[projection.weights.matrix.reshape(new.shape) != 0] = value  # only where there are connections
        elif places is None:
            new[...] = value
        else:
            new[_cells(network, projection, places, new)] = value
    except (ValueError, IndexError) as error:
        raise ArgumentError(
            f"parameters: '{path}' takes a number, or an array that fits the shape {new.shape}; the value has the "
            f"shape {np.shape(value)}."
        ) from error
    return new


def _cells(network: Network, projection: Projection, places: list[int], array: np.ndarray) -> Any:
    """Return where the values of connections lie in an attribute's array."""
    if not isinstance(projection.weights, Dense) or (array.ndim == 1 and projection.edges is None):
        return places
    if projection.edges is None:
        rows, columns = np.nonzero(projection.weights.matrix)
        return rows[places], columns[places]
    rows = np.array([_unit(network, projection.edges[place][1]) for place in places])
    columns = np.array([_unit(network, projection.edges[place][0]) for place in places])
    if array.ndim == 2:
        return rows, columns
    return rows if projection.weights.matrix.shape[0] > 1 else columns


def _unit(network: Network, variable: str) -> int:
    node = variable.rpartition("/")[0].rpartition("/")[0]
    location = network.locations.get(node)
    if isinstance(location, UnitLocation):
        return location.index or 0
    return split_unit(node)[1] or 0
