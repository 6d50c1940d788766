"""What feeds the inputs: outputs of the same node, projections and external signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.network.network import Projection
from rates_core.network.structure import VariableKey
from rates_core.network.weights import Dense, Indexed, Sparse, Uniform
from rates_core.system.assembly import Assembly
from rates_core.system.equations import typed, variable_shape
from rates_core.system.lifting import lifted
from rates_core.system.shapes import Shape
from rates_core.system.signals import FedInput, reach
from rates_core.system.system import Assign, Default, InputSignal, Project, Read

LONGEST_SUM = 16  # terms; a longer sum is split in two


def add_projections(assembly: Assembly) -> None:
    """Add weights, delayed reads and statements of all projections, and what they contribute to inputs."""
    for number, projection in enumerate(assembly.network.projections):
        end = projection.target
        target = assembly.path(end.population, end.operator, end.variable)
        assembly.feed(target, projection.fed)
        contribution = _contribution(assembly, number, projection)
        assembly.contributions.setdefault(target, []).append(contribution)


def _source(assembly: Assembly, number: int, index: Any) -> str:
    """Return the symbol of the source, delayed and picked per connection if each has a delay of its own."""
    import numpy as np

    projection = assembly.network.projections[number]
    label, source = projection.label, projection.source
    path = assembly.addresses[source.population, source.operator, source.variable]
    if projection.delay is None:
        return path
    delay = Symbol(assembly.add_attribute(number, "delay", projection.delay))
    spread = projection.spread
    kernel = None if spread is None else Symbol(assembly.add_attribute(number, "spread", spread))
    own = isinstance(projection.delay, np.ndarray) or isinstance(spread, np.ndarray)
    if index is None and own and assembly.unit_shape(source.population):
        index = np.arange(assembly.unit_shape(source.population)[0])
    picked = None if index is None else assembly.add_parameter(f"{label}/source", index, structural=True)
    assembly.add_read(Read(f"{label}/delayed", path, delay, (), kernel, picked, edge=True))
    return f"{label}/delayed"


def _each(assembly: Assembly, projection: Projection, label: str, source: str) -> str:
    """Return a source that has one entry per unit, also where it is the same for all units."""
    (size,) = assembly.unit_shape(projection.source.population)
    if source in assembly.state_paths:
        return source
    assembly.statements.append(Assign(f"{label}/each", lifted(Symbol(source), size)))
    assembly.lifts.add(f"{label}/each")
    return f"{label}/each"


def _contribution(assembly: Assembly, number: int, projection: Projection) -> Expression:
    weights, label = projection.weights, projection.label
    shape = assembly.unit_shape(projection.target.population)
    single_source = assembly.unit_shape(projection.source.population) == ()
    match weights:
        case Uniform(weight):
            source = _source(assembly, number, None)
            weight_path = assembly.add_attribute(number, "weight", weight)
            if single_source:
                return Apply("multiply", (Symbol(weight_path), Symbol(source)))
            source = _each(assembly, projection, label, source)
            return assembly.add_projection(Project(f"{label}/value", source, "uniform", weight_path, ()))
        case Dense(matrix):
            source = _source(assembly, number, None)
            if single_source or not shape:
                matrix = matrix[:, 0] if single_source else matrix[0]
            weight_path = assembly.add_attribute(number, "weight", matrix)
            if single_source:
                return Apply("multiply", (Symbol(weight_path), Symbol(source)))
            source = _each(assembly, projection, label, source)
            return assembly.add_projection(Project(f"{label}/value", source, "dense", weight_path, shape))
        case Indexed(weight, index):
            return _indexed(assembly, number, weight, None if single_source else index, shape)
        case Sparse():
            return _sparse(assembly, number, weights, single_source, shape)


def _indexed(assembly: Assembly, number: int, weight: Any, index: Any, shape: Shape) -> Expression:
    projection = assembly.network.projections[number]
    label = projection.label
    source = _source(assembly, number, index)
    enters_edge = assembly.network.populations[projection.target.population].edges  # and has no weight there
    picked: Expression = Symbol(source)
    if index is not None and projection.delay is None:
        source = _each(assembly, projection, label, source)
        if isinstance(index, int):
            picked = Apply("index", (Symbol(source), Number(index)))
        else:
            index_path = assembly.add_parameter(f"{label}/source", index, structural=True)
            picked = Apply("index", (Symbol(source), Symbol(index_path)))
            if not enters_edge:
                weight_path = assembly.add_attribute(number, "weight", weight)
                statement = Project(f"{label}/value", source, "indexed", weight_path, shape, index_path)
                return assembly.add_projection(statement)
    if enters_edge:
        return picked
    return Apply("multiply", (Symbol(assembly.add_attribute(number, "weight", weight)), picked))


def _sparse(assembly: Assembly, number: int, weights: Sparse, single_source: bool, shape: Shape) -> Expression:
    projection = assembly.network.projections[number]
    label = projection.label
    index = None if single_source else weights.columns
    source = _source(assembly, number, index)
    data = assembly.add_attribute(number, "weight", weights.data)
    index_path = None
    if index is not None and projection.delay is None:
        source = _each(assembly, projection, label, source)
        index_path = assembly.add_parameter(f"{label}/source", index, structural=True)
    if not shape:
        value: Expression = Symbol(source)
        if index_path is not None:
            value = Apply("index", (value, Symbol(index_path)))
        return Apply("vsum", (Apply("multiply", (Symbol(data), value)),))
    rows = assembly.add_parameter(f"{label}/target", weights.rows, structural=True)
    pointers = assembly.add_parameter(f"{label}/pointers", weights.pointers, structural=True)
    return assembly.add_projection(Project(f"{label}/value", source, "sparse", data, shape, index_path, rows, pointers))


def add_inputs(assembly: Assembly, fed: Sequence[FedInput]) -> None:
    """Add external signals and assign to each input the sum of what feeds it, or make it a parameter."""
    for signal in fed:
        for part in reach(assembly.network, signal):
            _add_signal(assembly, signal, part)
    for number, population in enumerate(assembly.network.populations):
        for key in population.structure.keys:
            if assembly.is_input(number, key):
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
    assembly.shown[path] = target
    assembly.inputs.append(InputSignal(path, signal.key, shape if columns is not None else (), columns, part.width))
    assembly.contributions.setdefault(target, []).append(Symbol(path))
    mask = None
    if columns is not None and shape:
        mask = np.asarray(columns) >= 0
        mask = None if mask.all() else mask
    assembly.feed(target, mask)


def _assign_input(assembly: Assembly, number: int, key: VariableKey) -> None:
    """Assign the sum of what feeds an input, and its default to the units that nothing feeds."""
    import numpy as np

    population = assembly.network.populations[number]
    path = assembly.path(number, *key)
    terms: list[Expression] = [
        Symbol(assembly.addresses[number, *feeder]) for feeder in population.structure.feeders.get(key, ())
    ]
    mask = None if terms else assembly.fed.get(path, np.zeros(1, dtype=bool))
    terms += assembly.contributions.get(path, [])
    declared, origin = population.structure.variable(key), population.origins.get(key)
    value = typed(population.values[key], declared)
    shape = variable_shape(assembly, number, *key)
    if not terms:
        vector = shape and population.size is None
        assembly.add_parameter(path, np.array(np.broadcast_to(value, shape)) if vector else value, origin)
        return
    if mask is not None:
        default = assembly.add_parameter(f"{path}/default", value, origin, role="default")
        unfed = assembly.add_parameter(f"{path}/unfed", np.where(mask, 0.0, 1.0), structural=True)
        terms.append(Apply("multiply", (Symbol(default), Symbol(unfed))))
        assembly.defaults[number, *key] = Default(default, unfed)
    total = total_of(terms)
    assembly.statements.append(Assign(path, lifted(total, shape[0]) if shape and population.size is None else total))


def total_of(terms: Sequence[Expression]) -> Expression:
    """Return the sum of terms; that of many is a sum of sums, since nesting has its limits in every language."""
    if len(terms) > LONGEST_SUM:
        middle = len(terms) // 2
        return Apply("add", (total_of(terms[:middle]), total_of(terms[middle:])))
    total = terms[0]
    for term in terms[1:]:
        total = Apply("add", (total, term))
    return total
