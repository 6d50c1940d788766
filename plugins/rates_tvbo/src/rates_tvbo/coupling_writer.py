"""Edges with equations, and what nodes make of what they send and of what arrives, written as couplings of TVBO."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Symbol, substitute, symbols
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.beside import after_of, arrivals, before_of
from rates_tvbo.coupling import ARRIVED, name_of_state
from rates_tvbo.expression_writer import write_expression
from rates_tvbo.links import SENT

Entry = dict[str, Any]
PLAIN = "identity"


@frozen
class _Piece:
    """An expression of a coupling: the name that it gives to this, if any, its parameters, the states that it reads."""

    name: str
    tree: Expression
    parameters: Entry
    sources: Sequence[str] = ()
    targets: Sequence[str] = ()


@define
class Couplings:
    """The couplings of a circuit, by name, collected from its edges.

    Attributes:
        circuit: the circuit.
        entries: what a file says of each.
        states: the states of sources and of targets that each reads.
        senders: operators of nodes that make what is sent, by the label of the node.
    """

    circuit: CircuitTemplate
    entries: dict[str, Entry] = field(factory=dict)
    states: dict[str, set[tuple[tuple[str, ...], tuple[str, ...]]]] = field(factory=dict)
    senders: dict[str, set[str]] = field(factory=dict)

    def bundles(self) -> list[list[Edge]]:
        """Return edges, those together that are one connection: what their target makes of its sums is one value.

        Raises:
            UnsupportedFeatureError: a sum has no edge for another one, or one that differs.
        """
        found: list[list[Edge]] = []
        begun: dict[tuple[str, str, str], list[Edge]] = {}
        for edge in self.circuit.edges:
            target, operator, variable = edge.target.split("/")
            after = after_of(self.circuit.nodes[target], operator)
            sums = [variable] if after is None else arrivals(self.circuit.nodes[target], after)
            key = edge.source.split("/")[0], target, operator
            bundle = begun.setdefault(key, []) if len(sums) > 1 else []
            bundle.append(edge)
            if len(bundle) == 1:
                found.append(bundle)
            if len(bundle) == len(sums):
                begun.pop(key, None)
                _check_bundle(bundle, sums)
        for bundle in begun.values():
            raise UnsupportedFeatureError(
                f"The edge {bundle[0]} feeds one of several sums of an operator, and none feeds the others; a coupling "
                "of TVBO feeds all of them."
            )
        return found

    def connection(self, bundle: Sequence[Edge]) -> tuple[str, str]:
        """Return the coupling of the edges of one connection, '' for none, and the state that is read first.

        Raises:
            UnsupportedFeatureError: their equations are no function of what the two ends are.
        """
        edge = bundle[0]
        target, operator, _ = edge.target.split("/")
        after = after_of(self.circuit.nodes[target], operator)
        pieces = [self.before(one, len(bundle) == 1) for one in bundle]
        names = {piece.name for piece in pieces if piece.name}
        lead = edge.source.rsplit("/", 1)[1]
        if after is None and not names:
            return "", lead
        name = name_of_after(after) if after is not None and (len(bundle) > 1 or not names) else names.pop()
        terms = [write_expression(piece.tree, f"the edge {edge}") for piece in pieces]
        entry: Entry = {}
        if terms != ["x_j"]:
            entry["pre_expression"] = {"rhs": terms[0] if len(terms) == 1 else f"[{', '.join(terms)}]"}
        if after is not None:
            pieces.append(self.after(after, [one.target.rsplit("/", 1)[1] for one in bundle]))
            entry["post_expression"] = {"rhs": write_expression(pieces[-1].tree, f"the operator '{after.name}'")}
        self.add(name, entry, [piece.parameters for piece in pieces], str(edge))
        incoming = _states((state for piece in pieces for state in piece.sources), lead)
        local = _states((state for piece in pieces for state in piece.targets), lead)
        self.states.setdefault(name, set()).add((incoming, local))
        return name, incoming[0] if incoming else lead

    def add(self, name: str, entry: Entry, parameters: Iterable[Entry], edge: str) -> None:
        """Add a coupling, if it is not known yet."""
        merged: Entry = {}
        for own in parameters:
            if any(merged.get(key, value) != value for key, value in own.items()):
                raise UnsupportedFeatureError(f"Two parameters of one name belong to the coupling '{name}' of {edge}.")
            merged |= own
        if merged:
            entry = {"parameters": {key: {"value": value} for key, value in merged.items()}, **entry}
        if self.entries.setdefault(name, entry) != entry:
            raise UnsupportedFeatureError(
                f"Edges of the coupling '{name}' differ in more than weights and delays: {edge}."
            )

    def after(self, after: OperatorTemplate, arrived: Sequence[str]) -> _Piece:
        """Return what is made of what arrives, in TVBO's names."""
        tree, own = _one_equation(after, f"the operator '{after.name}'")
        sums = [ARRIVED] if len(arrived) == 1 else [f"{ARRIVED}_{place}" for place in range(len(arrived))]
        read = [key for key, one in after.variables.items() if one.kind == "input" and key not in arrived]
        meant = {key: Symbol(f"{key}_i") for key in read}
        meant |= {key: Symbol(name) for key, name in zip(arrived, sums, strict=True)}
        return _Piece("", substitute(tree, meant), own, [], read)

    def before(self, edge: Edge, alone: bool) -> _Piece:
        """Return what is sent, in TVBO's names."""
        node, operator, lead = edge.source.split("/")
        sender = before_of(self.circuit.nodes[node], operator)
        if sender is not None and edge.template is not None:
            raise UnsupportedFeatureError(
                f"The edge {edge} has equations, and so has what it sends; a coupling of TVBO is one expression."
            )
        if sender is not None:
            self.senders.setdefault(node, set()).add(operator)
            tree, parameters = _one_equation(sender, f"the operator '{sender.name}'")
            sources = [key for key, one in sender.variables.items() if one.kind == "input"]
            name = sender.name.removesuffix("_op").removesuffix(f"_{SENT}")
            return _Piece(name, substitute(tree, {key: Symbol(f"{key}_j") for key in sources}), parameters, sources)
        if edge.template is None:
            return _Piece("", Symbol("x_j" if alone else f"{lead}_j"), {}, [lead])
        if len(edge.template.operators) != 1:
            raise UnsupportedFeatureError(
                f"The edge {edge} has several operators; a coupling of TVBO is one expression."
            )
        ((template, values),) = edge.template.operators
        tree, parameters = _one_equation(template, f"the edge {edge}")
        ends: dict[str, tuple[bool, str]] = {}
        for key, variable in template.variables.items():
            given = edge.mapping.get(f"{template.name}/{key}", "source" if variable.kind == "input" else None)
            if isinstance(given, str):
                ends[key] = _at_an_end(given, edge)
            elif given is not None:
                raise UnsupportedFeatureError(f"The edge {edge} has a value of '{key}' of its own.")
        read = [[state for end, state in ends.values() if end is side] for side in (False, True)]
        sent = lead if alone else ""
        meant = {key: Symbol(name_of_state(state, end, sent, read[end])) for key, (end, state) in ends.items()}
        return _Piece(edge.template.name, substitute(tree, meant), {**parameters, **values}, *read)

    def written(self, edges: list[Entry], library: Mapping[str, Entry], nodes: Sequence[Entry]) -> None:
        """Say which states couplings read, and which coupling feeds what no edge says, where there are couplings."""
        self.add_those_of_unfed_nodes()
        if not self.entries:
            for edge in edges:
                del edge["coupling"]
            return
        for name, read in self.states.items():
            ((incoming, local), *others) = read
            if not others and (incoming or local):
                self.entries[name] |= {"incoming_states": list(incoming or local)}
                self.entries[name] |= {"local_states": list(local)} if local else {}
        for edge in edges:
            edge["coupling"] = edge["coupling"] or PLAIN
        self.name_sources(edges, library, nodes)
        used = {edge["coupling"] for edge in edges}
        used |= {one.get("source") for entry in library.values() for one in entry.get("coupling_inputs", {}).values()}
        if PLAIN in used:
            self.entries[PLAIN] = {"pre_expression": {"rhs": "x_j"}, "post_expression": {"rhs": ARRIVED}}

    def unfed(self) -> dict[tuple[str, str], OperatorTemplate | None]:
        """Return what nodes make of inputs to which no edge leads, by label and input."""
        fed = set()
        for edge in self.circuit.edges:
            target, operator, end = edge.target.split("/")
            fed.add((target, input_of(self.circuit.nodes[target], operator, end)))
        found: dict[tuple[str, str], OperatorTemplate | None] = {}
        for label, node in self.circuit.nodes.items():
            made = [after_of(node, operator.name) for operator, _ in node.operators]
            by_input = {one.parsed[0].target: one for one in made if one is not None}
            for key, variable in node.operators[0][0].variables.items():
                if variable.kind == "input" and (label, key) not in fed:
                    found[label, key] = by_input.get(key)
        return found

    def add_those_of_unfed_nodes(self) -> None:
        """Add couplings that only make something where nothing arrives."""
        for (label, _), after in self.unfed().items():
            if after is None or name_of_after(after) in self.entries:
                continue
            piece = self.after(after, arrivals(self.circuit.nodes[label], after))
            entry = {"post_expression": {"rhs": write_expression(piece.tree, f"the operator '{after.name}'")}}
            self.add(name_of_after(after), entry, [piece.parameters], label)
            self.states.setdefault(name_of_after(after), set()).add(((), _states(piece.targets, "")))

    def name_sources(self, edges: list[Entry], library: Mapping[str, Entry], nodes: Sequence[Entry]) -> None:
        """Name the coupling of each input, which a file's reader gives to nodes where no edge leads."""
        dynamics = {label: node["dynamics"] for label, node in zip(self.circuit.nodes, nodes, strict=True)}
        used: dict[tuple[str, str], set[str]] = {}
        for edge in edges:
            used.setdefault((nodes[edge["target"]]["dynamics"], edge["target_var"]), set()).add(edge["coupling"])
        unfed: dict[tuple[str, str], set[str]] = {}
        for (label, key), after in self.unfed().items():
            name = PLAIN if after is None else name_of_after(after)
            unfed.setdefault((dynamics[label], key), set()).add(name)
        for kind, entry in library.items():
            for key, one in entry.get("coupling_inputs", {}).items():
                names = unfed.get((kind, key)) or used.get((kind, key), set())
                if len(names) > 1 and (kind, key) in unfed:
                    raise UnsupportedFeatureError(
                        f"Nodes of the Dynamics '{kind}' to which no edge leads make different things of '{key}': "
                        f"{', '.join(sorted(names))}. Derive one of their operators under another name."
                    )
                one["source"] = names.pop() if len(names) == 1 else PLAIN


