"""What states are once events have happened at the end of a step."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.reference.evaluate import evaluate
from rates_core.reference.functions import Value, apply
from rates_core.reference.moment import Moment


def after_events(before: Moment, now: Moment, step_size: float) -> dict[str, Value]:
    """Return the states that events leave.

    Args:
        before: the start of the step, after events.
        now: its end, before them.
        step_size: over which pulses have an integral of 1.
    """
    model = now.model
    states = {path: now.value(path) for path in model.states}
    emitted: dict[str, Value] = {event.emit: 0.0 for event in model.events if event.emit is not None}
    for event in model.events:
        held, holds = (evaluate(event.when, moment.value) for moment in (before, now))
        fired = apply("and", (holds, apply("not", (held,))))
        for path, expression in event.set.items():
            states[path] = apply("where", (fired, evaluate(expression, now.value), states[path]))
        if event.emit is not None:
            emitted[event.emit] = apply("add", (emitted[event.emit], apply("divide", (fired, step_size))))
    return {**states, **_spread(emitted, states)}


def _spread(emitted: Mapping[str, Value], states: Mapping[str, Value]) -> dict[str, Value]:
    """Return pulses with an axis where their states have one."""
    return {path: apply("add", (value, apply("multiply", (0.0, states[path])))) for path, value in emitted.items()}
