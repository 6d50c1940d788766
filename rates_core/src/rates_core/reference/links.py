"""Walk the edges and connections of a circuit, with what was recorded on them, into links between single variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, frozen

from rates_core.errors import TemplateError
from rates_core.paths import join_path, matches
from rates_core.reference.evaluate import number
from rates_core.reference.units import Unit, levels, match_variables
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix

Times = float | Array | None


@frozen(eq=False)
class Link:
    """One connection from one variable of one unit to one input of one unit.

    Attributes:
        source: the source unit and its variable `(operator, name)`.
        target: likewise.
        template: operators of the edge, or None.
        mapping: what variables `op/var` of the template are.
        is_edge: whether it was written as an edge, not as one entry of a matrix.
    """

    source: tuple[Unit, tuple[str, str]]
    target: tuple[Unit, tuple[str, str]]
    template: EdgeTemplate | None
    weight: float | complex
    delay: float | None
    spread: float | None
    mapping: Mapping[str, Any]
    is_edge: bool


@define(eq=False)
class _Bundle:
    """An edge or a connectivity with full paths; `number` counts edges between the same paths."""

    source: str
    target: str
    template: EdgeTemplate | None
    weight: Any
    delay: Times
    spread: Times
    mapping: dict[str, Any]
    number: int | None


def links_of(circuit: CircuitTemplate, units: dict[str, Unit]) -> Iterator[Link]:
    """Yield all links, those of inner circuits first, and of each circuit its edges before its connections."""
    bundles: list[_Bundle] = []
    for prefix, level in levels(circuit):
        bundles.extend(_bundles(level, prefix, bundles))
        for source, target, index, attributes in level.overrides.edge_vars:
            ends = join_path(prefix, source), join_path(prefix, target)
            for bundle in bundles:
                if _named(bundle, ends) and index in (None, bundle.number):
                    _change(bundle, attributes, prefix)
    for bundle in bundles:
        yield from _links(bundle, units)


def _bundles(circuit: CircuitTemplate, prefix: str, before: list[_Bundle]) -> list[_Bundle]:
    found: list[_Bundle] = []
    for edge in circuit.edges:
        ends = join_path(prefix, edge.source), join_path(prefix, edge.target)
        count = sum((other.source, other.target) == ends and other.number is not None for other in (*before, *found))
        mapping = _with_prefix(edge.mapping, prefix)
        found.append(_Bundle(*ends, edge.template, edge.weight, edge.delay, edge.spread, mapping, count))
    for item in circuit.connections:
        ends = join_path(prefix, item.source), join_path(prefix, item.target)
        mapping = _with_prefix(item.edge_var_map, prefix)
        found.append(_Bundle(*ends, item.edge, item.weights, item.delays, item.spread, mapping, None))
    return found


def _with_prefix(mapping: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name: join_path(prefix, value) if isinstance(value, str) and value != "source" else value
        for name, value in mapping.items()
    }


def _named(bundle: _Bundle, ends: tuple[str, str]) -> bool:
    own = bundle.source, bundle.target
    return all(
        asked == path or ("all" in asked.split("/") and matches(asked.split("/"), path.split("/")))
        for asked, path in zip(ends, own, strict=True)
    )


def _change(bundle: _Bundle, attributes: Mapping[str, Any], prefix: str) -> None:
    for name, value in attributes.items():
        if name in ("weight", "delay", "spread"):
            setattr(bundle, name, value)
        else:
            bundle.mapping.update(_with_prefix({name: value}, prefix))


def _links(bundle: _Bundle, units: dict[str, Unit]) -> Iterator[Link]:
    """Yield the links of one bundle, target by target."""
    sources, targets = match_variables(units, bundle.source), match_variables(units, bundle.target)
    for place, (row, column, weight) in enumerate(_entries(bundle, len(targets), len(sources))):
        delay, spread = (_time(times, place, row, column) for times in (bundle.delay, bundle.spread))
        yield Link(
            sources[column],
            targets[row],
            bundle.template,
            number(weight),
            delay,
            spread,
            bundle.mapping,
            bundle.number is not None,
        )


def _entries(bundle: _Bundle, rows: int, columns: int) -> list[tuple[int, int, Any]]:
    """Return target, source and weight of each existing connection; every entry of a dense matrix exists."""
    weights = bundle.weight
    if isinstance(weights, (Array, SparseMatrix)) and tuple(weights.shape) != (rows, columns):
        raise TemplateError(
            f"The weights of {bundle.source}->{bundle.target} have the shape {tuple(weights.shape)}, "
            f"but there are {rows} targets and {columns} sources."
        )
    if isinstance(weights, SparseMatrix):
        return list(zip(weights.rows.tolist(), weights.columns.tolist(), weights.values.tolist(), strict=True))
    matrix = weights.tolist() if isinstance(weights, Array) else [[weights] * columns] * rows
    return [(row, column, matrix[row][column]) for row in range(rows) for column in range(columns)]


def _time(times: Times, place: int, row: int, column: int) -> float | None:
    """Return the delay or spread of one connection: given per entry, per pair, or for all."""
    if not isinstance(times, Array):
        return times
    nested = times.tolist()
    value = nested[row][column] if len(times.shape) == 2 else nested[place]
    return float(value)
