"""The values of all variables at one moment, computed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from rates_core.errors import CyclicEquationsError, TemplateError
from rates_core.reference.evaluate import evaluate
from rates_core.reference.functions import Value, apply, shaped
from rates_core.reference.model import Model
from rates_core.reference.quantities import Algebraic, Constant, Input, Read, Stage, State
from rates_core.reference.translate import TIME

External = Callable[[str], Value | None]
Delayed = Callable[[Read], Value]


@define(eq=False)
class Moment:
    """One point in time with the values of the states, from which all others follow.

    Attributes:
        model: the flat model.
        time: the time.
        states: value of each state; a function, so that it may be computed when asked for.
        external: the external input of a path, or None if there is none.
        delayed: the value of a delayed quantity whose delay is not zero.
        complex_paths: the variables that are complex.
    """

    model: Model
    time: float
    states: Callable[[str], Value]
    external: External
    delayed: Delayed
    complex_paths: frozenset[str]
    _values: dict[str, Value] = field(factory=dict, init=False)
    _trail: list[str] = field(factory=list, init=False)

    def value(self, path: str) -> Value:
        """Return the value of a variable.

        Raises:
            CyclicEquationsError: it depends on itself.
        """
        if path == TIME:
            return self.time
        if path not in self._values:
            self._check_cycle(path)
            self._trail.append(path)
            try:
                value = self._computed(path)
            finally:
                self._trail.pop()
            self._values[path] = _as_complex(value) if path in self.complex_paths else value
        return self._values[path]

    def derivative(self, path: str) -> Value:
        """Return the derivative of a state."""
        item = self.model.quantities[path]
        if isinstance(item, Stage):
            rate = item.order / self.model.delay(item)
            return apply("multiply", (rate, apply("subtract", (self.value(item.upstream), self.value(path)))))
        assert isinstance(item, State)
        slope = evaluate(item.expression, self.value)
        state = self.value(path)
        if isinstance(slope, list) != isinstance(state, list):
            if isinstance(slope, list):
                raise TemplateError(f"The derivative of '{path}' is an axis of {len(slope)}, but '{path}' is a number.")
            assert isinstance(state, list)
            return [slope] * len(state)
        return slope

    def _computed(self, path: str) -> Value:
        item = self.model.quantities[path]
        if isinstance(item, Constant):
            return item.value
        if isinstance(item, (State, Stage)):
            return self.states(path)
        if isinstance(item, Algebraic):
            return shaped(evaluate(item.expression, self.value), item.length)
        if isinstance(item, Read):
            return self.delayed(item) if self.model.delay(item) > 0.0 else self.value(item.slot)
        return self._input(item)

    def _input(self, item: Input) -> Value:
        """Return the sum of what feeds an input, or its default if nothing does."""
        terms = [self._term(feed.source, feed.weight) for feed in item.feeds]
        external = self.external(item.path)
        if external is not None:
            terms.append(external)
        if not terms:
            return shaped(item.default, item.length)
        total = terms[0]
        for term in terms[1:]:
            total = apply("add", (total, term))
        return shaped(total, item.length)

    def _term(self, source: str, weight: str | None) -> Value:
        value = self.value(source)
        return value if weight is None else apply("multiply", (self.value(weight), value))

    def _check_cycle(self, path: str) -> None:
        if path not in self._trail:
            return
        circle = [*self._trail[self._trail.index(path) :], path]
        text = f"These values depend on each other in a circle: {' -> '.join(circle)}."
        if any(isinstance(self.model.quantities[member], (Read, Stage)) for member in circle):
            text += " The past of one of them is needed: give history=."
        raise CyclicEquationsError(text)


def _as_complex(value: Value) -> Value:
    return [_as_complex(entry) for entry in value] if isinstance(value, list) else complex(value)
