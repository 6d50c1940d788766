"""Expression trees: the one form in which the right side of an equation exists.

A tree says exactly what the modeller wrote. Nothing is reordered or simplified on construction, so that the
value of an expression in every backend is the value of this tree up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import field, frozen


@frozen(cache_hash=True)
class Number:
    """A literal: `int`, `float` or `complex`."""

    value: int | float | complex


@frozen(cache_hash=True)
class Constant:
    """One of the mathematical constants of the language: `pi`, `E` or `I`."""

    name: str


@frozen(cache_hash=True)
class Symbol:
    """A variable: its name inside an operator, its full path inside a System."""

    name: str


def _as_tuple(arguments: Iterable[Expression]) -> tuple[Expression, ...]:
    return tuple(arguments)


@frozen(cache_hash=True)
class Apply:
    """A function of the language applied to arguments.

    Operators are functions too: `add subtract multiply divide power negative`, `less less_equal greater
    greater_equal equal not_equal`, `and or not`, and `where(condition, a, b)`. `past(x, delay)` is a delayed value.
    """

    function: str
    arguments: tuple[Expression, ...] = field(converter=_as_tuple)


Expression = Number | Constant | Symbol | Apply


def symbols(expression: Expression) -> set[str]:
    """Return the names of all variables in an expression."""
    return {node.name for node in walk(expression) if isinstance(node, Symbol)}


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield every node of an expression, parents before children."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Apply):
            stack.extend(reversed(node.arguments))


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """Return the expression with symbols replaced by what `values` says of them."""

    def replaced(node: Expression) -> Expression:
        return values.get(node.name, node) if isinstance(node, Symbol) else node

    return transform(expression, replaced)


def transform(expression: Expression, function: Callable[[Expression], Expression]) -> Expression:
    """Rebuild an expression from its leaves upward, passing every rebuilt node through `function`.

    A node that occurs several times as one object is rebuilt once, and any depth is fine.
    """
    done: dict[int, Expression] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        waiting = [child for child in children(node) if id(child) not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        if id(node) not in done:
            done[id(node)] = function(_with_children(node, done))
    return done[id(expression)]


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the arguments of an applied function, nothing for a leaf."""
    return expression.arguments if isinstance(expression, Apply) else ()


def depth(expression: Expression) -> int:
    """Return how many functions are nested in each other, none for a leaf."""
    deepest = 0
    stack = [(expression, 0)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(node))
    return deepest


def _with_children(node: Expression, done: Mapping[int, Expression]) -> Expression:
    """Return a node whose arguments are replaced by what was made of them; the node itself if that is the same."""
    if not isinstance(node, Apply):
        return node
    arguments = tuple(done[id(argument)] for argument in node.arguments)
    if all(new is old for new, old in zip(arguments, node.arguments, strict=True)):
        return node
    return Apply(node.function, arguments)
