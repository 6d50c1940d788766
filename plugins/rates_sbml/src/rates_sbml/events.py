"""Events: those that mean what events of the language mean become such, the others are staged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.templates.event import Event

from rates_sbml.contents import Contents
from rates_sbml.mathematics import Scope, read_math
from rates_sbml.names import Names
from rates_sbml.omissions import Omissions


@frozen
class SbmlEvent:
    """An event of a file.

    Attributes:
        name: its identifier, or a name like it.
        trigger: it happens where this becomes true.
        began: what the trigger was before the start.
        persistent: it happens after its delay even if the trigger is false again.
        delay: from the trigger to what it does, None for none.
        priority: among events at one time, the highest first; None if it is not said.
        early: values are those at the trigger, not those when it happens.
        assigned: new values, by name.
        scaled: the state that holds the amount, and the size of the compartment, of concentrations that are assigned.
        diluted: the sizes that concentrations change with, by their names.
    """

    name: str
    trigger: Expression
    began: bool
    persistent: bool
    delay: Expression | None
    priority: Expression | None
    early: bool
    assigned: Mapping[str, Expression]
    scaled: Mapping[str, tuple[str, str]]
    diluted: Mapping[str, str]

    def changes(self, values: Mapping[str, Expression] | None = None) -> dict[str, Expression]:
        """Return new values of states, as expressions of what is when it happens.

        Amounts stay as they are where a compartment changes its size: what is assigned at once is a concentration in
        the compartment as it was.

        Args:
            values: what is assigned, where it is known already.
        """
        given = self.assigned if values is None else values
        found: dict[str, Expression] = {}
        for name, value in given.items():
            held, size = self.scaled.get(name, (name, ""))
            found[held] = Apply("multiply", (value, Symbol(size))) if size else value
        for name, size in self.diluted.items():
            amount = Apply("multiply", (given.get(name, Symbol(name)), Symbol(size)))
            found[name] = Apply("divide", (amount, given[size]))
        return found

    def mapped(self, change: Callable[[Expression], Expression]) -> SbmlEvent:
        """Return the event with its expressions changed."""
        delay, priority = (None if one is None else change(one) for one in (self.delay, self.priority))
        assigned = {name: change(one) for name, one in self.assigned.items()}
        return evolve(self, trigger=change(self.trigger), delay=delay, priority=priority, assigned=assigned)

    @property
    def converting(self) -> set[str]:
        """Return the names that concentrations and amounts are converted with when it happens, and not before."""
        return {size for _, size in self.scaled.values()} | {*self.diluted, *self.diluted.values()}

    @property
    def heard(self) -> set[str]:
        """Return the names in its new values."""
        return {name for value in self.changes().values() for name in symbols(value)}


@define
class EventReader:
    """Reads the events of a model."""

    model: Any
    names: Names
    contents: Contents
    scope: Scope
    omissions: Omissions
    _found: list[SbmlEvent] = field(factory=list)

    def read(self) -> list[SbmlEvent]:
        """Return the events that do something."""
        for number, event in enumerate(self.model.getListOfEvents(), 1):
            identifier = event.getId() or f"event{number}"
            scope = self.scope.inside(f"event '{identifier}'")
            trigger = event.getTrigger()
            if trigger is None or not trigger.isSetMath():
                self.omissions.add("events that never happen, for they have no trigger", identifier)
                continue
            assigned = {
                self.names.of[one.getVariable()]: read_math(one.getMath(), scope)
                for one in event.getListOfEventAssignments()
                if one.isSetMath()
            }
            if assigned:
                self._found.append(
                    SbmlEvent(
                        self.names.fresh(identifier),
                        read_math(trigger.getMath(), scope),
                        trigger.getInitialValue(),
                        trigger.getPersistent(),
                        _optional(event.getDelay() if event.isSetDelay() else None, scope),
                        _optional(event.getPriority() if event.isSetPriority() else None, scope),
                        event.getUseValuesFromTriggerTime(),
                        assigned,
                        *self._amounts(assigned),
                    )
                )
        return self._found

    def _amounts(self, assigned: Mapping[str, Expression]) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
        """Return which concentrations are held as amounts, and which change with the sizes that are assigned."""
        scaled: dict[str, tuple[str, str]] = {}
        diluted: dict[str, str] = {}
        for species in self.contents.species.values():
            if species.size is None or species.is_amount:
                continue
            if species.held != species.name:
                if species.name in assigned:
                    scaled[species.name] = (species.held, species.size)
            elif species.size in assigned and species.name in self.contents.derivatives:
                diluted[species.name] = species.size
        return scaled, diluted


def _optional(part: Any, scope: Scope) -> Expression | None:
    return read_math(part.getMath(), scope) if part is not None and part.isSetMath() else None


def groups_of(events: Sequence[SbmlEvent], contents: Contents) -> list[list[SbmlEvent]]:
    """Return events in groups, such that none has to do with one of another group."""
    groups: list[list[SbmlEvent]] = []
    for event in events:
        near = [group for group in groups if any(_meet(event, one, contents) for one in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(one for group in near for one in group), event])
    return groups


def _meet(event: SbmlEvent, other: SbmlEvent, contents: Contents) -> bool:
    return _sways(event, other, contents) or _sways(other, event, contents)


def _sways(event: SbmlEvent, other: SbmlEvent, contents: Contents) -> bool:
    """Tell whether what one event does matters to another."""
    heard = contents.behind([*symbols(other.trigger), *other.heard, *_symbols(other.delay), *_symbols(other.priority)])
    return bool(event.changes().keys() & (heard | other.changes().keys()))


def _symbols(expression: Expression | None) -> set[str]:
    return set() if expression is None else symbols(expression)


def is_plain(group: Sequence[SbmlEvent], contents: Contents) -> bool:
    """Tell whether events of the language mean the same: at once, and none changes what another one depends on.

    Where several happen at one time, values are those before all of them, and the last one that sets a variable wins.
    """
    if any(event.delay is not None for event in group):
        return False
    if len(group) == 1:
        return True
    if any(not (event.priority is None or isinstance(event.priority, Number)) for event in group):
        return False
    return not any(_decides(one, other, contents) for one in group for other in group if one is not other)


def _decides(event: SbmlEvent, other: SbmlEvent, contents: Contents) -> bool:
    """Tell whether one event may make another one happen, keep it from that, or change what it sets."""
    heard = contents.behind({*symbols(other.trigger), *other.converting})
    if not other.early:
        heard |= contents.behind(other.heard)
    return bool(event.changes().keys() & heard)


def plain_events(group: Sequence[SbmlEvent]) -> Iterable[Event]:
    """Yield events of the language, in the order in which they happen."""
    for event in sorted(group, key=_rank):
        yield Event(to_text(event.trigger), {name: to_text(value) for name, value in event.changes().items()})


def _rank(event: SbmlEvent) -> float:
    return -float(event.priority.value.real) if isinstance(event.priority, Number) else float("inf")


def refuse_random_order(events: Sequence[SbmlEvent], contents: Contents) -> None:
    """Refuse events at one time whose order the file leaves to chance, where it matters.

    Raises:
        UnsupportedFeatureError: there are such.
    """
    for position, event in enumerate(events):
        for other in events[position + 1 :]:
            equal = event.priority is not None and event.priority == other.priority
            together = event.trigger == other.trigger and event.delay == other.delay
            if equal and together and _meet(event, other, contents):
                raise UnsupportedFeatureError(
                    f"The events '{event.name}' and '{other.name}' happen at the same times with the same priority, so "
                    "that chance decides which comes first, each time anew. Give them different priorities."
                )
