"""Vectors that are joined from others, entry by entry: one loop for each piece instead of a joined copy."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute, walk
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Statement


@frozen(eq=False)
class Piece:
    """What some neighbouring entries of a vector are: entry `first + i` is entry i of the expression."""

    first: int
    size: int
    expression: Expression


def is_joined(expression: Expression) -> bool:
    """Tell whether an expression, computed entry by entry, is made of several pieces."""
    if not isinstance(expression, Apply):
        return False
    return expression.function == "concatenate" or any(map(is_joined, _by_entry(expression)))


def pieces(expression: Expression, shapes: Mapping[str, Shape]) -> Iterator[Piece]:
    """Yield the pieces of a joined vector, none of them with a joint inside."""
    length = _length(expression, shapes)
    ends = sorted({0, length, *_joints(expression, 0, shapes)})
    for first, end in itertools.pairwise(ends):
        yield Piece(first, end - first, _part(expression, first, end, shapes))


def bounds(expression: Apply, shapes: Mapping[str, Shape]) -> tuple[int, int]:
    """Return first and last place, the latter exclusive, of an `index_range`."""
    array, *numbers = expression.arguments
    values = [int(number.value.real) for number in numbers if isinstance(number, Number)]
    first, last, _ = slice(*values).indices(_length(array, shapes))
    return first, max(first, last)


def without_joined_temporaries(
    body: Sequence[Statement], results: Sequence[Expression]
) -> tuple[list[Statement], list[Expression]]:
    """Put joined vectors that are used once where they are used, so that no loop has to store them."""
    uses, whole = _uses(body, results)
    joined: dict[str, Expression] = {}
    left: list[Statement] = []
    for statement in body:
        if not isinstance(statement, Assign):
            left.append(statement)
            continue
        expression = substitute(statement.expression, joined)
        if is_joined(expression) and uses[statement.target] == 1 and not whole[statement.target]:
            joined[statement.target] = expression
        else:
            left.append(evolve(statement, expression=expression))
    return left, [substitute(result, joined) for result in results]


def picked_sources(
    body: Sequence[Statement], results: Sequence[Expression], places: frozenset[str]
) -> dict[str, tuple[Expression, str]]:
    """Return the vectors that are picked from others only to be summed over connections, which can pick themselves."""
    uses, whole = _uses(body, results)
    projects = [statement for statement in body if not isinstance(statement, Assign)]
    sums = {project.source for project in projects if (project.form, project.index) == ("sparse", None)}
    found: dict[str, tuple[Expression, str]] = {}
    for statement in body:
        if not isinstance(statement, Assign) or statement.target not in sums:
            continue
        match statement.expression:
            case Apply("index", (array, Symbol(place))) if place in places:
                if uses[statement.target] == 0 and whole[statement.target] == 1:
                    found[statement.target] = array, place
    return found


def _uses(body: Sequence[Statement], results: Sequence[Expression]) -> tuple[Counter[str], Counter[str]]:
    """Return how often symbols are read by expressions, and how often by sums over connections."""
    expressions = [statement.expression for statement in body if isinstance(statement, Assign)]
    uses = Counter(name for expression in (*expressions, *results) for name in _occurrences(expression))
    return uses, Counter(name for item in body if not isinstance(item, Assign) for name in item.symbols)


def _occurrences(expression: Expression) -> Iterator[str]:
    return (node.name for node in walk(expression) if isinstance(node, Symbol))


def _by_entry(expression: Apply) -> tuple[Expression, ...]:
    """Return the arguments of which an entry takes one entry."""
    if expression.function == "index_range":
        return ()
    return expression.arguments[1:] if expression.function == "index" else expression.arguments


def _length(expression: Expression, shapes: Mapping[str, Shape]) -> int:
    shape = shape_of(expression, shapes)
    return shape[0] if shape else 1


def _joints(expression: Expression, first: int, shapes: Mapping[str, Shape]) -> Iterator[int]:
    """Yield the places where pieces meet, in a vector that begins at a place."""
    if not isinstance(expression, Apply):
        return
    for argument in _by_entry(expression):
        yield from _joints(argument, first, shapes)
        if expression.function == "concatenate":
            first += _length(argument, shapes)
            yield first


def _part(expression: Expression, first: int, end: int, shapes: Mapping[str, Shape]) -> Expression:
    """Return what the entries from `first` to `end` are."""
    shape = shape_of(expression, shapes)
    if not shape or ((first, end) == (0, shape[0]) and not is_joined(expression)):
        return expression
    if isinstance(expression, Symbol):
        return Apply("index_range", (expression, Number(first), Number(end)))
    assert isinstance(expression, Apply)
    match expression.function:
        case "concatenate":
            return _piece(expression, first, end, shapes)
        case "index_range":
            start, _ = bounds(expression, shapes)
            return Apply("index_range", (expression.arguments[0], Number(start + first), Number(start + end)))
        case "index":
            array, *places = expression.arguments
            return Apply("index", (array, *(_part(place, first, end, shapes) for place in places)))
    return Apply(expression.function, tuple(_part(part, first, end, shapes) for part in expression.arguments))


def _piece(expression: Apply, first: int, end: int, shapes: Mapping[str, Shape]) -> Expression:
    """Return the part of the one argument in which the entries lie."""
    start = 0
    for argument in expression.arguments:
        length = _length(argument, shapes)
        if first < start + length:
            return _part(argument, first - start, end - start, shapes)
        start += length
    raise AssertionError("An entry lies behind the last piece.")
