"""Derivatives of conditions of events: those of smooth steps, where a backend is asked for them.

A condition jumps from 0 to 1, so that its derivative is 0 and says nothing of how an event moves. In its place stands
that of the fast sigmoid (1 + βx/(1 + β|x|))/2 of slope β, x being how far the condition is from its threshold:
β/(2(1 + β|x|)²). Values stay as they are. All ways to derivatives take it from here: array libraries print `crossed`
as a function of theirs that has this derivative, adjoints of compiled loops differentiate it by its entry in the table
of functions.

References:
    zenke2018, equation 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from rates_core.expressions.tree import Apply, Expression, Number, transform
from rates_core.system.system import Assign, Statement, System

CROSSED = "crossed"  # function of how far a condition is from its threshold, and of the slope


def with_smooth_steps(system: System, slope: float) -> System:
    """Return a System in which conditions of events are functions that have derivatives."""
    return evolve(system, statements=tuple(smooth_conditions(system, system.statements, slope)))


def smooth_conditions(system: System, statements: Iterable[Statement], slope: float) -> Iterator[Statement]:
    """Yield statements of a System; conditions of its events are functions that have derivatives."""
    conditions = {event.condition for event in system.events}
    for item in statements:
        if isinstance(item, Assign) and item.target in conditions:
            yield Assign(item.target, smooth(item.expression, slope))
        else:
            yield item


def smooth(condition: Expression, slope: float) -> Expression:
    """Return the number that a condition is, as a function that has derivatives; equality has none."""
    match condition:
        case Apply("greater", (left, right)):
            return _crossed(left, right, slope)
        case Apply("less", (left, right)):
            return _crossed(right, left, slope)
        case Apply("greater_equal", (left, right)):
            return _not(_crossed(right, left, slope))
        case Apply("less_equal", (left, right)):
            return _not(_crossed(left, right, slope))
        case Apply("not", (part,)):
            return _not(smooth(part, slope))
        case Apply("and", (left, right)):
            return Apply("multiply", (smooth(left, slope), smooth(right, slope)))
        case Apply("or", (left, right)):
            return _not(Apply("multiply", (_not(smooth(left, slope)), _not(smooth(right, slope)))))
        case Apply("multiply", (part, axis)):  # a condition that got an axis
            return Apply("multiply", (smooth(part, slope), axis))
    return condition


def _crossed(above: Expression, below: Expression, slope: float) -> Expression:
    return Apply(CROSSED, (Apply("subtract", (above, below)), Number(slope)))


def _not(expression: Expression) -> Expression:
    return Apply("subtract", (Number(1), expression))


def valued(expression: Expression) -> Expression:
    """Return an expression in which smooth steps are what they have as values: 1 or 0."""

    def value(node: Expression) -> Expression:
        match node:
            case Apply("crossed", (distance, _)):
                return Apply("where", (Apply("greater", (distance, Number(0))), Number(1), Number(0)))
        return node

    return transform(expression, value)
