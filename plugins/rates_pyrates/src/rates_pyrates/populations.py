"""Populations and connections by the calls that users of PyRates know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.templates.edge import edge_template

from rates_core import Connectivity as Connection
from rates_core import EdgeTemplate as Edge
from rates_core import PopulationTemplate as Population
from rates_pyrates.nodes import EdgeTemplate, NodeTemplate
from rates_pyrates.operators import spelled
from rates_pyrates.template import Template, unwrapped


class PopulationTemplate(Template[Population]):
    """Units of one node template.

    Args:
        name: of the population.
        node: a node template, or its path.
        n: number of units.
        params: values by `op/var`: a number for all units, or one for each.
    """

    kind = Population

    def __init__(self, name: str, node: Any, n: int, params: Mapping[str, Any] | None = None) -> None:
        super().__init__(Population(name, unwrapped(node), n, params or {}))

    @property
    def node(self) -> NodeTemplate:
        """Return what the units are."""
        return NodeTemplate.of(self.rates.node)

    @property
    def n(self) -> int:
        """Return how many units there are."""
        return self.rates.n

    @property
    def params(self) -> dict[str, Any]:
        """Return the values that were given, by `op/var`."""
        return {name: spelled(value) for name, value in self.rates.params.items()}


class Connectivity(Template[Any]):
    """Weights from one population to another.

    Args:
        source: path of the variable that is read.
        target: path of the input that is fed.
        weights: a matrix `[target, source]`, or a number for all.
        edge: equations of the connections.
        edge_var_map: what the variables of the edge template are, by their names or `op/var`.
        delays: of all connections, or of each.
        spread: likewise.
    """

    kind = Connection

    def __init__(
        self,
        source: str,
        target: str,
        weights: Any,
        edge: Any = None,
        edge_var_map: Mapping[str, str] | None = None,
        delays: Any = None,
        spread: Any = None,
    ) -> None:
        equations = edge_template(unwrapped(edge))
        mapped = {_variable(name, equations): value for name, value in (edge_var_map or {}).items()}
        super().__init__(Connection(source, target, weights, equations, mapped, delays, spread))
        self.weights, self.delays, self.spread = weights, delays, spread

    @property
    def source(self) -> str:
        """Return the path of what is read."""
        return str(self.rates.source)

    @property
    def target(self) -> str:
        """Return the path of what is fed."""
        return str(self.rates.target)

    @property
    def edge(self) -> EdgeTemplate | None:
        """Return the equations of the connections."""
        return None if self.rates.edge is None else EdgeTemplate.of(self.rates.edge)

    @property
    def edge_var_map(self) -> dict[str, Any]:
        """Return what the variables of the edge template are."""
        return dict(self.rates.edge_var_map)


def _variable(name: str, edge: Edge | None) -> str:
    """Return `op/var` of a variable of the edge that is alone of its name; another name is for rates to judge."""
    paths = () if edge is None or "/" in name else edge.variable_paths
    found = [path for path in paths if path.partition("/")[2] == name]
    return found[0] if len(found) == 1 else name
