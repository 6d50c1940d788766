"""Events of an operator: what happens at the moment when a condition becomes true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from rates_core.errors import TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.expressions.tree import Expression
from rates_core.templates.forms import items, text
from rates_core.templates.mapping import FrozenMapping

_KEYS = ("when", "set", "emit")


def _condition(given: str) -> str:
    return given.strip()


def _assignments(given: Any) -> FrozenMapping[str, str]:
    if not isinstance(given, Mapping):
        raise TemplateError(f"The 'set' of an event maps variables to expressions, not {shown(given)}.")
    return FrozenMapping((str(name), str(expression).strip()) for name, expression in given.items())


@frozen
class Event:
    """What an operator does when a condition becomes true.

    Attributes:
        when: the condition, an expression.
        set: new values of variables, as expressions of the values before the event.
        emit: a variable that receives a pulse of integral 1, or None.
    """

    when: str = field(converter=_condition)
    set: Mapping[str, str] = field(factory=FrozenMapping, converter=_assignments)
    emit: str | None = None

    @classmethod
    def parse(cls, spec: Any) -> Event:
        """Read an event as it stands in a template.

        Raises:
            TemplateError: it is no mapping with the text `when`, or neither sets nor emits anything.
            UnknownNameError: it holds another key than `when`, `set` and `emit`.
        """
        if isinstance(spec, Event):
            return spec
        if not isinstance(spec, Mapping) or not isinstance(spec.get("when"), str):
            raise TemplateError(f"An event is {{'when': 'v > v_peak', 'set': {{'v': 'v_reset'}}}}, not {shown(spec)}.")
        for key in spec:
            if key not in _KEYS:
                raise UnknownNameError(f"An event has no '{key}'.{did_you_mean(str(key), _KEYS)}")
        changes, emit = spec.get("set"), spec.get("emit")
        event = cls(
            spec["when"], {} if changes is None else changes, None if emit is None else text(emit, "'emit' of an event")
        )
        if not event.set and event.emit is None:
            raise TemplateError(f"The event 'when: {event.when}' neither sets nor emits a variable.")
        return event

    @property
    def names(self) -> tuple[str, ...]:
        """Return the variables that the event changes."""
        return (*self.set, *(() if self.emit is None else (self.emit,)))


def parse_events(given: Iterable[Any] | None) -> tuple[Event, ...]:
    """Read the events of an operator."""
    return tuple(Event.parse(spec) for spec in items(given, "The events of an operator"))


@frozen
class ParsedEvent:
    """An event whose texts have become expressions.

    Attributes:
        when: the condition.
        set: the new value of each variable.
        emit: a variable that receives a pulse of integral 1, or None.
    """

    when: Expression
    set: Mapping[str, Expression]
    emit: str | None
