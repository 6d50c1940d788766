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
from rates_rnn.constraints import Free, Masked, constraint_of
from rates_rnn.engine import Engine, circuit_of
from rates_rnn.parameters import Values
from rates_rnn.parts import EDGE_ATTRIBUTES, Edge, Node, array, matrix
from rates_rnn.spiking import with_spikes

#: What users call attributes of a node's own edge, and what these are in paths.
OWN = {"weights": "weight", "delay": "delay"}


class Assembly(Values):
    """Nodes and edges, whose values are held, and what is compiled of them."""

    def __init__(self, dt: float, surrogate: float | None = None) -> None:
        super().__init__()
        if isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < float("inf"):
            raise ArgumentError(f"dt has to be a positive number; it is {shown(dt)}.")
        self.dt, self.surrogate = float(dt), surrogate
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}
        self._trained: dict[str, Any] = {}  # constraints as they were named, of what is trained
        self._masks: dict[str, np.ndarray] = {}
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
                "delay" where delays have a spread, which grows with them.
            edge_attr: "delay" of these connections, and "spread", the standard deviation of a gamma distribution of
                delays: numbers, or matrices like the weights.
            n: number of units, where there are no weights; 1 without.
            node_vars: values by `op/var`: a number for all units, or one per unit.
            untie: `op/var` of what has a value of its own in each unit.
            constraints: by name of what is trained: "positive", `(low, high)`, and for weights "dale" or `{"rank": r}`.
            spike_var: `op/var` into which spiking units emit their spikes, of integral 1 each: as the events of the
                template do, or, where it has none, wherever `reset_var` exceeds `spike_threshold`.
            reset_var: `op/var` of the state that is reset then.
            spike_threshold: of a template without events; 100 if None.
            spike_reset: value after a spike, likewise; -100 if None.

        Raises:
            ArgumentError, UnknownNameError, UnsupportedFeatureError: something is not as it should be.
        """
        self._check_label(label)
        template = NodeTemplate.from_yaml(node) if isinstance(node, str) else node
        if not isinstance(template, NodeTemplate):
            raise ArgumentError(f"node is {shown(node)}; it is a NodeTemplate or the path of one.")
        count = 1 if n is None else n
        if weights is not None:
            weights = array("weights", weights)
            count = len(weights) if weights.ndim and n is None else count
            weights = matrix("weights", weights, count, count, f"'{label}'", f"'{label}'")

        def full(variable: Any) -> Any:
            if variable is not None and not isinstance(variable, str):
                raise ArgumentError(
                    f"A variable of the node '{label}' is named by text such as 'op/v'; it is {shown(variable)}."
                )
            return f"{op}/{variable}" if op and variable and "/" not in variable else variable or ""

        if spike_var is not None:
            reset = None if reset_var is None else full(reset_var)
            template = with_spikes(label, template, full(spike_var), reset, spike_threshold, spike_reset)
        elif (reset_var, spike_threshold, spike_reset) != (None, None, None):
            raise ArgumentError(
                f"reset_var, spike_threshold and spike_reset are of units that spike; the node '{label}' has no "
                "spike_var."
            )
        values = {full(path.removeprefix("all/")): value for path, value in (node_vars or {}).items()}
        made = Node(label, template, count, full(input_var), full(output_var), values)
        self._nodes[label] = _untied(made, [full(path) for path in untie])
        if weights is not None:
            self._add_recurrence(made, weights, full(source_var), full(target_var), edge_attr or {})
        given = {path if path in OWN else full(path): value for path, value in (constraints or {}).items()}
        for variable in train_params or ():
            name = variable if variable in OWN else full(variable)
            self._trained[self.path(label, name)] = given.pop(name, None)
        if given:
            raise ArgumentError(
                f"constraints names '{next(iter(given))}', which is not among train_params of the node '{label}'."
            )
        self._changed()

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
        self._changed()

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
            constraint: of weights that are trained: "positive", `(low, high)`, "dale", or `{"rank": r}`.

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
        edge = Edge(
            source, target, start.path(start.output), end.path(end.input), found, delays, spread, bool(feedback),
            train,
        )  # fmt: skip
        if mask is not None:
            kept = matrix("mask", mask, end.n, start.n, f"'{target}'", f"'{source}'") != 0
            self._masks[edge.path] = kept.astype(float)
            edge = evolve(edge, weights=found * kept)
        self._edges[source, target] = edge
        if train == "gd":
            self._trained[edge.path] = constraint
        self._changed()

    def _add_recurrence(
        self, node: Node, weights: np.ndarray, source: str, target: str, attributes: Mapping[str, Any]
    ) -> None:
        """Add the connections between the units of a node."""
        if not source or not target:
            raise ArgumentError(f"The node '{node.label}' has weights: give source_var= and target_var= too.")
        for name in attributes:
            if name not in EDGE_ATTRIBUTES:
                raise UnknownNameError(
                    f"edge_attr has no '{name}'.{did_you_mean(name, EDGE_ATTRIBUTES)} It takes: delay, spread."
                )
        self._edges[node.label, node.label] = Edge(
            node.label, node.label, node.path(source), node.path(target), weights, attributes.get("delay"),
            attributes.get("spread"),
        )  # fmt: skip

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

    def _changed(self) -> None:
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
        starts = [label for label in self._nodes if label not in {target for _, target in ways}]
        ends = [label for label in self._nodes if label not in {source for source, _ in ways}]
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
        for path in engine.paths:
            if path not in self._constraints:
                self._begin(path, engine.first[path])

    def _begin(self, path: str, value: np.ndarray) -> None:
        """Hold a value that the model begins with."""
        edge = next((edge for edge in self._edges.values() if path in (edge.path, edge.delay_path)), None)
        if edge is not None:
            value = edge.weights if path == edge.path else np.asarray(edge.delays, dtype=float)
        trained = path in self._trained
        constraint = constraint_of(path, self._trained.get(path), value) if trained else Free()
        if path in self._masks:
            constraint = Masked(self._masks[path], constraint)
        self.hold(path, value, trained, constraint)

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
            self._engines[wanted] = Engine(circuit, self.dt, fed, recorded, self.dtype, self.place, self.surrogate)
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
