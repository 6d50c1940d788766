"""Order statements so that each comes after what it reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NoReturn

from rates_core.errors import CyclicEquationsError
from rates_core.expressions.tree import symbols
from rates_core.system.system import Assign, Statement


def reads_of(statement: Statement) -> set[str]:
    """Return the symbols that a statement reads."""
    return symbols(statement.expression) if isinstance(statement, Assign) else set(statement.symbols)


def schedule(
    statements: Iterable[Statement],
    populations: Collection[str] = (),
    variables: Collection[str] = (),
    written: Callable[[Iterable[str]], str] = lambda paths: "",
) -> tuple[Statement, ...]:
    """Return the statements in an order of evaluation that keeps the given one where it can.

    Args:
        statements: in any order.
        populations: labels of those with several units, which are evaluated together.
        variables: what users know by name, as messages do; others are steps of edges and parts of equations.
        written: says where variables are declared, as a sentence behind others.

    Raises:
        CyclicEquationsError: variables depend on each other in a circle, which is named.
    """
    by_target = {statement.target: statement for statement in statements}
    needs = {target: sorted(reads_of(item) & by_target.keys()) for target, item in by_target.items()}

    def refuse(cycle: list[str]) -> NoReturn:
        raise CyclicEquationsError(_circle(cycle, populations, variables) + written(cycle))

    return tuple(by_target[target] for target in ordered(needs, refuse))


def ordered(needs: Mapping[str, Sequence[str]], on_cycle: Callable[[list[str]], None]) -> list[str]:
    """Return names such that each comes after those that it needs.

    Args:
        needs: what each name needs.
        on_cycle: is called with names that need each other; if it returns, the order holds but for one of those.
    """
    order: list[str] = []
    done: set[str] = set()
    for start in needs:
        trail: dict[str, None] = {}
        stack = [(start, False)]
        while stack:
            name, finished = stack.pop()
            if finished:
                trail.popitem()
                done.add(name)
                order.append(name)
            elif name in trail:
                names = list(trail)
                on_cycle(names[names.index(name) :])
            elif name not in done:
                trail[name] = None
                stack.append((name, True))
                stack.extend((need, False) for need in reversed(needs[name]) if need not in done)
    return order


def _circle(cycle: list[str], populations: Collection[str], variables: Collection[str]) -> str:
    named = [path for path in cycle if path in variables] or cycle
    circle = " needs ".join(f"'{path}'" for path in [*named, named[0]])
    text = (
        f"Algebraic variables depend on each other in a circle: {circle}. "
        "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."
    )
    if any(path.rsplit("/", 2)[0] in populations for path in named):
        text += " The units of a population are evaluated together: if they feed each other in turn, make them nodes."
    return text