def input_of(node: NodeTemplate, operator: str, variable: str) -> str:
    """Return the coupling input that an edge to a variable feeds in the end."""
    after = after_of(node, operator)
    return variable if after is None else after.parsed[0].target


def name_of_after(after: OperatorTemplate) -> str:
    """Return the coupling that such an operator belongs to."""
    return after.name.removesuffix("_op").removesuffix(f"_{after.parsed[0].target}")


def _check_bundle(bundle: list[Edge], sums: Sequence[str]) -> None:
    """Refuse edges to several sums that TVBO could not say as one."""
    fed = [edge.target.rsplit("/", 1)[1] for edge in bundle]
    alike = {(edge.weight, edge.delay) for edge in bundle}
    if sorted(fed) != sorted(sums) or len(alike) > 1:
        raise UnsupportedFeatureError(
            f"The edges {', '.join(map(str, bundle))} feed sums of one operator, and differ in weights or delays; a "
            "coupling of TVBO has one of each for all of its terms."
        )
    bundle.sort(key=lambda edge: sums.index(edge.target.rsplit("/", 1)[1]))


def _states(read: Iterable[str], lead: str) -> tuple[str, ...]:
    """Return states in the order in which a file lists them: what `x_j` or `x_i` is comes first."""
    return tuple(sorted(set(read), key=lambda state: (state != "x", state != lead, state)))


def _one_equation(operator: OperatorTemplate, where: str) -> tuple[Expression, Entry]:
    """Return the right side of the one algebraic equation of an operator, and its parameters."""
    (*others, equation) = operator.parsed
    if others or equation.kind != "algebraic":
        raise UnsupportedFeatureError(
            f"{where[:1].upper()}{where[1:]} has equations that are no single value; a coupling of TVBO is one."
        )
    names = symbols(equation.expression)
    parameters = {key: one.value for key, one in operator.variables.items() if one.kind == "parameter" and key in names}
    return equation.expression, parameters


def _at_an_end(given: str, edge: Edge) -> tuple[bool, str]:
    """Return at which end a variable is, true for the target, and which it is."""
    if given == "source":
        return False, edge.source.rsplit("/", 1)[1]
    node, _, variable = given.split("/")
    # which is the target where edges are those of a matrix
    return node in (edge.target.split("/")[0], "all"), variable
