"""What a System needs of the backend and of the solver that run it."""

from __future__ import annotations

from collections.abc import Iterator

from rates_core.errors import ArgumentError, shown
from rates_core.expressions.tree import Apply, Constant, Expression, Number, symbols, walk
from rates_core.plugins.capabilities import Noise, Requirements
from rates_core.system.system import Assign, Project, System


def requirements_of(system: System, storage: str, float_precision: str = "float64") -> Requirements:
    """Return what a System needs.

    Args:
        system: any System.
        storage: where past values are kept: `ring` under fixed steps, `history` under accepted ones.
        float_precision: the floating-point type asked for.

    Raises:
        ArgumentError: that is no name.
    """
    if not isinstance(float_precision, str):
        raise ArgumentError(f"float_precision must be a name such as 'float64'; it is {shown(float_precision)}.")
    delayed = bool(system.reads)
    return Requirements(
        complex=system.is_complex or any(map(_is_imaginary, _nodes(system))),
        delays=frozenset({storage} if delayed else ()),
        projections=frozenset(item.form for item in system.statements if isinstance(item, Project)),
        functions=functions_of(system),
        noise=_noise(system),
        events=bool(system.events),
        vector=any(system.shapes[item.target] for item in system.statements) or any(s.shape for s in system.states),
        dtype=float_precision,
    )


def functions_of(system: System) -> frozenset[str]:
    """Return the names of all functions in a System's expressions."""
    return frozenset(node.function for node in _nodes(system) if isinstance(node, Apply))


def _nodes(system: System) -> Iterator[Expression]:
    """Yield all nodes of all expressions of a System."""
    for statement in system.statements:
        if isinstance(statement, Assign):
            yield from walk(statement.expression)
    for derivative in system.derivatives:
        yield from walk(derivative.expression)
    for read in system.reads:
        yield from walk(read.delay)


def _is_imaginary(node: Expression) -> bool:
    """Tell whether a literal makes what it stands in complex, even if no variable is: real(I*x)."""
    if isinstance(node, Constant):
        return node.name == "I"
    return isinstance(node, Number) and isinstance(node.value, complex)


def _noise(system: System) -> Noise:
    """Return how noise enters: `additive` if its factors do not depend on the state."""
    noise = {draw.path for draw in system.draws if draw.kind == "noise"}
    if not noise:
        return "additive" if system.draws else ""
    carriers = set(noise)
    changing = {state.path for state in system.states} | {read.path for read in system.reads}
    for statement in system.statements:
        read = symbols(statement.expression) if isinstance(statement, Assign) else set(statement.symbols)
        if read & carriers:
            carriers.add(statement.target)
        if read & changing:
            changing.add(statement.target)
    expressions = [item.expression for item in system.statements if isinstance(item, Assign)]
    expressions += [item.expression for item in system.derivatives]
    linear = all(_enters_linearly(expression, carriers, changing) for expression in expressions)
    return "additive" if linear else "multiplicative"


def _enters_linearly(expression: Expression, carriers: set[str], changing: set[str]) -> bool:
    """Tell whether noise is only added or scaled by what does not change with the state."""
    if not isinstance(expression, Apply) or not symbols(expression) & carriers:
        return True
    parts = expression.arguments
    if expression.function in ("add", "subtract", "negative"):
        return all(_enters_linearly(part, carriers, changing) for part in parts)
    if expression.function == "multiply":
        noisy = [part for part in parts if symbols(part) & carriers]
        others = [part for part in parts if part not in noisy]
        steady = not any(symbols(part) & changing for part in others)
        return len(noisy) == 1 and steady and _enters_linearly(noisy[0], carriers, changing)
    if expression.function == "divide":
        left, right = parts
        return not symbols(right) & (carriers | changing) and _enters_linearly(left, carriers, changing)
    return False
