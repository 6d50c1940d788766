"""What networks are assembled from, and the one model that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from attrs import evolve
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.system.system import System

from rates_core import CircuitTemplate, NodeTemplate
from rates_rnn.activations import activation
from rates_rnn.constraints import constraint_of, upper_bound
from rates_rnn.description import OWN, NodeDescription
from rates_rnn.engine import Engine, circuit_of
from rates_rnn.filters import filter_of
from rates_rnn.parameters import Values
from rates_rnn.parts import Edge, Node, matrix

#: How steps are taken: operation by operation, or as machine code.
ENGINES = ("eager", "compiled")


class Assembly(Values):
    """Nodes and edges, whose values are held, and what is compiled of them."""

    def __init__(self, dt: float, surrogate: float | None = None, engine: str = "eager") -> None:
        super().__init__()
        if isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < float("inf"):
            raise ArgumentError(f"dt has to be a positive number; it is {shown(dt)}.")
        if engine not in ENGINES:
            raise ArgumentError(f"engine is {shown(engine)}; it is {' or '.join(map(repr, ENGINES))}.")
        self.dt, self.surrogate, self._taken = float(dt), surrogate, engine
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}
        self._trained: dict[str, Any] = {}  # constraints as they were named, of what is trained
        self._masks: dict[str, np.ndarray] = {}
        self._filters: set[str] = set()  # labels of nodes that edges go through
        self._ends: tuple[tuple[str, ...], str] | None = None  # nodes of input and output
        self._engines: dict[tuple[tuple[str, str], ...], Engine] = {}

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

        Raises:
            ArgumentError, UnknownNameError, UnsupportedFeatureError: something is not as it should be.
        """
        described = NodeDescription(
            label=label, node=node, input_var=input_var, output_var=output_var, weights=weights, source_var=source_var,
            target_var=target_var, op=op, train_params=train_params, edge_attr=edge_attr, n=n, node_vars=node_vars,
            untie=untie, share=share, constraints=constraints, spike_var=spike_var, reset_var=reset_var,
            spike_threshold=spike_threshold, spike_reset=spike_reset,
        )  # fmt: skip
        self._check_label(label)
        made, trained = described.made(), described.trained()
        edge = described.recurrence(made)
        self._nodes[label] = made
        if edge is not None:
            self._edges[label, label] = edge
        self._trained |= {self.path(label, name): constraint for name, constraint in trained.items()}
        self.changed()
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
                one step ago, unless it has `delays`.
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
        if train not in (None, "gd", "rls"):
            raise ArgumentError(f"train is {shown(train)}; it is 'gd', 'rls', or None for weights that stay.")
        if train == "rls" and (feedback, delays, spread, constraint) != (False, None, None, None):
            raise UnsupportedFeatureError(
                f"The edge from '{source}' to '{target}' has train='rls': it brings what is there now, by weights that "
                "may be any. Leave feedback, delays, spread and constraint out, or train it with 'gd'."
            )
        if constraint is not None and train is None:
            raise ArgumentError("constraint belongs to weights that are trained: give train='gd' too.")
        if weights is None:
            weights = torch.randn(end.n, start.n, dtype=torch.float64) / start.n**0.5
        found = matrix("weights", weights, end.n, start.n, f"'{target}'", f"'{source}'")
        filtered = filter is not None
        if filtered:
            start = self._add_filter(start, target, filter, filter_vars, bool(feedback), delays is not None)
        edge = Edge(
            start.label, target, start.path(start.output), end.path(end.input), found, delays, spread, bool(feedback),
            train, filtered,
        )  # fmt: skip
        if mask is not None:
            kept = matrix("mask", mask, end.n, start.n, f"'{target}'", f"'{source}'") != 0
            self._masks[edge.path] = kept.astype(float)
            edge = evolve(edge, weights=found * kept)
        self._edges[source, target] = edge
        if train == "gd":
            self._trained[edge.path] = constraint
        self._trained |= _trained_of(edge, start if filtered else None, train_params, constraints)
        self.changed()

    def _add_filter(self, source: Node, target: str, given: Any, values: Any, feedback: bool, delayed: bool) -> Node:
        """Add the units that signals go through on their way from a node to another one."""
        label = f"{source.label}_to_{target}"
        self._check_label(label)
        node = filter_of(label, given, source.n, values)
        self._nodes[label] = node
        self._filters.add(label)
        ends = source.path(source.output), node.path(node.input)
        # what is fed back is late once: by delays that are said, or by a step on the way to the filter
        self._edges[source.label, label] = Edge(
            source.label, label, *ends, np.eye(source.n), feedback=feedback, filtered=delayed
        )
        return node

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

    def edges_of(self, train: str) -> tuple[Edge, ...]:
        """Return the edges that are trained in some way."""
        self.engine(())
        return tuple(edge for edge in self._edges.values() if edge.train == train)

    def edges_to(self, label: str) -> tuple[Edge, ...]:
        """Return the edges that end at a node."""
        return tuple(edge for edge in self._edges.values() if edge.target == label)

    def output_of(self, label: str) -> str:
        """Return the path of the variable that a node puts out."""
        return self.node(label).path(self.node(label).output)

    @property
    def starts(self) -> tuple[str, ...]:
        """Return the labels of the nodes that get the network's input."""
        self.engine(())
        assert self._ends is not None
        return self._ends[0]

    def mask(self, path: str) -> torch.Tensor:
        """Return where weights may be other than 0, as ones and zeros."""
        value = self.value(path)
        kept = self._masks.get(path, np.ones(tuple(value.shape)))
        return torch.tensor(kept, dtype=value.dtype, device=value.device)

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

    def changed(self) -> None:
        """Forget what was made of the nodes and edges before."""
        self._engines, self._ends = {}, None
        self.reset()

    def reset(self) -> None:
        """Go back to the start."""

    def compile(self, inputs: Sequence[str] | None = None, output: str | None = None) -> None:
        """Make one model of all nodes and edges; whatever needs it does so, if it is left out.

        Args:
            inputs: labels of the nodes that get the network's input; those that no edge leads to, if left out.
            output: label of the node whose output is the network's; the one that no edge starts at, if left out. Edges
                of feedback and between the units of a node do not count.

        Raises:
            ArgumentError: there is no such node, or more than one output.
            UnknownNameError: something is named that is not there.
        """
        ways = [ends for ends, edge in self._edges.items() if not edge.feedback and ends[0] != ends[1]]
        nodes = [label for label in self._nodes if label not in self._filters]
        starts = [label for label in nodes if label not in {target for _, target in ways}]
        ends = [label for label in nodes if label not in {source for source, _ in ways}]
        chosen = [self.node(label).label for label in (starts if inputs is None else inputs)]
        if output is None and len(ends) != 1:
            raise ArgumentError(
                f"The output of the network is not clear: nodes that no edge starts at are {', '.join(ends) or 'none'}"
                ". Call compile(output=...), or mark edges that lead back by feedback=True."
            )
        self._engines = {}
        self._ends = tuple(chosen), ends[0] if output is None else self.node(output).label
        try:
            self._hold_all(self.engine(()))
        except BaseException:
            self._engines, self._ends = {}, None
            raise

    def _hold_all(self, engine: Engine) -> None:
        """Hold all values of a model.

        Raises:
            UnknownNameError: something is trained that it does not have.
            ArgumentError: a value violates its constraint.
        """
        for path in self._trained:
            if path not in engine.paths:
                raise UnknownNameError(
                    f"There is no parameter '{path}' to train.{did_you_mean(path, engine.paths)} There are: "
                    f"{', '.join(engine.paths)}."
                )
        for path in (*self._owners, *self._owners.values()):
            if path not in engine.paths:
                raise UnknownNameError(
                    f"There is no value '{path}' to share.{did_you_mean(path, engine.paths)} There are: "
                    f"{', '.join(engine.paths)}."
                )
        for path in engine.paths:
            if path not in self._constraints and path not in self._owners:
                self._begin(path, engine.first[path])
        for path in self._owners:
            self.join(path, self._first(path, engine.first[path]))

    def _begin(self, path: str, value: np.ndarray) -> None:
        """Hold a value that the model begins with."""
        value, sharing = self._first(path, value), self.sharing(path)
        trained = [other for other in sharing if other in self._trained]
        named = [self._trained[other] for other in trained if self._trained[other] is not None]
        if len(named) > 1:
            raise ArgumentError(f"{' and '.join(map(repr, trained))} are one parameter: give it one constraint.")
        constraint = constraint_of(path, named[0] if named else None, value, self._masks.get(path))
        self.hold(path, value, bool(trained), constraint)

    def _first(self, path: str, value: np.ndarray) -> np.ndarray:
        """Return what a value begins with, as users gave it where it belongs to an edge."""
        edge = next((edge for edge in self._edges.values() if path in (edge.path, edge.delay_path)), None)
        if edge is None:
            return value
        return edge.weights if path == edge.path else np.asarray(edge.delays, dtype=float)

    def _longest(self) -> dict[str, np.ndarray]:
        """Return the upper bounds of delays that are trained and have no spread, by path.

        Raises:
            ArgumentError: they have no bounds, or the lower one is less than a step.
        """
        found = {}
        for edge in self._edges.values():
            path = edge.delay_path
            trained = [other for other in self.sharing(path) if other in self._trained]
            if edge.delays is None or edge.spreads or not trained:
                continue
            given = next((self._trained[other] for other in trained if self._trained[other] is not None), None)
            found[path] = np.full(np.shape(edge.delays), upper_bound(path, given, self.dt))
        return found

    def engine(self, record: Iterable[tuple[str, str]]) -> Engine:
        """Return what takes steps and records the output and some variables of nodes."""
        if self._ends is None:
            self.compile()
        assert self._ends is not None
        wanted = tuple(dict.fromkeys(record))
        if wanted not in self._engines:
            inputs, output = self._ends
            recorded = {"out": self._nodes[output].path(self._nodes[output].output)}
            recorded |= {f"{label}/{variable}": self.node(label).path(variable) for label, variable in wanted}
            circuit = circuit_of(self._nodes.values(), self._edges.values(), self.dt)
            fed = [self._nodes[label] for label in inputs]
            self._engines[wanted] = Engine(
                circuit,
                self.dt,
                fed,
                recorded,
                self.dtype,
                self.place,
                self.surrogate,
                self._longest(),
                self._taken == "compiled",
            )
        return self._engines[wanted]

    def ready(self) -> None:
        """See to it that all values are held."""
        self.engine(())

    def circuit(self) -> CircuitTemplate:
        """Return the network as a circuit with the values that it has now, for any backend and analysis."""
        self.ready()
        values = {path: value.detach().cpu().numpy() for path, value in self.values().items()}
        nodes = []
        for node in self._nodes.values():
            own = {path.removeprefix(f"{node.label}/"): value for path, value in values.items()
                   if path.startswith(f"{node.label}/") and "->" not in path}  # fmt: skip
            nodes.append(evolve(node, values={**node.values, **{path: value.tolist() for path, value in own.items()}}))
        return circuit_of(nodes, [edge.with_values(values) for edge in self._edges.values()], self.dt)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return the labels of all nodes."""
        return tuple(self._nodes)

    @property
    def output(self) -> str:
        """Return the label of the node whose output is the network's."""
        self.engine(())
        assert self._ends is not None
        return self._ends[1]

    @property
    def output_path(self) -> str:
        """Return the path of the variable that is the network's output."""
        node = self._nodes[self.output]
        return node.path(node.output)

    @property
    def system(self) -> System:
        """Return the model as rates understood it."""
        return self.engine(()).system

    @property
    def n_in(self) -> int:
        """Return the number of inputs."""
        self.engine(())
        assert self._ends is not None
        return sum(self._nodes[label].n for label in self._ends[0])

    @property
    def n_out(self) -> int:
        """Return the number of outputs."""
        return self._nodes[self.output].n


def _trained_of(
    edge: Edge, through: Node | None, names: Iterable[str], constraints: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the constraints of what is trained of an edge beside its weights, by path.

    Raises:
        ArgumentError: something is named that it does not have, or is not trained.
    """
    given, found = dict(constraints or {}), {}
    for name in names:
        if name == "delay" and edge.delays is not None:
            path = edge.delay_path
        elif name != "delay" and through is not None:
            path = through.path(name)
        else:
            raise ArgumentError(
                f"train_params of the edge from '{edge.source}' to '{edge.target}' names {shown(name)}; it takes "
                "'delay' where there are delays=, and 'op/var' of a filter=."
            )
        found[path] = given.pop(name, None)
    if given:
        raise ArgumentError(f"constraints names '{next(iter(given))}', which is not among train_params of the edge.")
    return found
