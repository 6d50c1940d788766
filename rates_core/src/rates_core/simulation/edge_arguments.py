"""Weights, delays and spreads of edges, set by path `source->target[k]/weight` for one run."""

from __future__ import annotations

from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.network import Projection
from rates_core.network.weights import Dense
from rates_core.system.system import System

ATTRIBUTES = ("weight", "delay", "spread")


def set_edge_attribute(system: System, values: dict[str, Any], path: str, value: Any) -> None:
    """Change an attribute of the edges that a path names, in place in `values`.

    Raises:
        UnknownNameError: no such edge or attribute.
        ArgumentError: the attribute is structure: the edge was compiled without it.
    """
    edge, _, attribute = path.rpartition("/")
    if attribute not in ATTRIBUTES:
        raise UnknownNameError(
            f"Unknown edge attribute '{attribute}' in '{path}'.{did_you_mean(attribute, ATTRIBUTES)} "
            f"The attributes: {', '.join(ATTRIBUTES)}."
        )
    pair, number = _split(edge)
    assert system.network is not None
    found = False
    for projection, label in zip(system.network.projections, projection_labels(system), strict=True):
        symbol = f"{label}/{attribute}"
        places = _places(projection, label, pair, number)
        if places is None or (attribute == "weight" and symbol not in values):
            continue
        found = True
        if symbol not in values:
            raise ArgumentError(f"Edge {edge} was compiled without {attribute}; give it one in the template first.")
        values[symbol] = _changed(values[symbol], projection, places, value)
    if not found:
        known = [f"{s}->{t}" for p in system.network.projections for s, t, _ in p.edges or ()]
        raise UnknownNameError(f"No edge {edge}.{did_you_mean(pair, known)}")


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


def _split(edge: str) -> tuple[str, int | None]:
    if edge.endswith("]"):
        pair, _, number = edge[:-1].rpartition("[")
        if number.isdigit() and pair.count("/") >= 4:
            return pair, int(number)
    return edge, None


def _places(projection: Projection, label: str, pair: str, number: int | None) -> list[int] | slice | None:
    """Return which connections of a projection a path names: positions, all, or None."""
    if projection.edges is None:
        return slice(None) if label.partition("#")[0] == pair and number is None else None
    places = [
        place
        for place, (source, target, count) in enumerate(projection.edges)
        if f"{source}->{target}" == pair and number in (None, count)
    ]
    return places or None


def _changed(old: Any, projection: Projection, places: list[int] | slice, value: Any) -> Any:
    if np.ndim(old) == 0:
        return value
    new = np.array(old, dtype=float)
    if isinstance(projection.weights, Dense) and not isinstance(places, slice):
        raise ArgumentError("Single weights of a matrix are set in the template, with update_var.")
    new[places] = value
    return new
