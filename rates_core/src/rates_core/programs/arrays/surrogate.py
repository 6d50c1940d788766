"""Derivatives of conditions of events: those of smooth steps, where a backend is asked for them.

A condition jumps from 0 to 1, so that its derivative is 0 and says nothing of how an event moves. In its place stands
that of the fast sigmoid (1 + βx/(1 + β|x|))/2 of slope β, x being how far the condition is from its threshold:
β/(2(1 + β|x|)²). Values stay as they are.

References:
    zenke2018, equation 3.
"""

from __future__ import annotations

from attrs import evolve

from rates_core.errors import ArgumentError, shown
from rates_core.expressions.tree import Apply, Expression, Number
from rates_core.system.system import Assign, System

CROSSED = "crossed"  # function of how far a condition is from its threshold


def chosen_slope(value: object) -> float | None:
    """Return the slope that was asked for.

    Raises:
        ArgumentError: it is no positive number.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise ArgumentError(f"surrogate must be a positive number, the slope of a smooth step; it is {shown(value)}.")
    return float(value)


def with_surrogates(system: System) -> System:
    """Return a System in which conditions of events are functions that have derivatives."""
    conditions = {event.condition for event in system.events}
    return evolve(
        system,
        statements=tuple(
            Assign(item.target, smooth(item.expression))
            if isinstance(item, Assign) and item.target in conditions
            else item
            for item in system.statements
        ),
    )


def smooth(condition: Expression) -> Expression:
    """Return the number that a condition is, as a function that has derivatives; equality has none."""
    match condition:
        case Apply("greater", (left, right)):
            return _crossed(left, right)
        case Apply("less", (left, right)):
            return _crossed(right, left)
        case Apply("greater_equal", (left, right)):
            return _not(_crossed(right, left))
        case Apply("less_equal", (left, right)):
            return _not(_crossed(left, right))
        case Apply("not", (part,)):
            return _not(smooth(part))
        case Apply("and", (left, right)):
            return Apply("multiply", (smooth(left), smooth(right)))
        case Apply("or", (left, right)):
            return _not(Apply("multiply", (_not(smooth(left)), _not(smooth(right)))))
        case Apply("multiply", (part, axis)):  # a condition that got an axis
            return Apply("multiply", (smooth(part), axis))
    return condition


def _crossed(above: Expression, below: Expression) -> Expression:
    return Apply(CROSSED, (Apply("subtract", (above, below)),))


def _not(expression: Expression) -> Expression:
    return Apply("subtract", (Number(1), expression))
