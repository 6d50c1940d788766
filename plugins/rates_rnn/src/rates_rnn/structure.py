"""What networks are put together from: nodes and edges, added and taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, UnknownNameError, closest, did_you_mean, shown, warn

from rates_core import NodeTemplate
from rates_rnn.activations import activation
from rates_rnn.description import OWN, NodeDescription
from rates_rnn.edge_description import EdgeDescription
from rates_rnn.members import Member
from rates_rnn.parameters import Values
from rates_rnn.parts import Edge, Node


class Structure(Values):
    """Nodes and edges, whose values are held."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}
        self._trained: dict[str, Any] = {}  # constraints as they were named, of what is trained
        self._filters: set[str] = set()  # labels of nodes that edges go through

    def add_diffeq_node(
        self,
        label: str,
        node: str | NodeTemplate,
        input_var: str,
        output_var: str,
        weights: Any = None,
        source_var: str | None = None,
        target_var: str | None = None,
        op: str | None = None,
        train_params: Iterable[str] | None = None,
        edge_attr: Mapping[str, Any] | None = None,
        n: int | None = None,
        node_vars: Mapping[str, Any] | None = None,
        untie: Iterable[str] = (),
        share: Mapping[str, str] | None = None,
        constraints: Mapping[str, Any] | None = None,
        spike_var: str | None = None,
        reset_var: str | None = None,
        spike_threshold: float | None = None,
        spike_reset: float | None = None,
        reset: bool = True,
    ) -> None:
        """Add units of a node template, which may be connected with each other.

        Args:
            label: of the node in the network.
            node: template of each unit, or its path.
            input_var: `op/var` that gets the network's input, or that of edges.
            output_var: `op/var` that is the node's output.
            weights: `[target unit, source unit]` of the connections between the units; their number is its length.
            source_var: `op/var` that these connections take.
            target_var: `op/var` that they feed.
            op: operator of variables that are named without one.
            train_params: `op/var` of what is trained: parameters, states, which are values at the start, "weights", and
                "delay": a spread grows with it; without one, it needs bounds of one step and more, by `constraints`.
            edge_attr: "delay" of these connections, and "spread", the standard deviation of a gamma distribution of
                delays: numbers, or matrices like the weights.
            n: number of units, where there are no weights; 1 without.
            node_vars: values by `op/var`: a number for all units, or one per unit.
            untie: `op/var` of what has a value of its own in each unit.
            share: by `op/var`, "weights" or "delay", the path of a value of the network that is the same parameter.
            constraints: by name of what is trained: "positive", `(low, high)`, one of both may be infinite, and for
                weights "dale", `{"dale": signs}` of sources, `{"rank": r}`, `{"mask": mask}`, or a list of a mask and
                another one.
            spike_var: `op/var` into which spiking units emit their spikes, of integral 1 each: as the events of the
                template do, or, where it has none, wherever `reset_var` exceeds `spike_threshold`.
            reset_var: `op/var` of the state that is reset then.
            spike_threshold: of a template without events; 100 if None.
            spike_reset: value after a spike, likewise; -100 if None.
            reset: of a template without events: False lets the state go on, and a spike happens each time that it
                comes above the threshold.

        Raises:
            ArgumentError, UnknownNameError, UnsupportedFeatureError: something is not as it should be.
        """
        described = NodeDescription(
            label=label, node=node, input_var=input_var, output_var=output_var, weights=weights, source_var=source_var,
            target_var=target_var, op=op, train_params=train_params, edge_attr=edge_attr, n=n, node_vars=node_vars,
            untie=untie, share=share, constraints=constraints, spike_var=spike_var, reset_var=reset_var,
            spike_threshold=spike_threshold, spike_reset=spike_reset, reset=reset,
        )  # fmt: skip
        made = described.made()
        self.add_node(label, Member(made, described.recurrence(made), described.trained()))
        for name, path in described.shared().items():
            self.share(path, self.path(label, name))

    def add_func_node(self, label: str, n: int, activation_function: str = "identity") -> None:
        """Add a function of n inputs: identity, tanh, sigmoid, relu, softplus, softmax, softmin or log_softmax.

        Args:
            label: of the node in the network.
            n: number of inputs, and of outputs.
            activation_function: its name.

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
        """
        self._check_label(label)
        template, source, target = activation(activation_function)
        self._nodes[label] = Node(label, template, n, source, target)
        self.changed()

    def add_node(self, label: str, node: Member) -> None:
        """Add a node that `get_node` or `pop_node` returned, of this network or of another one.

        It brings its values, the connections between its units, and what is trained of these.

        Args:
            label: of the node in this network.
            node: what was returned.

        Raises:
            ArgumentError: there is a node of that label already, or node is something else.
        """
        self._check_label(label)
        if not isinstance(node, Member):
            raise ArgumentError(
                f"node is {shown(node)}; it is what get_node() or pop_node() returned. Others are added by "
                "add_diffeq_node() and add_func_node()."
            )
        added = node.called(label)
        self._nodes[label] = added.node
        if added.own is not None:
            self._edges[label, label] = added.own
        try:
            self._trained |= {self.path(label, name): constraint for name, constraint in added.trained.items()}
        except ArgumentError:
            del self._nodes[label]
            raise
        self.changed()

    def add_edge(
        self,
        source: str,
        target: str,
        weights: Any = None,
        train: str | None = None,
        mask: Any = None,
        delays: Any = None,
        spread: Any = None,
        feedback: bool = False,
        constraint: Any = None,
        filter: Any = None,
        filter_vars: Mapping[str, Any] | None = None,
        train_params: Iterable[str] = (),
        constraints: Mapping[str, Any] | None = None,
    ) -> None:
        """Connect the output of a node with the input of another one; what several edges bring is added.

        Args:
            source: label of the node that it begins at.
            target: label of the node that it ends at.
            weights: `[target unit, source unit]`; without, standard normal numbers of PyTorch's generator over the root
                of the number of sources.
            train: "gd" for weights that are trained by gradients, "rls" for those by recursive least squares, which
                lead to the output.
            mask: like the weights: those where it is 0 are 0 and stay so.
            delays: in the model's unit of time: a number, or one per connection.
            spread: standard deviation of gamma distributed delays, likewise.
            feedback: the edge leads back: it is no part of the way from input to output, and brings what its source was
                one step ago, unless it has `delays`: 0 brings a state as it is now.
            constraint: of weights that are trained, as `add_diffeq_node` takes constraints.
            filter: template of a node or of an operator that signals go through before weights and delays, such as a
                synapse: units of it, one for each source unit, are a node `source_to_target` of the network.
            filter_vars: values of these by `op/var`.
            train_params: of what is trained beside weights: "delay", and `op/var` of the filter.
            constraints: of these, by name.

        Raises:
            ArgumentError, UnknownNameError, UnsupportedFeatureError: something is not as it should be.
        """
        start, end = self.node(source), self.node(target)
        if (source, target) in self._edges:
            raise ArgumentError(f"There is an edge from '{source}' to '{target}' already. Add its weights to that one.")
        described = EdgeDescription(
            start=start, end=end, weights=weights, train=train, mask=mask, delays=delays, spread=spread,
            feedback=feedback, constraint=constraint, filter=filter, filter_vars=filter_vars,
            train_params=train_params, constraints=constraints,
        )  # fmt: skip
        edge, through, way_in = described.made(), described.through, described.way_in()
        trained = described.trained(edge)
        if through is not None and way_in is not None:
            self._check_label(through.label)
            self._nodes[through.label], self._edges[source, through.label] = through, way_in
            self._filters.add(through.label)
        self._edges[source, target] = edge
        self._trained |= trained
        self.changed()

    def path(self, label: str, variable: str) -> str:
        """Return the path of a variable of a node, or of the weights or delays between its units.

        Raises:
            UnknownNameError: there is no such node.
            ArgumentError: its units are not connected.
        """
        if variable not in OWN:
            return self.node(label).path(variable)
        if (label, label) not in self._edges:
            raise ArgumentError(f"The node '{label}' has no weights.")
        return f"{self._edges[label, label].ends}/{OWN[variable]}"

    def edges_to(self, label: str) -> tuple[Edge, ...]:
        """Return the edges that end at a node."""
        return tuple(edge for edge in self._edges.values() if edge.target == label)

    def output_of(self, label: str) -> str:
        """Return the path of the variable that a node puts out."""
        return self.node(label).path(self.node(label).output)

    def mask(self, path: str) -> torch.Tensor:
        """Return where weights may be other than 0, as ones and zeros."""
        value, edge = self.value(path), self._edge_of(path)
        kept = np.ones(tuple(value.shape)) if edge is None or edge.mask is None else edge.mask
        return torch.tensor(kept, dtype=value.dtype, device=value.device)

    def _edge_of(self, path: str) -> Edge | None:
        """Return the edge that weights or delays belong to."""
        return next((edge for edge in self._edges.values() if path in (edge.path, edge.delay_path)), None)

    def _check_label(self, label: str) -> None:
        if label in self._nodes:
            raise ArgumentError(f"There is a node '{label}' already.")
        if not isinstance(label, str) or not label.isidentifier():
            raise ArgumentError(f"The label of a node is a name of letters, digits and _; it is {shown(label)}.")

    def node(self, label: str) -> Node:
        """Return a node by its label.

        Raises:
            UnknownNameError: there is none.
        """
        if label not in self._nodes:
            raise UnknownNameError(
                f"The network has no node '{label}'.{did_you_mean(str(label), self._nodes)} There are: "
                f"{', '.join(self._nodes) or 'none'}."
            )
        return self._nodes[label]

    def get_node(self, label: str) -> Member:
        """Return a node with the values that it has now, which later steps of learning do not change.

        Raises:
            UnknownNameError: there is none.
        """
        return self._member(label)

    def get_edge(self, source: str, target: str) -> Edge:
        """Return an edge with the weights and delays that it has now, which later steps of learning do not change.

        Args:
            source: label of the node that it begins at.
            target: label of the node that it ends at; the same one, of connections between the units of a node.

        Raises:
            UnknownNameError: there is none.
        """
        return self.edge(source, target).with_values(self._held_values())

    def pop_node(self, label: str) -> Member:
        """Take a node out, and all edges that begin or end at it; return it with the values that it has.

        What was compiled is forgotten, and `compile` has to be told again what it was told; states are those at the
        start.

        Raises:
            UnknownNameError: there is none.

        Warns:
            UserWarning: edges went with it, which are named.
        """
        found, gone = self._member(label), []
        for ends, edge in self._edges.items():
            if label in (*ends, edge.source) and ends != (label, label) and ends[1] not in self._filters:
                gone.append(f"from '{ends[0]}' to '{ends[1]}'")
        self._drop_node(label)
        self.changed()
        if gone:
            warn(f"With the node '{label}', the network lost its edges: {', '.join(gone)}.", UserWarning)
        return found

    def pop_edge(self, source: str, target: str) -> Edge:
        """Take an edge out, and the units of its filter; return it with the weights and delays that it has.

        What was compiled is forgotten, as by `pop_node`.

        Args:
            source: label of the node that it begins at.
            target: label of the node that it ends at; the same one, of connections between the units of a node.

        Raises:
            UnknownNameError: there is none.
        """
        found = self.edge(source, target).with_values(self._held_values())
        self._drop_edge(source, target)
        self.changed()
        return found

    def clear(self) -> None:
        """Take all nodes and edges out."""
        for label in list(self._nodes):
            self._drop_node(label)
        self.changed()

    def _member(self, label: str) -> Member:
        """Return a node as it is now."""
        node, own, held = self.node(label), self._edges.get((label, label)), self._held_values()
        called = {} if own is None else {own.path: "weights", own.delay_path: "delay"}
        trained = {called.get(path, path.removeprefix(f"{label}/")): constraint
                   for path, constraint in self._trained.items()
                   if path in called or (path.startswith(f"{label}/") and "->" not in path)}  # fmt: skip
        return Member(node.with_values(held), None if own is None else own.with_values(held), trained)

    def _held_values(self) -> dict[str, np.ndarray]:
        """Return the values that are held by now, by path."""
        paths = [path for path in self.paths if self.owner(path) in self._constraints]
        return {path: np.array(self.value(path).detach().cpu().numpy()) for path in paths}

    def _drop_node(self, label: str) -> None:
        for ends, edge in list(self._edges.items()):
            if label in (*ends, edge.source) and ends in self._edges:
                self._drop_edge(*ends)
        self._nodes.pop(label, None)
        self._filters.discard(label)
        for path in dict.fromkeys((*self.paths, *self._trained)):
            if path.startswith(f"{label}/"):
                self._forget(path)

    def _drop_edge(self, source: str, target: str) -> None:
        edge = self._edges.pop((source, target))
        self._forget(edge.path)
        self._forget(edge.delay_path)
        if edge.source != source:  # it went through a filter, which is its own
            self._drop_node(edge.source)

    def _forget(self, path: str) -> None:
        """Hold a value no more; those that were one parameter with it stay what they are, and trained."""
        others = [other for other in self.sharing(path) if other != path]
        if path in self._trained:
            constraint = self._trained.pop(path)
            if others and not any(other in self._trained for other in others):
                self._trained[others[0]] = constraint
        self.release(path)

    def edge(self, source: str, target: str) -> Edge:
        """Return an edge by the labels of its ends.

        Raises:
            UnknownNameError: there is none.
        """
        starts, ends = self.node(source), self.node(target)
        if (source, target) in self._edges:
            return self._edges[source, target]
        known = [f"from '{one}' to '{other}'" for one, other in self._edges]
        asked = f"from '{starts.label}' to '{ends.label}'"
        near = closest(asked, known, 1)
        raise UnknownNameError(
            f"The network has no edge {asked}.{f' Did you mean the one {near[0]}?' if near else ''} There are: "
            f"{', '.join(known) or 'none'}."
        )

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return the labels of all nodes."""
        return tuple(self._nodes)

    def changed(self) -> None:
        """Forget what was made of the nodes and edges before."""
