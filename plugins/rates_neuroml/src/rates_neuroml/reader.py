"""Files of NeuroML and LEMS read into templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import frozen
from rates_core.errors import ModelFileError, UnknownNameError, did_you_mean
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate

from rates_neuroml.definitions import Component, Definitions
from rates_neuroml.document import load
from rates_neuroml.instances import Instance, instance_of
from rates_neuroml.network_reader import Network
from rates_neuroml.omissions import Report
from rates_neuroml.operators import Unit, unit_of


@frozen(eq=False)
class Model:
    """A circuit that was read, and the cells that its nodes are.

    Attributes:
        circuit: the model.
        network: that it is of, or None.
        units: operators of components that stand alone, by the node.
    """

    circuit: CircuitTemplate
    network: Network | None
    units: dict[str, Unit]


def read(
    path: str | Path, component: str | None = None, include: str | Path | Iterable[str | Path] = ()
) -> CircuitTemplate:
    """Return the circuit of a file of NeuroML or LEMS.

    It is that of a component that is named, or of the network or component which the file wants run. If neither is
    said: of the only network; else each component of the file that stands alone and has dynamics is a node. Nodes are
    called as populations or components, operators as types: `hhpop/cell/v`. All numbers are in SI.

    Args:
        path: of the file.
        component: id of what is read: a network, a cell, a channel. What it requires of the one in which it would
            stand, as a channel requires `v`, is an input.
        include: folders and archives in which included files are looked for; in a text with `:` (on Windows `;`)
            between them.

    Raises:
        UnknownNameError: the file has no such component.
        ModelFileError: the file cannot be read, is malformed or none of NeuroML or LEMS, or what it includes is
            missing.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        EquationError: an expression is malformed.
    """
    from rates_neuroml.experiment import told_settings

    definitions, report = load(path, include), Report()
    model = model_of(definitions, report, path, component)
    if component is None:
        report.omissions += told_settings(definitions)
    report.tell(f"{path} says what a template of rates cannot hold; it is left out:", str(path))
    return model.circuit


def read_component(
    path: str | Path, component: str, include: str | Path | Iterable[str | Path] = ()
) -> CircuitTemplate:
    """Return the circuit of one component of a file, as `read` does."""
    return read(path, component, include)


def model_of(definitions: Definitions, report: Report, path: str | Path, component: str | None = None) -> Model:
    """Return the model of one component, or that which a file wants run.

    Raises:
        UnknownNameError: the file has no such component.
        ModelFileError: it has several networks, or nothing that can be run.
    """
    if component is not None:
        return model_of_component(_named(component, definitions, path), definitions, report)
    target = target_of(definitions)
    if target is not None:
        model = model_of_component(target, definitions, report)
        report.omissions += _unused(definitions, target)
        return model
    networks = [one for one in _own(definitions) if _is_network(one, definitions)]
    if len(networks) > 1:
        names = ", ".join(f"'{one.id}'" for one in networks)
        raise ModelFileError(f"{path} has the networks {names}; name one, as component='{networks[0].id}'.")
    if networks:
        model = model_of_component(networks[0], definitions, report)
        report.omissions += _unused(definitions, networks[0])
        return model
    alone = [one for one in _own(definitions) if one.id not in _referred(definitions) and _is_dynamic(one, definitions)]
    if not alone:
        raise ModelFileError(
            f"{path} defines no component with dynamics, and none is its Target; there is nothing to run."
        )
    units = {one.id: unit_of(instance_of(one, definitions), report) for one in alone}
    nodes = {label: NodeTemplate(label, [unit.operator]) for label, unit in units.items()}
    return Model(CircuitTemplate(Path(path).name.split(".")[0], nodes=nodes), None, units)


def _named(component: str, definitions: Definitions, path: str | Path) -> Component:
    if isinstance(component, str) and component in definitions.components:
        return definitions.components[component]
    known = did_you_mean(str(component), definitions.components) or f" It has {', '.join(definitions.own) or 'none'}."
    raise UnknownNameError(f"{path} has no component '{component}'.{known}")


def model_of_component(component: Component, definitions: Definitions, report: Report) -> Model:
    """Return the model of one component."""
    instance = instance_of(component, definitions)
    if _is_network(component, definitions):
        network = Network(instance, report)
        return Model(network.read(), network, {})
    if not _has_dynamics(instance):
        raise instance.error("It has no dynamics; there is nothing to run.")
    unit = unit_of(instance, report)
    node = NodeTemplate(instance.name, [unit.operator])
    return Model(CircuitTemplate(instance.name, nodes={instance.name: node}), None, {instance.name: unit})


def target_of(definitions: Definitions) -> Component | None:
    """Return the component that a file wants run: what its simulation runs, or its Target itself."""
    simulation = simulation_of(definitions)
    if simulation is not None:
        run = _run(simulation, definitions)
        return definitions.component(simulation.element.need(run), simulation.element)
    if definitions.target is None:
        return None
    return definitions.component(definitions.target.need("component"), definitions.target)


def simulation_of(definitions: Definitions) -> Component | None:
    """Return the component that says how the file is run, or None."""
    wanted = definitions.target
    named = [] if wanted is None else [definitions.component(wanted.need("component"), wanted)]
    return next((one for one in named if _run(one, definitions)), None)


def _run(component: Component, definitions: Definitions) -> str:
    kind = definitions.type(component.type, component.element)
    return next((item.need("component") for item in kind.simulation if item.tag == "Run"), "")


def _own(definitions: Definitions) -> list[Component]:
    return [definitions.components[name] for name in definitions.own]


def _is_network(component: Component, definitions: Definitions) -> bool:
    """Tell whether a component has populations: children that make instances of others."""
    kind = definitions.type(component.type, component.element)
    inside = [definitions.type_elements.get(child.tag) for child in component.element.children]
    types = [definitions.type(item.need("name"), item) for item in inside if item is not None]
    if kind.is_dynamic:
        return False
    return "network" in kind.ancestry or any(item.tag == "MultiInstantiate" for one in types for item in one.structure)


def _is_dynamic(component: Component, definitions: Definitions) -> bool:
    kind = definitions.type(component.type, component.element)
    if any(item.tag in ("Run", "Record", "DataDisplay", "DataWriter") for item in kind.simulation):
        return False
    return _has_dynamics(instance_of(component, definitions))


def _has_dynamics(instance: Instance) -> bool:
    return any(one.type.is_dynamic for one in instance.walk())


def _referred(definitions: Definitions) -> set[str]:
    """Return the components to which others refer."""
    found: set[str] = set()
    for one in definitions.components.values():
        stack = [one.element]
        while stack:
            element = stack.pop()
            stack += element.children
            found |= {value for key, value in element.attributes.items() if key not in ("id", "name", "type")}
    return found


def _unused(definitions: Definitions, target: Component) -> list[str]:
    """Return a line for each component of the file that has no part in what is run."""
    reached, stack = set[str](), [target.element]
    while stack:
        element = stack.pop()
        stack += element.children
        for key, value in element.attributes.items():
            if key not in ("id", "name", "type") and value in definitions.components and value not in reached:
                reached.add(value)
                stack.append(definitions.components[value].element)
    simulation = simulation_of(definitions)
    used = {target.id, *reached, *(() if simulation is None else (simulation.id,))}
    return [
        f"{one.type} '{one.id}', which '{target.id}' does not use" for one in _own(definitions) if one.id not in used
    ]
