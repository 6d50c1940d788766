"""A routine: the statements that compute some results, cleaned up for printing.

What no result needs is left out; copies are followed; what depends on parameters only is set apart, to be computed
once per run; subexpressions that occur twice are computed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from attrs import define, evolve, field, frozen

from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute, symbols, transform
from rates_core.system.complexness import is_complex
from rates_core.system.schedule import reads_of
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Project, Statement, System


@frozen(eq=False, slots=False)
class Routine:
    """Statements in order, and the expressions of the results.

    Attributes:
        prepared: statements that depend on parameters only.
        body: the others.
        results: one expression per result.
        arguments: symbols that neither part assigns: what the caller has to give.
    """

    prepared: tuple[Statement, ...]
    body: tuple[Statement, ...]
    results: tuple[Expression, ...]

    @cached_property
    def arguments(self) -> frozenset[str]:
        """The symbols that the routine takes."""
        statements = (*self.prepared, *self.body)
        read = set().union(*(reads_of(item) for item in statements), *(symbols(item) for item in self.results))
        return frozenset(read - {item.target for item in statements})

    @cached_property
    def varying(self) -> frozenset[str]:
        """The arguments of the body and results alone, without what is prepared."""
        read = set().union(*(reads_of(item) for item in self.body), *(symbols(item) for item in self.results))
        return frozenset(read - {item.target for item in (*self.prepared, *self.body)})


def shapes_and_kinds(system: System, routines: Iterable[Routine]) -> tuple[dict[str, Shape], frozenset[str]]:
    """Return the shapes of all symbols that routines of a System name, and which of these are complex."""
    shapes, kinds = dict(system.shapes), set(system.complex_symbols)
    for routine in routines:
        for item in (*routine.prepared, *routine.body):
            if isinstance(item, Assign) and item.target not in shapes:
                shapes[item.target] = shape_of(item.expression, shapes)
                if is_complex(item.expression, kinds):
                    kinds.add(item.target)
    return shapes, frozenset(kinds)


@define(eq=False)
class Temporaries:
    """Names of subexpressions: equal ones have equal names in all routines that are made with one object."""

    _names: dict[tuple[str, Expression], str] = field(factory=dict)
    _counts: Counter[str] = field(factory=Counter)

    def name(self, kind: str, expression: Expression) -> str:
        """Return the name of a subexpression: `#constant0`, `#shared0`, ..."""
        key = kind, expression
        if key not in self._names:
            self._names[key] = f"#{kind}{self._counts[kind]}"
            self._counts[kind] += 1
        return self._names[key]


def make_routine(
    system: System,
    results: Sequence[Expression],
    hoist: bool = True,
    temporaries: Temporaries | None = None,
    reciprocals: bool = False,
) -> Routine:
    """Return the routine that computes `results`, expressions over the symbols of a System.

    Args:
        system: where the statements come from.
        results: what is wanted.
        hoist: set apart what depends on parameters only; False leaves everything in the body.
        temporaries: names of subexpressions, if routines that are printed in one module share them.
        reciprocals: multiply by reciprocals of what depends on parameters only, computed once, instead of dividing.
    """
    temporaries = temporaries or Temporaries()
    statements = _needed(system.statements, results)
    statements, results = _without_copies(statements, results)
    constant = set(system.parameter_paths)
    prepared: list[Statement] = []
    body: list[Statement] = []
    for statement in statements:
        if hoist and reads_of(statement) <= constant:
            constant.add(statement.target)
            prepared.append(statement)
        else:
            body.append(statement)
    if hoist:
        if reciprocals:
            body, results = _without_divisions(body, results, constant, system)
        hoisted, body, results = _hoisted(body, results, constant, temporaries)
        prepared += hoisted
        body = [
            Assign(item.target, _multiplied(item.expression)) if isinstance(item, Assign) else item for item in body
        ]
        results = [_multiplied(result) for result in results]
    body, results = _shared(body, results, temporaries)
    return Routine(tuple(prepared), tuple(body), tuple(results))


def _needed(statements: Sequence[Statement], results: Sequence[Expression]) -> list[Statement]:
    wanted = set().union(*(symbols(result) for result in results))
    kept = []
    for statement in reversed(statements):
        if statement.target in wanted:
            wanted |= reads_of(statement)
            kept.append(statement)
    return kept[::-1]


def _without_copies(
    statements: Sequence[Statement], results: Sequence[Expression]
) -> tuple[list[Statement], list[Expression]]:
    """Follow assignments of one symbol to another."""
    copies: dict[str, Expression] = {}
    kept: list[Statement] = []
    for statement in statements:
        if isinstance(statement, Assign):
            expression = substitute(statement.expression, copies)
            if isinstance(expression, Symbol):
                copies[statement.target] = expression
                continue
            kept.append(Assign(statement.target, expression))
        else:
            kept.append(_renamed(statement, copies))
    return kept, [substitute(result, copies) for result in results]


def _renamed(statement: Project, copies: Mapping[str, Expression]) -> Project:
    source = copies.get(statement.source)
    return evolve(statement, source=source.name) if isinstance(source, Symbol) else statement


def _without_divisions(
    body: Sequence[Statement], results: Sequence[Expression], constant: set[str], system: System
) -> tuple[list[Statement], list[Expression]]:
    """Replace divisions by real expressions of parameters alone, which take several times as long as products."""

    def multiplied(node: Expression) -> Expression:
        match node:
            case Apply("divide", (dividend, divisor)) if _is_divisor(divisor) and not symbols(dividend) <= constant:
                return Apply("multiply", (dividend, Apply("divide", (Number(1), divisor))))
        return node

    def _is_divisor(divisor: Expression) -> bool:
        read = symbols(divisor)
        if not read or not read <= constant or is_complex(divisor, system.complex_symbols):
            return False
        return all(len(system.shapes.get(name, ())) < 2 for name in read)  # a matrix would be there twice

    new_body = [
        Assign(item.target, transform(item.expression, multiplied)) if isinstance(item, Assign) else item
        for item in body
    ]
    return new_body, [transform(result, multiplied) for result in results]


def _hoisted(
    body: Sequence[Statement], results: Sequence[Expression], constant: set[str], temporaries: Temporaries
) -> tuple[list[Statement], list[Statement], list[Expression]]:
    """Set apart the largest subexpressions of parameters alone."""
    names: dict[Expression, str] = {}

    def replaced(expression: Expression) -> Expression:
        if isinstance(expression, Apply):
            if symbols(expression) <= constant and _costs(expression):
                return Symbol(names.setdefault(expression, temporaries.name("constant", expression)))
            return Apply(expression.function, tuple(replaced(argument) for argument in expression.arguments))
        return expression

    new_body = [Assign(item.target, replaced(item.expression)) if isinstance(item, Assign) else item for item in body]
    new_results = [replaced(result) for result in results]
    prepared: list[Statement] = [Assign(name, expression) for expression, name in names.items()]
    return prepared, new_body, new_results


def _multiplied(expression: Expression) -> Expression:
    """Write the square of an expression as a product of it with itself, which is then computed once."""

    def product(node: Expression) -> Expression:
        match node:
            case Apply("power", (Apply() as base, Number(2))):
                return Apply("multiply", (base, base))
        return node

    return transform(expression, product)


def _costs(expression: Apply) -> bool:
    return expression.function != "negative" or isinstance(expression.arguments[0], Apply)


def _shared(
    body: Sequence[Statement], results: Sequence[Expression], temporaries: Temporaries
) -> tuple[list[Statement], list[Expression]]:
    """Compute subexpressions that occur more than once only once, just before their first use."""
    counts: Counter[Expression] = Counter()
    expressions = [item.expression for item in body if isinstance(item, Assign)] + list(results)
    for expression in expressions:
        _count(expression, counts)
    repeated = {node for node, count in counts.items() if count > 1}
    if not repeated:
        return list(body), list(results)
    names: dict[Expression, str] = {}
    out: list[Statement] = []

    def shared(expression: Expression) -> Expression:
        if not isinstance(expression, Apply):
            return expression
        if expression in names:
            return Symbol(names[expression])
        rebuilt = Apply(expression.function, tuple(shared(argument) for argument in expression.arguments))
        if expression in repeated:
            names[expression] = temporaries.name("shared", expression)
            out.append(Assign(names[expression], rebuilt))
            return Symbol(names[expression])
        return rebuilt

    for item in body:
        if isinstance(item, Assign) and item.expression in repeated and item.expression not in names:
            names[item.expression] = item.target
            arguments = item.expression.arguments if isinstance(item.expression, Apply) else ()
            rebuilt = Apply(item.expression.function, tuple(shared(a) for a in arguments))  # type: ignore[union-attr]
            out.append(Assign(item.target, rebuilt))
        else:
            out.append(Assign(item.target, shared(item.expression)) if isinstance(item, Assign) else item)
    new_results = [shared(result) for result in results]
    return out, new_results


def _count(expression: Expression, counts: Counter[Expression]) -> None:
    """Count subexpressions; what lies inside a repeated one is counted once."""
    if isinstance(expression, Apply) and _costs(expression):
        counts[expression] += 1
        if counts[expression] > 1:
            return
    if isinstance(expression, Apply):
        for argument in expression.arguments:
            _count(argument, counts)
