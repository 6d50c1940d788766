"""Comparisons inside of triggers, at which steps of adaptive solvers end.

Conditions are looked at a few times a step. One as `t > 1 and t < 1.1` may be true in between only; each of its
comparisons is found, since it stays as it has become.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, walk
from rates_core.templates.event import Event

from rates_sbml.contents import ZERO, Contents
from rates_sbml.events import SbmlEvent
from rates_sbml.mathematics import TIME
from rates_sbml.names import Names

_COMPARISONS = ("less", "less_equal", "greater", "greater_equal")


def crossings(events: Sequence[SbmlEvent], names: Names, contents: Contents) -> Iterator[Event]:
    """Yield events that note when comparisons become true or false which are parts of triggers.

    What is the whole trigger of an event, or its opposite, is found anyhow.
    """
    whole = {event.trigger for event in events}
    found: dict[Expression, None] = {}
    for event in events:
        for node in walk(event.trigger):
            if node is not event.trigger and isinstance(node, Apply) and node.function in _COMPARISONS:
                found |= {node: None, Apply("not", (node,)): None}
    wanted = [condition for condition in found if condition not in whole]
    if not wanted or not any(_is_compound(event.trigger) for event in events):
        return
    name = names.fresh("events_crossed")
    contents.starts[name] = Number(0.0)
    contents.derivatives[name] = ZERO
    for condition in wanted:
        yield Event(to_text(condition), {name: TIME})


def _is_compound(trigger: Expression) -> bool:
    """Tell whether a trigger is more than a comparison or the opposite of one."""
    while isinstance(trigger, Apply) and trigger.function == "not":
        (trigger,) = trigger.arguments
    return isinstance(trigger, Apply) and trigger.function not in _COMPARISONS
