"""Differentiate a System, statement by statement, by the chain rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.system.linearisation.entries import Algebra, Entries
from rates_core.system.linearisation.matrix import Block, Linearisation
from rates_core.system.linearisation.separate import on_axis, separate
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Parameter, Project, Read, State, System

Gradient = dict[str, list[Entries]]  # by seed


def linearise(
    system: System, by: Literal["states", "reads", "parameters"] = "states", paths: Iterable[str] | None = None
) -> Linearisation:
    """Return a derivative of the right-hand side: ∂f/∂y, ∂f/∂y(t - τ) or ∂f/∂p.

    Args:
        system: any System whose values are real.
        by: what to derive by: states, delayed reads, or parameters.
        paths: which reads or parameters; None for all that are no index arrays.

    Raises:
        UnsupportedFeatureError: the System is complex, or a function on the way has no derivative.
    """
    if system.is_complex:
        raise UnsupportedFeatureError(
            "The linearisation is defined here for real models; this one has complex values. "
            "Write the model in real and imaginary parts."
        )
    seeds = _seeds(system, by, paths)
    statements, derivatives, shapes = separate(system)
    chain = ChainRule(Algebra(shapes), seeds, system)
    for statement in statements:
        chain.differentiate(statement.target, statement)
    offsets = _offsets(system, seeds, by)
    blocks: list[Block] = []
    places = {state.path: state for state in system.states}
    for derivative in derivatives:
        state = places[derivative.state]
        gradient = chain.elementwise(derivative.expression, state.shape)
        for seed, parts in gradient.items():
            blocks += [
                Block(part.rows + state.offset, part.columns + offsets[seed], part.values)
                for part in parts
                if len(part.rows) and not is_number(part.values, 0)
            ]
    placed, added = _placed(blocks)
    grown = evolve(
        system,
        statements=tuple(statements),
        derivatives=tuple(derivatives),
        parameters=(*system.parameters, *chain.algebra.parameters.values(), *added),
        variables={path: shape for path, shape in shapes.items() if path not in _given(system)},
    )
    width = sum(seeds.values())
    return Linearisation(grown, tuple(placed), (system.width, width), tuple(seeds.items()))


def _placed(blocks: Sequence[Block]) -> tuple[list[Block], list[Parameter]]:
    """Return blocks that know the parameters which hold their places, and these parameters."""
    placed, parameters = [], []
    for number, block in enumerate(blocks):
        if len(block.rows) == 1:
            placed.append(block)
            continue
        paths = f"#rows{number}", f"#columns{number}"
        for path, values in zip(paths, (block.rows, block.columns), strict=True):
            parameters.append(Parameter(path, values.shape, values, structural=True, integer=True))
        placed.append(evolve(block, places=paths))
    return placed, parameters


def _given(system: System) -> set[str]:
    kinds = (system.states, system.parameters, system.inputs, system.reads, system.draws)
    return {"t", *(item.path for kind in kinds for item in kind)}


def _seeds(system: System, by: str, paths: Iterable[str] | None) -> dict[str, int]:
    items: dict[str, Sequence[State | Read | Parameter]] = {
        "states": system.states,
        "reads": system.reads,
        "parameters": [item for item in system.parameters if not item.structural],
    }
    wanted = None if paths is None else set(paths)
    return {item.path: _count(item.shape) for item in items[by] if wanted is None or item.path in wanted}


def _count(shape: Shape) -> int:
    return int(np.prod(shape)) if shape else 1


def _offsets(system: System, seeds: dict[str, int], by: str) -> dict[str, int]:
    if by == "states":
        return {state.path: state.offset for state in system.states}
    starts = np.cumsum([0, *seeds.values()])
    return {seed: int(start) for seed, start in zip(seeds, starts, strict=False)}


class ChainRule:
    """Gradients of all variables by the seeds, as far as the statements have been followed."""

    def __init__(self, algebra: Algebra, seeds: dict[str, int], system: System) -> None:
        self.algebra = algebra
        self.gradients: dict[str, Gradient] = {seed: {seed: [algebra.identity(n)]} for seed, n in seeds.items()}
        self.parameters = system.parameter_paths

    def differentiate(self, target: str, statement: Assign | Project) -> None:
        """Find the gradient of the target of a statement."""
        if isinstance(statement, Project):
            gradient = self._project(statement)
        elif on_axis(statement.expression):
            gradient = self._axis(target, statement.expression)
        else:
            gradient = self.elementwise(statement.expression, self.algebra.shapes[target])
        if gradient:
            self.gradients[target] = gradient

    def elementwise(self, expression: Expression, shape: Shape) -> Gradient:
        """Return the gradient of an elementwise expression."""
        found: Gradient = {}
        for name in sorted(symbols(expression) & self.gradients.keys()):
            factor = differentiate(expression, name)
            if is_number(factor, 0):
                continue
            source = self.algebra.shapes[name]
            for seed, parts in self.gradients[name].items():
                found.setdefault(seed, []).extend(self.algebra.scaled(part, factor, shape, source) for part in parts)
        return {seed: _merged(parts) for seed, parts in found.items()}

    def _mapped(self, source: str, rows: np.ndarray, columns: np.ndarray, weights: Expression) -> Gradient:
        return {
            seed: [self.algebra.mapped(part, rows, columns, weights) for part in parts]
            for seed, parts in self.gradients.get(source, {}).items()
        }

    def _project(self, statement: Project) -> Gradient:
        count = _count(statement.shape)
        size = _count(self.algebra.shapes[statement.source])
        weights: Expression = Symbol(statement.weights)
        match statement.form:
            case "dense":
                rows, columns = np.repeat(np.arange(count), size), np.tile(np.arange(size), count)
                weights = weights if not statement.shape else Apply("ravel", (weights,))
            case "uniform":
                rows, columns = np.zeros(size, dtype=int), np.arange(size)
            case "indexed":
                rows, columns = np.arange(count), self._index(statement.index, size)
            case "sparse":
                rows = np.asarray(self.parameters[str(statement.rows)].value)
                columns = self._index(statement.index, len(rows))
        found = self._mapped(statement.source, rows, columns, weights)
        if statement.weights in self.gradients:
            own = np.zeros(len(rows), dtype=int)
            own = own if not self.algebra.shapes[statement.weights] else np.arange(len(rows))
            values = self.algebra.picked(Symbol(statement.source), columns)
            found.setdefault(statement.weights, []).append(Entries(rows, own, values))
        return found

    def _index(self, path: str | None, count: int) -> np.ndarray:
        return np.arange(count) if path is None else np.asarray(self.parameters[path].value)

    def _axis(self, target: str, expression: Expression) -> Gradient:
        assert isinstance(expression, Apply)
        function, arguments = expression.function, expression.arguments
        if not any(symbols(argument) & self.gradients.keys() for argument in arguments):
            return {}
        match function, arguments:
            case "vsum" | "mean", (Symbol(name),):
                count = _count(self.algebra.shapes[name])
                weight = Number(1) if function == "vsum" else Number(1 / count)
                return self._mapped(name, np.zeros(count, dtype=int), np.arange(count), weight)
            case "index", (Symbol(name), place) if (places := self._places(place)) is not None:
                return self._mapped(name, np.arange(len(places)), places, Number(1))
            case "index_range", (Symbol(name), Number(start), Number(stop)):
                places = np.arange(_count(self.algebra.shapes[name]))[int(start.real) : int(stop.real)]
                return self._mapped(name, np.arange(len(places)), places, Number(1))
            case "concatenate", (Symbol(first), Symbol(second)):
                before, after = (_count(self.algebra.shapes[name]) for name in (first, second))
                head = self._mapped(first, np.arange(before), np.arange(before), Number(1))
                tail = self._mapped(second, np.arange(after) + before, np.arange(after), Number(1))
                return {seed: [*head.get(seed, []), *tail.get(seed, [])] for seed in {*head, *tail}}
            case "matvec", (matrix, Symbol(name)) if not symbols(matrix) & self.gradients.keys():
                count, size = _count(self.algebra.shapes[target]), _count(self.algebra.shapes[name])
                rows, columns = np.repeat(np.arange(count), size), np.tile(np.arange(size), count)
                return self._mapped(name, rows, columns, Apply("ravel", (matrix,)))
        raise UnsupportedFeatureError(f"The derivative of '{function}', which '{target}' needs, is not defined here.")

    def _places(self, place: Expression) -> np.ndarray | None:
        if isinstance(place, Number) and isinstance(place.value, int):
            return np.array([place.value])
        if isinstance(place, Symbol) and place.name in self.parameters and self.parameters[place.name].integer:
            return np.asarray(self.parameters[place.name].value)
        return None


def _merged(parts: list[Entries]) -> list[Entries]:
    """Add up entries at the same places."""
    merged: list[Entries] = []
    for part in parts:
        for number, other in enumerate(merged):
            if np.array_equal(part.rows, other.rows) and np.array_equal(part.columns, other.columns):
                merged[number] = Entries(part.rows, part.columns, Apply("add", (other.values, part.values)))
                break
        else:
            merged.append(part)
    return merged
