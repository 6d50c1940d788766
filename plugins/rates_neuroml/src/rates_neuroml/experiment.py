"""A `Simulation` of LEMS: a circuit, and how it is run and what of it is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rates_core.templates.experiment import Experiment

from rates_neuroml.definitions import Definitions
from rates_neuroml.document import load
from rates_neuroml.element import Element
from rates_neuroml.instances import Instance
from rates_neuroml.omissions import Report
from rates_neuroml.operators import Unit
from rates_neuroml.reader import Model, model_of, simulation_of


def read_experiment(
    path: str | Path, include: str | Path | Iterable[str | Path] = (), component: str | None = None
) -> Experiment:
    """Return the circuit of a file of LEMS, and how the file wants it run.

    Its settings are `simulation_time`, `step_size`, `solver` and `outputs`, in SI. Outputs are the columns of its
    output files and the lines of its displays, by what they select, as `hhpop[0]/v`. A file without a simulation says
    nothing of runs; its settings are empty.

    Args:
        path: of the file.
        include: folders and archives in which included files are looked for, as in `reader.read`.
        component: id of what is run in place of what the file wants run; what is recorded of that is left out then.

    Raises:
        UnknownNameError: the file has no such component.
        ModelFileError: the file cannot be read, is malformed or none of NeuroML or LEMS, or what it includes is
            missing.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        EquationError: an expression is malformed.
    """
    definitions, report = load(path, include), Report()
    model = model_of(definitions, report, path, component)
    settings = _times(definitions)
    recorded = [] if component is not None else _recorded(definitions)
    outputs = {one.need("quantity"): one for one in recorded}
    found = {name: _path(name, model, element) for name, element in outputs.items()}
    if any(found.values()):
        settings["outputs"] = {name: path for name, path in found.items() if path}
    report.omissions += [
        f"the output '{name}', which is no variable here" for name, place in found.items() if not place
    ]
    report.tell(f"{path} says what a simulation of rates cannot hold; it is left out:", str(path))
    return Experiment(model.circuit, settings)


def told_settings(definitions: Definitions) -> list[str]:
    """Return a line for what a file says of runs, which `read` does not return."""
    simulation = simulation_of(definitions)
    if simulation is None:
        return []
    values = [f"{name}={value!r}" for name, value in _times(definitions).items()]
    values += ["outputs"] if _recorded(definitions) else []
    return [f"how it is run, which rates_neuroml.read_experiment returns: {', '.join(values)}"]


def _times(definitions: Definitions) -> dict[str, Any]:
    simulation = simulation_of(definitions)
    if simulation is None:
        return {}
    kind = definitions.type(simulation.type, simulation.element)
    run = next(item for item in kind.simulation if item.tag == "Run")
    found: dict[str, Any] = {}
    for name, key in (("simulation_time", "total"), ("step_size", "increment")):
        parameter = run.need(key)
        spec = kind.named["Parameter"].get(parameter)
        what = f"'{parameter}' of Simulation '{simulation.id}'"
        dimension = None if spec is None else spec.get("dimension")
        found[name] = definitions.quantity(simulation.element.need(parameter), dimension, simulation.element, what)
    return {**found, "solver": "euler"}


def _recorded(definitions: Definitions) -> list[Element]:
    simulation = simulation_of(definitions)
    stack = [] if simulation is None else [simulation.element]
    found: list[Element] = []
    while stack:
        element = stack.pop()
        stack += reversed(element.children)
        if element.get("quantity"):
            found.append(element)
    return found


def _path(quantity: str, model: Model, asking: Element) -> str | None:
    """Return the path of what a file records, or None if it is no variable of the circuit."""
    first = quantity.partition("/")[0]
    if model.network is None:
        ((label, unit),) = model.units.items()
        return _variable(unit.flat.root, quantity, unit, label)
    parts = quantity.split("/")
    count = 1 if "[" in first or len(parts) < 3 else 3
    cell = model.network.cell_at("/".join(parts[:count]), asking)
    return _variable(cell, "/".join(parts[count:]), model.network.units[id(cell)], model.network.labels[id(cell)])


def _variable(cell: Instance, path: str, unit: Unit, label: str) -> str | None:
    *steps, name = path.split("/")
    here, own = unit.flat.root, cell
    for step in steps:
        inside = own.children.get(_attached(step))
        if inside is None:
            return None
        own = inside
    here = own if own is not cell else here
    variable = unit.variable(here, name)
    return None if variable is None else f"{label}/{unit.operator.name}/{variable}"


def _attached(step: str) -> str:
    """Return what is attached by `synapses:syn:0`, as some files write it."""
    parts = step.split(":")
    return parts[1] if len(parts) == 3 else step
