"""Events of TVBO read into events of an operator."""

from __future__ import annotations

from attrs import evolve
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, substitute
from rates_core.templates.event import Event

from rates_tvbo.expression_reader import Scope, read_expression
from rates_tvbo.section import Section

_CROSSINGS = {"greater", "greater_equal", "less", "less_equal"}


def read_event(part: Section, scope: Scope, states: set[str]) -> list[Event]:
    """Return the events of a template that one of TVBO is.

    Raises:
        UnsupportedFeatureError: it is a stimulus, changes a parameter, or happens at every crossing.
        ModelFileError: it is malformed.
    """
    kind = part.text("event_type")
    # TVBO writes event_type: stimulus for events whose file names none
    happens = part.has("condition") or part.has("trigger_times")
    if part.has("equation") or part.has("dataLocation") or (kind in ("stimulus", "stimulation") and not happens):
        raise part.refusal("It is a stimulus. Give the signal to 'run' as an input.", "event_type")
    if part.has("affect_parameters"):
        raise part.refusal("It changes parameters, and events of rates change variables.", "affect_parameters")
    affect = part.section("affect", f"affect of {part.subject}")
    if affect is None and not part.has("trigger_times"):
        part.ignore("condition", "event_type")
        part.omissions.add("it does nothing", part.kind, part.name)
        return []
    if affect is None:
        raise part.error("It does not say what happens (affect).")
    scope = evolve(scope, where=f"{part.location}, {part.subject}")
    changes = _assignments(affect, scope, states)
    affect.ignore("rhs", "latex")
    affect.close()
    if kind == "preset_time":
        times = [float(time) for time in part.value("trigger_times") or ()]
        events = [Event(f"t >= {time!r}", changes) for time in times]
    else:
        events = [Event(_condition(part, scope, kind), changes)]
    part.ignore("condition_states", "condition_parameters", "affect_states", "event_type", "description", "label")
    part.ignore("sampling_rate", "interpolation")  # of signals from files
    part.close()
    return events


def _condition(part: Section, scope: Scope, kind: str) -> str:
    condition = part.section("condition", f"condition of {part.subject}")
    if condition is None or not condition.has("rhs"):
        raise part.error("It does not say when it happens (condition).")
    found = read_expression(condition.text("rhs"), scope)
    condition.ignore("rhs", "lhs", "latex")
    condition.close()
    if getattr(found, "function", "") not in _CROSSINGS and kind == "continuous":
        raise part.refusal(
            "It happens where its condition crosses zero in either direction. Write a comparison, as in 'v > v_peak'.",
            "condition",
        )
    if part.has("affect_negative"):
        raise part.refusal("It does another thing where its condition ends.", "affect_negative")
    return to_text(found)


def _assignments(affect: Section, scope: Scope, states: set[str]) -> dict[str, str]:
    """Return new values as expressions of those before the event; TVBO's assignments come one after the other."""
    values: dict[str, Expression] = {}
    for text in filter(None, (part.strip() for part in affect.text("rhs").replace("\n", ";").split(";"))):
        name, sign, right = text.partition("=")
        target = name.strip().rstrip("+-*")
        if not sign or right.startswith("=") or target.strip() not in states:
            raise affect.error(f"'{text}' gives no state a value. Write 'v = v_reset; u = u + d'.", "rhs")
        target = target.strip()
        operation = name.strip()[len(target) :].strip()
        expression = f"{target} {operation} ({right})" if operation else right
        values[target] = substitute(read_expression(expression, scope), dict(values))
    return {name: to_text(value) for name, value in values.items()}
