"""Fixed steps of an explicit Runge-Kutta method, with delays, exactly as the language says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import define, field

from rates_core.errors import UnsupportedFeatureError
from rates_core.reference.events import after_events
from rates_core.reference.functions import Value, apply
from rates_core.reference.model import Model
from rates_core.reference.moment import Moment
from rates_core.reference.past import Past
from rates_core.reference.quantities import Read, Stage, State
from rates_core.reference.signals import Signals
from rates_core.reference.tableaus import ExplicitMethod

GRID = 1e-9  # a position this close to a whole number of steps is on the grid

Slopes = list[dict[str, Value]]  # of each stage that was computed, the derivative of each state


@define(eq=False)
class Integration:
    """A run in the making.

    Positions are times in steps since the start. What a delayed value is at a position follows `ARCHITECTURE.md`:
    what was before the start; or the polynomial through p + 1 samples around it, p being the order of the method,
    which reach neither across the start nor across breaking points; or, where there are not that many, the
    continuous extension of the step that the position lies in.

    At the start of a step computed variables have samples up to the step before only: theirs of this moment may be
    what is being computed. A variable that jumps at the start lets computed ones jump that read it, a delay later.
    What is read from behind the start of a step finds what was before the jump.

    Attributes:
        moments: `moments[k]` is the moment at the start of step k, which rows are recorded from and samples taken from.
    """

    model: Model
    method: ExplicitMethod
    step_size: float
    signals: Signals
    past: Past
    moments: list[Moment] = field(factory=list, init=False)
    _slopes: list[Slopes] = field(factory=list, init=False)
    _slots: dict[str, None] = field(init=False)
    _delays: list[float] = field(init=False)
    _breaks: set[int] = field(init=False)
    _before: dict[int, Moment] = field(factory=dict, init=False)  # at jumps, the moment as it was until then
    _jumped: bool = field(default=False, init=False)
    _looked_inside: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        reads = [item for item in self.model.quantities.values() if isinstance(item, Read)]
        self._slots = dict.fromkeys(read.slot for read in reads)
        self._delays = [self.model.delay(read) / self.step_size for read in reads]
        self._add_moment(self.past.at_start)
        self._jumped = any(self.past.before(slot, 0.0) != self.moments[0].value(slot) for slot in self._slots)
        self._breaks = breaking_points(self._delays, self.method.order - (2 if self._jumped else 3))

    def step(self) -> None:
        """Make one step; if it reads inside itself, make it p times in all, p being the order."""
        number = len(self.moments) - 1
        slopes: Slopes = []
        self._slopes.append(slopes)
        self._looked_inside = False
        for _ in range(self.method.order):
            for stage, (node, row) in enumerate(zip(self.method.nodes, self.method.matrix, strict=True)):
                moment = self._stage(number, node, row)
                slopes[stage : stage + 1] = [{path: moment.derivative(path) for path in self.model.states}]
            if not self._looked_inside:
                break
        end = self._moved(number, self.method.weights)
        if self.model.events:
            delayed = partial(self._delayed, number + 1, number, number + 1, 0.0)
            now = self._moment(number + 1, end.__getitem__, delayed)
            end = after_events(self.moments[number], now, self.step_size)
        self._add_moment(end.__getitem__)
        if self._jumped:
            self._look_for_jumps(number + 1)

    def _add_moment(self, states: Callable[[str], Value]) -> None:
        number = len(self.moments)
        self.moments.append(self._moment(number, states, partial(self._delayed, number, number - 1, number, 0.0)))

    def _look_for_jumps(self, number: int) -> None:
        """Keep what computed variables were before the start of a step, if that is not what they are there."""
        after = self.moments[number]
        before = self._moment(number, after.states, partial(self._delayed, number, number - 1, number, 1.0))
        if any(before.value(slot) != after.value(slot) for slot in self._slots if not self._is_state(slot)):
            self._before[number] = before
            later = sorted(breaking_points(self._delays, self.method.order - 2))
            for point in (number, *(number + delay for delay in later)):
                # polynomials need p steps between breaking points
                if all(abs(point - other) >= self.method.order for other in (0, *self._breaks)):
                    self._breaks.add(point)

    def _stage(self, number: int, node: float, row: Sequence[float]) -> Moment:
        """Return a stage of step `number`; one at its start, as the first one is, is the moment there."""
        if node == 0.0 and not any(row):
            return self.moments[number]
        computed = number if node > 0.0 else number - 1
        delayed = partial(self._delayed, number, computed, number + node, node)
        return self._moment(number + node, self._moved(number, row).__getitem__, delayed)

    def _moved(self, number: int, weights: Sequence[float]) -> dict[str, Value]:
        """Return the states at the start of a step, moved along weighted slopes."""
        return {
            path: self._along(number, path, [slope[path] for slope in self._slopes[number][: len(weights)]], weights)
            for path in self.model.states
        }

    def _along(self, number: int, path: str, slopes: Sequence[Value], weights: Sequence[float]) -> Value:
        total: Value = 0.0
        for weight, slope in zip(weights, slopes, strict=True):
            total = apply("add", (total, apply("multiply", (weight, slope))))
        return apply("add", (self.moments[number].value(path), apply("multiply", (self.step_size, total))))

    def _moment(self, position: float, states: Callable[[str], Value], delayed: Callable[[Read], Value]) -> Moment:
        external = partial(self._external, position)
        time = position * self.step_size
        return Moment(self.model, time, states, external, delayed, self.past.complex_paths)

    def _external(self, position: float, path: str) -> Value | None:
        return self.signals.at(path, position)

    def _delayed(self, number: int, computed: int, place: float, node: float, read: Read) -> Value:
        """Return a delayed value.

        Args:
            number: of the step that is being made; states have samples up to its start.
            computed: up to which step computed variables have samples.
            place: position that it is read at.
            node: the part of a step that the place lies behind its start.
            read: what is read.
        """
        asked = place - self.model.delay(read) / self.step_size
        position = float(round(asked)) if abs(asked - round(asked)) < GRID else asked
        if position < 0.0 or (position == 0.0 and node > 0.0):
            return self.past.before(read.slot, position * self.step_size)
        newest = number if self._is_state(read.slot) else computed
        if position <= newest:
            samples = self._samples_around(position, newest)
            if position == math.floor(position):
                return self._sample(int(position), read.slot, before=node > 0.0)
            if len(samples) == self.method.order + 1:
                values = [self._sample(index, read.slot, before=index == samples[-1]) for index in samples]
                return interpolated(position, dict(zip(samples, values, strict=True)))
        return self._inside(read.slot, position, number, computed)

    def _sample(self, number: int, slot: str, before: bool) -> Value:
        """Return a value at the start of a step, or what it was just before."""
        moment = self._before.get(number, self.moments[number]) if before else self.moments[number]
        return moment.value(slot)

    def _is_state(self, path: str) -> bool:
        return isinstance(self.model.quantities[path], (State, Stage))

    def _samples_around(self, position: float, newest: int) -> range:
        """Return up to p + 1 samples around a position, neither across a breaking point nor after the newest one.

        They are k - p//2, ..., k - p//2 + p, k being the last one that is not after the position, moved such that they
        exist.
        """
        order = self.method.order
        lowest = max((point for point in self._breaks if point < position), default=0)
        highest = min([newest, *(point for point in self._breaks if point >= position)])
        first = max(lowest, min(math.floor(position) - order // 2, highest - order))
        return range(first, min(first + order, highest) + 1)

    def _inside(self, slot: str, position: float, number: int, computed: int) -> Value:
        """Return a value inside a step, from its continuous extension."""
        step = min(math.floor(position), number)
        if step == len(self.moments) - 1:
            self._looked_inside = True
        part = position - step
        if self._is_state(slot):
            return self._extended(step, part, slot)
        delayed = partial(self._delayed, number, computed, position, part)
        return self._moment(position, partial(self._extended, step, part), delayed).value(slot)

    def _extended(self, step: int, part: float, path: str) -> Value:
        """Return a state inside a step; before all stages are known, a line along the first slope."""
        slopes = [slope[path] for slope in self._slopes[step]] if step < len(self._slopes) else []
        if part == 0.0 or not slopes:
            return self.moments[step].value(path)
        if len(slopes) < len(self.method.weights):
            return self._along(step, path, slopes[:1], [part])
        if self.method.dense is None:
            raise UnsupportedFeatureError("A delay leads inside a step, and the method has no continuous extension.")
        weights = [
            sum(factor * part ** (power + 1) for power, factor in enumerate(row))
            for row in self.method.dense[: len(slopes)]
        ]
        return self._along(step, path, slopes, weights)


def interpolated(position: float, samples: Mapping[int, Value]) -> Value:
    """Return the value of the polynomial through samples at whole positions (Lagrange's form)."""
    total: Value = 0.0
    for own, value in samples.items():
        weight = math.prod((position - other) / (own - other) for other in samples if other != own)
        total = apply("add", (total, apply("multiply", (weight, value))))
    return total


def breaking_points(delays: Sequence[float], depth: int) -> set[int]:
    """Return the steps that polynomials do not reach across: sums of 1, ..., `depth` delays that are whole steps.

    Derivative m + l of the solution jumps l delays after a place where its derivative m does: m is 1 at the start, and
    0 where a variable itself jumps. A polynomial across a jump of derivative m is wrong by h^m in a few steps: the
    method's order p feels it while m + 1 < p.
    """
    whole = {round(delay) for delay in delays if delay > 0.0 and abs(delay - round(delay)) < GRID}
    found: set[int] = set()
    front = {0}
    for _ in range(depth):
        front = {point + delay for point in front for delay in whole if point + delay > 0}
        found |= front
    return found
