"""What feeds the inputs: outputs of the same node, projections and external signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rates_core.errors import TemplateError
from rates_core.expressions.tree import Apply, Expression, Symbol
from rates_core.network.network import Projection, UnitLocation
from rates_core.network.weights import Dense, Indexed, Sparse, Uniform
from rates_core.system.assembly import Assembly
from rates_core.system.equations import variable_shape
from rates_core.system.signals import FedInput, reach
from rates_core.system.system import Assign, InputSignal, Project, Read

if TYPE_CHECKING:
    import numpy as np


def add_projections(assembly: Assembly) -> None:
    """Add weights, delayed reads and statements of all projections, and what they contribute to inputs."""
    for projection in assembly.network.projections:
        end = projection.target
        target = assembly.path(end.population, end.operator, end.variable)
        assembly.feed(target, projection.fed)
        contribution = _contribution(assembly, projection, projection.label)
        assembly.contributions.setdefault(target, []).append(contribution)


def _source(assembly: Assembly, projection: Projection, label: str, index: Any) -> str:
    """Return the symbol of the source, delayed and picked per connection if each has a delay of its own."""
    source = projection.source
    path = assembly.addresses[source.population, source.operator, source.variable]
    if projection.delay is None:
        return path
    import numpy as np

    delay = Symbol(assembly.add_parameter(f"{label}/delay", projection.delay))
    spread = projection.spread
    kernel = None if spread is None else Symbol(assembly.add_parameter(f"{label}/spread", spread))
    picked = None
    own = isinstance(projection.delay, np.ndarray) or isinstance(spread, np.ndarray)
    if index is not None:
        picked = assembly.add_parameter(f"{label}/source", index, structural=True)
    elif own and assembly.unit_shape(source.population):
        count = assembly.unit_shape(source.population)[0]
        picked = assembly.add_parameter(f"{label}/source", np.arange(count), structural=True)
    read = Read(f"{label}/delayed", path, delay, (), kernel, picked, edge=True)
    assembly.reads.append(read)
    return read.path


def _contribution(assembly: Assembly, projection: Projection, label: str) -> Expression:
    weights, target = projection.weights, projection.target
    shape = variable_shape(assembly, target.population, target.operator, target.variable)
    single_source = assembly.unit_shape(projection.source.population) == ()
    value = f"{label}/value"
    match weights:
        case Uniform(weight):
            source = _source(assembly, projection, label, None)
            weight_path = assembly.add_parameter(f"{label}/weight", weight)
            if single_source:
                return Apply("multiply", (Symbol(weight_path), Symbol(source)))
            assembly.statements.append(Project(value, source, "uniform", weight_path, ()))
        case Dense(matrix):
            source = _source(assembly, projection, label, None)
            if single_source or not shape:
                matrix = matrix[:, 0] if single_source else matrix[0]
            weight_path = assembly.add_parameter(f"{label}/weight", matrix)
            if single_source:
                return Apply("multiply", (Symbol(weight_path), Symbol(source)))
            assembly.statements.append(Project(value, source, "dense", weight_path, shape))
        case Indexed(weight, index):
            return _indexed(assembly, projection, label, weight, None if single_source else index, shape)
        case Sparse():
            return _sparse(assembly, projection, label, weights, single_source, shape)
    return Symbol(value)


def _indexed(
    assembly: Assembly, projection: Projection, label: str, weight: Any, index: Any, shape: tuple[int, ...]
) -> Expression:
    delayed = projection.delay is not None
    source = _source(assembly, projection, label, index)
    if assembly.network.populations[projection.target.population].edges:  # what enters an edge has no weight
        if index is None or delayed:
            return Symbol(source)
        return Apply("index", (Symbol(source), Symbol(assembly.add_parameter(f"{label}/source", index, structural=True))))
    weight_path = assembly.add_parameter(f"{label}/weight", weight)
    if index is None or delayed:
        return Apply("multiply", (Symbol(weight_path), Symbol(source)))
    index_path = assembly.add_parameter(f"{label}/source", index, structural=True)
    assembly.statements.append(Project(f"{label}/value", source, "indexed", weight_path, shape, index_path))
    return Symbol(f"{label}/value")


def _sparse(
    assembly: Assembly, projection: Projection, label: str, weights: Sparse, single_source: bool, shape: tuple[int, ...]
) -> Expression:
    index = None if single_source else weights.columns
    source = _source(assembly, projection, label, index)
    data = assembly.add_parameter(f"{label}/weight", weights.data)
    picked = index is None or projection.delay is not None
    index_path = None if picked else assembly.add_parameter(f"{label}/source", index, structural=True)
    if not shape:
        value: Expression = Symbol(source)
        if index_path is not None:
            value = Apply("index", (value, Symbol(index_path)))
        return Apply("vsum", (Apply("multiply", (Symbol(data), value)),))
    rows = assembly.add_parameter(f"{label}/target", weights.rows, structural=True)
    pointers = assembly.add_parameter(f"{label}/pointers", weights.pointers, structural=True)
    assembly.statements.append(
        Project(f"{label}/value", source, "sparse", data, shape, index_path, rows, pointers)
    )
    return Symbol(f"{label}/value")


def add_inputs(assembly: Assembly, fed: Sequence[FedInput]) -> None:
    """Add external signals and assign to each input the sum of what feeds it, or make it a parameter."""
    for signal in fed:
        for part in reach(assembly.network, signal):
            _add_signal(assembly, signal, part)
    for number, population in enumerate(assembly.network.populations):
        for operator in population.structure.operators:
            for name, declared in operator.variables.items():
                key = operator.name, name
                if declared.kind == "input" and key not in population.structure.equations:
                    _assign_input(assembly, number, key)


def _add_signal(assembly: Assembly, signal: FedInput, part: Any) -> None:
    import numpy as np

    selection = part.selection
    target = assembly.path(selection.population, selection.operator, selection.variable)
    shape = variable_shape(assembly, selection.population, selection.operator, selection.variable)
    columns = part.columns
    if columns is not None and not shape:
        columns = int(np.asarray(columns).reshape(-1)[0])
    path = f"{target}#input{len(assembly.inputs)}"
    assembly.inputs.append(InputSignal(path, signal.key, shape if columns is not None else (), columns, part.width))
    assembly.contributions.setdefault(target, []).append(Symbol(path))
    mask = None
    if columns is not None and shape:
        mask = np.asarray(columns) >= 0
        mask = None if mask.all() else mask
    assembly.feed(target, mask)


def _assign_input(assembly: Assembly, number: int, key: tuple[str, str]) -> None:
    import numpy as np

    population = assembly.network.populations[number]
    path = assembly.path(number, *key)
    terms: list[Expression] = [
        Symbol(assembly.addresses[number, *feeder]) for feeder in population.structure.feeders.get(key, ())
    ]
    mask = None if terms else assembly.fed.get(path, np.zeros(1, dtype=bool))
    terms += assembly.contributions.get(path, [])
    value, origin = population.values[key], population.origins.get(key)
    if population.structure.operator(key[0]).variables[key[1]].dtype == "complex":
        value = value + 0j
    if not terms:
        shape = variable_shape(assembly, number, *key)
        vector = shape and population.size is None
        assembly.add_parameter(path, np.array(np.broadcast_to(value, shape)) if vector else value, origin)
        return
    if mask is not None:
        default = assembly.add_parameter(f"{path}/default", value, origin)
        unfed = assembly.add_parameter(f"{path}/unfed", np.where(mask, 0.0, 1.0), structural=True)
        terms.append(Apply("multiply", (Symbol(default), Symbol(unfed))))
        assembly.addresses[number, "default", path] = default
    total = terms[0]
    for term in terms[1:]:
        total = Apply("add", (total, term))
    assembly.statements.append(Assign(path, total))
