"""What users say of a node of units that a template describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.switches import switch

from rates_core import CircuitTemplate, NodeTemplate
from rates_rnn.parts import EDGE_ATTRIBUTES, Edge, Node, array, matrix
from rates_rnn.spiking import with_spikes

#: What users call attributes of a node's own edge, and what these are in paths.
OWN = {"weights": "weight", "delay": "delay"}


@frozen(eq=False, kw_only=True)
class NodeDescription:
    """A node as `Network.add_diffeq_node` is told of it, whose arguments these are; it checks itself.

    Attributes:
        own_weights: `weights`, checked, or None.
        count: number of units.
    """

    label: str
    node: Any
    input_var: Any
    output_var: Any
    weights: Any = None
    source_var: Any = None
    target_var: Any = None
    op: str | None = None
    train_params: Iterable[str] | None = None
    edge_attr: Mapping[str, Any] | None = None
    n: int | None = None
    node_vars: Mapping[str, Any] | None = None
    untie: Iterable[str] = ()
    share: Mapping[str, str] | None = None
    constraints: Mapping[str, Any] | None = None
    spike_var: str | None = None
    reset_var: str | None = None
    spike_threshold: float | None = None
    spike_reset: float | None = None
    reset: bool = True
    own_weights: np.ndarray | None = field(init=False)
    count: int = field(init=False)

    @own_weights.default
    def _checked_weights(self) -> np.ndarray | None:
        if self.weights is None:
            return None
        found = array("weights", self.weights)
        count = len(found) if found.ndim and self.n is None else self.n
        return matrix("weights", found, count or 1, count or 1, f"'{self.label}'", f"'{self.label}'")

    @count.default
    def _counted(self) -> int:
        if self.n is not None:
            return self.n
        return 1 if self.own_weights is None else len(self.own_weights)

    def full(self, variable: Any) -> str:
        """Return the path `op/var` of a variable; "weights" and "delay" are names of their own.

        Raises:
            ArgumentError: it is no text.
        """
        if variable is not None and not isinstance(variable, str):
            raise ArgumentError(
                f"A variable of the node '{self.label}' is named by text such as 'op/v'; it is {shown(variable)}."
            )
        if variable in OWN:
            return str(variable)
        return f"{self.op}/{variable}" if self.op and variable and "/" not in variable else variable or ""

    def made(self) -> Node:
        """Return the units.

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
        """
        values = {self.full(path.removeprefix("all/")): value for path, value in (self.node_vars or {}).items()}
        ends = self.full(self.input_var), self.full(self.output_var)
        node = Node(self.label, self._template(), self.count, *ends, values)
        return _untied(node, [self.full(path) for path in self.untie])

    def _template(self) -> NodeTemplate:
        template = NodeTemplate.from_yaml(self.node) if isinstance(self.node, str) else self.node
        if not isinstance(template, NodeTemplate):
            raise ArgumentError(f"node is {shown(self.node)}; it is a NodeTemplate or the path of one.")
        if self.spike_var is not None:
            reset = None if self.reset_var is None else self.full(self.reset_var)
            return with_spikes(
                self.label, template, self.full(self.spike_var), reset, self.spike_threshold, self.spike_reset,
                switch("reset", self.reset),
            )  # fmt: skip
        if (self.reset_var, self.spike_threshold, self.spike_reset) != (None, None, None):
            raise ArgumentError(
                f"reset_var, spike_threshold and spike_reset are of units that spike; the node '{self.label}' has no "
                "spike_var."
            )
        if not switch("reset", self.reset):
            raise ArgumentError(f"reset=False is of units that spike; the node '{self.label}' has no spike_var.")
        return template

    def recurrence(self, node: Node) -> Edge | None:
        """Return the connections between the units, if there are some.

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
        """
        if self.own_weights is None:
            return None
        source, target = self.full(self.source_var), self.full(self.target_var)
        if not source or not target:
            raise ArgumentError(f"The node '{self.label}' has weights: give source_var= and target_var= too.")
        attributes = self.edge_attr or {}
        for name in attributes:
            if name not in EDGE_ATTRIBUTES:
                raise UnknownNameError(
                    f"edge_attr has no '{name}'.{did_you_mean(name, EDGE_ATTRIBUTES)} It takes: delay, spread."
                )
        return Edge(
            self.label, self.label, node.path(source), node.path(target), self.own_weights, attributes.get("delay"),
            attributes.get("spread"),
        )  # fmt: skip

    def trained(self) -> dict[str, Any]:
        """Return the constraints of what is trained, as they were named, by `op/var`.

        Raises:
            ArgumentError: there is one of something that is not trained.
        """
        given = {self.full(path): value for path, value in (self.constraints or {}).items()}
        found = {self.full(variable): None for variable in self.train_params or ()}
        for variable in given:
            if variable not in found:
                raise ArgumentError(
                    f"constraints names '{variable}', which is not among train_params of the node '{self.label}'."
                )
        return {**found, **given}

    def shared(self) -> dict[str, str]:
        """Return what is one parameter with a path of the network, by `op/var`."""
        return {self.full(variable): path for variable, path in (self.share or {}).items()}


def _untied(node: Node, paths: Iterable[str]) -> Node:
    """Return a node in which some values are one per unit."""
    population, values = node.population(), dict(node.values)
    for path in paths:
        value = values.get(path)
        if value is None:
            circuit = CircuitTemplate("one", populations={node.label: population})
            value = circuit.get_var(node.path(path))
        values[path] = np.broadcast_to(np.asarray(value, dtype=float), (node.n,)).tolist()
    return evolve(node, values=values)
