"""Events with delays, priorities, or effects on each other, one after the other in steps of no duration.

A trigger that becomes true, or false, is noted first; then what is due happens, one event at a time, the one of highest
priority first. Each of these is an event of the language that waits for the time after the last one: where several
come together, they are a rounding error of time apart. With s for whether a trigger was true when it was last looked
at, n for how often the event is still to happen, d1, d2, … for when, and v1, v2, … for values at the trigger:

    trigger and not s   ->  s := 1, n := n + 1, d_n := t + delay, v_n := value
    s and not trigger   ->  s := 0, and n := 0 if the event is not persistent
    n > 0 and t >= d1   ->  variable := v1, n := n - 1, and the queue moves up

Where delays change, what comes takes its place in the queue by its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.templates.event import Event

from rates_sbml.contents import ZERO, Contents, joined
from rates_sbml.events import SbmlEvent
from rates_sbml.first_moment import FirstMoment, Pending
from rates_sbml.mathematics import TIME, UNDEFINED, number
from rates_sbml.names import Names

LONGEST_QUEUE = 8  # times that one event can be waiting for its delay
ONE = Number(1)
Placing = Callable[[int, Expression, Sequence[str]], Expression]


def both(*parts: Expression) -> Expression:
    """Return that all conditions hold."""
    return joined("and", parts)


@define
class _Queue:
    """What one event has still to do: names of states."""

    seen: str
    waiting: str
    due: list[str]
    values: dict[str, list[str]]


@define
class Staging:
    """The staged events of a model.

    Attributes:
        last: name of when something was last done.
        unseen: name of how many triggers changed that was not noted yet.
    """

    names: Names
    contents: Contents
    moment: FirstMoment
    events: Sequence[SbmlEvent]
    last: str = ""
    unseen: str = ""
    _queues: dict[str, _Queue] = field(factory=dict)
    _triggers: dict[str, str] = field(factory=dict)

    def stage(self) -> Iterator[Event]:
        """Add the states and variables of events, and yield events of the language.

        Raises:
            UnsupportedFeatureError: something is pending at time 0 more often than there is room for.
        """
        self.last, self.unseen = self.names.fresh("events_last"), self.names.fresh("events_unseen")
        self._state(self.last, 0.0)
        changes: list[Expression] = []
        for event in self.events:
            trigger = self._triggers[event.name] = self.names.fresh(f"{event.name}_trigger")
            self.contents.assignments[trigger] = (
                Apply("not_equal", (event.trigger, ZERO)) if not _is_truth(event.trigger) else event.trigger
            )
            queue = self._queues[event.name] = self._queue(event)
            changes.append(Apply("not_equal", (Symbol(trigger), Symbol(queue.seen))))
        self.contents.assignments[self.unseen] = joined("add", changes)
        for event in self.events:
            yield from self._noting(event)
        for event in self.events:
            yield self._happening(event)

    def _state(self, name: str, start: float) -> None:
        self.contents.starts[name] = number(start)
        self.contents.derivatives[name] = ZERO

    def _queue(self, event: SbmlEvent) -> _Queue:
        """Declare the states of an event."""
        room = 1 if event.delay is None else LONGEST_QUEUE
        seen, waiting = self.names.fresh(f"{event.name}_seen"), self.names.fresh(f"{event.name}_waiting")
        due = [self.names.fresh(f"{event.name}_due{place}") for place in range(1, room + 1)]
        stored = {
            name: [self.names.fresh(f"{event.name}_{name}{place}") for place in range(1, room + 1)]
            for name, value in event.assigned.items()
            if event.early and symbols(value)
        }
        pending = sorted((one for one in self.moment.pending if one.event.name == event.name), key=lambda one: one.due)
        if len(pending) > room:
            raise UnsupportedFeatureError(f"The event '{event.name}' is to happen more than {room} times at once.")
        self._state(seen, float(self.moment.held[event.name]))
        self._state(waiting, float(len(pending)))
        for place in range(room):
            one = pending[place] if place < len(pending) else None
            self._state(due[place], 0.0 if one is None else one.due)
            for name, places in stored.items():
                self._state(places[place], _stored(one, name))
        return _Queue(seen, waiting, due, stored)

    def _now(self) -> Expression:
        return Apply("greater", (Symbol(TIME), Symbol(self.last)))

    def _noting(self, event: SbmlEvent) -> Iterator[Event]:
        """Yield what notes that a trigger became true, and that it became false."""
        queue, trigger = self._queues[event.name], Symbol(self._triggers[event.name])
        seen, waiting = Symbol(queue.seen), Symbol(queue.waiting)
        more = Apply("add", (waiting, ONE))
        room = len(queue.due)
        full = Apply("where", (Apply("less", (waiting, number(room))), more, UNDEFINED))  # which ends the run
        new: dict[str, Expression] = {queue.seen: ONE, queue.waiting: full, self.last: Symbol(TIME)}
        due = Symbol(TIME) if event.delay is None else Apply("add", (Symbol(TIME), event.delay))
        choose = self._placing(event, queue, due)
        for place in range(room):
            new[queue.due[place]] = choose(place, due, queue.due)
            for name, places in queue.values.items():
                new[places[place]] = choose(place, event.assigned[name], places)
        yield _event(both(trigger, Apply("not", (seen,)), self._now()), new)
        gone: dict[str, Expression] = {queue.seen: ZERO, self.last: Symbol(TIME)}
        if not event.persistent:
            gone[queue.waiting] = ZERO
        yield _event(both(seen, Apply("not", (trigger,)), self._now()), gone)

    def _placing(self, event: SbmlEvent, queue: _Queue, due: Expression) -> Placing:
        """Return what says what stands at a place of the queue when something comes to it, which stays in order."""
        waiting = Symbol(queue.waiting)
        changing = {TIME, *self.contents.derivatives}
        if event.delay is None or not self.contents.behind(symbols(event.delay)) & changing:
            return partial(_at_end, waiting)

        def sooner(place: int) -> Expression:
            earlier = Apply("less_equal", (Symbol(queue.due[place]), due))
            return both(Apply("greater", (waiting, number(place))), earlier)

        def inserted(place: int, new: Expression, places: Sequence[str]) -> Expression:
            old = Symbol(places[place])
            if place == 0:
                return Apply("where", (sooner(0), old, new))
            moved = Apply("where", (sooner(place - 1), new, Symbol(places[place - 1])))
            return Apply("where", (sooner(place), old, moved))

        return inserted

    def _happening(self, event: SbmlEvent) -> Event:
        """Return what does what an event does."""
        queue = self._queues[event.name]
        seen = Apply("equal", (Symbol(self.unseen), ZERO))
        before = [self._before(other, event) for other in self.events if other is not event]
        when = both(self._ready(event), self._now(), seen, *(one for one in before if one is not None))
        stored = {name: Symbol(places[0]) for name, places in queue.values.items()}
        new = event.changes({**event.assigned, **stored})
        new |= {queue.waiting: Apply("subtract", (Symbol(queue.waiting), ONE)), self.last: Symbol(TIME)}
        for places in (queue.due, *queue.values.values()):
            new |= {place: Symbol(behind) for place, behind in pairwise(places)}
        return _event(when, new)

    def _ready(self, event: SbmlEvent) -> Expression:
        queue = self._queues[event.name]
        waiting = Apply("greater", (Symbol(queue.waiting), ZERO))
        return both(waiting, Apply("greater_equal", (Symbol(TIME), Symbol(queue.due[0]))))

    def _before(self, other: SbmlEvent, event: SbmlEvent) -> Expression | None:
        """Return that another event does not come before one; None where it never does."""
        first = self.events.index(other) < self.events.index(event)
        ready = self._ready(other)
        if other.priority is None or event.priority is None:
            comes_first = first if (other.priority is None) == (event.priority is None) else event.priority is None
            return Apply("not", (ready,)) if comes_first else None
        relation = "greater_equal" if first else "greater"
        if isinstance(other.priority, Number) and isinstance(event.priority, Number):
            high, low = float(other.priority.value.real), float(event.priority.value.real)
            return Apply("not", (ready,)) if high > low or (first and high == low) else None
        higher = Apply(relation, (other.priority, event.priority))
        return Apply("not", (both(ready, higher),))


def _is_truth(expression: Expression) -> bool:
    truths = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not")
    return isinstance(expression, Apply) and expression.function in truths


def _at_end(waiting: Expression, place: int, new: Expression, places: Sequence[str]) -> Expression:
    """Return what stands at a place of a queue at whose end something comes."""
    return Apply("where", (Apply("equal", (waiting, number(place))), new, Symbol(places[place])))


def _stored(pending: Pending | None, name: str) -> float:
    return 0.0 if pending is None or pending.values is None else pending.values[name]


def _event(when: Expression, changes: dict[str, Expression]) -> Event:
    return Event(to_text(when), {name: to_text(value) for name, value in changes.items()})
