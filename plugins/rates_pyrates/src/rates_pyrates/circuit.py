"""Circuits by the calls that users of PyRates know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.errors import UnknownNameError, shown
from rates_core.templates.edge import Edge

from rates_core import CircuitTemplate as Circuit
from rates_pyrates.nodes import EdgeTemplate, NodeTemplate, node_in
from rates_pyrates.options import of_functions, of_runs
from rates_pyrates.populations import Connectivity, PopulationTemplate
from rates_pyrates.right_hand_sides import RightHandSide, right_hand_side
from rates_pyrates.template import Template, unwrapped

if TYPE_CHECKING:
    import pandas as pd

EdgeTuple = tuple[str, str, EdgeTemplate | None, dict[str, Any]]


class CircuitTemplate(Template[Circuit]):
    """A network of nodes, populations and circuits.

    Args:
        name: of the circuit.
        path: where it was read.
        description: prose.
        circuits: circuits, or paths to them, by label.
        nodes: likewise.
        edges: `(source, target, edge template or None, {attribute: value})`.
        populations: by label.
        connections: between populations.

    Example:
        >>> from rates_pyrates.circuit import CircuitTemplate
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> table = circuit.run(simulation_time=1.0, step_size=0.5, outputs={"x": "p/vdp_op/x"}, file_name="vdp")
        >>> table["x"].tolist()
        [0.0, 0.5]
    """

    kind = Circuit

    def __init__(
        self,
        name: str,
        path: str | None = None,
        description: str = "A circuit template.",
        circuits: Mapping[str, Any] | None = None,
        nodes: Mapping[str, Any] | None = None,
        edges: Iterable[Any] | None = None,
        populations: Mapping[str, Any] | None = None,
        connections: Iterable[Any] | None = None,
    ) -> None:
        made = Circuit(
            name,
            nodes=unwrapped(nodes or {}),
            circuits=_circuits(circuits),
            edges=unwrapped(list(edges or ())),
            populations=unwrapped(populations or {}),
            connections=unwrapped(list(connections or ())),
            description=description,
        )
        super().__init__(made, path)

    @property
    def nodes(self) -> dict[str, NodeTemplate]:
        """Return the nodes by label; changes of one are changes of this circuit."""
        return {label: node_in(self, label, node) for label, node in self.rates.nodes.items()}

    @property
    def circuits(self) -> dict[str, CircuitTemplate]:
        """Return the circuits of this one by label."""
        return {label: CircuitTemplate.of(circuit) for label, circuit in self.rates.circuits.items()}

    @property
    def edges(self) -> list[EdgeTuple]:
        """Return the edges of this circuit itself, with the values that they have now; they stand before all others."""
        return self.get_edges("all", "all")[: len(self.rates.edges)]

    @property
    def populations(self) -> dict[str, PopulationTemplate]:
        """Return the populations by label."""
        return {label: PopulationTemplate.of(one) for label, one in self.rates.populations.items()}

    @property
    def connections(self) -> list[Connectivity]:
        """Return the connections between populations."""
        return [Connectivity.of(one) for one in self.rates.connections]

    def update_template(
        self,
        name: str | None = None,
        path: str | None = None,
        description: str | None = None,
        circuits: Mapping[str, Any] | None = None,
        nodes: Mapping[str, Any] | None = None,
        edges: Iterable[Any] | None = None,
        in_place: bool = False,
    ) -> CircuitTemplate:
        """Return a circuit derived from this one, which inherits what is not given; `in_place` changes this one.

        Raises:
            TemplateError: a part is malformed.
            UnknownNameError: an edge names what does not exist.
        """
        derived = self.rates.update_template(
            name=name,
            description=description,
            circuits=_circuits(circuits) or None,
            nodes=unwrapped(nodes),
            edges=None if edges is None else unwrapped(list(edges)),
        )
        if not in_place:
            return CircuitTemplate.of(derived, path)
        self.rates, self.path = derived, path or self.path
        return self

    def update_var(
        self, node_vars: Mapping[str, Any] | None = None, edge_vars: Iterable[Sequence[Any]] | None = None
    ) -> CircuitTemplate:
        """Give variables and edges other values, in place, and return this circuit.

        Raises:
            UnknownNameError: a path, an edge or an attribute does not exist.
        """
        self.rates.update_var(node_vars, edge_vars)
        return self

    def add_node_template(self, node: str | Sequence[str], template: NodeTemplate) -> None:
        """Add a node, in place.

        Args:
            node: its label, or a path to it in a circuit of this one.
            template: what it is.
        """
        self.rates = _with_node(self.rates, _segments(node), unwrapped(template))

    def add_edges_from_matrix(
        self,
        source_var: str,
        target_var: str,
        source_nodes: Iterable[str],
        target_nodes: Iterable[str] | None = None,
        weight: Any = None,
        template: Any = None,
        edge_attr: Mapping[str, Any] | None = None,
        min_weight: float = 1e-6,
    ) -> None:
        """Add an edge for each entry of a matrix, in place."""
        self.rates.add_edges_from_matrix(
            source_var, target_var, source_nodes, target_nodes, weight, unwrapped(template), edge_attr, min_weight
        )

    def get_node_template(self, node: str | Sequence[str]) -> NodeTemplate:
        """Return a node; changes of it are changes of this circuit.

        Raises:
            UnknownNameError: there is none at this path.
        """
        (path,) = self.rates.get_nodes("/".join(_segments(node)))
        circuit, *labels = self.rates, *path.split("/")
        for label in labels[:-1]:
            circuit = circuit.circuits[label]
        found = circuit.nodes.get(labels[-1])
        return node_in(self, path, circuit.populations[labels[-1]].node if found is None else found)

    def get_nodes(self, node_identifier: str | Sequence[str], var_identifier: Sequence[str] | None = None) -> list[str]:
        """Return the paths of nodes that match, and that have a variable if one is asked for."""
        return self.rates.get_nodes(node_identifier, var_identifier)

    def get_edges(self, source: str | Sequence[str], target: str | Sequence[str]) -> list[EdgeTuple]:
        """Return the edges between variables that match."""
        return [_tuple(edge) for edge in self.rates.get_edges(source, target)]

    def get_edge(self, source: str, target: str, idx: int | None = None) -> EdgeTuple:
        """Return an edge, by its number where there are several.

        Raises:
            UnknownNameError: there is none.
        """
        found = self.get_edges(source, target)
        if not -len(found) <= (idx or 0) < len(found):
            raise UnknownNameError(
                f"There is no edge number {shown(idx or 0)} from '{source}' to '{target}'; there are {len(found)}."
            )
        return found[idx or 0]

    def collect_edges(self, delay_info: bool = False) -> list[Any]:
        """Return the edges of this circuit and of those in it; with `delay_info`, each with whether it has a delay."""
        found = self.get_edges("all", "all")
        return [(*edge, bool(edge[3].get("delay"))) for edge in found] if delay_info else list(found)

    def get_var(self, var: str) -> Any:
        """Return the value of a variable or of an edge's attribute, which is a number or an array."""
        return self.rates.get_var(var)

    def run(
        self,
        simulation_time: float,
        step_size: float,
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, str] | Iterable[str] | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = 0.0,
        solver: str = "euler",
        backend: str | None = None,
        vectorize: bool = True,
        verbose: bool = True,
        clear: bool = True,
        in_place: bool | None = True,
        **options: Any,
    ) -> pd.DataFrame:
        """Simulate the circuit; the rows are at times, the columns those of the outputs.

        Raises:
            UnknownNameError: an output, input, solver, backend or option has no such name.
            SimulationError: the run ended early.
        """
        given = of_runs(
            options, solver=solver, backend=backend, vectorize=vectorize, verbose=verbose, cutoff=cutoff or 0.0
        )
        table = self.rates.run(
            simulation_time, step_size, inputs, outputs, sampling_step_size=sampling_step_size, **given
        )
        return table.rename_axis(index=None)

    def get_run_func(
        self,
        func_name: str,
        step_size: float,
        inputs: Mapping[str, Any] | None = None,
        backend: str | None = None,
        vectorize: bool = True,
        verbose: bool = True,
        clear: bool = False,
        in_place: bool = True,
        **options: Any,
    ) -> RightHandSide:
        """Return the right-hand side: a function, its arguments, their names, and where states are.

        Raises:
            UnsupportedFeatureError: the model needs what the backend does not offer.
        """
        return right_hand_side(self, func_name, step_size, inputs, of_functions(options, backend, vectorize))

    def get_jacobian_func(
        self,
        func_name: str,
        step_size: float,
        inputs: Mapping[str, Any] | None = None,
        backend: str | None = None,
        vectorize: bool = True,
        verbose: bool = True,
        clear: bool = False,
        in_place: bool = True,
        sparse: bool = False,
        **options: Any,
    ) -> RightHandSide:
        """Return the Jacobian likewise; a sparse one as SciPy's matrix of compressed rows."""
        given = of_functions(options, backend, vectorize)
        return right_hand_side(self, func_name, step_size, inputs, given, "sparse" if sparse else "dense")

    def clear(self) -> None:
        """Do nothing: a circuit keeps no compiled code."""

    @property
    def intermediate_representation(self) -> None:
        """Return None, as of a circuit that was not compiled, or cleared."""

    @property
    def compute_graph(self) -> None:
        """Return None, likewise."""


