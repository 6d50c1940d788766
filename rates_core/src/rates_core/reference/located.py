"""Runs whose events happen where conditions become true, inside steps: what solvers that choose their steps come to.

Steps are short and of one length. One inside which a condition becomes true is taken again and again, shorter or longer
by halves, until it ends there; pulses are jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field

from rates_core.errors import SimulationError, UnsupportedFeatureError
from rates_core.reference.evaluate import evaluate
from rates_core.reference.functions import Value, apply
from rates_core.reference.model import Model
from rates_core.reference.moment import Moment
from rates_core.reference.past import Past
from rates_core.reference.quantities import Event, Read
from rates_core.reference.signals import Signals
from rates_core.reference.tableaus import ExplicitMethod

HALVINGS = 50  # after which a part of a step is known as well as floating-point numbers allow
MOST_ROUNDS = 100  # of events at one time
States = Mapping[str, Value]


@define(eq=False)
class LocatedRun:
    """A run in the making.

    Attributes:
        step_size: of the grid of inputs.
        time: that was reached.
        states: there, behind events.
        held: for each event whether its condition holds, as numbers.

    Raises:
        UnsupportedFeatureError: the model has discrete delays.
    """

    model: Model
    method: ExplicitMethod
    step_size: float
    signals: Signals
    past: Past
    time: float = 0.0
    states: States = field(init=False)
    held: list[Value] = field(init=False)

    def __attrs_post_init__(self) -> None:
        if any(isinstance(item, Read) and self.model.delay(item) > 0.0 for item in self.model.quantities.values()):
            raise UnsupportedFeatureError("The interpreter locates events in models without discrete delays only.")
        self.states = {path: self.past.at_start(path) for path in self.model.states}
        self.held = self._conditions(self.moment())

    def moment(self) -> Moment:
        """Return the moment that was reached."""
        return self._moment(self.time, self.states)

    def advance(self, end: float, steps: int) -> None:
        """Go on to a time, by steps of one length, and what events leave of them."""
        step = (end - self.time) / steps
        while end - self.time > 1e-9 * step:
            self._step(min(step, end - self.time))

    def _step(self, step: float) -> None:
        after = self._moved(step)
        if not any(map(_any, self._fired(self.time + step, after))):
            self.time, self.states = self.time + step, after
            self.held = self._conditions(self.moment())
            return
        part = self._part(step)
        states = self._moved(part)
        self.time, self.states = self.time + part, states
        self._happen()

    def _part(self, step: float) -> float:
        """Return the shortest part of a step at the end of which a condition has become true."""
        low, high = 0.0, step
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if any(map(_any, self._fired(self.time + middle, self._moved(middle)))):
                high = middle
            else:
                low = middle
        return high

    def _happen(self) -> None:
        """Let events happen, and those that their pulses set off."""
        for _ in range(MOST_ROUNDS):
            fired = self._fired(self.time, self.states)
            if not any(map(_any, fired)):
                return
            self.states = self._set(fired)
            self.held = self._conditions(self.moment())
            self.states = self._jumped(fired)
        raise SimulationError("Events set each other off without end.", self.time)

    def _set(self, fired: Sequence[Value]) -> States:
        now, states = self.moment(), dict(self.states)
        for event, happens in zip(self.model.events, fired, strict=True):
            for path, expression in event.set.items():
                states[path] = apply("where", (happens, evaluate(expression, now.value), states[path]))
        return states

    def _jumped(self, fired: Sequence[Value]) -> States:
        """Return the states, moved by what pulses add to their derivatives."""
        silent = dict(self.states)
        loud = dict(silent)
        for event, happens in zip(self.model.events, fired, strict=True):
            if event.emit is not None:
                loud[event.emit] = apply("add", (loud[event.emit], happens))
        before, after = self._moment(self.time, silent), self._moment(self.time, loud)
        return {
            path: apply("add", (value, apply("subtract", (after.derivative(path), before.derivative(path)))))
            for path, value in silent.items()
        }

    def _fired(self, time: float, states: States) -> list[Value]:
        holds = self._conditions(self._moment(time, states))
        pairs = zip(holds, self.held, strict=True)
        return [apply("and", (now, apply("not", (before,)))) for now, before in pairs]

    def _conditions(self, moment: Moment) -> list[Value]:
        return [_condition(event, moment) for event in self.model.events]

    def _moved(self, step: float) -> States:
        """Return the states after a step of the method."""
        slopes: list[States] = []
        for node, row in zip(self.method.nodes, self.method.matrix, strict=True):
            moment = self._moment(self.time + node * step, self._along(step, row, slopes))
            slopes.append({path: moment.derivative(path) for path in self.model.states})
        return self._along(step, self.method.weights, slopes)

    def _along(self, step: float, weights: Sequence[float], slopes: Sequence[States]) -> States:
        moved = dict(self.states)
        for weight, slope in zip(weights, slopes, strict=False):
            for path, value in moved.items():
                moved[path] = apply("add", (value, apply("multiply", (weight * step, slope[path]))))
        return moved

    def _moment(self, time: float, states: States) -> Moment:
        def external(path: str) -> Value | None:
            return self.signals.at(path, time / self.step_size)

        def delayed(read: Read) -> Value:
            raise UnsupportedFeatureError(f"'{read.path}' is delayed.")

        return Moment(self.model, time, states.__getitem__, external, delayed, self.past.complex_paths)


def _condition(event: Event, moment: Moment) -> Value:
    holds = evaluate(event.when, moment.value)
    return apply("where", (holds, 1.0, 0.0))


def _any(value: Value) -> bool:
    return any(map(bool, value)) if isinstance(value, list) else bool(value)
