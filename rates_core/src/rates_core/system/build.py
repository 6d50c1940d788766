"""Build the System of a network: names of a node become paths, populations become axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from rates_core.network.network import Network
from rates_core.system.assembly import Assembly
from rates_core.system.complexness import is_complex
from rates_core.system.equations import add_equations, add_events, declare_variables
from rates_core.system.joining import add_inputs, add_projections
from rates_core.system.reads import settle_reads
from rates_core.system.schedule import schedule
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.signals import FedInput
from rates_core.system.system import Assign, Derivative, State, Statement, System


def build_system(network: Network, inputs: Sequence[FedInput] = ()) -> System:
    """Return the System of a network.

    Args:
        network: populations and projections.
        inputs: the external inputs that will be fed, from `signals.feed`; which inputs are fed is structure.

    Raises:
        CyclicEquationsError: algebraic variables depend on each other in a circle.
        EquationError: axes of different length meet, or a real function gets a complex value.
    """
    assembly = Assembly(network)
    for number in range(len(network.populations)):
        declare_variables(assembly, number)
    add_projections(assembly)
    add_inputs(assembly, inputs)
    for number in range(len(network.populations)):
        add_equations(assembly, number)
        add_events(assembly, number)
    settle_reads(assembly)
    statements = schedule(assembly.statements)
    variables, reads = _infer_shapes(assembly, statements)
    states, complex_variables, complex_reads = _infer_complex(assembly, statements)
    return System(
        name=network.name,
        states=laid_out(states),
        parameters=tuple(assembly.parameters.values()),
        statements=statements,
        derivatives=_in_order_of(states, assembly.derivatives),
        inputs=tuple(assembly.inputs),
        reads=tuple(evolve(read, shape=reads[read.path], complex=read.path in complex_reads) for read in assembly.reads),
        draws=tuple(assembly.draws),
        events=tuple(assembly.events),
        variables=variables,
        complex_variables=complex_variables,
        addresses=dict(assembly.addresses),
        network=network,
    )


def _in_order_of(states: Sequence[State], derivatives: Sequence[Derivative]) -> tuple[Derivative, ...]:
    """Return the derivatives in the order of the layout: equations need not come in the order of declarations."""
    by_state = {derivative.state: derivative for derivative in derivatives}
    return tuple(by_state[state.path] for state in states)


def _infer_shapes(assembly: Assembly, statements: Sequence[Statement]) -> tuple[dict[str, Shape], dict[str, Shape]]:
    """Return the shapes of assigned variables and of delayed reads, which take those of their slots."""
    shapes: dict[str, Shape] = {"t": (), **assembly.leaf_shapes()}
    by_target = {statement.target: statement for statement in statements}
    reads = {read.path: read for read in assembly.reads}

    expected = {path: assembly.unit_shape(number) for (number, *_), path in assembly.addresses.items()}
    pending: set[str] = set()

    def shape(path: str) -> Shape:
        if path in pending:  # a variable that depends on its own past has an entry per unit
            return expected.get(path, ())
        if path not in shapes:
            pending.add(path)
            if path in reads:
                read = reads[path]
                own = shapes[read.index] if read.index else shape(read.slot)
                shapes[path] = own or shape_of(read.delay, lookup)
            elif isinstance(statement := by_target[path], Assign):
                shapes[path] = shape_of(statement.expression, lookup)
            else:
                shapes[path] = statement.shape
            pending.discard(path)
        return shapes[path]

    class Lookup(Mapping[str, Shape]):
        def __getitem__(self, path: str) -> Shape:
            return shape(path)

        def __iter__(self) -> Any:
            return iter(shapes)

        def __len__(self) -> int:
            return len(shapes)

    lookup = Lookup()
    for path in by_target:
        shape(path)
    for derivative in assembly.derivatives:
        state = shape(derivative.state)
        found = shape_of(derivative.expression, lookup)
        if found not in ((), state):
            assembly.refuse_shape(derivative.state, state, found)
    return {path: shapes[path] for path in by_target}, {path: shape(path) for path in reads}


def _infer_complex(
    assembly: Assembly, statements: Sequence[Statement]
) -> tuple[list[State], frozenset[str], frozenset[str]]:
    """Return the states with their kind of number, and the complex variables and reads."""
    known = {item.path for item in (*assembly.states, *assembly.parameters.values()) if item.complex}
    while True:
        before = len(known)
        for read in assembly.reads:
            if read.slot in known:
                known.add(read.path)
        for statement in statements:
            if isinstance(statement, Assign):
                if is_complex(statement.expression, known):
                    known.add(statement.target)
            elif known.intersection(statement.symbols):
                known.add(statement.target)
        for derivative in assembly.derivatives:
            if is_complex(derivative.expression, known):
                known.add(derivative.state)
        if len(known) == before:
            break
    states = [evolve(state, complex=state.path in known) for state in assembly.states]
    targets = {statement.target for statement in statements}
    return states, frozenset(known & targets), frozenset(known & {read.path for read in assembly.reads})


def laid_out(states: Sequence[State]) -> tuple[State, ...]:
    """Return the states with their places in the real vector y."""
    offset, placed = 0, []
    for state in states:
        placed.append(evolve(state, offset=offset))
        offset += state.width
    return tuple(placed)

