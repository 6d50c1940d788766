"""Walk the edges and connections of a circuit, with what was recorded on them, into links between single variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from rates_core.errors import TemplateError
from rates_core.paths import join_path
from rates_core.reference.bundles import Bundle, asked_bundles, named
from rates_core.reference.evaluate import number
from rates_core.reference.units import Unit, levels, match_variables
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix

Key = tuple[str, str]  # operator and name of a variable


@define(eq=False)
class Link:
    """One connection from one variable of one unit to one input of one unit.

    Attributes:
        bundle: the edge or connectivity that it is part of.
        source: the source unit and its variable.
        target: likewise.
        place: row and column in the bundle's matrix, and number of the entry among those that exist.
        template: operators of the edge, or None.
        mapping: what variables `op/var` of the template are.
    """

    bundle: Bundle
    source: tuple[Unit, Key]
    target: tuple[Unit, Key]
    place: tuple[int, int, int]
    template: EdgeTemplate | None
    weight: float | complex = 1.0
    delay: float | None = None
    spread: float | None = None
    mapping: dict[str, Any] = field(factory=dict)

    @property
    def ends(self) -> tuple[str, str]:
        """Return the paths of source and target variable."""
        source, target = (join_path(unit.path, *key) for unit, key in (self.source, self.target))
        return source, target

    def set(self, name: str, value: Any) -> None:
        """Change an attribute, or a variable of the template; an array has a value for each link of the bundle."""
        if name in ("weight", "delay", "spread"):
            picked = _picked(value, *self.place)
            setattr(self, name, picked if picked is None else number(picked))
        elif self.template is not None and name in self.template.variable_paths:
            self.mapping[name] = value


def links_of(circuit: CircuitTemplate, units: dict[str, Unit]) -> tuple[list[Link], list[Bundle]]:
    """Return all links and the edges and connectivities that they make up.

    Those of inner circuits come first, and of each circuit its edges before its connections.
    """
    links: list[Link] = []
    bundles: list[Bundle] = []
    for prefix, level in levels(circuit):
        for item in (*level.edges, *level.connections):
            links.extend(_links(item, prefix, units, bundles))
        for source, target, index, attributes in level.overrides.edge_vars:
            patterns = join_path(prefix, source), join_path(prefix, target)
            asked = asked_bundles(bundles, patterns, index)
            for link in links:
                if link.bundle in asked and named(patterns, link.ends):
                    for name, value in _with_prefix(attributes, prefix).items():
                        link.set(name, value)
    return links, bundles


def _links(item: Edge | Connectivity, prefix: str, units: dict[str, Unit], bundles: list[Bundle]) -> Iterator[Link]:
    """Yield the links of an edge or a connectivity, target by target."""
    sources, targets = (match_variables(units, join_path(prefix, path)) for path in (item.source, item.target))
    weights, delays = (item.weight, item.delay) if isinstance(item, Edge) else (item.weights, item.delays)
    template, mapping = (item.template, item.mapping) if isinstance(item, Edge) else (item.edge, item.edge_var_map)
    starts, goals = ([join_path(unit.path, *key) for unit, key in ends] for ends in (sources, targets))
    ends = join_path(prefix, item.source), join_path(prefix, item.target)
    bundle = Bundle(len(bundles), ends, starts, goals, isinstance(item, Edge))
    bundles.append(bundle)
    for place, (row, column) in enumerate(_entries(weights, bundle)):
        link = Link(bundle, sources[column], targets[row], (row, column, place), template)
        values = {"weight": weights, "delay": delays, "spread": item.spread, **_with_prefix(mapping, prefix)}
        for name, value in values.items():
            link.set(name, value)
        yield link


def _with_prefix(mapping: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name: join_path(prefix, value) if isinstance(value, str) and value != "source" else value
        for name, value in mapping.items()
    }


def _entries(weights: Any, bundle: Bundle) -> list[tuple[int, int]]:
    """Return target and source of each existing connection; every entry of a dense matrix exists."""
    rows, columns = len(bundle.targets), len(bundle.sources)
    if isinstance(weights, (Array, SparseMatrix)) and tuple(weights.shape) != (rows, columns):
        raise TemplateError(
            f"The weights of {bundle.sources[0]}->{bundle.targets[0]} have the shape {tuple(weights.shape)}, "
            f"but there are {rows} targets and {columns} sources."
        )
    if isinstance(weights, SparseMatrix):
        return list(zip(weights.rows.tolist(), weights.columns.tolist(), strict=True))
    return [(row, column) for row in range(rows) for column in range(columns)]


def _picked(value: Any, row: int, column: int, place: int) -> Any:
    """Return the value of one connection: given per entry, per pair, or for all."""
    if isinstance(value, SparseMatrix):
        return value.values.tolist()[place]
    if not isinstance(value, Array):
        return value
    nested = value.tolist()
    return nested[row][column] if len(value.shape) == 2 else nested[place]
