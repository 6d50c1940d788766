"""What a network is made of: nodes, each a population of equal units, and edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.errors import ArgumentError, shown
from rates_core.switches import whole_number as whole_number

from rates_core import Connectivity, NodeTemplate, PopulationTemplate

#: What users may say of the delays of a recurrent edge.
EDGE_ATTRIBUTES = ("delay", "spread")


@frozen(eq=False)
class Node:
    """Units of one kind.

    Attributes:
        label: name in the network.
        template: what each unit is.
        n: number of units.
        input: path `op/var` in a unit of what gets the network's input, and that of edges.
        output: path of what edges take from it.
        values: of variables by path: a number, or one per unit.
    """

    label: str
    template: NodeTemplate
    n: int
    input: str
    output: str
    values: Mapping[str, Any] = field(factory=dict)

    @property
    def puts_out_state(self) -> bool:
        """Tell whether its output is a state, which is there at the start of a step, whatever comes in then."""
        name, _, output = self.output.partition("/")
        equations = [item for operator, _ in self.template.operators if operator.name == name
                     for item in operator.parsed]  # fmt: skip
        return any(item.kind == "differential" and item.target == output for item in equations)

    def population(self) -> PopulationTemplate:
        """Return all units."""
        return PopulationTemplate(self.label, self.template, self.n, dict(self.values))

    def with_values(self, values: Mapping[str, np.ndarray]) -> Node:
        """Return the node with those values of a network, by path, that are its own."""
        start = f"{self.label}/"
        own = {path.removeprefix(start): value.tolist() for path, value in values.items()
               if path.startswith(start) and "->" not in path}  # fmt: skip
        return evolve(self, values={**self.values, **own})

    def path(self, variable: str) -> str:
        """Return the path of a variable in the model."""
        return f"{self.label}/{variable}"


@frozen(eq=False)
class Edge:
    """Weighted connections from all units of a node to all of another one.

    Attributes:
        source: label of the node that it begins at.
        target: label of the node that it ends at.
        source_path: of the variable that is taken.
        target_path: of the input that is fed.
        weights: `[target unit, source unit]`.
        delays: a number or one per connection, in the model's unit of time, or None.
        spread: standard deviation of the delays, likewise.
        feedback: whether the direction from inputs to outputs goes without it.
        train: how the weights are trained: "gd", "rls", or None.
        filtered: whether another part of the way from its source, through a template, says how late it is.
        mask: like the weights, 0 where these are 0 and stay so; or None.
    """

    source: str
    target: str
    source_path: str
    target_path: str
    weights: np.ndarray
    delays: Any = None
    spread: Any = None
    feedback: bool = False
    train: str | None = None
    filtered: bool = False
    mask: np.ndarray | None = None

    @property
    def path(self) -> str:
        """Return the path of the weights in the model."""
        return f"{self.ends}/weight"

    @property
    def delay_path(self) -> str:
        """Return the path of the delays."""
        return f"{self.ends}/delay"

    @property
    def ends(self) -> str:
        """Return what paths in the model begin with."""
        return f"{self.source_path}->{self.target_path}"

    @property
    def spreads(self) -> bool:
        """Tell whether its delays are spread, all or some."""
        return self.spread is not None and bool(np.any(np.asarray(self.spread) > 0))

    def with_values(self, values: Mapping[str, np.ndarray]) -> Edge:
        """Return the edge with weights and delays of a network, by path; spreads have grown with these."""
        edge = evolve(self, weights=values.get(self.path, self.weights))
        if self.delay_path not in values:
            return edge
        delays = values[self.delay_path]
        if not self.spreads:
            return evolve(edge, delays=delays)
        return evolve(edge, delays=delays, spread=np.asarray(self.spread) * delays / np.asarray(self.delays))

    def connectivity(self, step_size: float) -> Connectivity:
        """Return the connections; those of feedback are one step late, unless something else is said."""
        late = self.feedback and self.delays is None and not self.filtered
        present = self.delays is not None and not np.any(np.asarray(self.delays)) and not self.spreads
        delays = step_size if late else None if present else self.delays
        return Connectivity(self.source_path, self.target_path, self.weights, delays=delays, spread=self.spread)


def matrix(what: str, given: Any, rows: int, columns: int, of_rows: str, of_columns: str) -> np.ndarray:
    """Return a matrix of a shape.

    Args:
        what: name of the argument, for messages.
        given: by the user.
        rows: number of them.
        columns: number of them.
        of_rows: what rows are.
        of_columns: what columns are.

    Raises:
        ArgumentError: it is something else.
    """
    found = array(what, given)
    if found.shape != (rows, columns):
        advice = " Transpose it." if found.shape == (columns, rows) else ""
        raise ArgumentError(
            f"{what} has the shape {found.shape}; it has to be {(rows, columns)}: a row for each unit of {of_rows}, a "
            f"column for each unit of {of_columns}.{advice}"
        )
    return found


def array(what: str, given: Any) -> np.ndarray:
    """Return finite real numbers as an array.

    Raises:
        ArgumentError: they are something else.
    """
    value = given.detach().cpu().numpy() if hasattr(given, "detach") else given
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} has to be numbers; it is {shown(given)}.") from error
    if not np.isfinite(found).all():
        raise ArgumentError(f"{what} holds NaN or infinite numbers.")
    return np.array(found)
