"""Order statements so that each comes after what it reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from rates_core.errors import CyclicEquationsError
from rates_core.expressions.tree import symbols
from rates_core.system.system import Assign, Statement


def reads_of(statement: Statement) -> set[str]:
    """Return the symbols that a statement reads."""
    return symbols(statement.expression) if isinstance(statement, Assign) else set(statement.symbols)


def schedule(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements in an order of evaluation that keeps the given one where it can.

    Raises:
        CyclicEquationsError: variables depend on each other in a circle, which is named.
    """
    by_target = {statement.target: statement for statement in statements}
    needs = {target: sorted(reads_of(item) & by_target.keys()) for target, item in by_target.items()}
    order: list[Statement] = []
    done: set[str] = set()
    for start in by_target:
        trail: list[str] = []
        stack = [(start, False)]
        while stack:
            target, finished = stack.pop()
            if finished:
                trail.pop()
                done.add(target)
                order.append(by_target[target])
            elif target not in done:
                if target in trail:
                    _refuse(trail[trail.index(target) :])
                trail.append(target)
                stack.append((target, True))
                stack.extend((need, False) for need in reversed(needs[target]) if need not in done)
    return tuple(order)


def _refuse(cycle: list[str]) -> NoReturn:
    named = [path for path in cycle if "->" not in path and "#" not in path]  # others are steps of a projection
    circle = " needs ".join(f"'{path}'" for path in [*named, named[0]])
    raise CyclicEquationsError(
        f"Algebraic variables depend on each other in a circle: {circle}. "
        "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."
    )
