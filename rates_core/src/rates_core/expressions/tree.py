"""Expression trees: the one form in which the right side of an equation exists.

A tree says exactly what the modeller wrote. Nothing is reordered or simplified on construction, so that the
value of an expression in every backend is the value of this tree up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import field, frozen

T = TypeVar("T")


@frozen
class Number:
    """A literal: `int`, `float` or `complex`."""

    value: int | float | complex


@frozen
class Constant:
    """One of the mathematical constants of the language: `pi`, `E` or `I`."""

    name: str


@frozen
class Symbol:
    """A variable: its name inside an operator, its full path inside a System."""

    name: str


def _as_tuple(arguments: Iterable[Expression]) -> tuple[Expression, ...]:
    return tuple(arguments)


@frozen(eq=False)
class Apply:
    """A function of the language applied to arguments.

    Operators are functions too: `add subtract multiply divide power negative`, `less less_equal greater
    greater_equal equal not_equal`, `and or not`, and `where(condition, a, b)`. `past(x, delay)` is a delayed value.
    Comparing and hashing need no recursion, so that trees may be dictionary keys however deep they are.
    """

    function: str
    arguments: tuple[Expression, ...] = field(converter=_as_tuple)
    _hash: int = field(init=False, repr=False)

    @_hash.default
    def _hash_of_content(self) -> int:
        return hash((self.function, self.arguments))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return _are_equal(self, other) if isinstance(other, Apply) else NotImplemented

    def __reduce__(self) -> tuple[type[Apply], tuple[str, tuple[Expression, ...]]]:
        return Apply, (self.function, self.arguments)  # hashes of text differ from process to process


Expression = Number | Constant | Symbol | Apply


def _are_equal(left: Apply, right: Apply) -> bool:
    """Compare two trees, each pair of shared nodes once."""
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[Expression, Expression]] = [(left, right)]
    while stack:
        one, other = stack.pop()
        if one is other or (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        if not isinstance(one, Apply) or not isinstance(other, Apply):
            if one != other:
                return False
        elif hash(one) != hash(other) or one.function != other.function or len(one.arguments) != len(other.arguments):
            return False
        else:
            stack.extend(zip(one.arguments, other.arguments, strict=True))
    return True


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
    """Rebuild an expression from its leaves upward, passing every rebuilt node through `function`."""

    def rebuilt(node: Expression, arguments: Sequence[Expression]) -> Expression:
        if isinstance(node, Apply) and any(new is not old for new, old in zip(arguments, node.arguments, strict=True)):
            node = Apply(node.function, arguments)
        return function(node)

    return fold(expression, rebuilt)


def depth(expression: Expression) -> int:
    """Return how many functions are nested in each other, none for a leaf."""
    return fold(expression, lambda node, depths: 1 + max(depths, default=0) if isinstance(node, Apply) else 0)


def fold(expression: Expression, function: Callable[[Expression, Sequence[T]], T]) -> T:
    """Return `function(node, results)` of the top node, where `results` are those of its arguments.

    A node that occurs several times as one object is visited once, and no depth is too large.
    """
    results: dict[int, T] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        arguments = node.arguments if isinstance(node, Apply) else ()
        waiting = [argument for argument in arguments if id(argument) not in results]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        if id(node) not in results:
            results[id(node)] = function(node, [results[id(argument)] for argument in arguments])
    return results[id(expression)]
