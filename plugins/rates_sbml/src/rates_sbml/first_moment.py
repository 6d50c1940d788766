"""What events do at time 0, which the values that a model starts with already hold."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field, frozen
from rates_core.errors import UnsupportedFeatureError

from rates_sbml.events import SbmlEvent
from rates_sbml.mathematics import number
from rates_sbml.starts import Starts

MOST_ROUNDS = 1000


@frozen
class Pending:
    """What an event will do.

    Attributes:
        event: which one.
        due: when.
        values: that it assigns, where these are those at its trigger.
    """

    event: SbmlEvent
    due: float
    values: dict[str, float] | None


@define
class FirstMoment:
    """Time 0, at which triggers may be true that were false before.

    Attributes:
        pending: what is left to do later.
        held: which triggers are true, by name of the event.
        acted: whether anything happened.
    """

    events: Sequence[SbmlEvent]
    starts: Starts
    pending: list[Pending] = field(factory=list)
    held: dict[str, bool] = field(factory=dict)
    acted: bool = False

    def pass_by(self) -> None:
        """Let happen what happens.

        Raises:
            UnsupportedFeatureError: events set each other off without end.
        """
        self.held = {event.name: event.began for event in self.events}
        for _ in range(MOST_ROUNDS):
            self._look()
            ready = [one for one in self.pending if one.due <= 0]
            if not ready:
                return
            first = max(ready, key=self._precedence)
            self.pending.remove(first)
            values = None if first.values is None else {name: number(one) for name, one in first.values.items()}
            self.starts.set({name: self.starts.of(one) for name, one in first.event.changes(values).items()})
        raise UnsupportedFeatureError("Events set each other off without end at time 0.")

    def _look(self) -> None:
        """Note which triggers became true, or false."""
        now = {event.name: bool(self.starts.of(event.trigger)) for event in self.events}
        for event in self.events:
            if now[event.name] and not self.held[event.name]:
                self.acted = True
                due = 0.0 if event.delay is None else self.starts.of(event.delay)
                self.pending.append(Pending(event, due, self._values(event) if event.early else None))
            if not now[event.name] and not event.persistent:
                self.pending = [one for one in self.pending if one.event is not event]
        self.held = now

    def _precedence(self, one: Pending) -> tuple[bool, float, int]:
        priority = one.event.priority
        place = -self.events.index(one.event)
        return (priority is not None, 0.0 if priority is None else self.starts.of(priority), place)

    def _values(self, event: SbmlEvent) -> dict[str, float]:
        return {name: self.starts.of(value) for name, value in event.assigned.items()}
