"""Find the shapes of all variables, and which of them are complex."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve, frozen

from rates_core.expressions.tree import Symbol, substitute
from rates_core.paths import TIME
from rates_core.system.assembly import Assembly
from rates_core.system.complexness import is_complex, real_moduli
from rates_core.system.lifting import Lifting
from rates_core.system.schedule import ordered, reads_of
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Derivative, Project, Read, State, Statement


@frozen(eq=False)
class Typed:
    """What is known when the complex variables are."""

    states: tuple[State, ...]
    statements: tuple[Statement, ...]
    derivatives: tuple[Derivative, ...]
    reads: tuple[Read, ...]
    complex_variables: frozenset[str]


@frozen(eq=False)
class Shaped:
    """Statements without marks of lifting, and the shapes of what they assign and of what is read."""

    statements: tuple[Statement, ...]
    derivatives: tuple[Derivative, ...]
    reads: tuple[Read, ...]
    variables: dict[str, Shape]


def infer_shapes(assembly: Assembly, statements: Sequence[Statement]) -> Shaped:
    """Return the statements with their shapes.

    A delayed value has the shape of its slot, which may depend on the delayed value. Such a variable is taken to have
    an entry per unit, and all is repeated until nothing changes.

    Raises:
        EquationError: axes of different length meet.
    """
    lifting = Lifting(assembly)
    by_target = {statement.target: statement for statement in statements}
    order = _order(by_target, assembly.reads)
    known = {path: assembly.unit_shape(number) for (number, *_), path in assembly.addresses.items()}
    while True:
        shapes: dict[str, Shape] = {**dict.fromkeys(order, ()), **known, TIME: (), **assembly.leaf_shapes()}
        settled: dict[str, Statement] = {}
        for path in order:
            if path in assembly.reads:
                shapes[path] = _read_shape(assembly.reads[path], shapes, lifting)
                continue
            statement = by_target[path]
            if isinstance(statement, Assign):
                with assembly.equation_of(path):
                    statement = Assign(path, lifting.settle(statement.expression, shapes))
                    shapes[path] = shape_of(statement.expression, shapes)
            else:
                shapes[path] = statement.shape
            settled[path] = statement
        before, known = known, {path: shapes[path] for path in order}
        if known == before or not assembly.reads:
            break
    derivatives = tuple(_derivative(assembly, item, shapes, lifting) for item in assembly.derivatives)
    reads = tuple(
        evolve(
            read,
            shape=shapes[path],
            delay=lifting.settle(read.delay, shapes),
            index=read.index if shapes[read.slot] else None,
        )
        for path, read in assembly.reads.items()
    )
    kept = _without_aliases([settled[item.target] for item in statements], assembly.lifts)
    return Shaped(kept, derivatives, reads, {item.target: shapes[item.target] for item in kept})


def _without_aliases(statements: Sequence[Statement], lifts: Collection[str]) -> tuple[Statement, ...]:
    """Leave out lifts of what has its axis already."""
    aliases = {
        item.target: item.expression
        for item in statements
        if item.target in lifts and isinstance(item, Assign) and isinstance(item.expression, Symbol)
    }
    kept: list[Statement] = []
    for item in statements:
        if isinstance(item, Project) and item.source in aliases:
            item = evolve(item, source=aliases[item.source].name)
        elif isinstance(item, Assign) and aliases:
            item = Assign(item.target, substitute(item.expression, aliases))
        if item.target not in aliases:
            kept.append(item)
    return tuple(kept)


def _order(statements: Mapping[str, Statement], reads: Mapping[str, Read]) -> list[str]:
    """Return statements and reads such that shapes are known before they are needed, where that is possible."""
    if not reads:
        return list(statements)
    known = statements.keys() | reads.keys()
    needs = {path: sorted(reads_of(statement) & known) for path, statement in statements.items()}
    needs |= {path: [read.slot] if read.slot in known else [] for path, read in reads.items()}
    return ordered(needs, lambda cycle: None)


def _read_shape(read: Read, shapes: dict[str, Shape], lifting: Lifting) -> Shape:
    own = shapes[read.index] if read.index is not None and shapes[read.slot] else shapes[read.slot]
    return own or shape_of(lifting.settle(read.delay, shapes), shapes)


def _derivative(assembly: Assembly, item: Derivative, shapes: dict[str, Shape], lifting: Lifting) -> Derivative:
    with assembly.equation_of(item.state):
        expression = lifting.settle(item.expression, shapes)
        state, found = shapes[item.state], shape_of(expression, shapes)
        if found not in ((), state):
            assembly.refuse_shape(item.state, state, found)
    return Derivative(item.state, expression)


def infer_complex(assembly: Assembly, shaped: Shaped) -> Typed:
    """Return the System's parts with their kinds of number, which are found by repetition until nothing changes.

    Raises:
        EquationError: a function that is defined for real numbers only gets a complex one.
    """
    known = {state.path for state in assembly.states if state.complex}
    known |= {parameter.path for parameter in assembly.parameters.values() if parameter.complex}
    before = -1
    while len(known) != before:
        before = len(known)
        known.update(read.path for read in shaped.reads if read.slot in known)
        for statement in shaped.statements:
            if isinstance(statement, Assign):
                with assembly.equation_of(statement.target):
                    if is_complex(statement.expression, known):
                        known.add(statement.target)
            elif known.intersection(statement.symbols):
                known.add(statement.target)
        for item in shaped.derivatives:
            with assembly.equation_of(item.state):
                if is_complex(item.expression, known):
                    known.add(item.state)
    return Typed(
        tuple(evolve(state, complex=state.path in known) for state in assembly.states),
        tuple(_with_real_moduli(item, known) for item in shaped.statements) if known else shaped.statements,
        tuple(Derivative(item.state, real_moduli(item.expression, known)) for item in shaped.derivatives),
        tuple(evolve(read, complex=read.path in known) for read in shaped.reads),
        frozenset(known & shaped.variables.keys()),
    )


def _with_real_moduli(statement: Statement, known: Collection[str]) -> Statement:
    if isinstance(statement, Assign):
        return Assign(statement.target, real_moduli(statement.expression, known))
    return statement
