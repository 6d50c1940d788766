"""Circuits: nodes, populations and sub-circuits with the edges and connections between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from rates_core.errors import TemplateError
from rates_core.keywords import checked_class
from rates_core.templates import members
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edges import EdgeMatrix, Edges, parse_edges
from rates_core.templates.file_format import format_of
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import NodeTemplate
from rates_core.templates.overrides import Overrides
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.runnable import Runnable
from rates_core.templates.template import optional_label, prose

if TYPE_CHECKING:
    from rates_core.templates.edge import Edge
    from rates_core.templates.edge_index import EdgeIndex


def _own_record(given: Overrides) -> Overrides:
    return given.copy()  # two circuits never share one


@checked_class
@frozen(eq=False, repr=False)
class CircuitTemplate(Runnable):
    """A network of nodes, populations and sub-circuits, to any depth.

    Equality compares everything but `location`. Two updates are recorded in place, since programs rely on it:
    `update_var` and `add_edges_from_matrix`; the hash therefore leaves out edges and overrides. `update_template`
    returns a new circuit.

    Attributes:
        name: name of the template.
        nodes: node templates by label.
        circuits: sub-circuits by label, as they were when this circuit was made.
        edges: projections between single variables.
        populations: populations by label.
        connections: projections given as matrices or scalars.
        description: prose about the circuit.
        label: another name for displays.
        location: where the template was written; no part of its identity.
        overrides: what `update_var` recorded.

    Raises:
        TemplateError: a label or a part is malformed, or connections do not fit their populations.
        UnknownNameError: an edge or a connection names what does not exist.

    Example:
        >>> from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
        >>> leak = OperatorTemplate("leak", "x' = u - x/tau", {"x": "output(1.0)", "tau": 2.0, "u": "input"})
        >>> cell = NodeTemplate("cell", [leak])
        >>> edge = ("a/leak/x", "b/leak/u", None, {"weight": 0.5})
        >>> pair = CircuitTemplate("pair", {"a": cell, "b": cell}, edges=[edge])
        >>> pair.get_nodes()
        ['a', 'b']
    """

    name: str
    nodes: Mapping[str, NodeTemplate] = field(factory=FrozenMapping, converter=members.nodes)
    circuits: Mapping[str, CircuitTemplate] = field(factory=FrozenMapping)
    edges: Edges = field(factory=Edges, converter=parse_edges)
    populations: Mapping[str, PopulationTemplate] = field(factory=FrozenMapping, converter=members.populations)
    connections: tuple[Connectivity, ...] = field(default=(), converter=members.connections)
    description: str = field(default="", converter=prose)
    label: str | None = field(default=None, converter=optional_label)
    location: Location | None = None
    overrides: Overrides = field(factory=Overrides, converter=_own_record)
    _index: tuple[Edges, EdgeIndex] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "circuits", members.circuits(self.circuits, CircuitTemplate, self.name))
        members.check(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CircuitTemplate):
            return NotImplemented
        return self is other or (self._content == other._content and self._recorded == other._recorded)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        parts = (len(getattr(self, name)) for name in ("nodes", "populations", "circuits", "edges", "connections"))
        counts = "{} nodes, {} populations, {} circuits, {} edges, {} connections".format(*parts)
        return f"<CircuitTemplate '{self.name}': {counts}>"

    @cached_property
    def _hash(self) -> int:
        return hash(self._content)

    @property
    def _content(self) -> tuple[Any, ...]:
        # The order of parts is the order in which arrays of values are dealt out, hence part of the meaning.
        parts = (tuple(part.items()) for part in (self.nodes, self.circuits, self.populations))
        return (self.name, self.description, self.label, *parts, self.connections)

    @property
    def _recorded(self) -> tuple[Any, ...]:
        return self.edges, self.overrides

    @property
    def edge_index(self) -> EdgeIndex:
        """Return which edges and connectivities a pair of paths names; it is made once for the edges that there are."""
        if self._index is None or self._index[0] is not self.edges:
            from rates_core.templates.edge_index import edge_index

            object.__setattr__(self, "_index", (self.edges, edge_index(self)))
        assert self._index is not None
        return self._index[1]

    @property
    def edge_matrices(self) -> tuple[EdgeMatrix, ...]:
        """Return the edges that `add_edges_from_matrix` added, as matrices; `edges` contains them too."""
        return self.edges.matrices

    @classmethod
    def from_file(cls, path: str | Path, format: str | None = None, **options: Any) -> Self:
        """Load a circuit from a file of any installed format; without another one as `from_yaml`.

        `Experiment.from_file` of `rates_core.templates.experiment` returns how the file is run, too.

        Args:
            path: a file, or what `from_yaml` takes.
            format: name of an installed format; by default that of the file's ending, and where several formats share
                one, that of its content.
            options: options of the format.

        Raises:
            UnknownNameError: there is no such format, or it has no such option.
            ModelFileError: the file cannot be read.
            UnsupportedFeatureError: it holds what rates cannot, or the format does not read.
            TemplateError: it holds another kind of template.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> CircuitTemplate.from_file("model_templates.oscillators.vanderpol.vdp").name
            'vdp'
        """
        from rates_core.plugins.reading import read

        spec = format_of(path, format, options)
        if spec is None:
            return cls.from_yaml(path)
        circuit = read(path, spec, options)
        if not isinstance(circuit, cls):
            raise TemplateError(
                f"'{path}' holds the kind {circuit.__class__.__name__}; the kind {cls.__name__} is needed."
            )
        return circuit

    def update_var(
        self, node_vars: Mapping[str, Any] | None = None, edge_vars: Iterable[Sequence[Any]] | None = None
    ) -> Self:
        """Record new values of variables and edges on this circuit, in place, and return it.

        All is checked first: either everything is recorded or nothing.

        Args:
            node_vars: paths, e.g. `"p/qif_op/eta"`, `"all/qif_op/eta"` or `"pop[3]/op/var"`, and their values: a
                number for all matched units or an array of one per unit, in match order.
            edge_vars: `(source, target, {attribute: value})`, or `(source, target, k, {attribute: value})` for the
                k-th of several edges between the same variables. Without k all of them are meant.

        Raises:
            UnknownNameError: a path, an edge or an attribute does not exist; the closest name is given.
            ArgumentError: a value has the wrong shape or is no number.
            TemplateError: this circuit is part of another one; update that one.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.update_var({"p/vdp_op/mu": 2.0}).get_var("p/vdp_op/mu")
            2.0
        """
        from rates_core.templates.updates import record_values

        record_values(self, node_vars, edge_vars)
        return self

    def add_edges_from_matrix(
        self,
        source_var: str,
        target_var: str,
        source_nodes: str | Iterable[str],
        target_nodes: str | Iterable[str] | None = None,
        weight: Any = None,
        template: Any = None,
        edge_attr: Mapping[str, Any] | None = None,
        min_weight: float = 1e-6,
    ) -> Self:
        """Add one edge per entry of a matrix to this circuit, in place, and return it.

        Args:
            source_var: `op/var` of the sources.
            target_var: `op/var` of the targets.
            source_nodes: labels of the source nodes, the columns of `weight`.
            target_nodes: labels of the target nodes, the rows of `weight`; by default the source nodes.
            weight: matrix `[target, source]`, dense or sparse.
            template: equations of the edges, or None.
            edge_attr: further attributes of all edges; `delay` and `spread` may be matrices like `weight`. A variable
                of the template that reads `"all/op/var"` reads it at the edge's target, or else at its source.
            min_weight: an entry whose absolute value is smaller makes no edge.

        Raises:
            UnknownNameError: a node, a variable or an attribute does not exist.
            TemplateError: a shape does not fit, a value is not finite, or this circuit is part of another one.

        Example:
            >>> from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
            >>> leak = OperatorTemplate("leak", "x' = u - x/tau", {"x": "output(1.0)", "tau": 2.0, "u": "input"})
            >>> cell = NodeTemplate("cell", [leak])
            >>> pair = CircuitTemplate("pair", {"a": cell, "b": cell})
            >>> pair = pair.add_edges_from_matrix("leak/x", "leak/u", ["a", "b"], weight=[[0.0, 0.5], [0.25, 0.0]])
            >>> pair.get_var("a/leak/x->b/leak/u/weight")
            0.25
        """
        from rates_core.templates.matrix_edges import record_matrix

        nodes = source_nodes, source_nodes if target_nodes is None else target_nodes
        record_matrix(self, (source_var, target_var), nodes, weight, template, edge_attr, min_weight)
        return self

    def update_template(
        self,
        name: str | None = None,
        nodes: Mapping[str, Any] | None = None,
        circuits: Mapping[str, Any] | None = None,
        edges: Iterable[Any] | None = None,
        populations: Mapping[str, Any] | None = None,
        connections: Iterable[Any] | None = None,
        description: str | None = None,
        label: str | None = None,
        location: Location | None = None,
    ) -> Self:
        """Return a new circuit derived from this one, which inherits what is not given.

        Nodes, circuits and populations are added to, or replace, inherited ones of the same label; edges and
        connections are added. Recorded values are inherited, save those of parts that are replaced.

        Raises:
            TemplateError: a part is malformed.
            UnknownNameError: an edge or recorded value names what no longer exists.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> two = circuit.update_template("two", nodes={"q": circuit.nodes["p"]})
            >>> two.get_nodes()
            ['p', 'q']
        """
        from rates_core.templates.derivation import derive_circuit

        given = {"name": name, "description": description, "label": label, "location": location}
        parts = {"nodes": nodes, "circuits": circuits, "populations": populations}
        return derive_circuit(self, given, parts, edges, connections)

    def get_nodes(
        self, node_identifier: str | Sequence[str] = "all", var_identifier: Sequence[str] | None = None
    ) -> list[str]:
        """Return the paths of nodes and populations that match; a sub-circuit stands for all that it holds.

        Args:
            node_identifier: a path, or its segments; `all` stands for every child.
            var_identifier: operator and variable that a node must have to be returned.

        Raises:
            UnknownNameError: nothing has that path; the closest name is given.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.get_nodes("all", ["vdp_op", "x"])
            ['p']
        """
        from rates_core.templates.queries import node_paths

        return node_paths(self, node_identifier, var_identifier)

    def get_edges(self, source: str | Sequence[str] = "all", target: str | Sequence[str] = "all") -> list[Edge]:
        """Return the edges between matching variables, with full paths and recorded values.

        Args:
            source: path of a variable or of a node, with wildcards; `all` alone is everything.
            target: likewise.

        Example:
            >>> from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
            >>> leak = OperatorTemplate("leak", "x' = u - x/tau", {"x": "output(1.0)", "tau": 2.0, "u": "input"})
            >>> cell = NodeTemplate("cell", [leak])
            >>> edge = ("a/leak/x", "b/leak/u", None, {"weight": 0.5})
            >>> pair = CircuitTemplate("pair", {"a": cell, "b": cell}, edges=[edge])
            >>> [edge.weight for edge in pair.get_edges("a", "b")]
            [0.5]
        """
        from rates_core.templates.current import matching_edges

        return matching_edges(self, source, target)

    def get_var(self, path: str) -> Any:
        """Return the value of a variable or of an edge parameter, recorded values included.

        One unit gives its value; several give an array of one entry per unit, in match order.

        Args:
            path: `node/op/var`, with wildcards; or `source->target[k]/weight`.

        Raises:
            UnknownNameError: nothing has that path; the closest name is given.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.get_var("p/vdp_op/mu")
            1.0
        """
        from rates_core.templates.current import current_value

        return current_value(self, path)
