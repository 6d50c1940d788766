"""Edges and connectivities by the variables that they join, and how several between the same ones are counted."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from rates_core.paths import matches

Ends = tuple[str, str]


@frozen
class Bundle:
    """An edge or a connectivity: all links that were declared together.

    Attributes:
        number: in order of declaration.
        ends: the paths with which it was declared.
        sources: paths of the variables of all its source units.
        targets: likewise.
        is_edge: whether it is an edge.
    """

    number: int
    ends: Ends
    sources: list[str]
    targets: list[str]
    is_edge: bool

    def __hash__(self) -> int:
        return self.number


def named(patterns: Ends, ends: Ends) -> bool:
    """Tell whether two paths, with or without wildcards, name a link's ends."""
    return all(matches(pattern.split("/"), path.split("/")) for pattern, path in zip(patterns, ends, strict=True))


def asked_bundles(bundles: Iterable[Bundle], patterns: Ends, index: int | None) -> set[Bundle]:
    """Return the edges and connectivities that two paths name; with an index one of each pair of ends."""
    found: dict[tuple[str | None, ...], list[Bundle]] = {}
    for bundle in bundles:
        units = bundle.sources, bundle.targets
        ends = tuple(map(_end, patterns, bundle.ends, units))
        if None not in ends:
            found.setdefault(ends, []).append(bundle)
    return {bundle for group in found.values() for place, bundle in enumerate(group) if index in (None, place)}


def _end(pattern: str, end: str, units: list[str]) -> str | None:
    """Return which end a path names: the one that was declared or a unit of it; None if it names neither."""
    if "[" in pattern:
        return next((unit for unit in units if matches(pattern.split("/"), unit.split("/"))), None)
    if "all" in pattern.split("/"):
        return end if matches(pattern.split("/"), end.split("/")) else None
    return end if end == pattern else None
