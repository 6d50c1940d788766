"""What was before the start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from attrs import define, field

from rates_core.errors import ArgumentError
from rates_core.expressions.tree import symbols
from rates_core.reference.evaluate import evaluate, number
from rates_core.reference.functions import Scalar, Value, apply
from rates_core.reference.model import Model
from rates_core.reference.moment import External, Moment
from rates_core.reference.quantities import Algebraic, Constant, Input, Read, Stage, State
from rates_core.reference.translate import TIME

Said = Scalar | Sequence[Scalar] | Callable[[float], "Scalar | Sequence[Scalar]"]
History = Said | Mapping[str, Said] | None


@define(eq=False)
class Past:
    """The values of variables before the start, and at the start.

    Attributes:
        model: the flat model.
        start: the time at which the run starts.
        external: the external input of a path at the start, or None if there is none.
        history: what the user says of the past: of all variables, or of some by path.
        complex_paths: the variables that are complex.
        states: values at the start of states that do not have their initial ones.
    """

    model: Model
    start: float
    external: External
    history: History
    complex_paths: frozenset[str]
    states: Mapping[str, Value] = field(factory=dict)
    _said: dict[str, Said] = field(init=False)
    _moment: Moment = field(init=False)

    def __attrs_post_init__(self) -> None:
        said = said_by_path(self.model, self.history)
        self._said = {path: value for path, value in said.items() if not self._is_unfed(path)}
        self._moment = Moment(
            self.model, self.start, self._initial, self.external, self._delayed_at_start, self.complex_paths
        )

    def _is_unfed(self, path: str) -> bool:
        """Tell whether a variable is an input that nothing feeds: a constant, whose past is what it is."""
        item = self.model.quantities[path]
        return isinstance(item, Input) and not item.feeds and self.external(path) is None

    def at_start(self, path: str) -> Value:
        """Return the value of a variable at the start; a chain starts where the past left it.

        Raises:
            CyclicEquationsError: it depends on its own past, of which nothing is said.
        """
        return self._moment.value(path)

    def before(self, path: str, time: float) -> Value:
        """Return the value of a variable before the start: what `history` says, else its value at the start."""
        item = self.model.quantities[path]
        if isinstance(item, Constant):
            return item.value
        if isinstance(item, Read):
            return self.before(item.slot, time - self.model.delay(item))
        if isinstance(item, Algebraic) and item.hidden and self._is_said(item):
            return self._hidden_before(item, time)
        if path in self._said:
            return self._shaped(path, called(self._said[path], time))
        return self.at_start(path)

    def _shaped(self, path: str, value: Value) -> Value:
        """Return what is said of a variable on the axis that it has, complex if it is complex."""
        length = getattr(self.model.quantities[path], "length", None)
        if path in self.complex_paths:
            value = apply("add", (value, 0j))
        return value if length is None or isinstance(value, list) else [value] * length

    def _is_said(self, item: Algebraic) -> bool:
        """Tell whether something is said of what an expression is made of."""
        return any(self._says(path) for path in symbols(item.expression) - {TIME})

    def _says(self, path: str) -> bool:
        item = self.model.quantities[path]
        if isinstance(item, Read):
            return self._says(item.slot)
        if isinstance(item, Algebraic) and item.hidden:
            return self._is_said(item)
        return path in self._said

    def _hidden_before(self, item: Algebraic, time: float) -> Value:
        """Return a past expression: the expression of past values."""
        return evaluate(item.expression, lambda path: time if path == TIME else self.before(path, time))

    def _initial(self, path: str) -> Value:
        item = self.model.quantities[path]
        if path in self.states:
            return self.states[path]
        if isinstance(item, State):
            return item.initial
        assert isinstance(item, Stage)
        said = self._said.get(item.origin)
        hidden = self.model.quantities[item.origin]
        if callable(said) or (isinstance(hidden, Algebraic) and hidden.hidden and self._is_said(hidden)):
            rate = item.order / self.model.delay(item)
            return convolution(lambda age: self.before(item.origin, self.start - age), item.number, rate)
        return self.before(item.origin, self.start)

    def _delayed_at_start(self, read: Read) -> Value:
        return self.before(read.slot, self.start - self.model.delay(read))


def said_by_path(model: Model, history: History) -> dict[str, Said]:
    """Return what a history says of each variable.

    Raises:
        UnknownNameError: a path names no variable.
        ArgumentError: there is not one entry per variable of a path.
    """
    if history is None:
        return {}
    if not isinstance(history, Mapping):
        if not callable(history) and isinstance(history, Sequence):
            raise ArgumentError("A history of several values is a mapping of paths to them.")
        paths = [path for path, item in model.quantities.items() if not isinstance(item, (Constant, Read, Stage))]
        return {path: history for path in paths if "(" not in path}
    said: dict[str, Said] = {}
    for path, value in history.items():
        found = model.find(path)
        if callable(value) or isinstance(value, (int, float, complex)) or len(found) == 1:
            said.update(dict.fromkeys(found, value))
        elif len(value) == len(found):
            said.update(zip(found, value, strict=True))
        else:
            raise ArgumentError(f"'{path}' names {len(found)} variables, but its history has {len(value)} values.")
    return said


def called(said: Said, time: float) -> Value:
    """Return what is said of a time, as numbers of the language."""
    value = said(time) if callable(said) else said
    return number(value) if isinstance(value, (int, float, complex)) else [number(entry) for entry in value]


def convolution(past: Callable[[float], Value], order: int, rate: float) -> Value:
    """Return the mean of a past over ages that have a gamma density of this order and rate.

    The range of ages, up to where the density is below rounding, is cut into panels of Gauss-Legendre points; they
    are doubled until nothing changes.
    """
    end = order + 45.0 + 10.0 * math.sqrt(order)
    panels, previous = 16, _integral(past, order, rate, end, 8)
    while panels <= 4096:
        current = _integral(past, order, rate, end, panels)
        if _distance(current, previous) <= 1e-13 * (1.0 + _distance(current, 0.0)):
            return current
        panels, previous = 2 * panels, current
    return previous


# Abscissas and weights of the Gauss-Legendre rule of 5 points on (-1, 1), which have closed forms.
_INNER, _OUTER = (math.sqrt(5.0 + sign * 2.0 * math.sqrt(10.0 / 7.0)) / 3.0 for sign in (-1.0, 1.0))
_INNER_WEIGHT, _OUTER_WEIGHT = ((322.0 + sign * 13.0 * math.sqrt(70.0)) / 900.0 for sign in (1.0, -1.0))
_RULE = (
    (-_OUTER, _OUTER_WEIGHT),
    (-_INNER, _INNER_WEIGHT),
    (0.0, 128.0 / 225.0),
    (_INNER, _INNER_WEIGHT),
    (_OUTER, _OUTER_WEIGHT),
)


def _integral(past: Callable[[float], Value], order: int, rate: float, end: float, panels: int) -> Value:
    total: Value = 0.0
    half = end / panels / 2.0
    for panel in range(panels):
        for abscissa, weight in _RULE:
            age = (2 * panel + 1 + abscissa) * half
            density = math.exp((order - 1) * math.log(age) - age - math.lgamma(order))
            total = apply("add", (total, apply("multiply", (weight * half * density, past(age / rate)))))
    return total


def _distance(a: Value, b: Value) -> float:
    difference = apply("abs", [apply("subtract", (a, b))])
    return max(map(float, difference)) if isinstance(difference, list) else float(difference)  # type: ignore[arg-type]
