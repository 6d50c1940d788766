"""The one model that nodes and edges become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.system.system import System

from rates_core import CircuitTemplate
from rates_rnn.constraints import constraint_of, upper_bound
from rates_rnn.engine import Engine, circuit_of
from rates_rnn.parts import Edge
from rates_rnn.structure import Structure
from rates_rnn.ways import way_of


class Assembly(Structure):
    """Nodes and edges, and what is compiled of them."""

    def __init__(self, dt: float, surrogate: float | None = None, engine: str = "eager") -> None:
        super().__init__()
        if isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < float("inf"):
            raise ArgumentError(f"dt has to be a positive number; it is {shown(dt)}.")
        self.dt, self.surrogate, self._way = float(dt), surrogate, way_of(engine)
        self._ends: tuple[tuple[str, ...], str] | None = None  # nodes of input and output
        self._engines: dict[tuple[tuple[str, str], ...], Engine] = {}

    def edges_of(self, train: str) -> tuple[Edge, ...]:
        """Return the edges that are trained in some way."""
        self.engine(())
        return tuple(edge for edge in self._edges.values() if edge.train == train)

    @property
    def starts(self) -> tuple[str, ...]:
        """Return the labels of the nodes that get the network's input."""
        self.engine(())
        assert self._ends is not None
        return self._ends[0]

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
        for path in self.paths:
            if path not in engine.paths:
                self.release(path)  # nodes and edges that were there before had it
        for path in engine.paths:
            if path not in self._constraints and path not in self._owners:
                self._begin(path, engine.first[path])
        for path in self._owners:
            if path not in self._joined:
                self.join(path, self._first(path, engine.first[path]))

    def _begin(self, path: str, value: np.ndarray) -> None:
        """Hold a value that the model begins with."""
        value, sharing = self._first(path, value), self.sharing(path)
        trained = [other for other in sharing if other in self._trained]
        named = [self._trained[other] for other in trained if self._trained[other] is not None]
        if len(named) > 1:
            raise ArgumentError(f"{' and '.join(map(repr, trained))} are one parameter: give it one constraint.")
        edge = self._edge_of(path)
        mask = None if edge is None or path != edge.path else edge.mask
        constraint = constraint_of(path, named[0] if named else None, value, mask)
        self.hold(path, value, bool(trained), constraint)

    def _first(self, path: str, value: np.ndarray) -> np.ndarray:
        """Return what a value begins with, as users gave it where it belongs to an edge."""
        edge = self._edge_of(path)
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
                self._way,
            )
        return self._engines[wanted]

    def ready(self) -> None:
        """See to it that all values are held."""
        self.engine(())

    def circuit(self) -> CircuitTemplate:
        """Return the network as a circuit with the values that it has now, for any backend and analysis."""
        self.ready()
        values = self._held_values()
        nodes = [node.with_values(values) for node in self._nodes.values()]
        return circuit_of(nodes, [edge.with_values(values) for edge in self._edges.values()], self.dt)

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