def circuit_of(given: Any) -> CircuitTemplate:
    """Return a circuit that is given itself or as a path.

    Raises:
        TemplateError: the path leads to something else.
    """
    if isinstance(given, CircuitTemplate):
        return given
    return CircuitTemplate.of(given) if isinstance(given, Circuit) else CircuitTemplate.from_yaml(given)


def _circuits(given: Mapping[str, Any] | None) -> dict[str, Circuit]:
    return {label: circuit_of(circuit).rates for label, circuit in (given or {}).items()}


def _tuple(edge: Edge) -> EdgeTuple:
    """Return an edge as these tools write it, with its weight, be it 1."""
    attributes = {"weight": edge.weight, **edge.attributes}
    if edge.template is None:
        return edge.source, edge.target, None, attributes
    named = {f"{edge.template.name}/{key}" if "/" in key else key: value for key, value in attributes.items()}
    return edge.source, edge.target, EdgeTemplate.of(edge.template), named


def _segments(path: str | Sequence[str]) -> list[str]:
    return path.split("/") if isinstance(path, str) else list(path)


def _with_node(circuit: Circuit, labels: Sequence[str], node: Any) -> Circuit:
    label, *inner = labels
    if not inner:
        return circuit.update_template(nodes={label: node})
    if label not in circuit.circuits:
        raise UnknownNameError(f"'{circuit.name}' has no circuit '{label}'.")
    return circuit.update_template(circuits={label: _with_node(circuit.circuits[label], inner, node)})
