"""Functions that jump: where they do, a derivative does not see it move."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rates_core.expressions.tree import Apply, Expression, symbols
from rates_core.system.schedule import reads_of
from rates_core.system.system import Assign, System

CONSTANT_BETWEEN = frozenset({
    "heaviside", "sign", "floor", "ceil", "round", "less", "less_equal", "greater", "greater_equal", "equal",
    "not_equal", "and", "or", "not",
})  # fmt: skip


def jumping(system: System, variables: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return functions that are constant between jumps and depend on what a run is differentiated by, each with a path.

    A condition of `where` is none: it chooses between values that may well meet where it changes. One of an event is
    none either.

    Args:
        system: whose equations are looked at.
        variables: paths of parameters and inputs; states depend on any of them.
    """
    moving = {*variables, *system.state_paths, *(read.path for read in system.reads)}
    for statement in system.statements:
        if moving & reads_of(statement):
            moving.add(statement.target)
    equations = [(item.target, item.expression) for item in system.statements if isinstance(item, Assign)]
    equations += [(item.state, item.expression) for item in system.derivatives]
    conditions = {path for event in system.events for path in (event.condition, f"{event.condition}/after")}
    return tuple(
        (function, path)
        for path, expression in equations
        if path not in conditions
        for function in dict.fromkeys(_jumping(expression, moving))
    )


def _jumping(expression: Expression, moving: Collection[str]) -> Iterator[str]:
    waiting = [expression]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Apply):
            if item.function in CONSTANT_BETWEEN and not symbols(item).isdisjoint(moving):
                yield item.function
            else:
                waiting += item.arguments[1:] if item.function == "where" else item.arguments
