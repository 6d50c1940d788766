"""How far conditions of events are from becoming true, at many places inside a step at once.

The margin of a condition is positive where it holds and negative elsewhere, and never 0. That of a comparison is how
far its sides are apart, `a > b` having a - b; `not`, `and` and `or` are -m, min and max. Other conditions have 1 and
-1. So a margin is as smooth as what is compared, and shows how near a condition comes to change where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.errors import EquationError
from rates_core.expressions.evaluate import compiled
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, walk
from rates_core.paths import TIME
from rates_core.system.instant import instant
from rates_core.system.lifting import AXIS
from rates_core.system.schedule import reads_of
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Project, State, Statement, System

SMALLEST, LARGEST = 1e-300, 1e100  # margins, so that none is 0 and sums of them are finite
Values = Mapping[str, Any]
Value = Callable[[Values], Any]


class Margins:
    """The margins of all conditions of a System.

    Args:
        system: with events that depend on time, states and parameters alone.
        arguments: values of parameters.
    """

    def __init__(self, system: System, arguments: Values) -> None:
        conditions = [item.condition for item in system.events]
        needed = _needed(system.statements, conditions)
        read = set(conditions).union(*map(reads_of, needed))
        self._system = evolve(system, statements=tuple(needed))
        self._states = [state for state in system.states if state.path in read]
        self._assigned = {item.target: item.expression for item in needed if isinstance(item, Assign)}
        self._together = all(_is_entrywise(item) and len(system.shapes[item.target]) < 2 for item in needed)
        self._constants = {path: value for path, value in arguments.items() if path in read}
        if self._together:
            self._constants = {path: _beside(value) for path, value in self._constants.items()}
        self._steps = [
            (item.target, _step(item, system.shapes[item.target])) for item in needed if item.target not in conditions
        ]
        entries = [system.state_paths[item.held].entries for item in system.events]
        ends = np.cumsum([0, *entries])
        self._rows = [
            (slice(ends[number], ends[number + 1]), self._margin(self._assigned[path]))
            for number, path in enumerate(conditions)
        ]
        self._count = int(ends[-1])

    def at(self, times: np.ndarray, states: np.ndarray) -> np.ndarray:
        """Return the margins at some times.

        Args:
            times: at which they are wanted.
            states: real vectors, one column per time.

        Shape: ``[entries of conditions, times]``

        Raises:
            EquationError: something that a condition depends on has no value.
        """
        with np.errstate(all="ignore"):
            if self._together:
                return self._margins(self._known(times, states), len(times))
            found = np.empty((self._count, len(times)))
            for place, t in enumerate(times.tolist()):
                y = np.ascontiguousarray(states[:, place])
                now = {TIME: t, **{state.path: state.of(y) for state in self._states}}
                values = instant(self._system, {**self._constants, **now})
                try:
                    found[:, place] = self._margins(values)
                except (IndexError, KeyError, TypeError, ValueError) as error:
                    raise EquationError(f"A condition of '{self._system.name}' has no value at t = {t:.9g}.") from error
        return found

    def _margins(self, values: Values, *times: int) -> np.ndarray:
        found = np.empty((self._count, *times))
        for rows, margin in self._rows:
            found[rows] = margin(values)
        return found

    def _known(self, times: np.ndarray, states: np.ndarray) -> Values:
        """Return the values of what conditions depend on, with an axis of times behind that of units."""
        values = {**self._constants, TIME: times}
        for state in self._states:
            values[state.path] = _columns(state, states)
        for path, step in self._steps:
            values[path] = step(values)
        return values

    def _margin(self, condition: Expression) -> Value:
        """Return a function of values that is the margin of a condition."""
        match condition:
            case Apply("greater" | "greater_equal", (left, right)):
                return _compared(left, right, inclusive=condition.function == "greater_equal")
            case Apply("less" | "less_equal", (left, right)):
                return _compared(right, left, inclusive=condition.function == "less_equal")
            case Apply("heaviside", (part,)):
                return _compared(part, Number(0), inclusive=True)
            case Apply("not", (part,)):
                turned = self._margin(part)
                return lambda values: -turned(values)
            case Apply("and", parts):
                return _combined(np.minimum, [self._margin(part) for part in parts])
            case Apply("or", parts):
                return _combined(np.maximum, [self._margin(part) for part in parts])
            case Apply("multiply", (part, Symbol(name))) if name.startswith(AXIS):
                return self._margin(part)
            case Apply("where", (part, Number(one), Number(zero))) if (one, zero) == (1, 0):
                return self._margin(part)
            case Symbol(name) if name in self._assigned:
                return self._margin(self._assigned[name])
        value = compiled(condition)
        return lambda values: np.where(value(values), 1.0, -1.0)


def _compared(above: Expression, below: Expression, inclusive: bool) -> Value:
    """Return a function that is how far two sides are apart, never 0; it is far from 0 where that is NaN."""
    left, right, equal = compiled(above), compiled(below), SMALLEST if inclusive else -SMALLEST

    def margin(values: Values) -> Any:
        apart = np.asarray(np.subtract(left(values), right(values)), dtype=float)
        apart = np.where(apart == 0, equal, apart)
        return np.nan_to_num(np.clip(apart, -LARGEST, LARGEST), copy=False, nan=-LARGEST)

    return margin


def _combined(together: Callable[[Any, Any], Any], parts: Sequence[Value]) -> Value:
    first, second = parts
    return lambda values: together(first(values), second(values))


def _step(item: Statement, shape: Shape) -> Value:
    """Return a function that computes what a statement assigns, with all its axes."""
    value = compiled(item.expression) if isinstance(item, Assign) else partial(_projected, item)
    if not shape:
        return value
    return lambda values: np.broadcast_to(value(values), (*shape, len(values[TIME])))


def _needed(statements: Sequence[Statement], wanted: Sequence[str]) -> list[Statement]:
    """Return the statements that some variables follow from, in their order."""
    found, names = list[Statement](), set(wanted)
    for item in reversed(statements):
        if item.target in names:
            names |= reads_of(item)
            found.append(item)
    return found[::-1]


def _is_entrywise(item: Statement) -> bool:
    """Tell whether a statement means the same with one more axis behind that of units."""
    if isinstance(item, Project):
        return True
    applied = [node for node in walk(item.expression) if isinstance(node, Apply)]
    return all(node.function in FUNCTIONS and FUNCTIONS[node.function].kind == "elementwise" for node in applied)


def _columns(state: State, states: np.ndarray) -> np.ndarray:
    part = states[state.offset : state.offset + state.width]
    part = part[::2] + 1j * part[1::2] if state.complex else part
    return part if state.shape else part[0]


def _beside(value: Any) -> Any:
    """Return a parameter with an axis for times, unless it is one number or a matrix, which only projections read."""
    return value[:, None] if np.ndim(value) == 1 else value


def _projected(item: Project, values: Values) -> Any:
    """Return what a projection adds up, for each time."""
    source, weights = np.asarray(values[item.source]), values[item.weights]
    if item.form == "dense":
        return weights @ source
    if item.form == "uniform":
        return weights * (source.sum(axis=0) if source.ndim > 1 else source)
    picked = source if item.index is None else source[values[item.index][:, 0]]
    if item.form == "indexed":
        return weights * picked
    terms, pointers = weights * picked, values[str(item.pointers)][:, 0]
    total = np.zeros((*item.shape, terms.shape[1]), dtype=terms.dtype)
    some = pointers[:-1] < pointers[1:]
    if some.any():
        total[some] = np.add.reduceat(terms, pointers[:-1][some], axis=0)
    return total
