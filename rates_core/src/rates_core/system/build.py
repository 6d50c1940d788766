"""Build the System of a network: names of a node become paths, populations become axes."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from rates_core.network.network import Network
from rates_core.system.assembly import Assembly
from rates_core.system.equations import add_equations, declare_variables
from rates_core.system.events import add_events, updates_of
from rates_core.system.indices import check_indices
from rates_core.system.inference import infer_complex, infer_shapes
from rates_core.system.joining import add_inputs, add_projections
from rates_core.system.reads import lift_delayed, settle_reads
from rates_core.system.schedule import schedule
from rates_core.system.signals import FedInput
from rates_core.system.system import Derivative, State, System


def build_system(network: Network, inputs: Sequence[FedInput] = ()) -> System:
    """Return the System of a network.

    Args:
        network: populations and projections.
        inputs: the external inputs that will be fed, from `signals.feed`; which inputs are fed is structure.

    Raises:
        CyclicEquationsError: algebraic variables depend on each other in a circle.
        EquationError: axes of different length meet, a real function gets a complex value, or an index that is written
            as a number lies outside of its axis.
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
    lift_delayed(assembly)
    populations = {label for label, place in network.locations.items() if isinstance(place, tuple) and place[1] > 1}
    edges = {number for number, population in enumerate(network.populations) if population.edges}
    variables = {path for (number, *_), path in assembly.addresses.items() if number not in edges}
    shaped = infer_shapes(assembly, schedule(assembly.statements, populations, variables, assembly.written))
    kinds = infer_complex(assembly, shaped)
    updates = updates_of(kinds.statements, assembly.updates, assembly.conditions)
    system = System(
        name=network.name,
        states=laid_out(kinds.states),
        parameters=tuple(assembly.parameters.values()),
        statements=(*kinds.statements, *updates.statements),
        derivatives=_in_order_of(kinds.states, kinds.derivatives),
        inputs=tuple(assembly.inputs),
        reads=kinds.reads,
        draws=tuple(assembly.draws),
        events=tuple(assembly.events),
        updates=updates.paths,
        variables={**shaped.variables, **{new: shaped.variables[old] for new, old in updates.originals.items()}},
        complex_variables=kinds.complex_variables.union(
            new for new, old in updates.originals.items() if old in kinds.complex_variables
        ),
        addresses=dict(assembly.addresses),
        defaults=dict(assembly.defaults),
        projections=dict(assembly.projections),
        network=network,
    )
    check_indices(system, {})
    return system


def _in_order_of(states: Sequence[State], derivatives: Sequence[Derivative]) -> tuple[Derivative, ...]:
    """Return the derivatives in the order of the layout: equations need not come in the order of declarations."""
    by_state = {derivative.state: derivative for derivative in derivatives}
    return tuple(by_state[state.path] for state in states)


def laid_out(states: Sequence[State]) -> tuple[State, ...]:
    """Return the states with their places in the real vector y."""
    offset, placed = 0, []
    for state in states:
        placed.append(evolve(state, offset=offset))
        offset += state.width
    return tuple(placed)
