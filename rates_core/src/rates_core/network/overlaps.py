"""Paths that name one value."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from rates_core.network.network import Network
from rates_core.network.resolve import resolve, resolve_edges
from rates_core.paths import is_edge_attribute

if TYPE_CHECKING:
    import numpy as np


def overlapping(network: Network, groups: Iterable[Iterable[str]]) -> tuple[str, str] | None:
    """Return two paths of different groups that name one value, as `all/op/k` and `p/op/k` do; None if none do.

    Raises:
        UnknownNameError: a path names nothing.
    """
    import numpy as np

    named: dict[Hashable, list[tuple[int, str, np.ndarray | None]]] = {}
    for number, paths in enumerate(groups):
        for path in paths:
            for key, places in _parts(network, path):
                before = named.setdefault(key, [])
                for group, other, taken in before:
                    if group != number and (places is None or taken is None or np.intersect1d(places, taken).size):
                        return other, path
                before.append((number, path, places))
    return None


def _parts(network: Network, path: str) -> Iterator[tuple[Hashable, np.ndarray | None]]:
    """Yield each variable, or each set of connections, that a path names, and the places named of it; None for all."""
    if is_edge_attribute(path):
        asked, named = resolve_edges(network, path)
        yield from (((id(part.set), asked.attribute), part.chosen) for part in named.parts)
    else:
        yield from (((item.population, item.operator, item.variable), item.units) for item in resolve(network, path))
